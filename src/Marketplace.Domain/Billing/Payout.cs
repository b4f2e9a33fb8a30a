using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Part of a payout that is taken back.</summary>
/// <param name="Reference">Which time; unique in its payout, so that a repeated request changes nothing.</param>
/// <param name="Amount">How much.</param>
/// <param name="Status">Where it stands.</param>
public sealed record PayoutReversal(string Reference, Money Amount, RefundStatus Status);

/// <summary>One transfer to an operator's account at the gateway, and what is taken back of it.</summary>
public sealed partial record Payout
{
    /// <summary>The payout.</summary>
    public required PayoutId Id { get; init; }

    /// <summary>When it was asked for.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>What it brings.</summary>
    public required PayoutOrder Order { get; init; }

    /// <summary>The gateway's id of the operator's account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Where it stands.</summary>
    public required PayoutStatus Status { get; init; }

    /// <summary>The gateway's id of the transfer; null until it is made.</summary>
    public string? GatewayId { get; init; }

    /// <summary>The call written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When the call may be tried again; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>What is taken back, in order.</summary>
    public ImmutableArray<PayoutReversal> Reversals { get; init; } = [];

    /// <summary>The newest thing the gateway said that a person should read; null when there is none.</summary>
    public string? Problem { get; init; }

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>Taken back by the gateway.</summary>
    [JsonIgnore]
    public Money Reversed => Money.Sum(Order.Amount.Currency, Reversals.Where(reversal => reversal.Status == RefundStatus.Made).Select(reversal => reversal.Amount));

    /// <summary>The next part to take back; null when there is none.</summary>
    [JsonIgnore]
    public PayoutReversal? NextReversal => Reversals.FirstOrDefault(reversal => reversal.Status == RefundStatus.Asked);

    /// <summary>The call to make next: one written down before, else what the state asks for; null when there is nothing to do.</summary>
    public GatewayCall? NextCall() => Call ?? (Status switch
    {
        PayoutStatus.Sending => GatewayCall.For(Id.Value, GatewayPurpose.Transfer, 1),
        PayoutStatus.Sent when NextReversal is { } reversal => GatewayCall.For(Id + ":" + reversal.Reference, GatewayPurpose.Reversal, 1),
        _ => null,
    });

    /// <summary>Decides a command at <paramref name="now"/>.</summary>
    public static Decision<PayoutFact> Decide(Payout? state, PayoutCommand command, Instant now) => (state, command) switch
    {
        (null, Send send) => new PayoutAsked(now, send.Order, send.AccountId),
        (null, _) => throw new InvalidOperationException($"A payout does not begin with {command.GetType().Name}."),
        (_, Send) => Decision<PayoutFact>.Nothing,
        ({ } payout, Reverse reverse) => payout.Reversals.Any(reversal => reversal.Reference == reverse.Reference)
            ? Decision<PayoutFact>.Nothing
            : new ReversalAsked(now, reverse.Reference, reverse.Amount),
        ({ } payout, WritePayoutCall write) => payout.Call is null && payout.NextCall() is { } call
            ? new PayoutCallWritten(now, call with { MadeAt = write.RealNow })
            : Decision<PayoutFact>.Nothing,
        ({ } payout, TakePayoutAnswer answer) => payout.Take(answer, now),
        _ => throw new InvalidOperationException($"A payout does not know {command.GetType().Name}."),
    };

    /// <summary>The payout after a fact.</summary>
    public static Payout Evolve(Payout? state, PayoutFact fact)
    {
        if (fact is PayoutAsked asked)
        {
            return new Payout { Id = asked.Order.Id, CreatedAt = asked.At, Order = asked.Order, AccountId = asked.AccountId, Status = PayoutStatus.Sending, ChangedAt = asked.At };
        }

        var payout = (state ?? throw new InvalidOperationException($"A payout does not begin with {fact.GetType().Name}.")) with { ChangedAt = fact.At };
        return fact switch
        {
            PayoutCallWritten written => payout with { Call = written.Call, RetryAt = null },
            PayoutUnanswered unanswered => payout with { Call = unanswered.Call, RetryAt = unanswered.RetryAt, Problem = unanswered.Detail },
            PayoutSent sent => payout.MoveTo(PayoutStatus.Sent) with { GatewayId = sent.GatewayId, Call = null, RetryAt = null, Problem = null },
            PayoutFailed failed => payout.MoveTo(PayoutStatus.Failed) with { Call = null, RetryAt = null, Problem = failed.Detail },
            ReversalAsked reversal => payout with { Reversals = payout.Reversals.Add(new PayoutReversal(reversal.Reference, reversal.Amount, RefundStatus.Asked)) },
            ReversalEnded ended => payout with
            {
                Reversals = [.. payout.Reversals.Select(reversal => reversal.Reference == ended.Reference
                    ? reversal with { Status = ended.Made ? RefundStatus.Made : RefundStatus.Declined }
                    : reversal)],
                Call = null,
                RetryAt = null,
                Problem = ended.Detail,
            },
            _ => throw new InvalidOperationException($"A payout does not know {fact.GetType().Name}."),
        };
    }

    private Payout MoveTo(PayoutStatus to) => Status.CanBecome(to)
        ? this with { Status = to }
        : throw new InvalidOperationException($"{Id}: {Status} does not become {to}.");

    private Decision<PayoutFact> Take(TakePayoutAnswer taken, Instant now)
    {
        if (Call is not { } call)
        {
            return Decision<PayoutFact>.Nothing;
        }

        var (answer, isTransfer) = (taken.Answer, call.Purpose == GatewayPurpose.Transfer);
        return (answer.Outcome, taken.LookedUp) switch
        {
            (GatewayOutcome.Succeeded, _) => isTransfer ? new PayoutSent(now, answer.GatewayId!) : Ended(Made: true),
            (GatewayOutcome.Declined, _) => isTransfer ? new PayoutFailed(now, answer.Detail) : Ended(Made: false),
            (GatewayOutcome.NotFound, true) => new PayoutCallWritten(now, call.Again()),
            (GatewayOutcome.Short, _) => new PayoutUnanswered(now, call.Unanswered(keySpent: true), now + call.Pause(), answer.Detail),
            _ => new PayoutUnanswered(now, call.Unanswered(answer.KeySpent), now + call.Pause(), answer.Detail),
        };

        ReversalEnded Ended(bool Made) => new(now, NextReversal!.Reference, NextReversal.Amount, Made, answer.Detail);
    }
}

/// <summary>What happened to a payout.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(PayoutAsked), "asked")]
[JsonDerivedType(typeof(PayoutCallWritten), "callWritten")]
[JsonDerivedType(typeof(PayoutUnanswered), "unanswered")]
[JsonDerivedType(typeof(PayoutSent), "sent")]
[JsonDerivedType(typeof(PayoutFailed), "failed")]
[JsonDerivedType(typeof(ReversalAsked), "reversalAsked")]
[JsonDerivedType(typeof(ReversalEnded), "reversalEnded")]
public abstract record PayoutFact(Instant At);

/// <summary>It was asked for.</summary>
public sealed record PayoutAsked(Instant At, PayoutOrder Order, string AccountId) : PayoutFact(At);

/// <summary>A call to the gateway is about to be made.</summary>
public sealed record PayoutCallWritten(Instant At, GatewayCall Call) : PayoutFact(At);

/// <summary>Nobody knows what became of the call, or the gateway holds too little now; it is looked up at <paramref name="RetryAt"/>.</summary>
public sealed record PayoutUnanswered(Instant At, GatewayCall Call, Instant RetryAt, string? Detail) : PayoutFact(At);

/// <summary>The gateway made the transfer.</summary>
public sealed record PayoutSent(Instant At, string GatewayId) : PayoutFact(At);

/// <summary>The gateway will not make it.</summary>
public sealed record PayoutFailed(Instant At, string? Detail) : PayoutFact(At);

/// <summary>Part of it is to be taken back.</summary>
public sealed record ReversalAsked(Instant At, string Reference, Money Amount) : PayoutFact(At);

/// <summary>The gateway took the part back, or will not.</summary>
public sealed record ReversalEnded(Instant At, string Reference, Money Amount, bool Made, string? Detail) : PayoutFact(At);

/// <summary>What can be asked of a payout.</summary>
public abstract record PayoutCommand;

/// <summary>Make the transfer.</summary>
public sealed record Send(PayoutOrder Order, string AccountId) : PayoutCommand;

/// <summary>Take part of it back.</summary>
public sealed record Reverse(string Reference, Money Amount) : PayoutCommand;

/// <summary>Write the next call down.</summary>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WritePayoutCall(Instant RealNow) : PayoutCommand;

/// <summary>Take the answer to the call written down.</summary>
public sealed record TakePayoutAnswer(GatewayAnswer Answer, bool LookedUp) : PayoutCommand;
