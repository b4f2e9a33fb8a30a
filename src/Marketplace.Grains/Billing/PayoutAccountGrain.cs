using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>An operator's payouts: knows what was collected and what stands in the way, and has payouts make the transfers.</summary>
[Reentrant]
[GrainType("payout-account")]
internal sealed class PayoutAccountGrain(GrainServices services, IPaymentGateway gateway)
    : JournaledGrain<PayoutAccount, PayoutAccountFact, PayoutAccount>(services, "payout-account"), IPayoutAccountGrain
{
    private string? cleared;
    private bool planned;

    private PayoutAccount? State => Version == 0 ? null : Durable;

    private Instant Now => Services.Clock.Now;

    /// <inheritdoc/>
    public Task<Snapshot<PayoutAccount>?> GetAsync() => Task.FromResult(State is { } state ? new Snapshot<PayoutAccount>(state, Version) : null);

    /// <inheritdoc/>
    public async Task<Answer<PayoutAccount>> OpenAsync(string country)
    {
        if (State?.GatewayId is null)
        {
            await DecideAsync(new AskAccount(country));
            await OpenAtGatewayAsync(atOnce: true);
        }

        return State!.GatewayId is not null ? await RefreshAsync()
            : State.Call is not null ? Refusal.Of(PayoutAccountRefusal.GatewayUnknown, State.Problem ?? "The gateway did not answer.")
            : Refusal.Of(PayoutAccountRefusal.Declined, State.Problem ?? "The gateway gave no reason.");
    }

    /// <inheritdoc/>
    public async Task<Answer<PayoutAccount>> RefreshAsync()
    {
        if (State?.GatewayId is not { } id)
        {
            return Refusal.Of(PayoutAccountRefusal.NotFound, $"{Key} has no account at the gateway.");
        }

        if (await gateway.AccountAsync(id) is { } shown)
        {
            await DecideAsync(new TakeAccount(shown));
            await DecideAsync(new PlanPayouts());
        }

        return State!;
    }

    /// <inheritdoc/>
    protected override PayoutAccount Empty(string key) =>
        new() { Operator = OrganizationId.From(key), CreatedAt = Instant.MinValue, ChangedAt = Instant.MinValue };

    /// <inheritdoc/>
    protected override PayoutAccount Evolve(PayoutAccount state, PayoutAccountFact fact) => PayoutAccount.Evolve(Known(state), fact);

    /// <inheritdoc/>
    protected override PayoutAccount ToSnapshot(PayoutAccount state) => state;

    /// <inheritdoc/>
    protected override PayoutAccount FromSnapshot(PayoutAccount snapshot) => snapshot;

    // A payable takes some 450 bytes, its transfer about 200.
    /// <inheritdoc/>
    protected override long SnapshotBytes(PayoutAccount state) => (450L * state.Payables.Count) + (200L * state.Parts.Count);

    /// <inheritdoc/>
    protected override Instant? DueAt(PayoutAccount state) => state switch
    {
        _ when state.RetryAt is { } retry => retry,
        _ when state.NextCall() is not null => state.ChangedAt,
        _ when state.IsReady => state.NextPayableAt(state.ChangedAt) ?? Instant.MaxValue,
        _ => Instant.MaxValue,
    };

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Envelope envelope)
    {
        await DecideAsync(envelope.Notice switch
        {
            OperatorEarned earned => new Earn(earned.Payable, earned.Credit, earned.Released),
            OperatorKeptFrom kept => new KeepDispute(kept.Tenant, kept.Payment, kept.Change),
            CreditStands credit => new KeepCredit(credit.Tenant, credit.Amount, credit.Number),
            InvoiceCleared invoice => new NoteInvoice(invoice.Invoice),
            PayoutAnswered answered => new TakePayout(answered.Payout, answered.Made, answered.Detail),
            ReversalAnswered answered => new TakeTakenBack(answered.Payout, answered.Amount, answered.Made, answered.Detail),
            _ => throw new InvalidOperationException($"A payout account takes no {envelope.Notice.GetType().Name}."),
        }, envelope);
        PlanSoon();
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        planned = false;
        await OpenAtGatewayAsync(atOnce: false);
        if (State is { GatewayId: not null, IsReady: false })
        {
            await RefreshAsync();
        }

        await DecideAsync(new PlanPayouts());
    }

    /// <inheritdoc/>
    protected override void React(PayoutAccount after, PayoutAccountFact fact, Effects effects)
    {
        switch (fact)
        {
            case PayoutBegun begun:
                effects.Tell(GrainKeys.Payout(begun.Order.Id), new SendPayout(begun.Order, begun.AccountId));
                break;
            case TakeBackBegun begun:
                effects.Tell(GrainKeys.Payout(begun.Payout), new ReversePayout(begun.Payout, begun.Reference, begun.Amount));
                break;
        }
    }

    private static PayoutAccount? Known(PayoutAccount state) => state.CreatedAt == Instant.MinValue ? null : state;

    // Once for all notices that come together, in a turn of its own.
    private void PlanSoon()
    {
        if (!planned && State is { } account && (account.IsReady || !account.Parts.IsEmpty))
        {
            planned = true;
            this.AsReference<IAggregateGrain>().VisitAsync(null).Ignore();
        }
    }

    private Task<Answer<bool>> DecideAsync(PayoutAccountCommand command, Envelope? envelope = null)
    {
        var operatorId = OrganizationId.From(Key);
        return CommitAsync((state, now) => PayoutAccount.Decide(operatorId, Known(state), command, now), _ => true, envelope);
    }

    private async Task OpenAtGatewayAsync(bool atOnce)
    {
        while (State is { } account && account.NextCall() is { } next && (atOnce || account.RetryAt is not { } retry || retry <= Now))
        {
            atOnce = false;
            if (account.Call is null)
            {
                cleared = next.Key;
                await DecideAsync(new WriteAccountCall(Services.RealNow));
            }

            var call = State!.Call!;
            var lookUp = call.Uncertain || call.Key != cleared;
            cleared = null;
            var answer = lookUp
                ? await gateway.FindAccountAsync(State.Operator, call)
                : await gateway.OpenAccountAsync(State.Operator, State.Country!, call);
            await DecideAsync(new TakeAccountAnswer(answer, lookUp));
            cleared = State!.Call is { Uncertain: false } again ? again.Key : null;
        }
    }
}
