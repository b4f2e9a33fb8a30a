using Marketplace.Domain.Leases;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Leases;

/// <summary>A lease. Key: <c>lease_…</c>, derived from its reservation (<see cref="Lease.IdOf"/>). It comes into being when the reservation tells of its first delivery.</summary>
[Alias("Marketplace.ILeaseGrain"), GrainInterfaceType("Marketplace.ILeaseGrain")]
public interface ILeaseGrain : IAggregateGrain
{
    /// <summary>The lease as last made durable, or null.</summary>
    [Alias("Get")]
    [AlwaysInterleave]
    Task<Snapshot<Lease>?> GetAsync();

    /// <summary>The operator delivers again: nodes put right after a rejection, or what follows one taken out.</summary>
    [Alias("Deliver")]
    Task<Answer<Snapshot<Lease>>> DeliverAsync(Operation operation, DeliverNodes command);

    /// <summary>The tenant accepts nodes; their rent starts.</summary>
    [Alias("Accept")]
    Task<Answer<Snapshot<Lease>>> AcceptAsync(Operation operation, AcceptNodes command);

    /// <summary>The tenant rejects nodes; they go back to the pool.</summary>
    [Alias("Reject")]
    Task<Answer<Snapshot<Lease>>> RejectAsync(Operation operation, RejectNodes command);

    /// <summary>The operator takes a node out and may offer another in its place.</summary>
    [Alias("ReplaceNode")]
    Task<Answer<Snapshot<Lease>>> ReplaceNodeAsync(Operation operation, ReplaceNode command);

    /// <summary>The tenant gives nodes up before the end.</summary>
    [Alias("HandBack")]
    Task<Answer<Snapshot<Lease>>> HandBackAsync(Operation operation, HandBackNodes command);

    /// <summary>The operator records what a meter showed for one period; it is billed at once.</summary>
    [Alias("RecordReading")]
    Task<Answer<Snapshot<Lease>>> RecordReadingAsync(Operation operation, RecordReading command);

    /// <summary>The tenant uses a renewal option; refused when the pool has promised the capacity to others.</summary>
    [Alias("Renew")]
    Task<Answer<Snapshot<Lease>>> RenewAsync(Operation operation, RenewLease command);

    /// <summary>The tenant gives up the renewal options that are left.</summary>
    [Alias("DeclineRenewal")]
    Task<Answer<Snapshot<Lease>>> DeclineRenewalAsync(Operation operation, DeclineRenewal command);

    /// <summary>The tenant asks what leaving early costs; the answer's <see cref="Lease.ExitQuote"/> is firm until it expires.</summary>
    [Alias("QuoteExit")]
    Task<Answer<Snapshot<Lease>>> QuoteExitAsync(Operation operation, QuoteExit command);

    /// <summary>The tenant gives notice against a valid exit quote.</summary>
    [Alias("Terminate")]
    Task<Answer<Snapshot<Lease>>> TerminateAsync(Operation operation, TerminateLease command);
}
