using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record Payment
{
    /// <summary>Decides a command at <paramref name="now"/>.</summary>
    public static Decision<PaymentFact> Decide(Payment? state, PaymentCommand command, Instant now) => (state, command) switch
    {
        (null, AskPayment ask) => new PaymentAsked(now, ask.Order),
        (null, StopCollecting stop) => Decision<PaymentFact>.Of(
            new PaymentAsked(now, stop.Order),
            new StopAsked(now, stop.Reason),
            new PaymentMoved(now, PaymentStatus.Cancelled, null, stop.Reason)),
        (null, _) => Refusal.Of(PaymentRefusal.NotFound, "There is no such payment."),
        ({ } payment, AskPayment ask) when payment.Order != ask.Order => Differs(payment),
        (_, AskPayment) => Decision<PaymentFact>.Nothing,
        ({ } payment, StopCollecting stop) => payment.Stop(stop, now),
        ({ } payment, PayWith with) => payment.Confirm(with, now),
        ({ } payment, GiveBack giveBack) => payment.DecideRefund(giveBack, now),
        ({ } payment, RefuseRefund refuse) => payment.Refunds.Any(refund => refund.Reference == refuse.Asked.Reference && refund.Status != RefundStatus.Declined)
            ? Decision<PaymentFact>.Nothing
            : new RefundRefused(now, refuse.Asked.Reference, refuse.Asked.Amount, refuse.Asked.Reason, refuse.Detail),
        ({ } payment, WriteCall write) => payment.Call is null && payment.NextCall() is { } call
            ? new CallWritten(now, call with { MadeAt = write.RealNow })
            : Decision<PaymentFact>.Nothing,
        ({ } payment, TakeAnswer answer) => payment.Take(answer, now),
        ({ } payment, TakeReport report) => payment.Take(report.Report, now),
        _ => throw new InvalidOperationException($"A payment does not know {command.GetType().Name}."),
    };

    /// <summary>The payment after a fact.</summary>
    public static Payment Evolve(Payment? state, PaymentFact fact)
    {
        if (fact is PaymentAsked asked)
        {
            return new Payment
            {
                Id = asked.Order.Id,
                CreatedAt = asked.At,
                Order = asked.Order,
                Status = PaymentStatus.Preparing,
                Refunded = Money.Zero(asked.Order.Amount.Currency),
                Confirmation = asked.Order.Use is { } use ? new PaymentConfirmation(1, use, true, []) : null,
                ChangedAt = asked.At,
            };
        }

        var payment = state ?? throw new InvalidOperationException($"A payment does not begin with {fact.GetType().Name}.");
        payment = payment with { ChangedAt = fact.At };
        return fact switch
        {
            CallWritten written => payment with { Call = written.Call, RetryAt = null },
            CallUnanswered unanswered => payment with
            {
                Call = unanswered.Call,
                RetryAt = unanswered.RetryAt,
                Problem = unanswered.Detail ?? payment.Problem,
            },
            CallAnswered answered => payment with { Call = null, RetryAt = null, GatewayId = answered.GatewayId ?? payment.GatewayId },
            PaymentMoved moved => payment.MoveTo(moved.To) with
            {
                GatewayId = moved.GatewayId ?? payment.GatewayId,
                Confirmation = payment.ConfirmationAfter(moved.To),
                Problem = moved.Detail,
                Call = null,
                RetryAt = null,
            },
            PaymentDeclined declined => payment with { Problem = declined.Detail },
            StopAsked stop => payment with { StopReason = stop.Reason },
            ConfirmationAsked confirmation => payment with { Confirmation = confirmation.Confirmation, Problem = null },
            ConfirmationAnswered answered => payment.Confirmed(answered),
            RefundAsked refund => payment.Ask(refund),
            RefundMade made => payment.With(made.Reference, refund => refund with { Status = RefundStatus.Made }) with
            {
                Refunded = payment.Refunded + made.Amount,
                Problem = null,
            },
            RefundDeclined declined => payment.With(declined.Reference, refund => refund with { Status = RefundStatus.Declined, Declines = refund.Declines + 1 }) with
            {
                Refunded = declined.WasMade ? payment.Refunded - declined.Amount : payment.Refunded,
                RefundsDeclined = payment.RefundsDeclined + 1,
                Problem = declined.Detail ?? "The gateway declined the refund.",
            },
            RefundRefused refused => payment with
            {
                Refunds = payment.Refunds.FirstOrDefault(refund => refund.Reference == refused.Reference) is { } before
                    ? payment.Refunds.Replace(before, before with { Declines = before.Declines + 1 })
                    : payment.Refunds.Add(new PaymentRefund(refused.Reference, refused.Amount, refused.Reason, RefundStatus.Declined, 1, refused.At)),
                RefundsDeclined = payment.RefundsDeclined + 1,
                Problem = refused.Detail,
            },
            DisputeOpened opened => payment with { Disputes = (payment.Disputes ?? []).Add(opened.Dispute) },
            DisputeDecided decided => payment with
            {
                Disputes = [.. payment.Disputes!.Value.Select(dispute => dispute.Id == decided.Dispute.Id ? decided.Dispute : dispute)],
            },
            _ => throw new InvalidOperationException($"A payment does not know {fact.GetType().Name}."),
        };
    }

    /// <summary>Whether a notification contradicts what is known, so that the gateway must be asked what holds now.</summary>
    public bool Doubts(GatewayReport report) => report.Dispute is not null
        ? !Status.HasMoney()
        : !report.Refund && Status == PaymentStatus.Processing && report.Answer.Outcome is GatewayOutcome.Created or GatewayOutcome.NeedsAction;

    private static Refusal Differs(Payment payment) =>
        Refusal.Of(PaymentRefusal.Differs, $"{payment.Id} collects {payment.Order.Amount} for {payment.Order.Subject}.");

    private static PaymentStatus? StatusOf(GatewayOutcome outcome) => outcome switch
    {
        GatewayOutcome.Created or GatewayOutcome.NeedsAction => PaymentStatus.AwaitingPayer,
        GatewayOutcome.Processing => PaymentStatus.Processing,
        GatewayOutcome.Succeeded => PaymentStatus.Succeeded,
        GatewayOutcome.Cancelled => PaymentStatus.Cancelled,
        GatewayOutcome.Declined => PaymentStatus.Failed,
        _ => null,
    };

    private Payment MoveTo(PaymentStatus to) => Status.CanBecome(to)
        ? this with { Status = to }
        : throw new InvalidOperationException($"{Id}: {Status} does not become {to}.");

    private Decision<PaymentFact> Stop(StopCollecting stop, Instant now)
    {
        if (Order != stop.Order)
        {
            return Differs(this);
        }

        if (StopReason is not null || Status is PaymentStatus.Cancelled or PaymentStatus.Failed or PaymentStatus.Succeeded or PaymentStatus.Returning or PaymentStatus.Returned)
        {
            return Decision<PaymentFact>.Nothing;
        }

        var asked = new StopAsked(now, stop.Reason);
        return Status == PaymentStatus.Preparing && Call is null
            ? Decision<PaymentFact>.Of(asked, new PaymentMoved(now, PaymentStatus.Cancelled, null, stop.Reason))
            : asked;
    }

    private Payment Ask(RefundAsked asked)
    {
        var refund = new PaymentRefund(asked.Reference, asked.Amount, asked.Reason, RefundStatus.Asked, 0, asked.At);
        var again = Refunds.FirstOrDefault(other => other.Reference == asked.Reference);
        var refunds = again is null ? Refunds.Add(refund) : Refunds.Replace(again, refund with { Declines = again.Declines });
        return (Status == PaymentStatus.Returning ? this : MoveTo(PaymentStatus.Returning)) with { Refunds = refunds };
    }

    // The refund's own call ends with it; another's stays.
    private Payment With(string reference, Func<PaymentRefund, PaymentRefund> change)
    {
        var before = Refunds.First(refund => refund.Reference == reference);
        var refunds = Refunds.Replace(before, change(before));
        var ends = Call is { Purpose: GatewayPurpose.Refund } call && call.Subject == RefundSubject(before);
        var to = refunds.Any(refund => refund.Status == RefundStatus.Asked) ? PaymentStatus.Returning
            : refunds.Any(refund => refund.Status == RefundStatus.Made) ? PaymentStatus.Returned
            : PaymentStatus.Succeeded;
        return (Status == to ? this : MoveTo(to)) with { Refunds = refunds, Call = ends ? null : Call, RetryAt = ends ? null : RetryAt };
    }

    private Decision<PaymentFact> DecideRefund(GiveBack command, Instant now)
    {
        if (Refunds.Any(refund => refund.Reference == command.Reference && refund.Status != RefundStatus.Declined))
        {
            return Decision<PaymentFact>.Nothing;
        }

        if (!Status.HasMoney() || command.Amount.Minor <= 0 || command.Amount.Currency != Order.Amount.Currency)
        {
            return Refusal.Of(PaymentRefusal.NotRefundable, $"{Id} is {Status.Spelled()}; of {Order.Amount}, {Refundable} could be given back.");
        }

        return command.Amount <= Refundable
            ? new RefundAsked(now, command.Reference, command.Amount, command.Reason)
            : Refusal.Of(PaymentRefusal.RefundExceedsPayment, $"{Refundable} of {Id} could still be given back.", "amount");
    }

    private Decision<PaymentFact> Take(TakeAnswer answer, Instant now)
    {
        if (Call is not { } call)
        {
            // Not an answer but a look at what the gateway holds, such as the hourly one.
            return Take(new GatewayReport("", answer.Answer, Refund: false), now);
        }

        var outcome = answer.Answer.Outcome;
        if (outcome == GatewayOutcome.Unknown)
        {
            return Unanswered(call, answer.Answer, now);
        }

        if (outcome == GatewayOutcome.NotFound && (call.Purpose != GatewayPurpose.Confirm || answer.LookedUp))
        {
            return NotFound(call, answer, now);
        }

        return call.Purpose == GatewayPurpose.Confirm ? ConfirmAnswered(call, answer, now)
            : call.Purpose == GatewayPurpose.Refund ? RefundAnswered(call, answer.Answer, now) : PaymentAnswered(call, answer, now);
    }

    private Decision<PaymentFact> NotFound(GatewayCall call, TakeAnswer answer, Instant now)
    {
        if (call.Purpose == GatewayPurpose.Create && StopReason is not null)
        {
            return new PaymentMoved(now, PaymentStatus.Cancelled, null, StopReason);
        }

        // Looked up and not there: the call never arrived, or the gateway stored its own failure; so it is made again.
        return answer.LookedUp && call.Purpose is not (GatewayPurpose.Cancel or GatewayPurpose.Confirm)
            ? new CallWritten(now, call.Again())
            : Unanswered(call, answer.Answer, now);
    }

    private Decision<PaymentFact> PaymentAnswered(GatewayCall call, TakeAnswer answer, Instant now)
    {
        var to = StatusOf(answer.Answer.Outcome);
        if (call.Purpose == GatewayPurpose.Cancel && to is PaymentStatus.AwaitingPayer or PaymentStatus.Failed)
        {
            return answer.LookedUp
                ? new CallWritten(now, call.Again())
                : Unanswered(call, answer.Answer, now);
        }

        return to is { } status && status != Status && Status.CanBecome(status)
            ? new PaymentMoved(now, status, answer.Answer.GatewayId, answer.Answer.Detail)
            : new CallAnswered(now, answer.Answer.GatewayId);
    }

    private Decision<PaymentFact> RefundAnswered(GatewayCall call, GatewayAnswer answer, Instant now)
    {
        var refund = Refunds.First(refund => RefundSubject(refund) == call.Subject);
        return answer.Outcome switch
        {
            GatewayOutcome.Succeeded => new RefundMade(now, refund.Reference, refund.Amount),
            GatewayOutcome.Declined => new RefundDeclined(now, refund.Reference, refund.Amount, answer.Detail, WasMade: false),
            GatewayOutcome.Short => Unanswered(call, answer with { KeySpent = true }, now),
            _ => Unanswered(call, answer, now),
        };
    }

    private static CallUnanswered Unanswered(GatewayCall call, GatewayAnswer answer, Instant now) =>
        new(now, call.Unanswered(answer.KeySpent), now + call.Pause(), answer.Detail);

    private Decision<PaymentFact> TakeDispute(PaymentDispute told, Instant now)
    {
        var known = Disputes?.FirstOrDefault(dispute => dispute.Id == told.Id);
        if (known is { Status: not DisputeStatus.Open } || known?.Status == told.Status || !Status.HasMoney())
        {
            return Decision<PaymentFact>.Nothing;
        }

        // A decision that overtook the opening brings the opening with it; what then still comes of that changes nothing.
        var opened = new DisputeOpened(now, told with { Status = DisputeStatus.Open });
        var decided = new DisputeDecided(now, (known ?? told) with { Status = told.Status });
        return (known, told.Status) switch
        {
            (null, DisputeStatus.Open) => opened,
            (null, _) => Decision<PaymentFact>.Of(opened, decided),
            _ => decided,
        };
    }

    private Decision<PaymentFact> Take(GatewayReport report, Instant now)
    {
        if (report.Dispute is { } dispute)
        {
            return TakeDispute(dispute, now);
        }

        if (report.Refund)
        {
            return TakeRefund(report, now);
        }

        if (StatusOf(report.Answer.Outcome) is { } to && to != Status && Status.CanBecome(to))
        {
            return new PaymentMoved(now, to, report.Answer.GatewayId, report.Answer.Detail);
        }

        return report.Answer is { Outcome: GatewayOutcome.NeedsAction, Detail: { } detail } && Status == PaymentStatus.AwaitingPayer && detail != Problem
            ? new PaymentDeclined(now, detail)
            : Decision<PaymentFact>.Nothing;
    }

    // A refund is known by the call that asked for it. One that the gateway made and then could not deliver comes back.
    private Decision<PaymentFact> TakeRefund(GatewayReport report, Instant now)
    {
        if (Refunds.FirstOrDefault(refund => RefundSubject(refund) == report.Call) is not { } refund)
        {
            return Decision<PaymentFact>.Nothing;
        }

        return (refund.Status, report.Answer.Outcome) switch
        {
            (RefundStatus.Asked, GatewayOutcome.Succeeded) => new RefundMade(now, refund.Reference, refund.Amount),
            (RefundStatus.Asked, GatewayOutcome.Declined) => new RefundDeclined(now, refund.Reference, refund.Amount, report.Answer.Detail, WasMade: false),
            (RefundStatus.Made, GatewayOutcome.Declined) => new RefundDeclined(now, refund.Reference, refund.Amount, report.Answer.Detail, WasMade: true),
            _ => Decision<PaymentFact>.Nothing,
        };
    }
}
