using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>Something to bring about on the gateway's copy of an invoice.</summary>
/// <param name="Purpose">What.</param>
/// <param name="Reference">Which one; unique in its copy, so that a repeated request changes nothing.</param>
/// <param name="Payment">The payment to count towards it; null for anything else.</param>
/// <param name="Credit">The credit to write; null for anything else.</param>
public sealed record CopyStep(GatewayPurpose Purpose, string Reference, PaymentId? Payment = null, InvoiceCredit? Credit = null);

/// <summary>
/// The gateway's copy of an invoice: written, paid, credited and closed in the order in which that happened here. Our own
/// document is the truth; where the gateway will not follow, the copy says so and the books go on.
/// </summary>
public sealed partial record InvoiceCopy
{
    /// <summary>The invoice as it was issued.</summary>
    public required Invoice Invoice { get; init; }

    /// <summary>When the copy was asked for.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>The gateway's id of the copy; null until it is written.</summary>
    public string? GatewayId { get; init; }

    /// <summary>What is still to be done, in order.</summary>
    public ImmutableArray<CopyStep> Steps { get; init; } = [];

    /// <summary>References of everything ever asked.</summary>
    public ImmutableArray<string> Asked { get; init; } = [];

    /// <summary>The call written down and not yet answered; null when none is.</summary>
    public GatewayCall? Call { get; init; }

    /// <summary>When the call may be tried again; null when it may be now.</summary>
    public Instant? RetryAt { get; init; }

    /// <summary>What the gateway would not do, in its own words; empty while the copy agrees.</summary>
    public ImmutableArray<string> Refused { get; init; } = [];

    /// <summary>When the newest fact happened.</summary>
    public required Instant ChangedAt { get; init; }

    /// <summary>The call to make next: one written down before, else that of the first step; null when there is nothing to do.</summary>
    public GatewayCall? NextCall() => Call ?? (Steps.IsEmpty ? null : GatewayCall.For($"{Invoice.Id}:{Steps[0].Reference}", Steps[0].Purpose, 1));

    /// <summary>Decides a command at <paramref name="now"/>.</summary>
    public static Decision<CopyFact> Decide(InvoiceCopy? state, CopyCommand command, Instant now) => (state, command) switch
    {
        (null, WriteCopy write) => new CopyAsked(now, write.Invoice),
        (null, _) => Decision<CopyFact>.Nothing,
        (_, WriteCopy) => Decision<CopyFact>.Nothing,
        ({ } copy, AddStep add) => copy.Asked.Contains(add.Step.Reference) ? Decision<CopyFact>.Nothing : new StepAsked(now, add.Step),
        ({ } copy, WriteCopyCall write) => copy.Call is null && copy.NextCall() is { } call
            ? new CopyCallWritten(now, call with { MadeAt = write.RealNow })
            : Decision<CopyFact>.Nothing,
        ({ Call: { } call }, TakeCopyAnswer { Answer: var answer }) => answer.Outcome switch
        {
            GatewayOutcome.Succeeded => new StepDone(now, answer.GatewayId),
            GatewayOutcome.Declined or GatewayOutcome.NotFound => new StepRefused(now, answer.Detail ?? answer.Outcome.ToString()),

            // Every one of these calls looks for what an earlier try left, so the next try is the look-up too.
            _ => new CopyUnanswered(now, call.Unanswered(answer.KeySpent).Again(), now + call.Pause()),
        },
        _ => Decision<CopyFact>.Nothing,
    };

    /// <summary>The copy after a fact.</summary>
    public static InvoiceCopy Evolve(InvoiceCopy? state, CopyFact fact)
    {
        if (fact is CopyAsked asked)
        {
            var first = new CopyStep(GatewayPurpose.Invoice, "copy");
            return new InvoiceCopy { Invoice = asked.Invoice, CreatedAt = asked.At, Steps = [first], Asked = [first.Reference], ChangedAt = asked.At };
        }

        var copy = (state ?? throw new InvalidOperationException($"A copy does not begin with {fact.GetType().Name}.")) with { ChangedAt = fact.At };
        return fact switch
        {
            StepAsked step => copy with { Steps = copy.Steps.Add(step.Step), Asked = copy.Asked.Add(step.Step.Reference) },
            CopyCallWritten written => copy with { Call = written.Call, RetryAt = null },
            CopyUnanswered unanswered => copy with { Call = unanswered.Call, RetryAt = unanswered.RetryAt },
            StepDone done => copy with { Steps = copy.Steps.RemoveAt(0), GatewayId = copy.GatewayId ?? done.GatewayId, Call = null, RetryAt = null },

            // Without a copy there is nothing to pay or credit there.
            StepRefused refused => copy with
            {
                Steps = copy.GatewayId is null ? [] : copy.Steps.RemoveAt(0),
                Refused = copy.Refused.Add(refused.Detail),
                Call = null,
                RetryAt = null,
            },
            _ => throw new InvalidOperationException($"A copy does not know {fact.GetType().Name}."),
        };
    }
}

/// <summary>What happened to the gateway's copy of an invoice.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(CopyAsked), "asked")]
[JsonDerivedType(typeof(StepAsked), "stepAsked")]
[JsonDerivedType(typeof(CopyCallWritten), "callWritten")]
[JsonDerivedType(typeof(CopyUnanswered), "unanswered")]
[JsonDerivedType(typeof(StepDone), "stepDone")]
[JsonDerivedType(typeof(StepRefused), "stepRefused")]
public abstract record CopyFact(Instant At);

/// <summary>The copy was asked for.</summary>
public sealed record CopyAsked(Instant At, Invoice Invoice) : CopyFact(At);

/// <summary>Something more is to be brought about on it.</summary>
public sealed record StepAsked(Instant At, CopyStep Step) : CopyFact(At);

/// <summary>A call to the gateway is about to be made.</summary>
public sealed record CopyCallWritten(Instant At, GatewayCall Call) : CopyFact(At);

/// <summary>Nobody knows what became of the call; it is made again at <paramref name="RetryAt"/>, looking first.</summary>
public sealed record CopyUnanswered(Instant At, GatewayCall Call, Instant RetryAt) : CopyFact(At);

/// <summary>The step was brought about.</summary>
public sealed record StepDone(Instant At, string? GatewayId) : CopyFact(At);

/// <summary>The gateway will not bring it about.</summary>
public sealed record StepRefused(Instant At, string Detail) : CopyFact(At);

/// <summary>What can be asked of the gateway's copy of an invoice.</summary>
public abstract record CopyCommand;

/// <summary>Write it.</summary>
public sealed record WriteCopy(Invoice Invoice) : CopyCommand;

/// <summary>Bring something more about, once what was asked before is done.</summary>
public sealed record AddStep(CopyStep Step) : CopyCommand;

/// <summary>Write the next call down.</summary>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WriteCopyCall(Instant RealNow) : CopyCommand;

/// <summary>Take the answer to the call written down.</summary>
public sealed record TakeCopyAnswer(GatewayAnswer Answer) : CopyCommand;
