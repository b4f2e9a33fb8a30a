using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Billing;

/// <summary>Operator's books to its payouts: this was collected, or taken back; with it, where they change, what the tenant has as credit and what a dispute keeps.</summary>
public sealed record OperatorEarned(Payable Payable, CreditLeft? Credit = null, PayoutHold? Released = null) : Notice;

/// <summary>Operator's books to its payouts: a share of a payment is disputed, or no longer.</summary>
public sealed record OperatorKeptFrom(OrganizationId Tenant, PaymentId Payment, Money Change) : Notice;

/// <summary>Tenant's books to an operator's payouts: what the tenant has as credit with the operator now, as far as the operator would bear it.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Amount">How much.</param>
/// <param name="Number">Entries in the tenant's books: the higher one is the newer; zero in notices older than numbers.</param>
public sealed record CreditStands(OrganizationId Tenant, Money Amount, long Number = 0) : Notice;

/// <summary>Tenant's books to an operator's payouts: nothing is left to pay of an invoice.</summary>
public sealed record InvoiceCleared(InvoiceId Invoice) : Notice;

/// <summary>Payouts to one payout: make the transfer.</summary>
public sealed record SendPayout(PayoutOrder Order, string AccountId) : Notice;

/// <summary>Payouts to one payout: take part of it back.</summary>
public sealed record ReversePayout(PayoutId Payout, string Reference, Money Amount) : Notice;

/// <summary>One payout to its operator's payouts: the transfer was made, or will not be.</summary>
public sealed record PayoutAnswered(PayoutId Payout, bool Made, string? Detail) : Notice;

/// <summary>One payout to its operator's payouts: part of it was taken back, or will not be.</summary>
public sealed record ReversalAnswered(PayoutId Payout, Money Amount, bool Made, string? Detail) : Notice;

/// <summary>One payout to its operator's books: money left the gateway (positive) or came back.</summary>
public sealed record PayoutPosted(string FactId, PayoutId Payout, Money Amount) : Notice;
