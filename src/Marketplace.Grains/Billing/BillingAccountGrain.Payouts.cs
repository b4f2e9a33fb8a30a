using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Billing;

/// <content>What leaves for payouts: what was collected for an operator, and what must not be paid out.</content>
internal sealed partial class BillingAccountGrain
{
    // The marketplace's own fees are not paid out: they are what stays.
    private static void Earn(BillingAccount after, TransferTaken taken, Effects effects)
    {
        if (after.Id != Organization.Platform && taken.Transfer is { } transfer)
        {
            effects.Tell(GrainKeys.PayoutAccount(after.Id), new OperatorEarned(new Payable(
                transfer.FactId,
                taken.From,
                transfer.Invoice,
                transfer.Payment,
                transfer.Group ?? transfer.Invoice?.Value ?? transfer.FactId,
                transfer.Amount - transfer.PlatformFee,
                transfer.PayableFrom,
                taken.At,
                Money.Zero(transfer.Amount.Currency)), transfer.Credit));
        }
    }

    private static void KeepFromPayout(BillingAccount after, PayoutHoldTaken taken, Effects effects)
    {
        if (taken.Hold is { Tenant: { } tenant } hold)
        {
            effects.Tell(GrainKeys.PayoutAccount(after.Id), new OperatorKeptFrom(tenant, hold.Payment, hold.Amount));
        }
    }

    // A tenant's credit is with an operator, who bears it after the fee that the marketplace gives up; the newest invoice tells the fee.
    private static void TellOfCredit(BillingAccount after, LedgerEntry entry, Effects effects)
    {
        foreach (var posting in entry.Postings.Where(posting => posting.Account.Kind == LedgerAccountKind.CustomerCredits)
            .DistinctBy(posting => (posting.Account, posting.Amount.Currency)))
        {
            var operatorId = OrganizationId.From(posting.Account.Subject);
            var left = Credit(after, operatorId, posting.Amount.Currency);
            effects.Tell(GrainKeys.PayoutAccount(operatorId), new CreditStands(after.Id, left.Amount, left.Number));
        }
    }

    private static CreditLeft Credit(BillingAccount after, OrganizationId operatorId, Currency currency)
    {
        var credit = after.CreditWith(operatorId, currency);
        var fee = after.Invoices.Values.Where(invoice => invoice.Operator == operatorId).MaxBy(invoice => invoice.IssuedAt)?.PlatformFee ?? Percentage.Zero;
        return new CreditLeft(credit - credit.Share(fee), after.Books.EntryCount);
    }
}
