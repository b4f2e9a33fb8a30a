using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Ports;

/// <summary>
/// The bank's side. Calls never throw for anything the gateway or the network does: they answer one of the named outcomes, and
/// <see cref="GatewayOutcome.Unknown"/> when nobody knows. A repeated idempotency key repeats the first answer.
/// </summary>
public interface IPaymentGateway
{
    /// <summary>What pays, such as <c>sandbox</c>; part of every payment's public form.</summary>
    string Name { get; }

    /// <summary>Whether no real money moves here.</summary>
    bool IsSandbox { get; }

    /// <summary>Makes a payment known: Created, NeedsAction, Processing, Succeeded, Declined or Unknown.</summary>
    Task<GatewayAnswer> CreateAsync(PaymentOrder order, string idempotencyKey, CancellationToken cancellation = default);

    /// <summary>Looks a payment up by our id: its state now, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindAsync(PaymentId payment, CancellationToken cancellation = default);

    /// <summary>Calls a payment off: Cancelled, or its state when that is too late (Processing, Succeeded), or Unknown.</summary>
    Task<GatewayAnswer> CancelAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default);

    /// <summary>Gives money back: Succeeded, Processing, Declined or Unknown.</summary>
    Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, string idempotencyKey, CancellationToken cancellation = default);

    /// <summary>Looks a refund up by the key it was asked for with: Succeeded, Processing, Declined, NotFound or Unknown.</summary>
    Task<GatewayAnswer> FindRefundAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default);

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

    /// <summary>What the payer's browser needs to pay; null when it cannot be had now.</summary>
    Task<PaymentSecret?> ClientSecretAsync(string gatewayId, CancellationToken cancellation = default);
}
