using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Disputes: the payer's bank takes money back, and gives it back or not.</content>
    private sealed partial class Draft
    {
        public Refusal? Take(TakeDispute command)
        {
            var (order, dispute) = (command.Order, command.Dispute);
            var opening = $"dispute:{order.Id}:{dispute.Id}";
            if (!account.Books.Has(opening))
            {
                Open(opening, command);
            }

            var decision = $"{opening}:{(dispute.Status == DisputeStatus.Won ? "won" : "lost")}";
            if (dispute.Status != DisputeStatus.Open && !account.Books.Has(decision))
            {
                Decide(decision, command);
            }

            return null;
        }

        public Refusal? Take(TakePayoutHold command)
        {
            if (!account.Books.Has(command.Hold.FactId))
            {
                var (payable, held) = (LedgerAccount.Of(LedgerAccountKind.OperatorPayable), LedgerAccount.Of(LedgerAccountKind.PayoutsHeld, command.Hold.Payment.Value));
                Add(new PayoutHoldTaken(now, LedgerEntry.Move(command.Hold.FactId, now, command.Hold.Text, payable, held, command.Hold.Amount), command.Hold));
            }

            return null;
        }

        private static LedgerAccount Disputes(PaymentId payment) => LedgerAccount.Of(LedgerAccountKind.Disputes, payment.Value);

        /// <summary>What the operator is not paid out, or no longer kept from: the operator's share of a disputed amount. A deposit was never the operator's.</summary>
        private PayoutHold? HoldOf(string fact, TakeDispute command, Money amount, string text) => command.Order.Purpose == PaymentPurpose.Invoice
            ? new PayoutHold(fact + ":hold", command.Order.Id, command.Order.Payee, amount - amount.Share(FeeOf(command)), text, account.Id)
            : null;

        private void Open(string fact, TakeDispute command)
        {
            var (order, dispute) = (command.Order, command.Dispute with { Status = DisputeStatus.Open });
            var text = $"Payment {order.Id} disputed: {dispute.Id}";
            var entry = LedgerEntry.Move(fact, now, text, Disputes(order.Id), Gateway, dispute.Amount);
            Add(new PaymentDisputed(now, order, dispute, entry, HoldOf(fact, command, dispute.Amount, text), InvoiceOf(command)?.Lease));
        }

        private void Decide(string fact, TakeDispute command)
        {
            var (order, dispute) = (command.Order, command.Dispute);
            if (dispute.Status == DisputeStatus.Won)
            {
                var won = $"Dispute {dispute.Id} of payment {order.Id} won";
                var back = LedgerEntry.Move(fact, now, won, Gateway, Disputes(order.Id), dispute.Amount);
                Add(new DisputeSettled(now, order, dispute, back, HoldOf(fact, command, -dispute.Amount, won), null, null, InvoiceOf(command)?.Lease));
                if (DepositOf(order) is { Held.Minor: > 0 } deposit && deposit.Status.IsSettled())
                {
                    GiveBack(deposit, won);
                }

                return;
            }

            var text = $"Dispute {dispute.Id} of payment {order.Id} lost";
            if (order.Purpose == PaymentPurpose.Deposit)
            {
                LoseDeposit(fact, order, dispute, text);
            }
            else
            {
                LosePayment(fact, command, text);
            }
        }

        /// <summary>The deposit is smaller by what was taken; what had been used or given back before stays owed, in the account of the dispute.</summary>
        private void LoseDeposit(string fact, PaymentOrder order, PaymentDispute dispute, string text)
        {
            var there = DepositOf(order)?.InBooks ?? Money.Zero(dispute.Amount.Currency);
            var taken = there < dispute.Amount ? there : dispute.Amount;
            var entry = taken.Minor > 0
                ? LedgerEntry.Move(fact, now, text, LedgerAccount.Of(LedgerAccountKind.DepositsHeld, order.Subject), Disputes(order.Id), taken)
                : new LedgerEntry(fact, now, text, []);
            Add(new DisputeSettled(now, order, dispute, entry, null, null, taken, null));
        }

        /// <summary>The invoice is owed again; what the payment had brought beyond it leaves the credit balance as far as it is there; the operator's share and the fee go back.</summary>
        private void LosePayment(string fact, TakeDispute command, string text)
        {
            var (order, dispute) = (command.Order, command.Dispute);
            var invoice = InvoiceOf(command);
            var nothing = Money.Zero(dispute.Amount.Currency);
            var owed = invoice is { Settled.Minor: > 0 } ? Least(invoice.Settled, dispute.Amount) : nothing;
            var credit = Least(account.Books.Credit(Credits(order.Payee), dispute.Amount.Currency), dispute.Amount - owed);
            var back = owed + credit;
            var entry = new LedgerEntry(fact, now, text, [])
                .And(Receivables(order.Payee), Disputes(order.Id), owed)
                .And(Credits(order.Payee), Disputes(order.Id), credit)
                .And(Clearing(order.Payee), Uncollected(order.Payee), back);

            // Payouts hear of both in one notice: told apart, they would pay out what the dispute had kept, and take it back a moment later.
            var hold = HoldOf(fact, command, -dispute.Amount, text);
            var onward = back.IsZero ? null : new OnwardTransfer(fact, order.Payee, -back, -back.Share(FeeOf(command)), text) { Released = hold };
            var again = owed.IsZero ? null : Reopened(invoice!, owed);
            Add(new DisputeSettled(now, order, dispute, entry, onward is null ? hold : hold! with { Tenant = null }, onward, owed, invoice?.Lease, again));

            Money Least(Money one, Money other) => one.Minor <= 0 || other.Minor <= 0 ? nothing : one < other ? one : other;
        }

        /// <summary>Due at the next local midnight, with a schedule of reminders that begins anew.</summary>
        private Invoice Reopened(Invoice invoice, Money owed)
        {
            var zone = DateTimeZoneProviders.Tzdb[invoice.Zone];
            var open = invoice with { Settled = invoice.Settled - owed };
            return invoice.Status != InvoiceStatus.Paid
                ? open
                : open.MoveTo(InvoiceStatus.Open) with { SettledAt = null, OverdueAt = BillingPeriods.Midnight(zone, BillingPeriods.FirstFullDay(zone, now)) };
        }

        private Deposit? DepositOf(PaymentOrder order) =>
            order.Purpose == PaymentPurpose.Deposit ? account.Deposits.GetValueOrDefault(ReservationId.From(order.Subject)) : null;

        private Invoice? InvoiceOf(TakeDispute command) => command.Order.Purpose == PaymentPurpose.Invoice
            ? account.Invoices.GetValueOrDefault(InvoiceId.From(command.Order.Subject)) ?? command.Archived
            : null;

        private Percentage FeeOf(TakeDispute command) => InvoiceOf(command)?.PlatformFee ?? Percentage.Zero;
    }
}
