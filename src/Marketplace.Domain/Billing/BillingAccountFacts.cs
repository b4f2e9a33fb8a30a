using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What happened in a billing account. The ledger entry a fact makes stands in the fact, so that history never depends on today's rules.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(AccountOpened), "accountOpened")]
[JsonDerivedType(typeof(DepositOpened), "depositOpened")]
[JsonDerivedType(typeof(DepositRefused), "depositRefused")]
[JsonDerivedType(typeof(DepositReceived), "depositReceived")]
[JsonDerivedType(typeof(DepositEnded), "depositEnded")]
[JsonDerivedType(typeof(DepositReturning), "depositReturning")]
[JsonDerivedType(typeof(DepositReturned), "depositReturned")]
[JsonDerivedType(typeof(InvoiceIssued), "invoiceIssued")]
[JsonDerivedType(typeof(InvoicePaymentStarted), "invoicePaymentStarted")]
[JsonDerivedType(typeof(InvoicePaymentEnded), "invoicePaymentEnded")]
[JsonDerivedType(typeof(InvoiceSettled), "invoiceSettled")]
[JsonDerivedType(typeof(PaymentCredited), "paymentCredited")]
[JsonDerivedType(typeof(InvoiceFellOverdue), "invoiceFellOverdue")]
[JsonDerivedType(typeof(InvoiceReminded), "invoiceReminded")]
[JsonDerivedType(typeof(PaymentDisputed), "paymentDisputed")]
[JsonDerivedType(typeof(DisputeSettled), "disputeSettled")]
[JsonDerivedType(typeof(PayoutHoldTaken), "payoutHoldTaken")]
[JsonDerivedType(typeof(TransferTaken), "transferTaken")]
[JsonDerivedType(typeof(PayoutTaken), "payoutTaken")]
[JsonDerivedType(typeof(ProfileChanged), "profileChanged")]
[JsonDerivedType(typeof(ReferencesSet), "referencesSet")]
[JsonDerivedType(typeof(CreditNoteIssued), "creditNoteIssued")]
[JsonDerivedType(typeof(PrepaymentPlanned), "prepaymentPlanned")]
[JsonDerivedType(typeof(PrepaymentPaid), "prepaymentPaid")]
[JsonDerivedType(typeof(PrepaymentMoved), "prepaymentMoved")]
[JsonDerivedType(typeof(PrepaymentEnded), "prepaymentEnded")]
[JsonDerivedType(typeof(PriceAwaited), "priceAwaited")]
[JsonDerivedType(typeof(PriceKnown), "priceKnown")]
[JsonDerivedType(typeof(DepositWarned), "depositWarned")]
[JsonDerivedType(typeof(DepositMoved), "depositMoved")]
[JsonDerivedType(typeof(LetterRegistered), "letterRegistered")]
[JsonDerivedType(typeof(LetterConfirmed), "letterConfirmed")]
[JsonDerivedType(typeof(ReceiptTaken), "receiptTaken")]
[JsonDerivedType(typeof(ReceiptOffered), "receiptOffered")]
[JsonDerivedType(typeof(ReceiptAnswered), "receiptAnswered")]
[JsonDerivedType(typeof(ReceiptSentBack), "receiptSentBack")]
[JsonDerivedType(typeof(ReceiptAccepted), "receiptAccepted")]
[JsonDerivedType(typeof(DepositPaymentStarted), "depositPaymentStarted")]
[JsonDerivedType(typeof(DepositReturnDeclined), "depositReturnDeclined")]
[JsonDerivedType(typeof(DepositReturnRetried), "depositReturnRetried")]
[JsonDerivedType(typeof(CreditRefundAsked), "creditRefundAsked")]
[JsonDerivedType(typeof(CreditRefundPaid), "creditRefundPaid")]
[JsonDerivedType(typeof(CreditRefundDeclined), "creditRefundDeclined")]
[JsonDerivedType(typeof(CreditRefundRetried), "creditRefundRetried")]
[JsonDerivedType(typeof(CollectionChanged), "collectionChanged")]
public abstract record BillingFact(Instant At);

/// <summary>The account came into being.</summary>
public sealed record AccountOpened(Instant At, OrganizationId Organization) : BillingFact(At);

/// <summary>A deposit was asked for.</summary>
public sealed record DepositOpened(Instant At, Deposit Deposit) : BillingFact(At);

/// <summary>A reservation ended before its deposit was asked for; it never will be.</summary>
public sealed record DepositRefused(Instant At, ReservationId Reservation) : BillingFact(At);

/// <summary>A deposit's money came.</summary>
/// <param name="At">When.</param>
/// <param name="Reservation">What it secures.</param>
/// <param name="Amount">How much.</param>
/// <param name="Wanted">False when it came too late and is given back.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Payment">The payment that brought it; null in facts older than deposits in several payments.</param>
/// <param name="Partial">True when more is to come before the deposit is held; otherwise null.</param>
public sealed record DepositReceived(
    Instant At, ReservationId Reservation, Money Amount, bool Wanted, LedgerEntry Entry, PaymentId? Payment = null, bool? Partial = null) : BillingFact(At);

/// <summary>A deposit will not be paid.</summary>
/// <param name="At">When.</param>
/// <param name="Reservation">What it would have secured.</param>
/// <param name="Status"><see cref="DepositStatus.Failed"/> or <see cref="DepositStatus.Cancelled"/>.</param>
/// <param name="ByPayment">Whether the payment ended by itself, so that the reservation has to be told; otherwise the reservation wanted it.</param>
/// <param name="Reason">For people.</param>
public sealed record DepositEnded(Instant At, ReservationId Reservation, DepositStatus Status, bool ByPayment, string Reason) : BillingFact(At);

/// <summary>A deposit, or what one payment brought of it, is being given back; the reference is null in facts older than several refunds of one payment.</summary>
public sealed record DepositReturning(Instant At, ReservationId Reservation, PaymentId Payment, Money Amount, string Reason, string? Reference = null) : BillingFact(At);

/// <summary>A deposit, or what one payment brought of it, was given back.</summary>
/// <param name="At">When.</param>
/// <param name="Reservation">What it secured.</param>
/// <param name="Amount">How much.</param>
/// <param name="Entry">The books' entry; null when all of it had been taken for invoices.</param>
/// <param name="Payment">Of which payment; null where a custodian gave it back, and in older facts.</param>
/// <param name="Reference">Of the refund in its payment; null in older facts.</param>
/// <param name="Bank">What left the marketplace's bank account, where the gateway had declined; otherwise null.</param>
public sealed record DepositReturned(
    Instant At, ReservationId Reservation, Money Amount, LedgerEntry? Entry, PaymentId? Payment = null, string? Reference = null, OnwardTransfer? Bank = null) : BillingFact(At);

/// <summary>An invoice was issued.</summary>
public sealed record InvoiceIssued(Instant At, Invoice Invoice, LedgerEntry? Entry) : BillingFact(At);

/// <summary>A payment was started for an invoice.</summary>
public sealed record InvoicePaymentStarted(Instant At, InvoiceId Invoice, PaymentOrder Order, string? Request, Money? Most = null) : BillingFact(At);

/// <summary>A payment for an invoice brought in nothing.</summary>
public sealed record InvoicePaymentEnded(Instant At, InvoiceId Invoice, PaymentId Payment, string Reason) : BillingFact(At);

/// <summary>How part of an invoice was settled.</summary>
public enum SettlementSource
{
    /// <summary>A payment through the gateway.</summary>
    Payment,

    /// <summary>Credit the tenant had with the operator.</summary>
    Credit,

    /// <summary>The deposit of the lease.</summary>
    Deposit,

    /// <summary>A credit note.</summary>
    CreditNote,

    /// <summary>A transfer to the marketplace's bank account.</summary>
    BankTransfer,
}

/// <summary>Part or all of an invoice was settled.</summary>
/// <param name="At">When.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="Lease">Its lease.</param>
/// <param name="Source">What it was settled from.</param>
/// <param name="Reference">The payment, reservation, credit note or bank receipt; empty for credit.</param>
/// <param name="Amount">How much.</param>
/// <param name="Left">What is left to pay.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Onward">What goes on to the operator; null for credit and credit notes, which move nothing, and for prepayments, which are held.</param>
/// <param name="Deposited">The payment of the deposit that it was taken of; null otherwise, and in older facts.</param>
public sealed record InvoiceSettled(
    Instant At,
    InvoiceId Invoice,
    LeaseId Lease,
    SettlementSource Source,
    string Reference,
    Money Amount,
    Money Left,
    LedgerEntry Entry,
    OnwardTransfer? Onward,
    PaymentId? Deposited = null) : BillingFact(At);

/// <summary>Money came for an invoice that had less left to pay; the rest is credit with the operator.</summary>
public sealed record PaymentCredited(Instant At, InvoiceId Invoice, PaymentId Payment, Money Amount, LedgerEntry Entry, OnwardTransfer Onward) : BillingFact(At);

/// <summary>The due day of an invoice passed.</summary>
public sealed record InvoiceFellOverdue(Instant At, InvoiceId Invoice, LeaseId Lease) : BillingFact(At);

/// <summary>The tenant was reminded of an overdue invoice.</summary>
public sealed record InvoiceReminded(Instant At, InvoiceId Invoice, LeaseId Lease, InvoiceReminder Reminder) : BillingFact(At);

/// <summary>The payer's bank took money of a payment back until it has decided.</summary>
/// <param name="At">When the account learnt of it.</param>
/// <param name="Order">The payment.</param>
/// <param name="Dispute">The dispute.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Hold">What the operator is not paid out meanwhile; null for a deposit, which was never the operator's.</param>
/// <param name="Lease">The lease of the invoice paid; null when there is none.</param>
public sealed record PaymentDisputed(Instant At, PaymentOrder Order, PaymentDispute Dispute, LedgerEntry Entry, PayoutHold? Hold, LeaseId? Lease) : BillingFact(At);

/// <summary>The payer's bank decided a dispute.</summary>
/// <param name="At">When the account learnt of it.</param>
/// <param name="Order">The payment.</param>
/// <param name="Dispute">The dispute: won or lost.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Hold">What the operator is no longer kept from; null for a deposit.</param>
/// <param name="Onward">The operator's share that goes back; null when nothing does.</param>
/// <param name="Taken">What the invoice or deposit lost; null when won.</param>
/// <param name="Lease">The lease of the invoice paid; null when there is none.</param>
/// <param name="Reopened">The invoice, owed again; null when none is.</param>
public sealed record DisputeSettled(
    Instant At,
    PaymentOrder Order,
    PaymentDispute Dispute,
    LedgerEntry Entry,
    PayoutHold? Hold,
    OnwardTransfer? Onward,
    Money? Taken,
    LeaseId? Lease,
    Invoice? Reopened = null) : BillingFact(At);

/// <summary>Part of what this organization has earned may not be paid out, or may be again.</summary>
public sealed record PayoutHoldTaken(Instant At, LedgerEntry Entry, PayoutHold? Hold = null) : BillingFact(At);

/// <summary>Value came from another organization's books.</summary>
/// <param name="At">When.</param>
/// <param name="From">Whose books.</param>
/// <param name="Entry">The books' entry.</param>
/// <param name="Onward">The marketplace's share that goes on; null when none does.</param>
/// <param name="Transfer">What came; null in facts older than payouts.</param>
public sealed record TransferTaken(Instant At, OrganizationId From, LedgerEntry Entry, OnwardTransfer? Onward, OnwardTransfer? Transfer = null) : BillingFact(At);

/// <summary>Money of this organization as an operator left the gateway for its own account, or came back.</summary>
public sealed record PayoutTaken(Instant At, PayoutId Payout, LedgerEntry Entry) : BillingFact(At);

/// <summary>How invoices of an operator in a currency are collected by themselves.</summary>
/// <param name="At">When.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Collection">How; null when they no longer are.</param>
public sealed record CollectionChanged(Instant At, OrganizationId Operator, Currency Currency, Collection? Collection) : BillingFact(At);
