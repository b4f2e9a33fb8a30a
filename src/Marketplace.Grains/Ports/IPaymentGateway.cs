using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Ports;

/// <summary>
/// The bank's side. Calls never throw for anything the gateway or the network does: they answer one of the named outcomes, and
/// <see cref="GatewayOutcome.Unknown"/> when nobody knows. A repeated idempotency key repeats the first answer.
/// </summary>
public interface IPaymentGateway : IPayoutGateway, IInvoiceGateway, IMethodGateway
{
    /// <summary>What pays, such as <c>sandbox</c>; part of every payment's public form.</summary>
    string Name { get; }

    /// <summary>Whether no real money moves here.</summary>
    bool IsSandbox { get; }

    /// <summary>The most that one payment can bring in; null when there is no limit. What is more takes several payments.</summary>
    Money? LargestPayment(Currency currency);

    /// <summary>Makes a payment known: Created, NeedsAction, Processing, Succeeded, Declined or Unknown.</summary>
    Task<GatewayAnswer> CreateAsync(PaymentOrder order, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Looks a payment up: its state now, NotFound or Unknown.</summary>
    /// <param name="order">The payment, named by our id.</param>
    /// <param name="gatewayId">The gateway's id; null when it is not known, so that the payment is looked for.</param>
    /// <param name="since">Real time before which it was not made known; null when that is not known.</param>
    /// <param name="cancellation">Stops waiting.</param>
    Task<GatewayAnswer> FindAsync(PaymentOrder order, string? gatewayId, Instant? since, CancellationToken cancellation = default);

    /// <summary>Calls a payment off: Cancelled, or its state when that is too late (Processing, Succeeded), or Unknown.</summary>
    Task<GatewayAnswer> CancelAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Gives money back: Succeeded, Processing, Short, Declined or Unknown. Never more than was paid, over all refunds together.</summary>
    Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>Looks a refund up by the call that asked for it: Succeeded, Processing, Declined, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindRefundAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default);

    /// <summary>What the payer's browser needs to pay; null when it cannot be had now.</summary>
    Task<PaymentSecret?> SecretAsync(string gatewayId, CancellationToken cancellation = default);

    /// <summary>
    /// Notifications on record, oldest first, from the first one after <paramref name="after"/> (null: from the first one kept),
    /// at most <paramref name="limit"/> (1 to 100); null when it cannot say now. Those that never arrived are among them.
    /// </summary>
    Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default);

    /// <summary>
    /// Movements of the balance, oldest first, from the first one after <paramref name="after"/> (null: from the first ever), at
    /// most <paramref name="limit"/> (1 to 100); null when it cannot say now.
    /// </summary>
    Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default);

    /// <summary>A notification with the payment it is about, where it names that by the gateway's id alone; null when it cannot say now.</summary>
    Task<GatewayNotice?> CompleteAsync(GatewayNotice notice, CancellationToken cancellation = default) => Task.FromResult<GatewayNotice?>(notice);
}
