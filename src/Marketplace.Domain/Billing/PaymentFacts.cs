using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What happened to a payment.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(PaymentAsked), "asked")]
[JsonDerivedType(typeof(CallWritten), "callWritten")]
[JsonDerivedType(typeof(CallUnanswered), "callUnanswered")]
[JsonDerivedType(typeof(CallAnswered), "callAnswered")]
[JsonDerivedType(typeof(PaymentMoved), "moved")]
[JsonDerivedType(typeof(PaymentDeclined), "declined")]
[JsonDerivedType(typeof(StopAsked), "stopAsked")]
[JsonDerivedType(typeof(ConfirmationAsked), "confirmationAsked")]
[JsonDerivedType(typeof(ConfirmationAnswered), "confirmationAnswered")]
[JsonDerivedType(typeof(RefundAsked), "refundAsked")]
[JsonDerivedType(typeof(RefundMade), "refundMade")]
[JsonDerivedType(typeof(RefundDeclined), "refundDeclined")]
[JsonDerivedType(typeof(RefundRefused), "refundRefused")]
[JsonDerivedType(typeof(DisputeOpened), "disputeOpened")]
[JsonDerivedType(typeof(DisputeDecided), "disputeDecided")]
public abstract record PaymentFact(Instant At);

/// <summary>It was asked for.</summary>
public sealed record PaymentAsked(Instant At, PaymentOrder Order) : PaymentFact(At);

/// <summary>A call to the gateway is about to be made.</summary>
public sealed record CallWritten(Instant At, GatewayCall Call) : PaymentFact(At);

/// <summary>Nobody knows what became of the call; it is looked up at <paramref name="RetryAt"/>.</summary>
public sealed record CallUnanswered(Instant At, GatewayCall Call, Instant RetryAt, string? Detail) : PaymentFact(At);

/// <summary>The gateway answered the call.</summary>
public sealed record CallAnswered(Instant At, string? GatewayId) : PaymentFact(At);

/// <summary>The payment's state at the gateway moved on.</summary>
public sealed record PaymentMoved(Instant At, PaymentStatus To, string? GatewayId, string? Detail) : PaymentFact(At);

/// <summary>The payer's bank declined, and the payment goes on waiting: the payer may try again.</summary>
public sealed record PaymentDeclined(Instant At, string Detail) : PaymentFact(At);

/// <summary>It is to be paid with a kept method.</summary>
public sealed record ConfirmationAsked(Instant At, PaymentConfirmation Confirmation) : PaymentFact(At);

/// <summary>The attempt brought no money: refused for the reason given, or (null) the payer must confirm at the bank.</summary>
public sealed record ConfirmationAnswered(Instant At, string? Detail) : PaymentFact(At);

/// <summary>It is to be called off.</summary>
public sealed record StopAsked(Instant At, string Reason) : PaymentFact(At);

/// <summary>Its money, or part of it, is to be given back; a reference asked for before and declined is tried once more.</summary>
public sealed record RefundAsked(Instant At, string Reference, Money Amount, string Reason) : PaymentFact(At);

/// <summary>The gateway gave it back.</summary>
public sealed record RefundMade(Instant At, string Reference, Money Amount) : PaymentFact(At);

/// <summary>The gateway will not give it back, or its bank returned what it had sent (<paramref name="WasMade"/>); a person must.</summary>
public sealed record RefundDeclined(Instant At, string Reference, Money Amount, string? Detail, bool WasMade) : PaymentFact(At);

/// <summary>It could not even be asked for: more than the payment still has. A person must look at it.</summary>
public sealed record RefundRefused(Instant At, string Reference, Money Amount, string Reason, string Detail) : PaymentFact(At);

/// <summary>The payer's bank took money of it back until it has decided.</summary>
public sealed record DisputeOpened(Instant At, PaymentDispute Dispute) : PaymentFact(At);

/// <summary>The payer's bank decided a dispute: the money came back, or stays away.</summary>
public sealed record DisputeDecided(Instant At, PaymentDispute Dispute) : PaymentFact(At);

/// <summary>What can be asked of a payment.</summary>
public abstract record PaymentCommand;

/// <summary>Collect it.</summary>
public sealed record AskPayment(PaymentOrder Order) : PaymentCommand;

/// <summary>Pay with a kept method.</summary>
/// <param name="Use">The method, and who is there.</param>
/// <param name="Request">What makes the request repeatable.</param>
public sealed record PayWith(MethodUse Use, string Request) : PaymentCommand;

/// <summary>Call it off, if that is still possible.</summary>
public sealed record StopCollecting(PaymentOrder Order, string Reason) : PaymentCommand;

/// <summary>Give money back.</summary>
/// <param name="Amount">How much; more than zero.</param>
/// <param name="Reason">For people.</param>
/// <param name="Reference">What it is for; a repeated one changes nothing.</param>
public sealed record GiveBack(Money Amount, string Reason, string Reference = GiveBack.Deposit) : PaymentCommand
{
    /// <summary>The reference of a deposit's only refund.</summary>
    public const string Deposit = "deposit";
}

/// <summary>Remember that money could not be given back, and why, where whoever asked for it cannot be answered.</summary>
public sealed record RefuseRefund(GiveBack Asked, string Detail) : PaymentCommand;

/// <summary>Write the next call down.</summary>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WriteCall(Instant RealNow) : PaymentCommand;

/// <summary>Take the answer to the call written down.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="LookedUp">Whether it came from looking the call up rather than from making it.</param>
public sealed record TakeAnswer(GatewayAnswer Answer, bool LookedUp) : PaymentCommand;

/// <summary>Take what a notification says.</summary>
public sealed record TakeReport(GatewayReport Report) : PaymentCommand;
