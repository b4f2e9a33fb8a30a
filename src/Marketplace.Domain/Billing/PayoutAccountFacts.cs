using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What happened to an operator's payouts.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(AccountAsked), "accountAsked")]
[JsonDerivedType(typeof(AccountCallWritten), "accountCallWritten")]
[JsonDerivedType(typeof(AccountUnanswered), "accountUnanswered")]
[JsonDerivedType(typeof(AccountKnown), "accountKnown")]
[JsonDerivedType(typeof(AccountDeclined), "accountDeclined")]
[JsonDerivedType(typeof(AccountShown), "accountShown")]
[JsonDerivedType(typeof(PayableEarned), "earned")]
[JsonDerivedType(typeof(CreditKept), "creditKept")]
[JsonDerivedType(typeof(DisputeKept), "disputeKept")]
[JsonDerivedType(typeof(InvoiceNoted), "invoiceNoted")]
[JsonDerivedType(typeof(PayoutsLooked), "looked")]
[JsonDerivedType(typeof(PayoutBegun), "begun")]
[JsonDerivedType(typeof(PayoutEnded), "ended")]
[JsonDerivedType(typeof(TakeBackBegun), "takeBackBegun")]
[JsonDerivedType(typeof(TakeBackEnded), "takeBackEnded")]
public abstract record PayoutAccountFact(Instant At);

/// <summary>An account was asked for.</summary>
public sealed record AccountAsked(Instant At, OrganizationId Operator, string? Country) : PayoutAccountFact(At);

/// <summary>The call that opens it is about to be made.</summary>
public sealed record AccountCallWritten(Instant At, GatewayCall Call) : PayoutAccountFact(At);

/// <summary>Nobody knows what became of the call; it is looked up at <paramref name="RetryAt"/>.</summary>
public sealed record AccountUnanswered(Instant At, GatewayCall Call, Instant RetryAt, string? Detail) : PayoutAccountFact(At);

/// <summary>The gateway has the account.</summary>
public sealed record AccountKnown(Instant At, string GatewayId) : PayoutAccountFact(At);

/// <summary>The gateway will not open one; asking again is possible.</summary>
public sealed record AccountDeclined(Instant At, string? Detail) : PayoutAccountFact(At);

/// <summary>The gateway showed the account.</summary>
public sealed record AccountShown(Instant At, GatewayAccount Account) : PayoutAccountFact(At);

/// <summary>Money was collected for the operator, or collected money was taken back.</summary>
public sealed record PayableEarned(Instant At, Payable Payable) : PayoutAccountFact(At);

/// <summary>What a tenant has as credit, as far as the operator would bear it; zero when none.</summary>
public sealed record CreditKept(Instant At, OrganizationId Tenant, Money Amount, long? Number = null) : PayoutAccountFact(At);

/// <summary>The operator's share of a payment is disputed, or no longer.</summary>
public sealed record DisputeKept(Instant At, OrganizationId Tenant, PaymentId Payment, Money Change) : PayoutAccountFact(At);

/// <summary>Nothing is left to pay of an invoice.</summary>
public sealed record InvoiceNoted(Instant At, InvoiceId Invoice) : PayoutAccountFact(At);

/// <summary>A time came at which something might have been sent.</summary>
public sealed record PayoutsLooked(Instant At) : PayoutAccountFact(At);

/// <summary>A transfer is to be made.</summary>
public sealed record PayoutBegun(Instant At, PayoutOrder Order, string FactId, string AccountId) : PayoutAccountFact(At);

/// <summary>The gateway made the transfer, or will not.</summary>
public sealed record PayoutEnded(Instant At, PayoutId Payout, bool Made, string? Detail) : PayoutAccountFact(At);

/// <summary>Part of a transfer is to be taken back.</summary>
public sealed record TakeBackBegun(Instant At, PayoutId Payout, string Reference, Money Amount) : PayoutAccountFact(At);

/// <summary>The gateway took it back, or will not.</summary>
public sealed record TakeBackEnded(Instant At, PayoutId Payout, Money Amount, bool Made, string? Detail) : PayoutAccountFact(At);

/// <summary>What can be asked of an operator's payouts.</summary>
public abstract record PayoutAccountCommand;

/// <summary>Ask for an account at the gateway.</summary>
/// <param name="Country">ISO 3166-1 alpha-2 code of where the operator is registered.</param>
public sealed record AskAccount(string Country) : PayoutAccountCommand;

/// <summary>Write the next call about the account down.</summary>
/// <param name="RealNow">Real time, before which nothing of a new call can be at the gateway.</param>
public sealed record WriteAccountCall(Instant RealNow) : PayoutAccountCommand;

/// <summary>Take the answer to that call.</summary>
public sealed record TakeAccountAnswer(GatewayAnswer Answer, bool LookedUp) : PayoutAccountCommand;

/// <summary>Take what the gateway shows.</summary>
public sealed record TakeAccount(GatewayAccount Account) : PayoutAccountCommand;

/// <summary>Take what was collected, and with it what the tenant has as credit, and what is kept for a dispute, where those change. Each fact counts once.</summary>
public sealed record Earn(Payable Payable, CreditLeft? Credit = null, PayoutHold? Released = null) : PayoutAccountCommand;

/// <summary>Take what a tenant has as credit now, as far as the operator would bear it.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Amount">How much.</param>
/// <param name="Number">The higher one is the newer; what is older changes nothing.</param>
public sealed record KeepCredit(OrganizationId Tenant, Money Amount, long Number = 0) : PayoutAccountCommand;

/// <summary>Take a change of what is disputed: positive keeps more from being paid out, negative gives it free.</summary>
public sealed record KeepDispute(OrganizationId Tenant, PaymentId Payment, Money Change) : PayoutAccountCommand;

/// <summary>Take that nothing is left to pay of an invoice.</summary>
public sealed record NoteInvoice(InvoiceId Invoice) : PayoutAccountCommand;

/// <summary>Begin every transfer that nothing stands in the way of, and take back what must come back.</summary>
public sealed record PlanPayouts : PayoutAccountCommand;

/// <summary>Take what became of a transfer.</summary>
public sealed record TakePayout(PayoutId Payout, bool Made, string? Detail) : PayoutAccountCommand;

/// <summary>Take what became of taking part of a transfer back.</summary>
public sealed record TakeTakenBack(PayoutId Payout, Money Amount, bool Made, string? Detail) : PayoutAccountCommand;
