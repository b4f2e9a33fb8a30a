using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>The billing profile was set.</summary>
public sealed record ProfileChanged(Instant At, BillingProfile Profile) : BillingFact(At);

/// <summary>The tenant's references of a reservation were set.</summary>
public sealed record ReferencesSet(Instant At, ReservationId Reservation, BillingReferences References) : BillingFact(At);

/// <summary>A credit note was issued.</summary>
/// <param name="At">When.</param>
/// <param name="Note">The document.</param>
/// <param name="Invoice">The invoice as it stood before, so that one that had left the state is there again.</param>
/// <param name="Entry">The books' entry of what became credit; null when all of it lowered what was left to pay.</param>
public sealed record CreditNoteIssued(Instant At, CreditNote Note, Invoice Invoice, LedgerEntry? Entry) : BillingFact(At);

/// <summary>A reservation's rent is to be prepaid.</summary>
public sealed record PrepaymentPlanned(Instant At, Prepayment Prepayment) : BillingFact(At);

/// <summary>Part of an instalment was paid and is held. The money itself is in the entry of the invoice's settlement.</summary>
public sealed record PrepaymentPaid(Instant At, ReservationId Reservation, Money Amount) : BillingFact(At);

/// <summary>Why prepaid money moved.</summary>
public enum PrepaymentMove
{
    /// <summary>Credited back on an invoice; what was not released before goes to the operator.</summary>
    Credited,

    /// <summary>Released to the operator early.</summary>
    Released,

    /// <summary>Given back to the tenant.</summary>
    Returned,
}

/// <summary>Prepaid money moved.</summary>
/// <param name="At">When.</param>
/// <param name="Reservation">The reservation.</param>
/// <param name="Move">Why.</param>
/// <param name="Amount">How much was credited, released or returned.</param>
/// <param name="Out">How much left the custody.</param>
/// <param name="Reason">In words.</param>
/// <param name="Entry">The books' entry; null when nothing left the custody.</param>
/// <param name="Onward">What goes to the operator; null when nothing does.</param>
public sealed record PrepaymentMoved(
    Instant At, ReservationId Reservation, PrepaymentMove Move, Money Amount, Money Out, string Reason, LedgerEntry? Entry, OnwardTransfer? Onward) : BillingFact(At);

/// <summary>The contract ended; nothing more of its prepayment is invoiced or credited.</summary>
public sealed record PrepaymentEnded(Instant At, ReservationId Reservation) : BillingFact(At);

/// <summary>A line was priced while its index had no value for the month: it will be put right.</summary>
public sealed record PriceAwaited(Instant At, AwaitedPrice Awaited) : BillingFact(At);

/// <summary>A value that lines of an invoice waited for is known; what it changes stands on a later invoice.</summary>
public sealed record PriceKnown(Instant At, LeaseId Lease, InvoiceId Invoice) : BillingFact(At);

/// <summary>The parties were warned that a deposit must leave its custody.</summary>
public sealed record DepositWarned(Instant At, ReservationId Reservation, Instant MustLeaveBy) : BillingFact(At);

/// <summary>A deposit was moved to a custodian.</summary>
public sealed record DepositMoved(Instant At, ReservationId Reservation, string Holder, string Reference, LedgerEntry Entry) : BillingFact(At);

/// <summary>A letter of credit was registered in place of a deposit.</summary>
public sealed record LetterRegistered(Instant At, ReservationId Reservation, LetterOfCredit Letter) : BillingFact(At);

/// <summary>The operator has the letter of credit: the deposit counts as held.</summary>
public sealed record LetterConfirmed(Instant At, ReservationId Reservation) : BillingFact(At);

/// <summary>A bank transfer came.</summary>
public sealed record ReceiptTaken(Instant At, BankReceipt Receipt, LedgerEntry Entry) : BillingFact(At);

/// <summary>A tenant's account is asked to take of a receipt.</summary>
/// <param name="At">When.</param>
/// <param name="Receipt">The receipt as it stands now.</param>
/// <param name="Keep">Whether what the invoice does not take becomes credit.</param>
public sealed record ReceiptOffered(Instant At, BankReceipt Receipt, bool Keep) : BillingFact(At);

/// <summary>A tenant's account took of a receipt, or nothing.</summary>
/// <param name="At">When.</param>
/// <param name="Receipt">The receipt as it stands now.</param>
/// <param name="Entry">The books' entry; null when nothing was taken.</param>
public sealed record ReceiptAnswered(Instant At, BankReceipt Receipt, LedgerEntry? Entry) : BillingFact(At);

/// <summary>What was left of a receipt was sent back.</summary>
/// <param name="At">When.</param>
/// <param name="Receipt">The receipt as it stands now.</param>
/// <param name="Entry">The books' entry.</param>
public sealed record ReceiptSentBack(Instant At, BankReceipt Receipt, LedgerEntry Entry) : BillingFact(At);

/// <summary>This account was offered a receipt: what it took for the invoice, and what became credit. Each offer is answered once.</summary>
/// <param name="At">When.</param>
/// <param name="Receipt">The receipt.</param>
/// <param name="Offer">Which time.</param>
/// <param name="Invoice">The invoice named.</param>
/// <param name="Taken">For the invoice.</param>
/// <param name="Kept">As credit.</param>
/// <param name="Entry">The books' entry of what was kept; null when nothing was.</param>
/// <param name="Onward">What of it goes on to the operator; null when nothing was kept.</param>
public sealed record ReceiptAccepted(
    Instant At, BankReceiptId Receipt, int Offer, InvoiceId Invoice, Money Taken, Money Kept, LedgerEntry? Entry, OnwardTransfer? Onward) : BillingFact(At);
