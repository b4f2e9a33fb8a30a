using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Bank transfers: received and waiting in the marketplace's account, taken by a tenant's.</content>
    private sealed partial class Draft
    {
        private static LedgerAccount Bank => LedgerAccount.Of(LedgerAccountKind.Bank);

        private Refusal? Take(TakeBankEntries command)
        {
            foreach (var (entry, found) in command.Entries)
            {
                var fact = BankReceipt.FactOf(entry.Id);
                if (account.Books.Has(fact))
                {
                    continue;
                }

                var nothing = Money.Zero(entry.Amount.Currency);
                var receipt = new BankReceipt { Entry = entry, TakenAt = now, Status = BankReceiptStatus.Unmatched, Applied = nothing, Returned = nothing };
                Add(new ReceiptTaken(now, receipt, LedgerEntry.Move(fact, now, $"Bank transfer from {(entry.Payer.Length == 0 ? "an unnamed payer" : entry.Payer)}", Bank, receipt.Account, entry.Amount)));
                if (found is not null)
                {
                    Offer(receipt, found, keep: false);
                }
            }

            return null;
        }

        private Refusal? Assign(AssignReceipt command)
        {
            if (account.Receipts?.GetValueOrDefault(command.Receipt)?.Requests?.Contains(command.Request) == true)
            {
                return null;
            }

            if (Waiting(command.Receipt, out var receipt) is { } refusal)
            {
                return refusal;
            }

            Offer(receipt with { Requests = [.. receipt.Requests ?? [], command.Request] }, command.For, command.Keep);
            return null;
        }

        private Refusal? Return(ReturnReceipt command)
        {
            var note = $"Sent back: {command.Reference}";
            if (account.Receipts?.GetValueOrDefault(command.Receipt)?.Note == note)
            {
                return null;
            }

            if (Waiting(command.Receipt, out var receipt) is { } refusal)
            {
                return refusal;
            }

            var after = receipt with
            {
                Status = BankReceiptStatus.Returned,
                Returned = receipt.Returned + receipt.Left,
                Note = note,
            };
            Add(new ReceiptSentBack(now, after, LedgerEntry.Move(
                BankReceipt.FactOf(receipt.Entry.Id) + ":back", now, $"Bank transfer sent back: {command.Reference}", receipt.Account, Bank, receipt.Left)));
            return null;
        }

        /// <summary>An unknown receipt, or one that nothing is left of, or one whose answer is on its way, can be given to nobody.</summary>
        private Refusal? Waiting(BankReceiptId id, out BankReceipt receipt)
        {
            receipt = account.Receipts?.GetValueOrDefault(id)!;
            return receipt is null && !account.Books.Has(BankReceipt.FactOf(id)) ? Refusal.Of(BillingAccountRefusal.ReceiptNotFound, $"There is no bank receipt {id}.")
                : receipt is null || receipt.Left.IsZero ? Refusal.Of(BillingAccountRefusal.ReceiptSettled, $"Nothing is left of {id}.")
                : receipt.Status == BankReceiptStatus.Matching ? Refusal.Of(BillingAccountRefusal.ReceiptMatching, $"{id} was given to {receipt.For?.Tenant} a moment ago.") : null;
        }

        private void Offer(BankReceipt receipt, ReferencedInvoice invoice, bool keep) =>
            Add(new ReceiptOffered(now, receipt with { Status = BankReceiptStatus.Matching, For = invoice, Offers = receipt.Offers + 1 }, keep));

        private Refusal? Answer(AnswerReceipt command)
        {
            if (account.Receipts?.GetValueOrDefault(command.Receipt) is not { Status: BankReceiptStatus.Matching } receipt || receipt.Offers != command.Offer)
            {
                return null;
            }

            var taken = command.Taken + command.Kept;
            var entry = taken.IsZero
                ? null
                : LedgerEntry.Move(BankReceipt.AppliedFactOf(command.Receipt, command.Offer), now, $"Bank transfer {command.Receipt} applied", receipt.Account, Clearing(command.From), taken);
            var after = receipt with { Applied = receipt.Applied + taken };
            var status = command.Kept.Minor > 0 ? BankReceiptStatus.Kept
                : after.Left.IsZero ? BankReceiptStatus.Matched
                : after.Applied.IsZero ? BankReceiptStatus.Duplicate
                : BankReceiptStatus.Overpaid;
            Add(new ReceiptAnswered(now, after with { Status = status }, entry));
            return null;
        }

        /// <summary>
        /// Takes what the invoice still owes; the rest is left to the marketplace, or becomes credit where a person said so. The
        /// operator gets kept money at once, as after any payment beyond an invoice.
        /// </summary>
        private Refusal? Take(TakeReceipt command)
        {
            var fact = BankReceipt.FactOf(command.Receipt, command.Offer);
            if (account.Books.Has(fact))
            {
                return null;
            }

            var nothing = Money.Zero(command.Amount.Currency);
            var (taken, kept) = (nothing, nothing);
            var invoice = account.Invoices.GetValueOrDefault(command.Invoice);
            if (invoice is not null && invoice.Total.Currency == command.Amount.Currency && invoice.Outstanding.Minor > 0)
            {
                taken = invoice.Outstanding < command.Amount ? invoice.Outstanding : command.Amount;
                Settle(invoice, SettlementSource.BankTransfer, command.Receipt.Value, taken, fact, Clearing(Organization.Platform), $"Bank transfer for invoice {invoice.Number}");
            }

            LedgerEntry? entry = null;
            OnwardTransfer? onward = null;
            if (command.Keep && taken < command.Amount)
            {
                kept = command.Amount - taken;
                var rest = taken.IsZero ? fact : fact + ":kept";
                var text = $"Bank transfer kept as credit with {command.Operator}";
                entry = LedgerEntry.Move(rest, now, text, Clearing(Organization.Platform), Credits(command.Operator), kept)
                    .And(Uncollected(command.Operator), Clearing(command.Operator), kept);
                onward = new OnwardTransfer(rest, command.Operator, kept, kept.Share(invoice?.PlatformFee ?? Percentage.Zero), text);
            }

            Add(new ReceiptAccepted(now, command.Receipt, command.Offer, command.Invoice, taken, kept, entry, onward));
            return null;
        }
    }
}
