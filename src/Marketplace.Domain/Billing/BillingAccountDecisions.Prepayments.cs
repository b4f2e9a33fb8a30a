using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Prepayments.</content>
    private sealed partial class Draft
    {
        private Refusal? Plan(PlanPrepayment command)
        {
            if (account.Prepayments?.ContainsKey(command.Reservation) != true)
            {
                Add(new PrepaymentPlanned(now, Prepayment.Plan(command.Reservation, command.Operator, command.Terms, command.Total, now) with { Names = command.Names }));
            }

            return null;
        }

        private Refusal? Meet(MeetFinanceTimes command)
        {
            MeetCustody();
            if (account.NextPrepayment is { } prepayment && prepayment.NextAt <= now)
            {
                var next = prepayment.Instalments.Where(instalment => instalment.Invoice is null).MinBy(instalment => (instalment.At, instalment.Instalment))!;
                var statement = StatementOf(prepayment, next);
                var planned = prepayment with { Instalments = prepayment.Instalments.Replace(next, next with { Invoice = Invoice.IdOf(statement) }) };
                Add(new PrepaymentPlanned(now, planned));
                Bill(new BillRent(statement, new BillingInputs { Supplier = command.Supplier, Rates = command.Rates, PayInto = command.PayInto }));
            }

            return null;
        }

        private RentStatement StatementOf(Prepayment prepayment, PlannedInstalment instalment)
        {
            var zone = prepayment.Terms.Clauses.Zone();
            var term = prepayment.Terms.Ramp.Term;
            var start = BillingPeriods.DateAt(zone, term.Start);
            return new RentStatement
            {
                Lease = Lease.IdOf(prepayment.Reservation),
                Reservation = prepayment.Reservation,
                Tenant = account.Id,
                Operator = prepayment.Operator,
                Kind = RentKind.Prepayment,
                Period = new BillingPeriod(start, BillingPeriods.FirstFullDay(zone, term.End)),
                Revision = instalment.Instalment,
                Anchor = start,
                RentCommencement = start,
                Terms = prepayment.Terms,
                Names = prepayment.Names,
                Instalment = new PrepaymentInstalment(instalment.Name, instalment.Amount, prepayment.Instalments.Length),
                StatedAt = now,
            };
        }

        /// <summary>
        /// What of a prepayment an invoice credits back: by schedule, never more than its charges; the last rent credits all
        /// that is left, as far as it goes.
        /// </summary>
        private InvoiceLine? CreditBack(RentStatement statement, Money charges)
        {
            if (statement is not { Kind: RentKind.Rent, Revision: 1 } and not { Kind: RentKind.Final } || charges.Minor <= 0
                || account.Prepayments?.GetValueOrDefault(statement.Reservation) is not { EndedAt: null } prepayment || prepayment.Paid.IsZero)
            {
                return null;
            }

            var clause = prepayment.Clause;
            var month = BillingPeriods.IndexOf(statement.Anchor, statement.Period.Start) - BillingPeriods.IndexOf(statement.Anchor, statement.RentCommencement) + 1;
            var due = (statement.Kind == RentKind.Final ? prepayment.Paid : clause.CreditedAfter(prepayment.Paid, month)) - prepayment.Credited;
            var credit = due < charges ? due : charges;
            return credit.Minor <= 0 ? null : new InvoiceLine
            {
                Kind = InvoiceLineKind.PrepaymentCredit,
                Text = string.Create(CultureInfo.InvariantCulture, $"Prepaid rent credited back, month {month}: {prepayment.Credited + credit} of {prepayment.Paid} so far"),
                Period = statement.Period,
                Amount = -credit,
                Origin = new LineOrigin { Lease = statement.Lease },
            };
        }

        /// <summary>What is credited back has been earned: as far as it was not released before, it leaves the custody for the operator.</summary>
        private void Earn(RentStatement statement, Invoice invoice, Money credit)
        {
            var prepayment = account.Prepayments![statement.Reservation];
            var earned = prepayment.Credited + credit - prepayment.Released;
            var leaves = earned.Minor < 0 ? Money.Zero(credit.Currency) : earned < prepayment.Held ? earned : prepayment.Held;
            Leave(prepayment, PrepaymentMove.Credited, credit, leaves, $"credited on invoice {invoice.Number}", $"prepayment:{invoice.Id}");
        }

        private Refusal? Release(ReleasePrepayment command)
        {
            if (account.Prepayments?.GetValueOrDefault(command.Reservation) is not { } prepayment)
            {
                return Refusal.Of(BillingAccountRefusal.PrepaymentNotFound, $"There is no prepayment for {command.Reservation}.");
            }

            var fact = $"prepayment_release:{command.Reservation}:{command.Request}";
            if (account.Books.Has(fact))
            {
                return null;
            }

            if (command.Amount.Minor <= 0 || command.Amount.Currency != prepayment.Paid.Currency || command.Amount > prepayment.Held || prepayment.EndedAt is not null)
            {
                return Refusal.Of(BillingAccountRefusal.PrepaymentNotHeld, $"{prepayment.Held} is held for {command.Reservation}{(prepayment.EndedAt is null ? "" : ", whose contract has ended")}.", "amount");
            }

            Leave(prepayment, PrepaymentMove.Released, command.Amount, command.Amount, command.Reason, fact);
            return null;
        }

        private void Leave(Prepayment prepayment, PrepaymentMove move, Money amount, Money leaves, string reason, string fact)
        {
            var text = $"Prepaid rent of {prepayment.Reservation}: {reason}";
            Add(leaves.IsZero
                ? new PrepaymentMoved(now, prepayment.Reservation, move, amount, leaves, reason, null, null)
                : new PrepaymentMoved(
                    now,
                    prepayment.Reservation,
                    move,
                    amount,
                    leaves,
                    reason,
                    LedgerEntry.Move(fact, now, text, prepayment.Account, Clearing(prepayment.Operator), leaves),
                    new OnwardTransfer(fact, prepayment.Operator, leaves, leaves.Share(prepayment.Terms.Clauses.PlatformFee), text)));
        }

        /// <summary>Nothing more is invoiced; what was invoiced and not paid is taken back.</summary>
        private Refusal? EndPrepayment(ReservationId reservation)
        {
            if (account.Prepayments?.GetValueOrDefault(reservation) is not { EndedAt: null } prepayment)
            {
                return null;
            }

            Add(new PrepaymentEnded(now, reservation));
            foreach (var instalment in prepayment.Instalments)
            {
                if (instalment.Invoice is { } id && account.Invoices.GetValueOrDefault(id) is { Outstanding.Minor: > 0 } invoice)
                {
                    var gross = invoice.Outstanding;
                    var net = invoice.Total == invoice.Net ? gross : (Fraction.From(gross.Major) * Fraction.From(invoice.Net.Major) / Fraction.From(invoice.Total.Major)).ToMoney(gross.Currency);
                    var line = new InvoiceLine
                    {
                        Kind = InvoiceLineKind.Credit,
                        Text = "The contract ended before the instalment was paid.",
                        Period = invoice.Period,
                        Amount = -net,
                        Origin = new LineOrigin { Lease = invoice.Lease, Corrects = id },
                    };
                    var tax = invoice.Tax is { } taxed ? TaxEngine.Like(taxed, [line]) : null;
                    if (tax is not null && tax.Net + tax.Amount != -gross)
                    {
                        // What was paid before may leave a cent between two roundings; the note takes back exactly what is left.
                        tax = tax with { Amount = -gross - tax.Net, Lines = [.. tax.Lines.Select(part => part with { Amount = -gross - tax.Net })] };
                    }

                    Credit(PublicId.Derive<CreditNoteId>("prepayment ended", id.Value), invoice, line, tax, gross);
                }
            }

            return null;
        }

        private Refusal? Record(RecordPrepaymentReturn command)
        {
            if (account.Prepayments?.GetValueOrDefault(command.Reservation) is not { } prepayment)
            {
                return Refusal.Of(BillingAccountRefusal.PrepaymentNotFound, $"There is no prepayment for {command.Reservation}.");
            }

            if (prepayment.EndedAt is null)
            {
                return Refusal.Of(BillingAccountRefusal.PrepaymentNotHeld, $"The contract of {command.Reservation} has not ended.");
            }

            if (prepayment.Held.Minor > 0)
            {
                var fact = $"prepayment_return:{prepayment.Reservation}:{prepayment.Returned.Minor}";
                var text = $"Prepaid rent of {prepayment.Reservation} given back: {command.Reference}";
                Add(new PrepaymentMoved(
                    now,
                    prepayment.Reservation,
                    PrepaymentMove.Returned,
                    prepayment.Held,
                    prepayment.Held,
                    command.Reference,
                    LedgerEntry.Move(fact, now, text, prepayment.Account, Clearing(Organization.Platform), prepayment.Held),
                    OutOfBank(fact, prepayment.Held, text)));
            }

            return null;
        }
    }
}
