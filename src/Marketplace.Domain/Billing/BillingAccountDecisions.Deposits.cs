using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Deposits.</content>
    private sealed partial class Draft
    {
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
                Custody = command.Custody,
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
                    Add(new DepositEnded(now, deposit.Reservation, DepositStatus.Cancelled, false, command.Reason));
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
                Add(new DepositEnded(now, deposit.Reservation, DepositStatus.Cancelled, false, command.Reason));
            }
            else if (deposit.Status == DepositStatus.Held)
            {
                GiveBack(deposit, command.Reason);
            }

            return null;
        }

        public Refusal? Settle(SettleLease command)
        {
            EndPrepayment(command.Reservation);
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
                Add(new DepositEnded(now, deposit.Reservation, command.CalledOff ? DepositStatus.Cancelled : DepositStatus.Failed, true, command.Reason));
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

        private void GiveBack(Deposit deposit, string reason)
        {
            Add(deposit.Held.IsZero
                ? new DepositReturned(now, deposit.Reservation, deposit.Held, null)
                : new DepositReturning(now, deposit.Reservation, deposit.Payment, deposit.Held, reason));
        }
    }
}
