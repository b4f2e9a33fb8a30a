using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Billing.Sandbox;

/// <content>Kept cards. A tester chooses how a card behaves on a page of the portal's; no number is ever asked for.</content>
internal sealed partial class SandboxGateway
{
    /// <summary>The sandbox's id of a set-up, and of the card it brings.</summary>
    public static string SetupIdOf(MethodSetupId setup) => "sbs_" + PublicId.Digest("sandbox", setup.Value);

    /// <inheritdoc/>
    public Task<GatewayAnswer> OpenSetupAsync(MethodSetupOrder order, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxSetup>(
            SetupIdOf(order.Id),
            stored => stored ?? new SandboxSetup { Id = SetupIdOf(order.Id), Order = order, OpenedAt = Moment, Version = 0 },
            setup => new GatewayAnswer(GatewayOutcome.Created, setup!.Id),
            cancellation);

    /// <inheritdoc/>
    public async Task<GatewaySetup?> SetupAsync(MethodSetupOrder order, string setupId, CancellationToken cancellation = default) =>
        (await ReadAsync<SandboxSetup>(setupId, cancellation))?.Show(Moment);

    /// <summary>A tester chooses a card on the sandbox's page.</summary>
    /// <returns>Whether there is such a set-up; one that was completed, or has expired, stays as it was.</returns>
    public async Task<bool> CompleteAsync(MethodSetupId setup, SandboxCard card, LocalDate validThrough, CancellationToken cancellation = default)
    {
        var answer = await ChangeAsync<SandboxSetup>(
            SetupIdOf(setup),
            stored => stored is { Card: null } && !stored.IsExpired(Moment) ? (stored with { Card = card, ValidThrough = validThrough }).Notify("checkout.session.completed", Now) : stored,
            completed => completed is null ? NotFound : new GatewayAnswer(GatewayOutcome.Succeeded, completed.Id),
            cancellation);
        return answer.Outcome == GatewayOutcome.Unknown ? throw new IOException(answer.Detail) : answer.Outcome == GatewayOutcome.Succeeded;
    }

    /// <inheritdoc/>
    public async Task<GatewayAnswer> ConfirmAsync(PaymentOrder order, string gatewayId, MethodUse use, GatewayCall call, CancellationToken cancellation = default)
    {
        var found = await LookAsync<SandboxSetup>(use.GatewayId, setup => setup is { IsDetached: false, Card: not null } ? new GatewayAnswer(GatewayOutcome.Succeeded) : NotFound, cancellation);
        if (found.Outcome != GatewayOutcome.Succeeded)
        {
            return found.Outcome == GatewayOutcome.NotFound ? found with { Detail = "The sandbox keeps no such card." } : found;
        }

        var card = (await ReadAsync<SandboxSetup>(use.GatewayId, cancellation))!.Card!.Value;
        return await ChangeAsync<SandboxPayment>(
            gatewayId,
            stored => stored is { State: GatewayOutcome.Created or GatewayOutcome.NeedsAction } && stored.Confirmations?.Contains(Subject(call)) != true
                ? Charge(stored with { Confirmations = [.. stored.Confirmations ?? [], Subject(call)] }, card, use)
                : stored,
            payment => payment?.Answer() ?? NotFound,
            cancellation);
    }

    /// <inheritdoc/>
    public Task<GatewayAnswer> DetachAsync(string methodId, GatewayCall call, CancellationToken cancellation = default) =>
        ChangeAsync<SandboxSetup>(
            methodId,
            stored => stored is { IsDetached: false } ? stored with { IsDetached = true } : stored,
            setup => setup is null ? NotFound : new GatewayAnswer(GatewayOutcome.Succeeded, methodId),
            cancellation);

    private Instant Moment => Instant.FromDateTimeOffset(Now);

    private SandboxPayment Charge(SandboxPayment payment, SandboxCard card, MethodUse use) => card switch
    {
        SandboxCard.Pays => Apply(payment, SandboxAct.Pay)!,
        SandboxCard.AsksToConfirm when !use.OffSession =>
            (payment with { State = GatewayOutcome.NeedsAction, Detail = null, ReturnTo = use.ReturnTo }).Notify("payment_intent.requires_action", Now),
        _ => (payment with
        {
            State = GatewayOutcome.NeedsAction,
            ReturnTo = null,
            Detail = card switch
            {
                SandboxCard.Expired => "Your card has expired.",
                SandboxCard.AsksToConfirm => "The bank wants you to confirm this payment.",
                _ => "Your card was declined.",
            },
        }).Notify("payment_intent.payment_failed", Now),
    };
}
