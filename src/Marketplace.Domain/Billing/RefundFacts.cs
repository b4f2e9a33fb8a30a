using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>A further payment of a deposit that is more than one takes was started.</summary>
public sealed record DepositPaymentStarted(Instant At, ReservationId Reservation, PaymentId Payment, Money Amount) : BillingFact(At);

/// <summary>The gateway declined to give back part of a deposit, or what it had sent came back to it; a person must look at it.</summary>
/// <param name="At">When.</param>
/// <param name="Reservation">What it secured.</param>
/// <param name="Payment">Of which payment.</param>
/// <param name="Decline">What.</param>
/// <param name="Entry">The books' entry where it had been given back; otherwise null.</param>
public sealed record DepositReturnDeclined(Instant At, ReservationId Reservation, PaymentId Payment, DeclinedReturn Decline, LedgerEntry? Entry) : BillingFact(At);

/// <summary>The gateway is asked once more for what it declined to give back of a deposit.</summary>
public sealed record DepositReturnRetried(Instant At, ReservationId Reservation, PaymentId Payment, DeclinedReturn Decline, string Reason) : BillingFact(At);

/// <summary>Credit is to be given back as money.</summary>
public sealed record CreditRefundAsked(Instant At, CreditRefund Refund, LedgerEntry Entry) : BillingFact(At);

/// <summary>Part of a refund was given back.</summary>
/// <param name="At">When.</param>
/// <param name="Refund">The refund.</param>
/// <param name="Payment">The payment that the gateway gave back, or had declined; null where it came by bank.</param>
/// <param name="Reference">The bank's reference; null where the gateway gave it back.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Onward">The operator's share, which goes back with it.</param>
/// <param name="Bank">What leaves the marketplace's bank account; null where the gateway gave it back.</param>
public sealed record CreditRefundPaid(
    Instant At, RefundId Refund, PaymentId? Payment, string? Reference, LedgerEntry Entry, OnwardTransfer Onward, OnwardTransfer? Bank) : BillingFact(At);

/// <summary>The gateway declined part of a refund, or what it had sent came back to it; a person must look at it.</summary>
/// <param name="At">When.</param>
/// <param name="Refund">The refund.</param>
/// <param name="Payment">Of which payment.</param>
/// <param name="Detail">Why.</param>
/// <param name="Entry">The books' entry where it had been given back; otherwise null.</param>
/// <param name="Onward">The operator's share that comes again where it had been given back; otherwise null.</param>
public sealed record CreditRefundDeclined(Instant At, RefundId Refund, PaymentId Payment, string Detail, LedgerEntry? Entry, OnwardTransfer? Onward) : BillingFact(At);

/// <summary>The gateway is asked once more for part of a refund that it declined.</summary>
public sealed record CreditRefundRetried(Instant At, RefundId Refund, PaymentId Payment) : BillingFact(At);
