using System.Collections.Immutable;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
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
            BillRent bill => draft.Bill(bill),
            SettleLease settle => draft.Settle(settle),
            PayInvoice pay => draft.Pay(pay),
            TakePayment taken => draft.Take(taken),
            GiveUpPayment given => draft.GiveUp(given),
            TakeRefund refund => draft.Take(refund),
            TakeRefundDecline decline => draft.Take(decline),
            TakeTransfer transfer => draft.Take(transfer),
            TakeDispute dispute => draft.Take(dispute),
            TakePayoutHold hold => draft.Take(hold),
            TakePayoutPosting posting => draft.Take(posting),
            MarkOverdueInvoices => draft.MarkOverdue(),
            _ => draft.Manage(command),
        };
        return refusal is not null ? refusal : Decision<BillingFact>.Of(draft.Facts);
    }

    /// <summary>Facts of one decision, each folded into the account before the next is decided.</summary>
    private sealed partial class Draft
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
                var earned = transfer.OutOfBank == true ? Bank : LedgerAccount.Of(LedgerAccountKind.PlatformFees);
                Add(new TransferTaken(now, command.From, LedgerEntry.Move(transfer.FactId, now, transfer.Text, from, earned, transfer.Amount), null));
                return null;
            }

            var payable = LedgerAccount.Of(LedgerAccountKind.OperatorPayable);
            var clearing = LedgerAccount.Of(LedgerAccountKind.Clearing, Organization.Platform.Value);
            var entry = LedgerEntry.Move(transfer.FactId, now, transfer.Text, from, payable, transfer.Amount).And(payable, clearing, transfer.PlatformFee);
            var fee = transfer.PlatformFee.IsZero
                ? null
                : new OnwardTransfer(transfer.FactId, Organization.Platform, transfer.PlatformFee, Money.Zero(transfer.Amount.Currency), "Platform fee: " + transfer.Text);
            Add(new TransferTaken(now, command.From, entry, fee, transfer));
            return null;
        }

        public Refusal? Take(TakePayoutPosting command)
        {
            if (!account.Books.Has(command.FactId))
            {
                var text = command.Amount.Minor > 0 ? $"Payout {command.Payout}" : $"Taken back of payout {command.Payout}";
                Add(new PayoutTaken(now, command.Payout, LedgerEntry.Move(command.FactId, now, text, LedgerAccount.Of(LedgerAccountKind.OperatorPayable), Gateway, command.Amount)));
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
    }
}
