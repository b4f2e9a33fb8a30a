using Marketplace.Domain.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>Drives one transfer at the gateway, as <see cref="PaymentGrain"/> drives a payment.</summary>
[GrainType("payout")]
internal sealed class PayoutGrain(GrainServices services, IPaymentGateway gateway)
    : RecordGrain<Payout, PayoutFact>(services, "payout"), IPayoutGrain
{
    // The call that this activation knows not to have arrived: written by itself a moment ago, or looked up. Any other is looked up first.
    private string? cleared;

    /// <inheritdoc/>
    public Task<Snapshot<Payout>?> GetAsync() => ReadAsync();

    /// <inheritdoc/>
    protected override Payout Evolve(Payout? state, PayoutFact fact) => Payout.Evolve(state, fact);

    /// <inheritdoc/>
    protected override Instant? DueAt(Payout state) => state.NextCall() is null ? null : state.RetryAt ?? state.ChangedAt;

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        await DecideAsync(notice switch
        {
            SendPayout send => new Send(send.Order, send.AccountId),
            ReversePayout reverse => new Reverse(reverse.Reference, reverse.Amount),
            _ => throw new InvalidOperationException($"A payout takes no {notice.GetType().Name}."),
        });
        if (State?.NextCall() is not null)
        {
            // In a turn of its own, so that whoever told us does not wait for the gateway.
            this.AsReference<IAggregateGrain>().VisitAsync(null).Ignore();
        }
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        while (State is { } payout && payout.NextCall() is { } next && (payout.RetryAt is not { } retry || retry <= Now))
        {
            if (payout.Call is null)
            {
                cleared = next.Key;
                await DecideAsync(new WritePayoutCall(Services.RealNow));
            }

            var call = State!.Call!;
            var lookUp = call.Uncertain || call.Key != cleared;
            cleared = null;
            var answer = lookUp ? await LookUpAsync(State, call) : await MakeAsync(State, call);
            await DecideAsync(new TakePayoutAnswer(answer, lookUp));
            cleared = State!.Call is { Uncertain: false } again ? again.Key : null;
        }
    }

    /// <inheritdoc/>
    protected override void React(Payout? before, Payout after, PayoutFact fact, Effects effects)
    {
        var (account, books) = (GrainKeys.PayoutAccount(after.Order.Operator), GrainKeys.BillingAccount(after.Order.Operator));
        switch (fact)
        {
            case PayoutSent:
                effects.Tell(books, new PayoutPosted("payout:" + after.Id, after.Id, after.Order.Amount));
                effects.Tell(account, new PayoutAnswered(after.Id, true, null));
                effects.Publish(after.Order.Operator, PayoutEvents.Sent, PayoutEvents.Of(after));
                break;
            case PayoutFailed failed:
                effects.Tell(account, new PayoutAnswered(after.Id, false, failed.Detail));
                effects.Publish(after.Order.Operator, PayoutEvents.Failed, PayoutEvents.Of(after));
                break;
            case ReversalEnded ended:
                if (ended.Made)
                {
                    effects.Tell(books, new PayoutPosted($"payout_reversal:{after.Id}:{ended.Reference}", after.Id, -ended.Amount));
                    effects.Publish(after.Order.Operator, PayoutEvents.Reversed, PayoutEvents.Of(after));
                }

                effects.Tell(account, new ReversalAnswered(after.Id, ended.Amount, ended.Made, ended.Detail));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void React(Payout after, Effects effects) =>
        effects.Row(PayoutRows.Table, after.Order.Operator.Value, SortKeys.Of(after.CreatedAt, after.Id.Value), after);

    private Task<Answer<Snapshot<Payout>>> DecideAsync(PayoutCommand command) => CommitAsync(null, (state, now) => Payout.Decide(state, command, now));

    private async Task<GatewayAnswer> MakeAsync(Payout payout, GatewayCall call)
    {
        if (call.Purpose == GatewayPurpose.Reversal)
        {
            return await gateway.ReverseAsync(payout.GatewayId!, payout.NextReversal!.Amount, call);
        }

        // Money that came through the gateway is transferred out of its own charge, whatever else the balance holds.
        var source = payout.Order.Payment is { } payment ? (await Services.Grains.GetGrain<IPaymentGrain>(payment.Value).GetAsync())?.State.GatewayId : null;
        return await gateway.TransferAsync(payout.Order, source, payout.AccountId, payout.Order.Amount, call);
    }

    private Task<GatewayAnswer> LookUpAsync(Payout payout, GatewayCall call) => call.Purpose == GatewayPurpose.Reversal
        ? gateway.FindReversalAsync(payout.GatewayId!, call)
        : gateway.FindTransferAsync(payout.Order, payout.AccountId, call);
}
