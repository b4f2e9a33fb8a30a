using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>
/// Drives one payment at the gateway. Each call is durable before it is made, and after an unknown outcome it is looked up
/// before it is repeated, so that a crash at any moment neither charges nor refunds twice.
/// </summary>
[GrainType("payment")]
internal sealed class PaymentGrain(GrainServices services, IPaymentGateway gateway)
    : RecordGrain<Payment, PaymentFact>(services, "payment"), IPaymentGrain
{
    // The call that this activation knows not to have arrived: written by itself a moment ago, or looked up. Any other is looked up first.
    private string? cleared;

    /// <inheritdoc/>
    public Task<Snapshot<Payment>?> GetAsync() => ReadAsync();

    /// <inheritdoc/>
    public async Task<Answer<Payment>> CancelAsync(PaymentOrder order, string reason)
    {
        var stopped = await DecideAsync(new StopCollecting(order, reason));
        if (!stopped.IsGranted)
        {
            return stopped.Refusal;
        }

        await WorkAsync(atOnce: true);
        var payment = State!;
        return payment.NextCall() is null || payment.Status.IsPaidOrProcessing()
            ? payment
            : Refusal.Of(PaymentRefusal.GatewayUnknown, $"The gateway does not say whether {payment.Id} can still be paid: {payment.Problem}");
    }

    /// <inheritdoc/>
    public async Task<Answer<Payment>> PayWithAsync(MethodUse use, string request)
    {
        if (State is null)
        {
            return Refusal.Of(PaymentRefusal.NotFound, $"There is no payment {Key}.");
        }

        var asked = await DecideAsync(new PayWith(use, request));
        if (!asked.IsGranted)
        {
            return asked.Refusal;
        }

        await WorkAsync(atOnce: true);
        return State;
    }

    /// <inheritdoc/>
    public async Task<bool> ReportAsync(GatewayReport report)
    {
        if (State is not { } payment)
        {
            return false;
        }

        if (payment.Doubts(report))
        {
            var now = await gateway.FindAsync(payment.Order, payment.GatewayId, null);
            if (now.Outcome == GatewayOutcome.Unknown)
            {
                throw new TimeoutException($"{payment.Id}: the gateway does not say what holds; the notification must come again.");
            }

            if (report.Dispute is null)
            {
                report = report with { Answer = now };
            }
            else
            {
                // Disputed money has come, though nobody told of it.
                await DecideAsync(new TakeAnswer(now, LookedUp: true));
            }
        }

        await DecideAsync(new TakeReport(report));
        WorkSoon();
        return true;
    }

    /// <inheritdoc/>
    public async Task<Answer<PaymentSecret>> GetClientSecretAsync()
    {
        if (State is not { } payment)
        {
            return Refusal.Of(PaymentRefusal.NotFound, $"There is no payment {Key}.");
        }

        if (payment is not { Status: PaymentStatus.AwaitingPayer, GatewayId: { } id })
        {
            return Refusal.Of(PaymentRefusal.NotPayable, $"{Key} is {payment.Status.Spelled()}.");
        }

        var secret = await gateway.SecretAsync(id);
        if (secret?.Stands is { } stands && State is { Call: null })
        {
            // The payer may come back from the bank's page before its notification does.
            await DecideAsync(new TakeAnswer(stands, LookedUp: true));
        }

        return secret is not null
            ? secret
            : Refusal.Of(PaymentRefusal.GatewayUnknown, $"The gateway gives no secret for {Key} now.");
    }

    /// <inheritdoc/>
    protected override Payment Evolve(Payment? state, PaymentFact fact) => Payment.Evolve(state, fact);

    /// <inheritdoc/>
    protected override Instant? DueAt(Payment state) => state switch
    {
        { IsClosed: true } => null,
        // At once: the instant of creation for all calls, so that they do not move the due row.
        _ when state.NextCall() is not null => state.RetryAt ?? state.CreatedAt,
        _ => Instant.MaxValue,
    };

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        PaymentCommand command = notice switch
        {
            CollectPayment collect => new AskPayment(collect.Order),
            StopPayment stop => new StopCollecting(stop.Order, stop.Reason),
            CallOffPayment off => new StopCollecting(State!.Order, off.Reason),
            RefundPayment refund => new GiveBack(refund.Amount, refund.Reason, refund.Reference ?? GiveBack.Deposit),
            _ => throw new InvalidOperationException($"A payment takes no {notice.GetType().Name}."),
        };
        var isCalling = State?.Call is not null;
        var answer = await CommitAsync(null, (state, now) => WithCall(state, OrRefused(state, command, now), now));
        if (!answer.IsGranted)
        {
            // Nothing to answer to: the notice stays in its sender's outbox, where it is seen.
            throw new InvalidOperationException($"{Address}: {answer.Refusal.Code}: {answer.Refusal.Detail}");
        }

        cleared = isCalling ? cleared : State!.Call?.Key;
        WorkSoon();
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        if (!await WorkAsync(atOnce: false) && State is { Call: null, Status: PaymentStatus.AwaitingPayer or PaymentStatus.Processing } waiting)
        {
            // The hourly look: a notification may have been lost, and the gateway is the one who knows.
            var holds = await gateway.FindAsync(waiting.Order, waiting.GatewayId, null);
            await DecideAsync(new TakeAnswer(holds, LookedUp: true));
        }
    }

    /// <inheritdoc/>
    protected override void React(Payment? before, Payment after, PaymentFact fact, Effects effects)
    {
        var account = GrainKeys.BillingAccount(after.Order.Payer);
        switch (fact)
        {
            case PaymentAsked { Order.Use: { } use }:
                effects.Tell(GrainKeys.PaymentMethods(after.Order.Payer), new MethodTaken(after.Id, use.Method));
                break;
            case ConfirmationAsked asked:
                effects.Tell(GrainKeys.PaymentMethods(after.Order.Payer), new MethodTaken(after.Id, asked.Confirmation.Use.Method));
                break;
            case PaymentMoved { To: PaymentStatus.Succeeded }:
                effects.Tell(account, new PaymentReceived(after.Order));
                break;
            case PaymentMoved { To: PaymentStatus.Cancelled or PaymentStatus.Failed } ended:
                effects.Tell(account, new PaymentFailed(after.Order, ended.To == PaymentStatus.Cancelled, ended.Detail ?? "The payment was called off."));
                break;
            case RefundMade refund:
                effects.Tell(account, new PaymentReturned(after.Order, refund.Amount, refund.Reference, DeclinesOf(after, refund.Reference)));
                break;
            case RefundDeclined declined:
                effects.Tell(account, new ReturnDeclined(
                    after.Order, declined.Amount, declined.Reference, DeclinesOf(after, declined.Reference) - 1, declined.Detail ?? "The gateway gave no reason.", declined.WasMade));
                break;
            case RefundRefused refused:
                effects.Tell(account, new ReturnDeclined(after.Order, refused.Amount, refused.Reference, DeclinesOf(after, refused.Reference) - 1, refused.Detail, WasMade: false));
                break;
            case DisputeOpened opened:
                effects.Tell(account, new DisputeMoved(after.Order, opened.Dispute));
                DisputeEvents.Publish(after, opened.Dispute, effects);
                break;
            case DisputeDecided decided:
                effects.Tell(account, new DisputeMoved(after.Order, decided.Dispute));
                DisputeEvents.Publish(after, decided.Dispute, effects);
                break;
        }

        if (FreesMethod(after, fact))
        {
            effects.Tell(GrainKeys.PaymentMethods(after.Order.Payer), new MethodFreed(after.Id));
        }

        if (IsNews(before, after, fact))
        {
            BillingEvents.Publish(after, fact, effects);
        }
    }

    /// <inheritdoc/>
    protected override void React(Payment after, Effects effects) =>
        effects.Row(PaymentRows.Table, after.Order.Payer.Value, SortKeys.Of(after.CreatedAt, after.Id.Value), after);

    // A refund that cannot be is an answer to whoever asked, not a notice that waits for ever.
    private static Decision<PaymentFact> OrRefused(Payment? state, PaymentCommand command, Instant now)
    {
        var decision = Payment.Decide(state, command, now);
        return state is not null && command is GiveBack giveBack && decision.Refusal is { } refusal
            ? Payment.Decide(state, new RefuseRefund(giveBack, refusal.Detail), now)
            : decision;
    }

    // The call a notice leads to is written down with it.
    private Decision<PaymentFact> WithCall(Payment? state, Decision<PaymentFact> decision, Instant now) =>
        decision.Facts.Aggregate(state, Payment.Evolve) is { } asked && !decision.Facts.IsEmpty
            ? Decision<PaymentFact>.Of([.. decision.Facts, .. Payment.Decide(asked, new WriteCall(Services.RealNow), now).Facts])
            : decision;

    // A payment that is collected by itself waits for nobody, and a decline that was notified before is none anew.
    private static bool IsNews(Payment? before, Payment after, PaymentFact fact) => fact switch
    {
        RefundRefused or PaymentDeclined => true,
        ConfirmationAnswered { Detail: { } detail } => before!.Problem != detail && after.StopReason is null,
        ConfirmationAnswered => true,
        PaymentMoved { To: PaymentStatus.AwaitingPayer } => after.Confirmation is not { IsOpen: true },
        _ => before?.Status != after.Status,
    };

    // A declined attempt, also one declined on the bank's page, uses the method no longer; one that waits for the payer, or for the bank, still does.
    private static bool FreesMethod(Payment after, PaymentFact fact) => after.Confirmation is not null && fact switch
    {
        ConfirmationAnswered { Detail: not null } => true,
        PaymentDeclined => !after.Confirmation.IsOpen,
        PaymentMoved { To: PaymentStatus.Succeeded or PaymentStatus.Cancelled or PaymentStatus.Failed } => true,
        PaymentMoved { To: PaymentStatus.AwaitingPayer } => !after.Confirmation.IsOpen,
        _ => false,
    };

    private static int DeclinesOf(Payment payment, string reference) => payment.Refunds.First(refund => refund.Reference == reference).Declines;

    private Task<Answer<Snapshot<Payment>>> DecideAsync(PaymentCommand command) =>
        CommitAsync(null, (state, now) => Payment.Decide(state, command, now));

    // In a turn of its own, so that whoever told us does not wait for the gateway.
    private void WorkSoon()
    {
        if (State?.NextCall() is not null)
        {
            this.AsReference<IAggregateGrain>().VisitAsync(null).Ignore();
        }
    }

    private async Task<bool> WorkAsync(bool atOnce)
    {
        var worked = false;
        while (State is { } payment && payment.NextCall() is not null && (atOnce || payment.RetryAt is not { } retry || retry <= Now))
        {
            atOnce = false;
            worked = true;
            if (payment.Call is null)
            {
                cleared = payment.NextCall()!.Key;
                await DecideAsync(new WriteCall(Services.RealNow));
            }

            payment = State!;
            var call = payment.Call!;
            var lookUp = call.Uncertain || call.Key != cleared;
            cleared = null;
            var answer = lookUp ? await LookUpAsync(payment, call) : await MakeAsync(payment, call);
            await DecideAsync(new TakeAnswer(answer, lookUp));
            cleared = State!.Call is { Uncertain: false } again ? again.Key : null;
        }

        return worked;
    }

    private Task<GatewayAnswer> MakeAsync(Payment payment, GatewayCall call) => call.Purpose switch
    {
        GatewayPurpose.Create => gateway.CreateAsync(payment.Order, call),
        GatewayPurpose.Cancel => gateway.CancelAsync(payment.GatewayId!, call),
        GatewayPurpose.Confirm => gateway.ConfirmAsync(payment.Order, payment.GatewayId!, payment.Confirmation!.Use, call),
        _ => gateway.RefundAsync(payment.GatewayId!, payment.NextRefund!.Amount, call),
    };

    private Task<GatewayAnswer> LookUpAsync(Payment payment, GatewayCall call) => call.Purpose == GatewayPurpose.Refund
        ? gateway.FindRefundAsync(payment.GatewayId!, call)
        : gateway.FindAsync(payment.Order, payment.GatewayId, call.MadeAt);
}
