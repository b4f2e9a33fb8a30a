using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <summary>Decides a command to the account of <paramref name="organization"/> at <paramref name="now"/>; the first one opens it.</summary>
    public static Decision<BillingFact> Decide(OrganizationId organization, BillingAccount? state, BillingCommand command, Instant now)
    {
        var draft = new Draft(organization, state, now);
        var refusal = command switch
        {
            OpenDeposit open => draft.Open(open),
            CancelDeposit cancel => draft.Cancel(cancel),
            ReturnDeposit giveBack => draft.Return(giveBack),
            BillRent bill => draft.Bill(bill.Statement),
            SettleLease settle => draft.Settle(settle),
            PayInvoice pay => draft.Pay(pay),
            TakePayment taken => draft.Take(taken),
            GiveUpPayment given => draft.GiveUp(given),
            TakeRefund refund => draft.Take(refund),
            TakeTransfer transfer => draft.Take(transfer),
            MarkOverdueInvoices => draft.MarkOverdue(),
            _ => throw new InvalidOperationException($"A billing account does not know {command.GetType().Name}."),
        };
        return refusal is not null ? refusal : Decision<BillingFact>.Of(draft.Facts);
    }

    /// <summary>Facts of one decision, each folded into the account before the next is decided.</summary>
    private sealed class Draft
    {
        private readonly ImmutableArray<BillingFact>.Builder facts = ImmutableArray.CreateBuilder<BillingFact>();
        private readonly Instant now;
        private BillingAccount account;

        public Draft(OrganizationId organization, BillingAccount? state, Instant now)
        {
            this.now = now;
            if (state is null)
            {
                var opened = new AccountOpened(now, organization);
                facts.Add(opened);
                account = Evolve(null, opened);
            }
            else
            {
                account = state;
            }
        }

        public ImmutableArray<BillingFact> Facts => facts.ToImmutable();

        public Refusal? Open(OpenDeposit command)
        {
            if (command.Amount.Minor <= 0)
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotPositive, $"{command.Amount} is no deposit.", "amount");
            }

            if (account.Refused.Contains(command.Reservation))
            {
                return Refusal.Of(BillingAccountRefusal.ReservationEnded, $"{command.Reservation} has ended.");
            }

            if (account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                return deposit.Amount == command.Amount && deposit.Operator == command.Operator && deposit.Method == command.Method
                    ? null
                    : Refusal.Of(BillingAccountRefusal.DepositDiffers, $"{command.Reservation} has a deposit of {deposit.Amount}.");
            }

            var nothing = Money.Zero(command.Amount.Currency);
            Add(new DepositOpened(now, new Deposit
            {
                Reservation = command.Reservation,
                Operator = command.Operator,
                Payment = Deposit.PaymentOf(command.Reservation),
                Amount = command.Amount,
                Method = command.Method,
                Deadline = command.Deadline,
                Status = DepositStatus.Awaiting,
                OpenedAt = now,
                Received = nothing,
                Applied = nothing,
                Returned = nothing,
            }));
            return null;
        }

        public Refusal? Cancel(CancelDeposit command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                if (!account.Refused.Contains(command.Reservation))
                {
                    Add(new DepositRefused(now, command.Reservation));
                }

                return null;
            }

            switch (deposit.Status)
            {
                case DepositStatus.Awaiting:
                    Add(new DepositEnded(now, deposit.Reservation, DepositStatus.Cancelled, command.Reason));
                    return null;
                case DepositStatus.Cancelled or DepositStatus.Failed:
                    return null;
                default:
                    return Refusal.Of(BillingAccountRefusal.DepositPaid, $"{deposit.Held} of the deposit for {deposit.Reservation} is held.");
            }
        }

        public Refusal? Return(ReturnDeposit command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {command.Reservation}.");
            }

            if (deposit.Status == DepositStatus.Awaiting)
            {
                Add(new DepositEnded(now, deposit.Reservation, DepositStatus.Cancelled, command.Reason));
            }
            else if (deposit.Status == DepositStatus.Held)
            {
                GiveBack(deposit, command.Reason);
            }

            return null;
        }

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

        public Refusal? Settle(SettleLease command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit) || deposit.Status != DepositStatus.Held)
            {
                return null;
            }

            foreach (var invoice in account.Invoices.Values
                .Where(invoice => invoice.Lease == command.Lease && invoice.Status != InvoiceStatus.Paid && invoice.Total.Currency == deposit.Amount.Currency)
                .OrderBy(invoice => invoice.IssuedAt).ThenBy(invoice => invoice.Number, StringComparer.Ordinal))
            {
                deposit = account.Deposits[command.Reservation];
                var used = deposit.Held < invoice.Outstanding ? deposit.Held : invoice.Outstanding;
                if (used.Minor > 0)
                {
                    Settle(
                        invoice,
                        SettlementSource.Deposit,
                        deposit.Reservation.Value,
                        used,
                        $"deposit:{deposit.Reservation}:{invoice.Id}",
                        deposit.Account,
                        $"Deposit taken for invoice {invoice.Number}");
                }
            }

            GiveBack(account.Deposits[command.Reservation], "The lease has ended.");
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
                    : Refusal.Of(BillingAccountRefusal.PaymentUnderWay, $"{invoice.Payment} by {invoice.PaymentMethod} is under way.", "method");
            }

            var number = (invoice.Payments + 1).ToString(CultureInfo.InvariantCulture);
            var payment = PublicId.Derive<PaymentId>("invoice", invoice.Id.Value, number);
            Add(new InvoicePaymentStarted(now, invoice.Id, new PaymentOrder(
                payment, account.Id, invoice.Operator, PaymentPurpose.Invoice, invoice.Id.Value, invoice.Outstanding, command.Method), command.Request));
            return null;
        }

        public Refusal? Take(TakePayment command)
        {
            var fact = "payment:" + command.Order.Id;
            if (account.Books.Has(fact))
            {
                return null;
            }

            if (command.Order.Purpose == PaymentPurpose.Deposit)
            {
                TakeDeposit(fact, ReservationId.From(command.Order.Subject), command.Order.Amount);
            }
            else
            {
                TakeForInvoice(fact, command.Order);
            }

            return null;
        }

        public Refusal? GiveUp(GiveUpPayment command)
        {
            if (command.Order.Purpose == PaymentPurpose.Invoice)
            {
                var id = InvoiceId.From(command.Order.Subject);
                if (account.Invoices.TryGetValue(id, out var invoice) && invoice.Payment == command.Order.Id && invoice.PaymentUnderWay)
                {
                    Add(new InvoicePaymentEnded(now, id, command.Order.Id, command.Reason));
                }
            }
            else if (account.Deposits.TryGetValue(ReservationId.From(command.Order.Subject), out var deposit) && deposit.Status == DepositStatus.Awaiting)
            {
                Add(new DepositEnded(now, deposit.Reservation, DepositStatus.Failed, command.Reason));
            }

            return null;
        }

        public Refusal? Take(TakeRefund command)
        {
            var fact = "refund:" + command.Order.Id;
            if (!account.Books.Has(fact) && account.Deposits.TryGetValue(ReservationId.From(command.Order.Subject), out var deposit))
            {
                Add(new DepositReturned(now, deposit.Reservation, command.Amount, LedgerEntry.Move(
                    fact, now, $"Deposit for {deposit.Reservation} given back", deposit.Account, Gateway, command.Amount)));
            }

            return null;
        }

        public Refusal? Take(TakeTransfer command)
        {
            var transfer = command.Transfer;
            if (account.Books.Has(transfer.FactId))
            {
                return null;
            }

            var from = LedgerAccount.Of(LedgerAccountKind.Clearing, command.From.Value);
            if (account.Id == Organization.Platform)
            {
                var earned = LedgerAccount.Of(LedgerAccountKind.PlatformFees);
                Add(new TransferTaken(now, command.From, LedgerEntry.Move(transfer.FactId, now, transfer.Text, from, earned, transfer.Amount), null));
                return null;
            }

            var payable = LedgerAccount.Of(LedgerAccountKind.OperatorPayable);
            var clearing = LedgerAccount.Of(LedgerAccountKind.Clearing, Organization.Platform.Value);
            var entry = LedgerEntry.Move(transfer.FactId, now, transfer.Text, from, payable, transfer.Amount).And(payable, clearing, transfer.PlatformFee);
            var fee = transfer.PlatformFee.IsZero
                ? null
                : new OnwardTransfer(transfer.FactId, Organization.Platform, transfer.PlatformFee, Money.Zero(transfer.Amount.Currency), "Platform fee: " + transfer.Text);
            Add(new TransferTaken(now, command.From, entry, fee));
            return null;
        }

        public Refusal? MarkOverdue()
        {
            foreach (var invoice in account.Invoices.Values.Where(invoice => invoice.Status == InvoiceStatus.Open && invoice.OverdueAt <= now)
                .OrderBy(invoice => invoice.OverdueAt).ThenBy(invoice => invoice.Id.Value, StringComparer.Ordinal))
            {
                Add(new InvoiceFellOverdue(now, invoice.Id, invoice.Lease));
            }

            return null;
        }

        private static LedgerAccount Gateway => LedgerAccount.Of(LedgerAccountKind.Gateway);

        private static LedgerAccount Receivables(OrganizationId operatorId) => LedgerAccount.Of(LedgerAccountKind.Receivables, operatorId.Value);

        private static LedgerAccount Uncollected(OrganizationId operatorId) => LedgerAccount.Of(LedgerAccountKind.UncollectedRent, operatorId.Value);

        private static LedgerAccount Credits(OrganizationId operatorId) => LedgerAccount.Of(LedgerAccountKind.CustomerCredits, operatorId.Value);

        private static LedgerAccount Clearing(OrganizationId operatorId) => LedgerAccount.Of(LedgerAccountKind.Clearing, operatorId.Value);

        private void Add(BillingFact fact)
        {
            facts.Add(fact);
            account = Evolve(account, fact);
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

        private void TakeDeposit(string fact, ReservationId reservation, Money amount)
        {
            if (!account.Deposits.TryGetValue(reservation, out var deposit))
            {
                return;
            }

            var wanted = deposit.Status == DepositStatus.Awaiting;
            Add(new DepositReceived(now, reservation, amount, wanted, LedgerEntry.Move(
                fact, now, $"Deposit for {reservation}", Gateway, deposit.Account, amount)));
            if (!wanted)
            {
                GiveBack(account.Deposits[reservation], deposit.Reason ?? "The reservation no longer waited for it.");
            }
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
                Add(new PaymentCredited(now, id, order.Id, excess, entry, new OnwardTransfer(rest, order.Payee, excess, fee, text)));
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
                moves ? Onward(invoice, fact, amount, text) : null));
        }

        private static OnwardTransfer Onward(Invoice invoice, string fact, Money amount, string text) =>
            new(fact, invoice.Operator, amount, amount.Share(invoice.PlatformFee), text);

        private void GiveBack(Deposit deposit, string reason)
        {
            Add(deposit.Held.IsZero
                ? new DepositReturned(now, deposit.Reservation, deposit.Held, null)
                : new DepositReturning(now, deposit.Reservation, deposit.Payment, deposit.Held, reason));
        }
    }
}
