using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Billing.Sandbox;

/// <content>Operators' accounts and transfers. A tester plays the operator's sign-up; there is always enough to transfer. No copies of invoices are kept.</content>
internal sealed partial class SandboxGateway
{
    /// <summary>The sandbox's id of an operator's account.</summary>
    public static string AccountIdOf(OrganizationId operatorId) => "sba_" + PublicId.Digest("sandbox", operatorId.Value);

    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenAccountAsync(OrganizationId operatorId, string country, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxAccount>(
            AccountIdOf(operatorId),
            stored => stored ?? new SandboxAccount { Id = AccountIdOf(operatorId), Operator = operatorId, Version = 0 },
            account => new GatewayAnswer(GatewayOutcome.Succeeded, account!.Id),
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindAccountAsync(OrganizationId operatorId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync<SandboxAccount>(AccountIdOf(operatorId), account => new GatewayAnswer(GatewayOutcome.Succeeded, account.Id), cancellation);

    /// <inheritdoc/>
    public async Task<GatewayAccount?> AccountAsync(string accountId, CancellationToken cancellation = default) =>
        (await ReadAsync<SandboxAccount>(accountId, cancellation))?.Show();

    /// <summary>There is no page to sign up on: the operator is sent back, and a tester completes the sign-up through the API.</summary>
    public Task<Uri?> OnboardingLinkAsync(string accountId, Uri returnTo, Uri renewAt, CancellationToken cancellation = default) => Task.FromResult<Uri?>(returnTo);

    /// <summary>A tester plays an operator's sign-up to its end.</summary>
    /// <returns>Whether there is such an account.</returns>
    public async Task<bool> CompleteAsync(OrganizationId operatorId, CancellationToken cancellation = default)
    {
        var answer = await ChangeAsync<SandboxAccount>(
            AccountIdOf(operatorId),
            stored => stored is { IsComplete: false } ? (stored with { IsComplete = true }).Notify("account.updated", Now) : stored,
            account => account is null ? NotFound : new GatewayAnswer(GatewayOutcome.Succeeded, account.Id),
            cancellation);
        return answer.Outcome == GatewayOutcome.Unknown ? throw new IOException(answer.Detail) : answer.Outcome == GatewayOutcome.Succeeded;
    }

    /// <inheritdoc/>
    public Task<GatewayAnswer> TransferAsync(
        PayoutOrder order, string? sourceId, string accountId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxTransfer>(
            TransferIdOf(order),
            stored => stored ?? new SandboxTransfer { Id = TransferIdOf(order), Payout = order.Id, Amount = amount, Version = 0 }
                .Move(GatewayMovementKind.Transfer, -amount, Now),
            transfer => new GatewayAnswer(GatewayOutcome.Succeeded, transfer!.Id),
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindTransferAsync(PayoutOrder order, string accountId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync<SandboxTransfer>(TransferIdOf(order), transfer => new GatewayAnswer(GatewayOutcome.Succeeded, transfer.Id), cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> ReverseAsync(string transferId, Money amount, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxTransfer>(
            transferId,
            stored => stored is not null && !stored.Reversals.ContainsKey(Subject(call)) && amount <= stored.Amount - Money.Sum(amount.Currency, stored.Reversals.Values)
                ? (stored with { Reversals = stored.Reversals.Add(Subject(call), amount) })
                    .Move(GatewayMovementKind.TransferReversal, amount, Now)
                : stored,
            transfer => transfer?.Reversals.ContainsKey(Subject(call)) == true
                ? new GatewayAnswer(GatewayOutcome.Succeeded, transfer.Id)
                : new GatewayAnswer(GatewayOutcome.Declined, transferId, "There is not that much to take back."),
            cancellation);

    /// <inheritdoc/>
    public Task<GatewayAnswer> FindReversalAsync(string transferId, GatewayCall call, CancellationToken cancellation = default) =>
        LookAsync<SandboxTransfer>(
            transferId,
            transfer => transfer.Reversals.ContainsKey(Subject(call)) ? new GatewayAnswer(GatewayOutcome.Succeeded, transfer.Id) : NotFound,
            cancellation);

    /// <inheritdoc/>
    public bool KeepsInvoices => false;

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteInvoiceAsync(Invoice invoice, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> AttachPaymentAsync(string invoiceId, string gatewayId, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> WriteCreditAsync(string invoiceId, InvoiceCredit credit, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> DebitCreditAsync(Invoice invoice, Money amount, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    /// <inheritdoc/>
    public Task<GatewayAnswer> CloseInvoiceAsync(string invoiceId, GatewayCall call, CancellationToken cancellation = default) => NotKept;

    private static Task<GatewayAnswer> NotKept => Task.FromResult(new GatewayAnswer(GatewayOutcome.Succeeded));

    private static string TransferIdOf(PayoutOrder order) => "sbt_" + PublicId.Digest("sandbox", order.Id.Value);
}
