using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Ports;

/// <summary>Operators' accounts at the gateway, and the transfers that pay them. Errors as in <see cref="IPaymentGateway"/>.</summary>
public interface IPayoutGateway
{
    /// <summary>Opens an operator's account: Succeeded with its id, Declined or Unknown.</summary>
    /// <param name="operatorId">The operator.</param>
    /// <param name="country">ISO 3166-1 alpha-2 code of where it is registered.</param>
    /// <param name="call">The call written down.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<GatewayAnswer> OpenAccountAsync(OrganizationId operatorId, string country, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Looks an operator's account up by our id: Succeeded with its id, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindAccountAsync(OrganizationId operatorId, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>An operator's account as it stands now; null when it cannot be had now.</summary>
    Task<GatewayAccount?> AccountAsync(string accountId, CancellationToken cancellation = default);

    /// <summary>A short-lived page of the gateway's where an operator signs up or completes what is missing; null when it cannot be had now.</summary>
    /// <param name="accountId">The gateway's id of the account.</param>
    /// <param name="returnTo">Where the operator's browser goes afterwards.</param>
    /// <param name="renewAt">Where it goes when the page has expired.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<Uri?> OnboardingLinkAsync(string accountId, Uri returnTo, Uri renewAt, CancellationToken cancellation = default);

    /// <summary>Pays an operator: Succeeded, Short, Declined or Unknown.</summary>
    /// <param name="order">What is paid for; its payment, where there is one, is the transfer's source.</param>
    /// <param name="sourceId">The gateway's id of that payment; null to pay from the balance.</param>
    /// <param name="accountId">The gateway's id of the operator's account.</param>
    /// <param name="amount">How much; at most the order's amount.</param>
    /// <param name="call">The call written down.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<GatewayAnswer> TransferAsync(PayoutOrder order, string? sourceId, string accountId, Money amount, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Looks a transfer up by the call that asked for it: Succeeded with its id, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindTransferAsync(PayoutOrder order, string accountId, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Takes part of a transfer back: Succeeded, Short, Declined or Unknown.</summary>
    Task<GatewayAnswer> ReverseAsync(string transferId, Money amount, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Looks a reversal up by the call that asked for it: Succeeded, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindReversalAsync(string transferId, GatewayCall call, CancellationToken cancellation = default);
}
