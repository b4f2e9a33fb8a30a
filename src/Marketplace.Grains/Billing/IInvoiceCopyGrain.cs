using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>The gateway's copy of an invoice. Key: the invoice's id.</summary>
[Alias("Marketplace.IInvoiceCopyGrain"), GrainInterfaceType("Marketplace.IInvoiceCopyGrain")]
public interface IInvoiceCopyGrain : IAggregateGrain
{
    /// <summary>The copy as last made durable, or null where the gateway keeps none.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<InvoiceCopy>?> GetAsync();
}

/// <summary>Billing to the gateway's copy of an invoice: write it.</summary>
public sealed record CopyInvoice(Invoice Invoice) : Notice;

/// <summary>Billing to the gateway's copy of an invoice: bring this about.</summary>
public sealed record ChangeCopy(CopyStep Step) : Notice;
