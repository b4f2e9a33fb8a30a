using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record Payment
{
    private static readonly Duration FirstPause = Duration.FromSeconds(5);
    private static readonly Duration LongestPause = Duration.FromMinutes(10);

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
        ({ } payment, GiveBack giveBack) => payment.DecideRefund(giveBack, now),
        ({ } payment, WriteCall) => payment.Call is null && payment.NextCall() is { } call ? new CallWritten(now, call) : Decision<PaymentFact>.Nothing,
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
                Call = payment.Call! with { Uncertain = true, Tries = payment.Call!.Tries + 1 },
                RetryAt = unanswered.RetryAt,
                Problem = unanswered.Detail ?? payment.Problem,
            },
            CallAnswered answered => payment with { Call = null, RetryAt = null, GatewayId = answered.GatewayId ?? payment.GatewayId },
            PaymentMoved moved => payment.MoveTo(moved.To) with
            {
                GatewayId = moved.GatewayId ?? payment.GatewayId,
                Problem = moved.Detail,
                Call = null,
                RetryAt = null,
            },
            StopAsked stop => payment with { StopReason = stop.Reason },
            RefundAsked refund => payment.MoveTo(PaymentStatus.Returning) with { RefundAmount = refund.Amount, RefundReason = refund.Reason },
            RefundMade made => payment.MoveTo(PaymentStatus.Returned) with { Refunded = payment.Refunded + made.Amount, Call = null, RetryAt = null, Problem = null },
            RefundDeclined declined => payment.MoveTo(PaymentStatus.Succeeded) with
            {
                Call = null,
                RetryAt = null,
                RefundsDeclined = payment.RefundsDeclined + 1,
                Problem = declined.Detail ?? "The gateway declined the refund.",
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

    private Decision<PaymentFact> DecideRefund(GiveBack command, Instant now) => Status switch
    {
        PaymentStatus.Returning or PaymentStatus.Returned => Decision<PaymentFact>.Nothing,
        PaymentStatus.Succeeded when command.Amount.Minor > 0 && command.Amount <= Order.Amount - Refunded - Disputed =>
            new RefundAsked(now, command.Amount, command.Reason),
        _ => Refusal.Of(PaymentRefusal.NotRefundable, $"{Id} is {Status.Spelled()}; {Order.Amount - Refunded - Disputed} of it could be given back once it has succeeded."),
    };

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
            return Unanswered(call, answer.Answer.Detail, now);
        }

        if (outcome == GatewayOutcome.NotFound)
        {
            return NotFound(call, answer, now);
        }

        return call.Purpose == GatewayPurpose.Refund ? RefundAnswered(call, answer.Answer, now) : PaymentAnswered(call, answer, now);
    }

    private Decision<PaymentFact> NotFound(GatewayCall call, TakeAnswer answer, Instant now)
    {
        if (call.Purpose == GatewayPurpose.Create && StopReason is not null)
        {
            return new PaymentMoved(now, PaymentStatus.Cancelled, null, StopReason);
        }

        // Looked up and not there: the call never arrived, so it is made again, with the same key.
        return answer.LookedUp && call.Purpose != GatewayPurpose.Cancel
            ? new CallWritten(now, call with { Uncertain = false })
            : Unanswered(call, answer.Answer.Detail, now);
    }

    private Decision<PaymentFact> PaymentAnswered(GatewayCall call, TakeAnswer answer, Instant now)
    {
        var to = StatusOf(answer.Answer.Outcome);
        if (call.Purpose == GatewayPurpose.Cancel && to is PaymentStatus.AwaitingPayer or PaymentStatus.Failed)
        {
            return answer.LookedUp
                ? new CallWritten(now, call with { Uncertain = false })
                : Unanswered(call, answer.Answer.Detail, now);
        }

        return to is { } status && status != Status && Status.CanBecome(status)
            ? new PaymentMoved(now, status, answer.Answer.GatewayId, answer.Answer.Detail)
            : new CallAnswered(now, answer.Answer.GatewayId);
    }

    private Decision<PaymentFact> RefundAnswered(GatewayCall call, GatewayAnswer answer, Instant now) => answer.Outcome switch
    {
        GatewayOutcome.Succeeded => new RefundMade(now, RefundAmount!.Value),
        GatewayOutcome.Declined => new RefundDeclined(now, answer.Detail),
        _ => Unanswered(call, answer.Detail, now),
    };

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

    private static CallUnanswered Unanswered(GatewayCall call, string? detail, Instant now)
    {
        var pause = Duration.FromSeconds(Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, Math.Min(call.Tries, 10))));
        return new CallUnanswered(now, now + pause, detail);
    }

    private Decision<PaymentFact> Take(GatewayReport report, Instant now)
    {
        if (report.Dispute is { } dispute)
        {
            return TakeDispute(dispute, now);
        }

        if (report.Refund)
        {
            return (Status, report.Answer.Outcome) switch
            {
                (PaymentStatus.Returning, GatewayOutcome.Succeeded) => new RefundMade(now, RefundAmount!.Value),
                (PaymentStatus.Returning, GatewayOutcome.Declined) => new RefundDeclined(now, report.Answer.Detail),
                _ => Decision<PaymentFact>.Nothing,
            };
        }

        return StatusOf(report.Answer.Outcome) is { } to && to != Status && Status.CanBecome(to)
            ? new PaymentMoved(now, to, report.Answer.GatewayId, report.Answer.Detail)
            : Decision<PaymentFact>.Nothing;
    }
}
