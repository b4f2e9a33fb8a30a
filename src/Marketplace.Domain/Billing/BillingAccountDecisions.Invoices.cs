using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Invoices.</content>
    private sealed partial class Draft
    {
        public Refusal? Bill(RentStatement statement)
        {
            if (statement.Tenant != account.Id)
            {
                return Refusal.Of(BillingAccountRefusal.StatementForeign, $"{statement.Key} is for {statement.Tenant}.");
            }

            if (!account.Books.Has(Invoice.FactOf(Invoice.IdOf(statement))))
            {
                Issue(statement, RentEngine.Lines(statement));
            }

            return null;
        }

        public Refusal? Pay(PayInvoice command)
        {
            if (!account.Invoices.TryGetValue(command.Invoice, out var invoice))
            {
                return account.Books.Has(Invoice.FactOf(command.Invoice))
                    ? Refusal.Of(BillingAccountRefusal.InvoicePaid, $"{command.Invoice} was paid long ago.")
                    : Refusal.Of(BillingAccountRefusal.InvoiceNotFound, $"There is no invoice {command.Invoice}.");
            }

            if (command.Request is { } request && invoice.PaymentRequests.Contains(request))
            {
                return null;
            }

            if (invoice.Status == InvoiceStatus.Paid)
            {
                return Refusal.Of(BillingAccountRefusal.InvoicePaid, $"Nothing is left to pay of invoice {invoice.Number}.");
            }

            if (invoice.PaymentUnderWay)
            {
                return invoice.PaymentMethod == command.Method
                    ? null
                    : Refusal.Of(BillingAccountRefusal.PaymentUnderWay, $"{invoice.Payment} by {(invoice.PaymentMethod == PaymentMethod.Card ? "card" : "bank transfer")} is under way.", "method");
            }

            var number = (invoice.Payments + 1).ToString(CultureInfo.InvariantCulture);
            var payment = PublicId.Derive<PaymentId>("invoice", invoice.Id.Value, number);
            Add(new InvoicePaymentStarted(now, invoice.Id, new PaymentOrder(
                payment, account.Id, invoice.Operator, PaymentPurpose.Invoice, invoice.Id.Value, invoice.Outstanding, command.Method), command.Request));
            return null;
        }

        public Refusal? MarkOverdue()
        {
            foreach (var invoice in account.Invoices.Values.Where(invoice => invoice.Status == InvoiceStatus.Open && invoice.OverdueAt <= now)
                .OrderBy(invoice => invoice.OverdueAt).ThenBy(invoice => invoice.Id.Value, StringComparer.Ordinal))
            {
                Add(new InvoiceFellOverdue(now, invoice.Id, invoice.Lease));
            }

            foreach (var invoice in account.Invoices.Values.Where(invoice => invoice.Status == InvoiceStatus.Overdue)
                .OrderBy(invoice => invoice.OverdueAt).ThenBy(invoice => invoice.Id.Value, StringComparer.Ordinal))
            {
                if (invoice.ReminderDue(now) is { } reminder)
                {
                    Add(new InvoiceReminded(now, invoice.Id, invoice.Lease, reminder));
                }
            }

            return null;
        }

        private void Issue(RentStatement statement, ImmutableArray<InvoiceLine> lines)
        {
            if (lines.IsEmpty)
            {
                return;
            }

            var clauses = statement.Terms.Clauses;
            var zone = clauses.Zone();
            var total = Money.Sum(lines[0].Amount.Currency, lines.Select(line => line.Amount));
            var due = BillingPeriods.DateAt(zone, now).PlusDays(clauses.PaymentDays);
            var id = Invoice.IdOf(statement);
            var invoice = new Invoice
            {
                Id = id,
                Number = NextNumber(statement.Operator),
                IssuedAt = now,
                Tenant = account.Id,
                Operator = statement.Operator,
                Lease = statement.Lease,
                Reservation = statement.Reservation,
                Kind = statement.Kind,
                Period = statement.Period,
                Revision = statement.Revision,
                Zone = clauses.LeaseZone,
                Lines = lines,
                Total = total,
                PlatformFee = clauses.PlatformFee,
                DueDate = due,
                OverdueAt = BillingPeriods.Midnight(zone, due.PlusDays(1)),
                ReminderDays = clauses.DunningSteps.ReminderDays,
                Settled = total.Minor > 0 ? Money.Zero(total.Currency) : total,
                Status = total.Minor > 0 ? InvoiceStatus.Open : InvoiceStatus.Paid,
                SettledAt = total.Minor > 0 ? null : now,
            };

            // A negative invoice is nothing due: it becomes credit with the operator (case BC-57).
            var debit = total.Minor > 0 ? Receivables(statement.Operator) : Credits(statement.Operator);
            var entry = total.IsZero
                ? new LedgerEntry(Invoice.FactOf(id), now, $"Invoice {invoice.Number}", [])
                : LedgerEntry.Move(Invoice.FactOf(id), now, $"Invoice {invoice.Number}", debit, Uncollected(statement.Operator), total);
            Add(new InvoiceIssued(now, invoice, entry));

            var credit = account.Books.Credit(Credits(statement.Operator), total.Currency);
            if (invoice.Status == InvoiceStatus.Open && credit.Minor > 0)
            {
                var used = credit < total ? credit : total;
                Settle(invoice, SettlementSource.Credit, "", used, "credit:" + id, Credits(statement.Operator), $"Credit used for invoice {invoice.Number}");
            }
        }

        private string NextNumber(OrganizationId operatorId)
        {
            var series = PublicId.Digest("invoice series", operatorId.Value, account.Id.Value)[..6].ToUpperInvariant();
            return string.Create(CultureInfo.InvariantCulture, $"INV-{series}-{account.LastNumbers.GetValueOrDefault(operatorId) + 1:D6}");
        }

        private void TakeForInvoice(string fact, PaymentOrder order)
        {
            var id = InvoiceId.From(order.Subject);
            var invoice = account.Invoices.GetValueOrDefault(id);
            var paid = Money.Zero(order.Amount.Currency);
            if (invoice is { Outstanding.Minor: > 0 })
            {
                paid = invoice.Outstanding < order.Amount ? invoice.Outstanding : order.Amount;
                Settle(invoice, SettlementSource.Payment, order.Id.Value, paid, fact, Gateway, $"Payment of invoice {invoice.Number}");
            }

            var excess = order.Amount - paid;
            if (excess.Minor > 0)
            {
                // The operator has it in advance, as after any collection; credit then settles a later invoice without moving money.
                var rest = paid.Minor > 0 ? fact + ":excess" : fact;
                var text = $"Paid beyond invoice {invoice?.Number ?? id.Value}";
                var fee = excess.Share(invoice?.PlatformFee ?? Percentage.Zero);
                var entry = LedgerEntry.Move(rest, now, text, Gateway, Credits(order.Payee), excess)
                    .And(Uncollected(order.Payee), Clearing(order.Payee), excess);
                Add(new PaymentCredited(now, id, order.Id, excess, entry, new OnwardTransfer(rest, order.Payee, excess, fee, text) { Payment = order.Id, Group = order.Subject }));
            }
        }

        private void Settle(Invoice invoice, SettlementSource source, string reference, Money amount, string fact, LedgerAccount from, string text)
        {
            var entry = LedgerEntry.Move(fact, now, text, from, Receivables(invoice.Operator), amount);
            var left = invoice.Outstanding - amount;
            var moves = source != SettlementSource.Credit;
            Add(new InvoiceSettled(
                now,
                invoice.Id,
                invoice.Lease,
                source,
                reference,
                amount,
                left,
                moves ? entry.And(Uncollected(invoice.Operator), Clearing(invoice.Operator), amount) : entry,
                moves ? Traced(Onward(invoice, fact, amount, text), invoice, source, reference) : null));
        }

        private static OnwardTransfer Onward(Invoice invoice, string fact, Money amount, string text) =>
            new(fact, invoice.Operator, amount, amount.Share(invoice.PlatformFee), text);
    }
}
