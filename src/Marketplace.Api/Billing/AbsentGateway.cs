using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>Stands where no payment gateway is configured: nothing is ever paid, and every payment says so.</summary>
internal sealed class AbsentGateway : IPaymentGateway
{
    private static readonly Task<GatewayAnswer> Nobody = Task.FromResult(new GatewayAnswer(GatewayOutcome.Unknown, null, "No payment gateway is configured here."));

    // Nothing ever reached it, so nothing is there.
    private static readonly Task<GatewayAnswer> Nothing = Task.FromResult(new GatewayAnswer(GatewayOutcome.NotFound));

    public string Name => "none";

    public bool IsSandbox => false;

    public bool KeepsInvoices => false;

    public Money? LargestPayment(Currency currency) => null;

    public Task<GatewayAnswer> CreateAsync(PaymentOrder order, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> FindAsync(PaymentOrder order, string? gatewayId, Instant? since, CancellationToken cancellation = default) => Nothing;

    public Task<GatewayAnswer> CancelAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> RefundAsync(string gatewayId, Money amount, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> FindRefundAsync(string gatewayId, GatewayCall call, CancellationToken cancellation = default) => Nothing;

    public Task<PaymentSecret?> SecretAsync(string gatewayId, CancellationToken cancellation = default) => Task.FromResult<PaymentSecret?>(null);

    public Task<GatewayAnswer> OpenSetupAsync(MethodSetupOrder order, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewaySetup?> SetupAsync(MethodSetupOrder order, string setupId, CancellationToken cancellation = default) => Task.FromResult<GatewaySetup?>(null);

    public Task<GatewayAnswer> ConfirmAsync(PaymentOrder order, string gatewayId, MethodUse use, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> DetachAsync(string methodId, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> OpenAccountAsync(OrganizationId operatorId, string country, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> FindAccountAsync(OrganizationId operatorId, GatewayCall call, CancellationToken cancellation = default) => Nothing;

    public Task<GatewayAccount?> AccountAsync(string accountId, CancellationToken cancellation = default) => Task.FromResult<GatewayAccount?>(null);

    public Task<Uri?> OnboardingLinkAsync(string accountId, Uri returnTo, Uri renewAt, CancellationToken cancellation = default) => Task.FromResult<Uri?>(null);

    public Task<GatewayAnswer> TransferAsync(PayoutOrder order, string? sourceId, string accountId, Money amount, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> FindTransferAsync(PayoutOrder order, string accountId, GatewayCall call, CancellationToken cancellation = default) => Nothing;

    public Task<GatewayAnswer> ReverseAsync(string transferId, Money amount, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> FindReversalAsync(string transferId, GatewayCall call, CancellationToken cancellation = default) => Nothing;

    public Task<GatewayAnswer> WriteInvoiceAsync(Invoice invoice, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> AttachPaymentAsync(string invoiceId, string gatewayId, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> WriteCreditAsync(string invoiceId, InvoiceCredit credit, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayAnswer> DebitCreditAsync(Invoice invoice, Money amount, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CloseInvoiceAsync(string invoiceId, GatewayCall call, CancellationToken cancellation = default) => Nobody;

    public Task<GatewayPage<GatewayNotice>?> ListNoticesAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult<GatewayPage<GatewayNotice>?>(new([], null, false));

    public Task<GatewayPage<GatewayMovement>?> ListMovementsAsync(string? after, int limit, CancellationToken cancellation = default) =>
        Task.FromResult<GatewayPage<GatewayMovement>?>(new([], null, false));
}
