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
            var payment = Deposit.PaymentOf(command.Reservation);
            Add(new DepositOpened(now, new Deposit
            {
                Reservation = command.Reservation,
                Operator = command.Operator,
                Payment = payment,
                MostPerPayment = command.Most < command.Amount ? command.Most : null,
                Parts = [Deposit.PartOf(payment, PaymentSplit.Next(command.Amount, command.Most))],
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
                    End(deposit, DepositStatus.Cancelled, false, command.Reason);
                    return null;
                // On its way back, or back: it will not be held any more.
                case DepositStatus.Cancelled or DepositStatus.Failed or DepositStatus.Returning or DepositStatus.Returned or DepositStatus.Applied:
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
                End(deposit, DepositStatus.Cancelled, false, command.Reason);
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
                .Where(invoice => invoice.Lease == command.Lease && !invoice.Status.IsSettled() && invoice.Total.Currency == deposit.Amount.Currency)
                .OrderBy(invoice => invoice.IssuedAt).ThenBy(invoice => invoice.Number, StringComparer.Ordinal))
            {
                foreach (var part in account.Deposits[command.Reservation].Payments)
                {
                    Apply(account.Deposits[command.Reservation], part, account.Invoices[invoice.Id]);
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
                TakeDeposit(fact, ReservationId.From(command.Order.Subject), command.Order);
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
            else if (account.Deposits.TryGetValue(ReservationId.From(command.Order.Subject), out var deposit)
                && deposit.Status == DepositStatus.Awaiting && deposit.Payment == command.Order.Id)
            {
                End(deposit, command.CalledOff ? DepositStatus.Cancelled : DepositStatus.Failed, true, command.Reason);
            }

            return null;
        }

        /// <summary>What a lease still owes is taken payment by payment, because each is paid out of its own charge.</summary>
        private void Apply(Deposit deposit, DepositPart part, Invoice invoice)
        {
            var used = Least(Least(deposit.Free, part.Free), invoice.Outstanding);
            if (used.Minor <= 0)
            {
                return;
            }

            var fact = $"deposit:{deposit.Reservation}:{invoice.Id}";
            Settle(
                invoice,
                SettlementSource.Deposit,
                deposit.Reservation.Value,
                used,
                part.Payment == deposit.Payments[0].Payment ? fact : $"{fact}:{part.Payment}",
                deposit.Account,
                $"Deposit taken for invoice {invoice.Number}",
                part.Payment);
        }

        private void TakeDeposit(string fact, ReservationId reservation, PaymentOrder order)
        {
            if (!account.Deposits.TryGetValue(reservation, out var deposit))
            {
                return;
            }

            var wanted = deposit.Status == DepositStatus.Awaiting;
            var isPart = wanted && deposit.Received + order.Amount < deposit.Amount;
            Add(new DepositReceived(
                now,
                reservation,
                order.Amount,
                wanted,
                LedgerEntry.Move(fact, now, $"Deposit for {reservation}", Gateway, deposit.Account, order.Amount),
                order.Id,
                isPart ? true : null));
            deposit = account.Deposits[reservation];
            if (!wanted)
            {
                GiveBack(deposit, deposit.Reason ?? "The reservation no longer waited for it.");
            }
            else if (isPart && now >= deposit.Deadline)
            {
                End(deposit, DepositStatus.Cancelled, true, "The rest of the deposit was not paid in time.");
            }
            else if (isPart)
            {
                Add(new DepositPaymentStarted(
                    now, reservation, Deposit.PaymentOf(reservation, deposit.Payments.Length + 1), PaymentSplit.Next(deposit.Amount - deposit.Received, deposit.MostPerPayment)));
            }
        }

        /// <summary>A deposit will not be held; what of it has come goes back.</summary>
        private void End(Deposit deposit, DepositStatus status, bool byPayment, string reason)
        {
            Add(new DepositEnded(now, deposit.Reservation, status, byPayment, reason));
            if (deposit.Received.Minor > 0)
            {
                GiveBack(account.Deposits[deposit.Reservation], reason);
            }
        }
    }
}
