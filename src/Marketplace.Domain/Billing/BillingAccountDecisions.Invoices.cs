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
        public Refusal? Bill(BillRent command)
        {
            var statement = command.Statement;
            if (statement.Tenant != account.Id)
            {
                return Refusal.Of(BillingAccountRefusal.StatementForeign, $"{statement.Key} is for {statement.Tenant}.");
            }

            if (!account.Books.Has(Invoice.FactOf(Invoice.IdOf(statement))))
            {
                Issue(statement, command.Inputs);
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

            if (invoice.Status.IsSettled())
            {
                return Refusal.Of(BillingAccountRefusal.InvoicePaid, $"Nothing is left to pay of invoice {invoice.Number}.");
            }

            if (invoice.PaymentUnderWay)
            {
                return invoice.PaymentMethod == command.Method
                    ? null
                    : Refusal.Of(BillingAccountRefusal.PaymentUnderWay, $"{invoice.Payment} by {(invoice.PaymentMethod == PaymentMethod.Card ? "card" : "bank transfer")} is under way.", "method");
            }

            Start(invoice, command.Method, command.Request, command.Most);
            return null;
        }

        private void Start(Invoice invoice, PaymentMethod method, string? request, Money? most, MethodUse? use = null)
        {
            var number = (invoice.Payments + 1).ToString(CultureInfo.InvariantCulture);
            var payment = PublicId.Derive<PaymentId>("invoice", invoice.Id.Value, number);
            var amount = PaymentSplit.Next(invoice.Outstanding, most);
            Add(new InvoicePaymentStarted(
                now,
                invoice.Id,
                new PaymentOrder(payment, account.Id, invoice.Operator, PaymentPurpose.Invoice, invoice.Id.Value, amount, method) { Use = use },
                request,
                invoice.Outstanding == amount ? null : most));
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

        private void Issue(RentStatement statement, BillingInputs inputs)
        {
            var rent = RentEngine.Lines(statement, inputs.Index);
            var known = Known(statement, inputs.Index);
            ImmutableArray<InvoiceLine> lines = [.. rent, .. known.SelectMany(awaited => awaited.Corrections(inputs.Index))];
            if (lines.IsEmpty)
            {
                return;
            }

            var currency = lines[0].Amount.Currency;
            var credit = CreditBack(statement, Money.Sum(currency, lines.Select(line => line.Amount)));
            lines = credit is null ? lines : lines.Add(credit);
            var invoice = Document(statement, lines, inputs);
            Publish(invoice);
            if (credit is not null)
            {
                Earn(statement, invoice, -credit.Amount);
            }

            foreach (var awaited in known)
            {
                Add(new PriceKnown(now, awaited.Lease, awaited.Invoice));
            }

            ImmutableArray<InvoiceLine> waiting = [.. rent.Where(line => line.Origin?.Awaits is not null)];
            if (!waiting.IsEmpty)
            {
                Add(new PriceAwaited(now, new AwaitedPrice(
                    invoice.Id, invoice.Number, invoice.Lease, statement.Terms.Rent.Price, statement.Terms.Clauses.Index!, statement.RentCommencement, waiting)));
            }
        }

        /// <summary>Invoices of the same lease whose prices waited for values that are published now.</summary>
        private ImmutableArray<AwaitedPrice> Known(RentStatement statement, ImmutableArray<IndexValue> index) => statement.Kind is RentKind.Rent or RentKind.Final
            ? [.. (account.AwaitedPrices ?? []).Where(awaited => awaited.Lease == statement.Lease && awaited.IsKnown(index))]
            : [];

        private Invoice Document(RentStatement statement, ImmutableArray<InvoiceLine> lines, BillingInputs inputs)
        {
            var clauses = statement.Terms.Clauses;
            var zone = clauses.Zone();
            var today = BillingPeriods.DateAt(zone, now);
            var tax = TaxEngine.For(lines, clauses.TaxInclusive == true, inputs.Supplier?.Tax, account.Profile?.Tax, inputs.Rates, today, statement.Names?.Capacity);
            var total = tax.Net + tax.Amount;
            var references = account.ReferencesOf(statement.Reservation);
            var due = today.PlusDays(clauses.PaymentDays);
            var id = Invoice.IdOf(statement);
            return new Invoice
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
                Tax = tax,
                Supplier = InvoiceParty.Of(statement.Operator, inputs.Supplier, statement.Names?.Operator),
                Customer = InvoiceParty.Of(account.Id, account.Profile, statement.Names?.Tenant),
                Capacity = statement.Names?.Capacity,
                PurchaseOrder = references.PurchaseOrder,
                CostCentre = references.CostCentre,
                Contacts = account.Profile?.Contacts ?? [],
                PaymentReference = total.Minor > 0 ? CreditorReference.Of(id) : null,
                PayInto = total.Minor > 0 ? inputs.PayInto : null,
                PlatformFee = clauses.PlatformFee,
                DueDate = due,
                OverdueAt = BillingPeriods.Midnight(zone, due.PlusDays(1)),
                ReminderDays = clauses.DunningSteps.ReminderDays,
                Settled = total.Minor > 0 ? Money.Zero(total.Currency) : total,
                Status = total.Minor switch { > 0 => InvoiceStatus.Open, 0 => InvoiceStatus.Paid, _ => InvoiceStatus.Credited },
                SettledAt = total.Minor > 0 ? null : now,
            };
        }

        private void Publish(Invoice invoice)
        {
            var (id, total) = (invoice.Id, invoice.Total);

            // A negative invoice is nothing due: it becomes credit with the operator (case BC-57).
            var debit = total.Minor > 0 ? Receivables(invoice.Operator) : Credits(invoice.Operator);
            var entry = total.IsZero
                ? new LedgerEntry(Invoice.FactOf(id), now, $"Invoice {invoice.Number}", [])
                : LedgerEntry.Move(Invoice.FactOf(id), now, $"Invoice {invoice.Number}", debit, Uncollected(invoice.Operator), total);
            Add(new InvoiceIssued(now, invoice, entry));

            // A prepayment is money to be held, so credit with the operator, who has that money already, does not pay it.
            var credit = account.Books.Credit(Credits(invoice.Operator), total.Currency);
            if (invoice is { Status: InvoiceStatus.Open, Kind: not RentKind.Prepayment } && credit.Minor > 0)
            {
                var used = credit < total ? credit : total;
                Settle(invoice, SettlementSource.Credit, "", used, "credit:" + id, Credits(invoice.Operator), $"Credit used for invoice {invoice.Number}");
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

                // The next part of an invoice that is more than one payment takes (case BC-63).
                if (invoice.Payment == order.Id && invoice.MostPerPayment is { } most && account.Invoices.GetValueOrDefault(id) is { Outstanding.Minor: > 0 } left)
                {
                    Start(left, order.Method, null, most, order.Use);
                }
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

        private void Settle(Invoice invoice, SettlementSource source, string reference, Money amount, string fact, LedgerAccount from, string text, PaymentId? deposited = null)
        {
            var entry = LedgerEntry.Move(fact, now, text, from, Receivables(invoice.Operator), amount);
            var left = invoice.Outstanding - amount;
            var moves = source != SettlementSource.Credit;
            var held = Held(invoice, amount);
            var onward = moves ? Onward(invoice, fact, amount - held, text) : null;
            Add(new InvoiceSettled(
                now,
                invoice.Id,
                invoice.Lease,
                source,
                reference,
                amount,
                left,
                moves
                    ? entry.And(Uncollected(invoice.Operator), Clearing(invoice.Operator), amount - held)
                        .And(Uncollected(invoice.Operator), LedgerAccount.Of(LedgerAccountKind.PrepaymentsHeld, invoice.Reservation.Value), held)
                    : entry,
                Traced(onward, invoice, source, reference, deposited),
                deposited));
            if (held.Minor > 0)
            {
                Add(new PrepaymentPaid(now, invoice.Reservation, held));
            }
        }

        /// <summary>What of a payment stays in custody: the net of a prepayment, which is paid before its tax. The tax is the operator's to hand on.</summary>
        private static Money Held(Invoice invoice, Money amount)
        {
            if (invoice.Kind != RentKind.Prepayment)
            {
                return Money.Zero(amount.Currency);
            }

            var before = invoice.Settled < invoice.Net ? invoice.Settled : invoice.Net;
            var after = invoice.Settled + amount < invoice.Net ? invoice.Settled + amount : invoice.Net;
            return after - before;
        }

        private static OnwardTransfer? Onward(Invoice invoice, string fact, Money amount, string text) => amount.IsZero
            ? null
            : new(fact, invoice.Operator, amount, invoice.Kind == RentKind.Prepayment ? Money.Zero(amount.Currency) : invoice.FeeOn(amount), text);
    }
}
