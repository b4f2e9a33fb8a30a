using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>What an operator is paid, and its account at the gateway. Key: the operator's id.</summary>
[Alias("Marketplace.IPayoutAccountGrain"), GrainInterfaceType("Marketplace.IPayoutAccountGrain")]
public interface IPayoutAccountGrain : IAggregateGrain
{
    /// <summary>The account as last made durable, or null before anything was collected or asked for.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<PayoutAccount>?> GetAsync();

    /// <summary>Opens the operator's account at the gateway, or answers the one there is; refused as retryable while the gateway cannot say.</summary>
    [Alias("Open")]
    Task<Answer<PayoutAccount>> OpenAsync(string country);

    /// <summary>Asks the gateway how the account stands, and pays what may be paid then.</summary>
    [Alias("Refresh")]
    Task<Answer<PayoutAccount>> RefreshAsync();
}
