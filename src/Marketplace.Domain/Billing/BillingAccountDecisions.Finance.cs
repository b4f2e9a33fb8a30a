using System.Globalization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Domain.Billing;

public sealed partial record BillingAccount
{
    /// <content>Profile, credit notes and custody.</content>
    private sealed partial class Draft
    {
        private const int LongestText = 500;

        public Refusal? Manage(BillingCommand command) => command switch
        {
            SetProfile set => Set(set.Profile),
            ChangeCollection change => Change(change),
            CollectInvoices collect => Collect(collect),
            SetReferences set => Set(set),
            IssueCreditNote issue => Issue(issue),
            PlanPrepayment plan => Plan(plan),
            ReleasePrepayment release => Release(release),
            EndPrepayment end => EndPrepayment(end.Reservation),
            RecordPrepaymentReturn record => Record(record),
            MoveDeposit move => Move(move),
            RecordDepositReturn record => Record(record),
            RegisterLetter register => Register(register),
            ConfirmLetter confirm => Confirm(confirm),
            MeetFinanceTimes meet => Meet(meet),
            TakeBankEntries take => Take(take),
            AssignReceipt assign => Assign(assign),
            ReturnReceipt giveBack => Return(giveBack),
            TakeReceipt take => Take(take),
            AnswerReceipt answer => Answer(answer),
            RefundCredit refund => Refund(refund),
            RetryRefund retry => Retry(retry),
            RecordRefundTransfer record => Record(record),
            RetryDepositReturn retry => Retry(retry),
            _ => throw new InvalidOperationException($"A billing account does not know {command.GetType().Name}."),
        };

        private static LedgerAccount CustodianOf(ReservationId reservation) => LedgerAccount.Of(LedgerAccountKind.Custodian, reservation.Value);

        private Refusal? Set(BillingProfile profile)
        {
            if (account.Profile is not { } before || !SameProfile(before, profile))
            {
                Add(new ProfileChanged(now, profile));
            }

            return null;
        }

        private static bool SameProfile(BillingProfile before, BillingProfile after) =>
            before with { Address = [], Contacts = [], SpendLimits = [] } == after with { Address = [], Contacts = [], SpendLimits = [] }
            && before.Address.SequenceEqual(after.Address) && before.Contacts.SequenceEqual(after.Contacts) && before.SpendLimits.SequenceEqual(after.SpendLimits);

        private Refusal? Set(SetReferences command)
        {
            if (account.References?.GetValueOrDefault(command.Reservation) != command.References)
            {
                Add(new ReferencesSet(now, command.Reservation, command.References));
            }

            return null;
        }

        private Refusal? Issue(IssueCreditNote command)
        {
            if (account.Books.Has(CreditNote.FactOf(command.Id)))
            {
                return null;
            }

            var invoice = account.Invoices.GetValueOrDefault(command.Invoice.Id) ?? command.Invoice;
            if (invoice.Operator != command.Actor)
            {
                return Refusal.Of(BillingAccountRefusal.InvoiceNotFound, "Only the operator of an invoice credits it.");
            }

            if (command.Amount.Minor <= 0 || command.Amount.Currency != invoice.Total.Currency || invoice.Total.Minor <= 0)
            {
                return Refusal.Of(BillingAccountRefusal.CreditNotPositive, $"Invoice {invoice.Number} is over {invoice.Total}; credit more than zero in its currency.", "amount");
            }

            var line = new InvoiceLine
            {
                Kind = InvoiceLineKind.Credit,
                Text = command.Text,
                Period = invoice.Period,
                Amount = -command.Amount,
                Origin = new LineOrigin { Lease = invoice.Lease, Corrects = invoice.Id },
            };
            var tax = invoice.Tax is { } taxed ? TaxEngine.Like(taxed, [line]) : null;
            var total = tax is null ? command.Amount : -(tax.Net + tax.Amount);
            var left = invoice.Total - (invoice.Credited ?? Money.Zero(total.Currency));
            if (total > left)
            {
                return Refusal.Of(BillingAccountRefusal.CreditAboveInvoice, $"{total} with tax is more than the {left} of invoice {invoice.Number} that was not credited before.", "amount");
            }

            Credit(command.Id, invoice, line, tax, total);
            return null;
        }

        private void Credit(CreditNoteId id, Invoice invoice, InvoiceLine line, InvoiceTax? tax, Money total)
        {
            var applied = total < invoice.Outstanding ? total : invoice.Outstanding;
            var collected = total - applied;
            var fee = invoice.FeeOn(collected);
            var note = new CreditNote
            {
                Id = id,
                Number = NextCreditNote(invoice.Operator),
                IssuedAt = now,
                Invoice = invoice.Id,
                InvoiceNumber = invoice.Number,
                Tenant = account.Id,
                Operator = invoice.Operator,
                Lease = invoice.Lease,
                Zone = invoice.Zone,
                Lines = [line],
                Tax = tax,
                Supplier = invoice.Supplier,
                Customer = invoice.Customer,
                PurchaseOrder = invoice.PurchaseOrder,
                Capacity = invoice.Capacity,
                Total = total,
                Applied = applied,
                OperatorShare = collected - fee,
                FeeShare = fee,
            };
            var fact = CreditNote.FactOf(id);
            var text = $"Credit note {note.Number} for invoice {invoice.Number}";
            Add(new CreditNoteIssued(
                now, note, invoice, collected.IsZero ? new LedgerEntry(fact, now, text, []) : LedgerEntry.Move(fact, now, text, Uncollected(invoice.Operator), Credits(invoice.Operator), collected)));
            if (applied.Minor > 0)
            {
                Add(new InvoiceSettled(
                    now,
                    invoice.Id,
                    invoice.Lease,
                    SettlementSource.CreditNote,
                    id.Value,
                    applied,
                    invoice.Outstanding - applied,
                    LedgerEntry.Move(fact + ":applied", now, text, Uncollected(invoice.Operator), Receivables(invoice.Operator), applied),
                    null));
            }
        }

        private string NextCreditNote(OrganizationId operatorId)
        {
            var series = PublicId.Digest("invoice series", operatorId.Value, account.Id.Value)[..6].ToUpperInvariant();
            return string.Create(CultureInfo.InvariantCulture, $"CN-{series}-{(account.LastCreditNotes?.GetValueOrDefault(operatorId) ?? 0) + 1:D6}");
        }

        private Refusal? Move(MoveDeposit command)
        {
            if (Held(command.Reservation, out var deposit) is { } refusal)
            {
                return refusal;
            }

            if (deposit.Custody is not { Letter: null } custody)
            {
                return Refusal.Of(BillingAccountRefusal.CustodyUnfit, $"The deposit for {command.Reservation} is in no custody that could be moved.");
            }

            if (custody.MovedAt is null)
            {
                Add(new DepositMoved(now, deposit.Reservation, command.Holder, command.Reference, LedgerEntry.Move(
                    $"custody:{deposit.Reservation}", now, $"Deposit for {deposit.Reservation} moved to {command.Holder}", CustodianOf(deposit.Reservation), Gateway, deposit.Held)));
            }

            return null;
        }

        private Refusal? Record(RecordDepositReturn command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {command.Reservation}.");
            }

            if ((deposit.Custody?.MovedAt is not null && deposit.Status.IsSettled()) || WasSentByBank(deposit))
            {
                return null;
            }

            if (deposit is not { Status: DepositStatus.Returning, Custody.MovedAt: not null })
            {
                return SendByBank(deposit, command.Reference);
            }

            Add(new DepositReturned(now, deposit.Reservation, deposit.Held, LedgerEntry.Move(
                $"custody:{deposit.Reservation}:returned", now, $"Deposit for {deposit.Reservation} given back by {deposit.Custody.MovedTo}: {command.Reference}", deposit.Account, CustodianOf(deposit.Reservation), deposit.Held)));
            return null;
        }

        private Refusal? Register(RegisterLetter command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit))
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {command.Reservation}.");
            }

            if (deposit is not { Status: DepositStatus.Awaiting, Custody: { Terms.Custodian: Custodian.LetterOfCredit } custody })
            {
                return Refusal.Of(BillingAccountRefusal.CustodyUnfit, $"The deposit for {command.Reservation} does not wait for a letter of credit.");
            }

            var letter = command.Letter;
            if (letter.Amount.Currency != deposit.Amount.Currency || letter.Amount < deposit.Amount)
            {
                return Refusal.Of(BillingAccountRefusal.LetterUnfit, $"It must promise at least {deposit.Amount}.", "amount");
            }

            if (BillingPeriods.Midnight(NodaTime.DateTimeZone.Utc, letter.Expires.PlusDays(1)) < custody.NeededUntil)
            {
                return Refusal.Of(BillingAccountRefusal.LetterUnfit, $"The deposit is needed until {custody.NeededUntil}, after the letter's last day.", "expires");
            }

            if (custody.Letter is not { } before || before with { RegisteredAt = letter.RegisteredAt } != letter)
            {
                Add(new LetterRegistered(now, deposit.Reservation, letter with { RegisteredAt = now }));
            }

            return null;
        }

        private Refusal? Confirm(ConfirmLetter command)
        {
            if (!account.Deposits.TryGetValue(command.Reservation, out var deposit) || deposit.Operator != command.Actor)
            {
                return Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {command.Reservation}.");
            }

            switch (deposit)
            {
                case { Custody.Letter.ConfirmedAt: not null }:
                    return null;
                case { Status: DepositStatus.Awaiting, Custody.Letter: not null }:
                    Add(new LetterConfirmed(now, deposit.Reservation));
                    return null;
                default:
                    return Refusal.Of(BillingAccountRefusal.CustodyUnfit, $"No letter of credit waits to be confirmed for {command.Reservation}.");
            }
        }

        private Refusal? Held(ReservationId reservation, out Deposit deposit)
        {
            deposit = account.Deposits.GetValueOrDefault(reservation)!;
            return deposit is null ? Refusal.Of(BillingAccountRefusal.DepositNotFound, $"There is no deposit for {reservation}.")
                : deposit.Status != DepositStatus.Held ? Refusal.Of(BillingAccountRefusal.CustodyUnfit, $"The deposit for {reservation} is {deposit.Status.Spelled()}.")
                : null;
        }

        private void MeetCustody()
        {
            foreach (var deposit in account.Deposits.Values
                .Where(deposit => deposit.Status == DepositStatus.Held && deposit.Held.Minor > 0 && deposit.Custody?.NextAt <= now)
                .OrderBy(deposit => deposit.Reservation.Value, StringComparer.Ordinal))
            {
                var end = deposit.Custody!.MustLeaveBy!.Value;
                if (deposit.Custody.WarnedAt is null)
                {
                    Add(new DepositWarned(now, deposit.Reservation, end));
                }

                if (end <= now)
                {
                    GiveBack(account.Deposits[deposit.Reservation], $"The payment provider lets money rest for {deposit.Custody.Terms.HoldingDays} days, which have passed.");
                }
            }
        }
    }
}
