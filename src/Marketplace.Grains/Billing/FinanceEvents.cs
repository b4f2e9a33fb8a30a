using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <summary>A credit note.</summary>
/// <param name="Id">The credit note.</param>
/// <param name="Number">Its number in the series of this operator and tenant.</param>
/// <param name="InvoiceId">The invoice it takes back from.</param>
/// <param name="TenantId">Who is credited.</param>
/// <param name="OperatorId">Who credits.</param>
/// <param name="Total">What is credited, tax included.</param>
/// <param name="Applied">The part that lowered what was left to pay.</param>
public sealed record CreditNoteData(CreditNoteId Id, string Number, InvoiceId InvoiceId, OrganizationId TenantId, OrganizationId OperatorId, Money Total, Money Applied);

/// <summary>A prepayment after the event.</summary>
/// <param name="Id">The reservation whose rent it prepays.</param>
/// <param name="OperatorId">Whose rent.</param>
/// <param name="Paid">Paid in so far.</param>
/// <param name="Credited">Credited back so far.</param>
/// <param name="Held">What the custody holds.</param>
/// <param name="Reason">What moved it.</param>
public sealed record PrepaymentData(ReservationId Id, OrganizationId OperatorId, Money Paid, Money Credited, Money Held, string Reason);

/// <summary>A deposit whose custody asks for something.</summary>
/// <param name="Id">The reservation it secures.</param>
/// <param name="OperatorId">Whom it secures.</param>
/// <param name="Held">What is held.</param>
/// <param name="Holder">Who holds it.</param>
/// <param name="MustLeaveBy">When it must have left the payment provider's balance.</param>
public sealed record CustodyData(ReservationId Id, OrganizationId OperatorId, Money Held, string Holder, Instant MustLeaveBy);

/// <summary>A letter of credit in place of a deposit.</summary>
/// <param name="Id">The reservation it secures.</param>
/// <param name="TenantId">Who had it issued.</param>
/// <param name="Issuer">The bank.</param>
/// <param name="Reference">The bank's number of it.</param>
/// <param name="Amount">What it promises.</param>
/// <param name="Expires">Last day it can be drawn.</param>
public sealed record LetterData(ReservationId Id, OrganizationId TenantId, string Issuer, string Reference, Money Amount, LocalDate Expires);

/// <summary>An organization's billing profile.</summary>
/// <param name="Id">The organization.</param>
/// <param name="LegalName">Its name on invoices.</param>
public sealed record BillingProfileData(OrganizationId Id, string LegalName);

/// <summary>What feeds say of profiles, credit notes, prepayments and custody.</summary>
internal static class FinanceEvents
{
    public static readonly EventType<BillingProfileData> ProfileChanged = new("billing_profile.changed", "An organization's billing profile was set.");
    public static readonly EventType<CreditNoteData> CreditNoteIssued = new("credit_note.issued", "A credit note was issued.");
    public static readonly EventType<PrepaymentData> PrepaymentCredited = new("prepayment.credited", "Prepaid rent was credited back on an invoice.");
    public static readonly EventType<PrepaymentData> PrepaymentReleased = new("prepayment.released", "Prepaid rent was given to the operator early.");
    public static readonly EventType<PrepaymentData> PrepaymentReturned = new("prepayment.returned", "Prepaid rent was given back to the tenant.");
    public static readonly EventType<DepositData> DepositMoved = new("deposit.moved", "A deposit was moved to its custodian.");
    public static readonly EventType<DepositData> DepositReturning = new("deposit.returning", "A deposit is being given back.");
    public static readonly EventType<CustodyData> CustodyWarned = new("deposit.custody_warned", "A deposit must soon leave the payment provider's balance; it is moved to a custodian or given back.");
    public static readonly EventType<LetterData> LetterRegistered = new("deposit.letter_registered", "A tenant registered a letter of credit in place of a deposit; the operator confirms it.");

    public static void Publish(CreditNote note, Effects effects)
    {
        var data = new CreditNoteData(note.Id, note.Number, note.Invoice, note.Tenant, note.Operator, note.Total, note.Applied);
        effects.Publish(note.Tenant, CreditNoteIssued, data);
        effects.Publish(note.Operator, CreditNoteIssued, data);
    }

    public static void Publish(BillingAccount after, PrepaymentMoved moved, Effects effects)
    {
        var type = moved.Move switch
        {
            PrepaymentMove.Credited => PrepaymentCredited,
            PrepaymentMove.Released => PrepaymentReleased,
            _ => PrepaymentReturned,
        };
        var prepayment = after.Prepayments![moved.Reservation];
        var data = new PrepaymentData(moved.Reservation, prepayment.Operator, prepayment.Paid, prepayment.Credited, prepayment.Held, moved.Reason);
        effects.Publish(after.Id, type, data);
        effects.Publish(prepayment.Operator, type, data);
    }

    public static void Publish(BillingAccount after, DepositWarned warned, Effects effects)
    {
        var deposit = after.Deposits[warned.Reservation];
        var data = new CustodyData(deposit.Reservation, deposit.Operator, deposit.Held, deposit.Custody!.Terms.Holder, warned.MustLeaveBy);
        effects.Publish(after.Id, CustodyWarned, data);
        effects.Publish(deposit.Operator, CustodyWarned, data);
        effects.Publish(Organization.Platform, CustodyWarned, data);
    }

    public static void Publish(BillingAccount after, LetterRegistered registered, Effects effects)
    {
        var letter = registered.Letter;
        effects.Publish(
            after.Deposits[registered.Reservation].Operator,
            LetterRegistered,
            new LetterData(registered.Reservation, after.Id, letter.Issuer, letter.Reference, letter.Amount, letter.Expires));
    }
}
