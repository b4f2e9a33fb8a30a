using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Money given back: deposits, and credit with an operator.</content>
    private sealed partial class Draft
    {
        public Refusal? Take(TakeRefund command)
        {
            var fact = RefundFact(command.Order, command.Reference, command.Attempt);
            if (account.Books.Has(fact))
            {
                return null;
            }

            if (command.Order.Purpose == PaymentPurpose.Deposit)
            {
                if (account.Deposits.TryGetValue(ReservationId.From(command.Order.Subject), out var deposit))
                {
                    Add(new DepositReturned(
                        now,
                        deposit.Reservation,
                        command.Amount,
                        LedgerEntry.Move(fact, now, $"Deposit for {deposit.Reservation} given back", deposit.Account, Gateway, command.Amount),
                        command.Order.Id,
                        command.Reference));
                }
            }
            else if (RefundOf(command.Reference) is { } refund)
            {
                Pay(refund, refund.Parts.First(part => part.Payment == command.Order.Id), fact, null);
            }

            return null;
        }

        public Refusal? Take(TakeRefundDecline command)
        {
            var fact = RefundFact(command.Order, command.Reference, command.Attempt);
            if (account.Books.Has(fact + ":back") || account.Books.Has(fact) != command.WasMade)
            {
                return null;
            }

            if (command.Order.Purpose != PaymentPurpose.Deposit)
            {
                if (RefundOf(command.Reference) is { } refund)
                {
                    Decline(refund, command, fact + ":back");
                }
            }
            else if (account.Deposits.TryGetValue(ReservationId.From(command.Order.Subject), out var deposit)
                && deposit.Payments.FirstOrDefault(part => part.Payment == command.Order.Id) is { } part
                && (part.Declines ?? []).All(decline => decline.Reference != command.Reference))
            {
                var entry = command.WasMade
                    ? LedgerEntry.Move(fact + ":back", now, $"What was given back of the deposit for {deposit.Reservation} came back: {command.Detail}", Gateway, deposit.Account, command.Amount)
                    : null;
                Add(new DepositReturnDeclined(now, deposit.Reservation, command.Order.Id, new DeclinedReturn(command.Reference, command.Amount, command.Detail), entry));
            }

            return null;
        }

        private Refusal? Refund(RefundCredit command)
        {
            if (account.Refunds?.ContainsKey(command.Id) == true)
            {
                return null;
            }

            var (invoice, currency) = (account.Invoices.GetValueOrDefault(command.Invoice.Id) ?? command.Invoice, command.Invoice.Total.Currency);
            if (command.Amount.Minor <= 0 || command.Amount.Currency != currency)
            {
                return Refusal.Of(BillingAccountRefusal.RefundNotPositive, $"Invoice {invoice.Number} is in {currency}; give back more than zero in it.", "amount");
            }

            var credit = account.Books.Credit(Credits(invoice.Operator), currency);
            if (command.Amount > credit)
            {
                return Refusal.Of(BillingAccountRefusal.RefundAboveCredit, $"The tenant has {credit} of credit with this operator.", "amount");
            }

            var parts = ImmutableArray.CreateBuilder<RefundPart>();
            var (left, before) = (command.Amount, (account.Refunds?.Values ?? []).Where(refund => refund.Invoice == invoice.Id).SelectMany(refund => refund.Parts).ToList());
            foreach (var source in command.Sources)
            {
                // What this account has asked for may still be on its way to the payment.
                Use(source.Payment, Least(source.Refundable, source.Paid - Money.Sum(currency, before.Where(part => part.Payment == source.Payment).Select(part => part.Amount))));
            }

            Use(null, (invoice.PaidByBank ?? Money.Zero(currency)) - Money.Sum(currency, before.Where(part => part.Payment is null).Select(part => part.Amount)));
            if (left.Minor > 0)
            {
                return Refusal.Of(BillingAccountRefusal.RefundAbovePaid, $"{command.Amount - left} of what was paid for invoice {invoice.Number} can still be given back.", "amount");
            }

            var refund = new CreditRefund
            {
                Id = command.Id,
                Operator = invoice.Operator,
                Tenant = account.Id,
                Invoice = invoice.Id,
                InvoiceNumber = invoice.Number,
                Amount = command.Amount,
                Reason = command.Reason,
                AskedAt = now,
                Parts = parts.ToImmutable(),
            };
            Add(new CreditRefundAsked(now, refund, LedgerEntry.Move(
                CreditRefund.FactOf(refund.Id), now, $"Credit to be given back, of invoice {invoice.Number}", Credits(invoice.Operator), refund.Account, refund.Amount)));
            return null;

            void Use(PaymentId? payment, Money most)
            {
                var amount = Least(left, most);
                if (amount.Minor > 0)
                {
                    parts.Add(new RefundPart(payment, amount, invoice.FeeOn(amount), RefundStatus.Asked));
                    left -= amount;
                }
            }
        }

        private Refusal? Retry(RetryRefund command)
        {
            if (account.Refunds?.GetValueOrDefault(command.Id) is not { } refund)
            {
                return Refusal.Of(BillingAccountRefusal.RefundNotFound, $"There is no refund {command.Id}.");
            }

            foreach (var part in refund.Parts.Where(part => part is { Status: RefundStatus.Declined, Payment: not null }))
            {
                Add(new CreditRefundRetried(now, refund.Id, part.Payment!.Value));
            }

            return null;
        }

        private Refusal? Record(RecordRefundTransfer command)
        {
            if (account.Refunds?.GetValueOrDefault(command.Id) is not { } refund)
            {
                return Refusal.Of(BillingAccountRefusal.RefundNotFound, $"There is no refund {command.Id}.");
            }

            if (refund.WithPerson.IsEmpty)
            {
                return refund.Parts.Any(part => part.Status == RefundStatus.Made && part.Detail == command.Reference)
                    ? null
                    : Refusal.Of(BillingAccountRefusal.RefundNotWithPerson, $"Nothing of {command.Id} waits to be sent by bank.");
            }

            foreach (var part in refund.WithPerson)
            {
                Pay(refund, part, $"refund_transfer:{refund.Id}:{part.Payment?.Value ?? "bank"}", command.Reference);
            }

            return null;
        }

        private Refusal? Retry(RetryDepositReturn command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {command.Reservation}.");
            }

            foreach (var part in deposit.Payments)
            {
                foreach (var decline in part.Declines ?? [])
                {
                    Add(new DepositReturnRetried(now, deposit.Reservation, part.Payment, decline, deposit.Reason ?? "Given back."));
                }
            }

            return null;
        }

        private void GiveBack(Deposit deposit, string reason)
        {
            if (deposit.Custody?.MovedAt is not null && deposit.Held.Minor > 0)
            {
                Add(new DepositReturning(now, deposit.Reservation, deposit.Payment, deposit.Held, reason));
                return;
            }

            var left = deposit.Free;
            if (left.Minor <= 0)
            {
                if (deposit.Payments.All(part => part.Returning.IsZero))
                {
                    Add(new DepositReturned(now, deposit.Reservation, Money.Zero(deposit.Amount.Currency), null));
                }

                return;
            }

            foreach (var part in deposit.Payments.Reverse())
            {
                var amount = Least(left, part.Free);
                if (amount.Minor > 0)
                {
                    Add(new DepositReturning(now, deposit.Reservation, part.Payment, amount, reason, part.NextReference));
                    left -= amount;
                }
            }
        }

        /// <summary>What the gateway declined to give back is sent by bank.</summary>
        private Refusal? SendByBank(Deposit deposit, string reference)
        {
            var stuck = deposit.Payments.SelectMany(part => (part.Declines ?? []).Select(decline => (part.Payment, Decline: decline))).ToList();
            foreach (var (payment, decline) in stuck)
            {
                var fact = TransferFact(payment, decline.Reference);
                var text = $"Deposit for {deposit.Reservation} sent by bank: {reference}";
                Add(new DepositReturned(
                    now,
                    deposit.Reservation,
                    decline.Amount,
                    LedgerEntry.Move(fact, now, text, deposit.Account, Clearing(Organization.Platform), decline.Amount),
                    payment,
                    decline.Reference,
                    OutOfBank(fact, decline.Amount, text)));
                deposit = account.Deposits[deposit.Reservation];
            }

            return stuck.Count > 0 ? null : Refusal.Of(BillingAccountRefusal.CustodyUnfit, $"The deposit for {deposit.Reservation} does not wait for its custodian, and the gateway declined nothing of it.");
        }

        private bool WasSentByBank(Deposit deposit) => deposit.Payments.Any(part => (part.Declines ?? []).IsEmpty
            && Enumerable.Range(1, part.Refunds).Any(number => account.Books.Has(TransferFact(part.Payment, DepositPart.ReferenceOf(number)))));

        private static string TransferFact(PaymentId payment, string reference) => $"deposit_transfer:{payment}:{reference}";

        // A fact of its own: the marketplace's books may meet the same money once more, as the fee that the operator gets back.
        private static OnwardTransfer OutOfBank(string fact, Money amount, string text) =>
            new(fact + ":bank", Organization.Platform, amount, Money.Zero(amount.Currency), text) { OutOfBank = true };

        private void Pay(CreditRefund refund, RefundPart part, string fact, string? reference)
        {
            var text = reference is null ? $"Credit given back, of invoice {refund.InvoiceNumber}" : $"Credit sent by bank, of invoice {refund.InvoiceNumber}: {reference}";
            var entry = LedgerEntry.Move(fact, now, text, refund.Account, reference is null ? Gateway : Clearing(Organization.Platform), part.Amount)
                .And(Clearing(refund.Operator), Uncollected(refund.Operator), part.Amount);
            Add(new CreditRefundPaid(
                now,
                refund.Id,
                part.Payment,
                reference,
                entry,
                new OnwardTransfer(fact, refund.Operator, -part.Amount, -part.Fee, text),
                reference is null ? null : OutOfBank(fact, part.Amount, text)));
        }

        private void Decline(CreditRefund refund, TakeRefundDecline command, string fact)
        {
            if (!command.WasMade)
            {
                Add(new CreditRefundDeclined(now, refund.Id, command.Order.Id, command.Detail, null, null));
                return;
            }

            var text = $"What was given back of invoice {refund.InvoiceNumber} came back: {command.Detail}";
            var entry = LedgerEntry.Move(fact, now, text, Gateway, refund.Account, command.Amount).And(Uncollected(refund.Operator), Clearing(refund.Operator), command.Amount);
            Add(new CreditRefundDeclined(
                now, refund.Id, command.Order.Id, command.Detail, entry, new OnwardTransfer(fact, refund.Operator, command.Amount, refund.Parts.First(part => part.Payment == command.Order.Id).Fee, text)));
        }

        private CreditRefund? RefundOf(string? reference) =>
            reference?.StartsWith(RefundId.Prefix + "_", StringComparison.Ordinal) == true ? account.Refunds?.GetValueOrDefault(RefundId.From(reference)) : null;

        private static string RefundFact(PaymentOrder order, string? reference, int attempt)
        {
            var named = reference is null or Billing.GiveBack.Deposit ? $"refund:{order.Id}" : $"refund:{order.Id}:{reference}";
            return attempt == 0 ? named : named + ":again" + attempt.ToString(CultureInfo.InvariantCulture);
        }

        private static Money Least(Money one, Money other) => one < other ? one : other;
    }
}
