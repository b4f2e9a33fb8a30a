using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>One transfer to an operator: each call is written down before it is made. Key: the payout's id.</summary>
[Alias("Marketplace.IPayoutGrain"), GrainInterfaceType("Marketplace.IPayoutGrain")]
public interface IPayoutGrain : IAggregateGrain
{
    /// <summary>The payout as last made durable, or null.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Payout>?> GetAsync();
}

/// <summary>The read copy of payouts: partition by operator, key by time.</summary>
public static class PayoutRows
{
    /// <summary>The table.</summary>
    public const string Table = "payouts";
}
