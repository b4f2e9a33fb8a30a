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
                Money.Zero(transfer.Amount.Currency)), transfer.Credit, transfer.Released));
        }
    }

    private static void KeepFromPayout(BillingAccount after, PayoutHoldTaken taken, Effects effects)
    {
        if (taken.Hold is { Tenant: { } tenant } hold)
        {
            effects.Tell(GrainKeys.PayoutAccount(after.Id), new OperatorKeptFrom(tenant, hold.Payment, hold.Amount));
        }
    }

    // Credit that value comes or goes with is told with that value: told apart, payouts would take back what is about to be covered,
    // or pay out what is about to be taken back.
    private static void TellOfCredit(BillingAccount after, LedgerEntry entry, OnwardTransfer? onward, Effects effects)
    {
        foreach (var (operatorId, currency) in CreditsIn(entry).Where(credit => credit.Operator != onward?.To))
        {
            var left = Credit(after, operatorId, currency);
            effects.Tell(GrainKeys.PayoutAccount(operatorId), new CreditStands(after.Id, left.Amount, left.Number));
        }
    }

    private static OnwardTransfer WithCredit(BillingAccount after, LedgerEntry? entry, OnwardTransfer onward) => onward with
    {
        Credit = onward.Credit ?? (entry is not null && CreditsIn(entry).Contains((onward.To, onward.Amount.Currency)) ? Credit(after, onward.To, onward.Amount.Currency) : null),
    };

    private static IEnumerable<(OrganizationId Operator, Currency Currency)> CreditsIn(LedgerEntry entry) => entry.Postings
        .Where(posting => posting.Account.Kind == LedgerAccountKind.CustomerCredits)
        .Select(posting => (OrganizationId.From(posting.Account.Subject), posting.Amount.Currency))
        .Distinct();

    // A tenant's credit is with an operator, who bears it after the fee that the marketplace gives up; the newest invoice tells the fee.
    private static CreditLeft Credit(BillingAccount after, OrganizationId operatorId, Currency currency)
    {
        var credit = after.CreditWith(operatorId, currency);
        var fee = after.Invoices.Values.Where(invoice => invoice.Operator == operatorId).MaxBy(invoice => invoice.IssuedAt)?.PlatformFee ?? Percentage.Zero;
        return new CreditLeft(credit - credit.Share(fee), after.Books.EntryCount);
    }
}
