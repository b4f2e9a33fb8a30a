using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Billing;

/// <summary>Stands where no payment gateway is configured: nothing is ever paid, and every payment says so.</summary>
internal sealed class AbsentGateway : IPaymentGateway
{
    private static readonly GatewayAnswer Nobody = new(GatewayOutcome.Unknown, null, "No payment gateway is configured here.");

    public string Name => "none";

    public bool IsSandbox => false;

    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, string idempotencyKey, CancellationToken cancellation = default) => Task.FromResult(Nobody);

    // Nothing ever reached it, so nothing is there.
    public Task<GatewayAnswer> FindAsync(PaymentId payment, CancellationToken cancellation = default) => Task.FromResult(new GatewayAnswer(GatewayOutcome.NotFound));

    public Task<GatewayAnswer> CancelAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default) => Task.FromResult(Nobody);

    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, string idempotencyKey, CancellationToken cancellation = default) => Task.FromResult(Nobody);

    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, string idempotencyKey, CancellationToken cancellation = default) => Task.FromResult(Nobody);

    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult<GatewayPage<GatewayNotice>?>(new([], null, false));

    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult<GatewayPage<GatewayMovement>?>(new([], null, false));

    public Task<PaymentSecret?> ClientSecretAsync(string gatewayId, CancellationToken cancellation = default) => Task.FromResult<PaymentSecret?>(null);
}
