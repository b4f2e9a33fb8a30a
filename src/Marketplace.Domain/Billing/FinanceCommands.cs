using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

/// <summary>Sets the organization's billing profile.</summary>
public sealed record SetProfile(BillingProfile Profile) : BillingCommand;

/// <summary>Sets the tenant's references of one reservation; invoices issued from then on bear them.</summary>
public sealed record SetReferences(ReservationId Reservation, BillingReferences References) : BillingCommand;

/// <summary>The operator credits part or all of an invoice that was issued to this tenant.</summary>
/// <param name="Id">The credit note; one issued before changes nothing.</param>
/// <param name="Actor">The operator.</param>
/// <param name="Invoice">The invoice, as stored; it may have left the account's state long ago.</param>
/// <param name="Amount">How much without tax, in whole minor units; more than zero.</param>
/// <param name="Text">Why, 1 to 500 characters.</param>
public sealed record IssueCreditNote(CreditNoteId Id, OrganizationId Actor, Invoice Invoice, Money Amount, string Text) : BillingCommand;

/// <summary>A confirmed reservation asks for rent to be prepaid. Repeated, it changes nothing.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Operator">Whose rent.</param>
/// <param name="Terms">The contract.</param>
/// <param name="Total">Its total rent.</param>
public sealed record PlanPrepayment(ReservationId Reservation, OrganizationId Operator, ContractTerms Terms, Money Total) : BillingCommand
{
    /// <summary>Parties and capacity by name; null where they are not known.</summary>
    public ContractNames? Names { get; init; }
}

/// <summary>Gives part of a prepayment to the operator before it is credited back, such as for a milestone reached.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Amount">How much; at most what is held.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
/// <param name="Request">Names the release, so that it is made once.</param>
public sealed record ReleasePrepayment(ReservationId Reservation, Money Amount, string Reason, string Request) : BillingCommand;

/// <summary>The reservation or its lease ended: what is held goes back to the tenant as a person records it.</summary>
public sealed record EndPrepayment(ReservationId Reservation) : BillingCommand;

/// <summary>The marketplace records that it gave a prepayment that had ended back to the tenant.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Reference">The bank's reference, 1 to 140 characters.</param>
public sealed record RecordPrepaymentReturn(ReservationId Reservation, string Reference) : BillingCommand;

/// <summary>The marketplace records that a deposit was moved to its custodian, or to another one.</summary>
/// <param name="Reservation">What it secures.</param>
/// <param name="Holder">Who holds it now, 1 to 200 characters.</param>
/// <param name="Reference">The custodian's reference, 1 to 140 characters.</param>
public sealed record MoveDeposit(ReservationId Reservation, string Holder, string Reference) : BillingCommand;

/// <summary>The marketplace records that the custodian gave a deposit back to the tenant.</summary>
/// <param name="Reservation">What it secured.</param>
/// <param name="Reference">The custodian's reference, 1 to 140 characters.</param>
public sealed record RecordDepositReturn(ReservationId Reservation, string Reference) : BillingCommand;

/// <summary>The tenant registers a letter of credit in place of a deposit.</summary>
public sealed record RegisterLetter(ReservationId Reservation, LetterOfCredit Letter) : BillingCommand;

/// <summary>The operator confirms to have the letter of credit.</summary>
public sealed record ConfirmLetter(ReservationId Reservation, OrganizationId Actor) : BillingCommand;

/// <summary>Does what has fallen due beside overdue invoices: instalments to invoice, custodies to warn of or to leave.</summary>
/// <param name="Supplier">The profile of the operator whose instalment falls due; null where it has none.</param>
/// <param name="Rates">Rates of tax for it.</param>
public sealed record MeetFinanceTimes(BillingProfile? Supplier, ImmutableArray<TaxRate> Rates) : BillingCommand
{
    /// <summary>The bank account to pay into; null where the marketplace names none.</summary>
    public BankAccount? PayInto { get; init; }
}

/// <summary>To the marketplace's account: credit entries of a bank statement, each with the invoice its reference names. Known ones change nothing.</summary>
public sealed record TakeBankEntries(ImmutableArray<NamedBankEntry> Entries) : BillingCommand;

/// <summary>A booked credit and the invoice that its reference names.</summary>
/// <param name="Entry">The credit.</param>
/// <param name="For">The invoice; null where none is named.</param>
public sealed record NamedBankEntry(BankEntry Entry, ReferencedInvoice? For);

/// <summary>To the marketplace's account: a person says which invoice the rest of a receipt is for.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="For">The invoice.</param>
/// <param name="Keep">Whether what the invoice does not take becomes the tenant's credit with that operator.</param>
/// <param name="Request">Names the decision, so that it is taken once.</param>
public sealed record AssignReceipt(BankReceiptId Receipt, ReferencedInvoice For, bool Keep, string Request) : BillingCommand;

/// <summary>To the marketplace's account: a person sent the rest of a receipt back to its payer.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Reference">The bank's reference, 1 to 140 characters.</param>
public sealed record ReturnReceipt(BankReceiptId Receipt, string Reference) : BillingCommand;

/// <summary>To a tenant's account: take of a receipt what an invoice still owes.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Offer">Which time, from 1.</param>
/// <param name="Amount">What is there to take.</param>
/// <param name="Invoice">The invoice.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Keep">Whether the rest becomes credit.</param>
public sealed record TakeReceipt(BankReceiptId Receipt, int Offer, Money Amount, InvoiceId Invoice, OrganizationId Operator, bool Keep) : BillingCommand;

/// <summary>To the marketplace's account: what a tenant's account took of a receipt.</summary>
/// <param name="Receipt">The receipt.</param>
/// <param name="Offer">Which time.</param>
/// <param name="From">The tenant.</param>
/// <param name="Taken">For the invoice.</param>
/// <param name="Kept">As credit.</param>
public sealed record AnswerReceipt(BankReceiptId Receipt, int Offer, OrganizationId From, Money Taken, Money Kept) : BillingCommand;
