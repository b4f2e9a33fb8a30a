using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Billing;

/// <content>Profile, credit notes, prepayments, custody and bank receipts.</content>
internal sealed partial class BillingAccountGrain
{
    /// <inheritdoc/>
    public Task<BillingProfile?> GetProfileAsync() => Task.FromResult(Durable.Profile);

    /// <inheritdoc/>
    public Task<BillingReferences> GetReferencesAsync(ReservationId reservation) => Task.FromResult(Durable.ReferencesOf(reservation));

    /// <inheritdoc/>
    public Task<Prepayment?> GetPrepaymentAsync(ReservationId reservation) => Task.FromResult(Durable.Prepayments?.GetValueOrDefault(reservation));

    /// <inheritdoc/>
    public Task<BankReceipt?> GetReceiptAsync(BankReceiptId receipt) => Task.FromResult(Durable.Receipts?.GetValueOrDefault(receipt));

    /// <inheritdoc/>
    public Task<Answer<bool>> ManageAsync(BillingCommand command) => DecideAsync(command, _ => true);

    /// <inheritdoc/>
    public async Task<Answer<CreditNote>> IssueCreditNoteAsync(IssueCreditNote command)
    {
        var answer = await DecideAsync(command, account => account.Invoices.GetValueOrDefault(command.Invoice.Id)?.CreditNotes?.FirstOrDefault(note => note.Id == command.Id));
        if (!answer.IsGranted)
        {
            return answer.Refusal;
        }

        // Repeated long after: the invoice has left the state, its last row bears the note.
        return answer.Value ?? (await GetInvoiceAsync(command.Invoice.Id))?.CreditNotes?.FirstOrDefault(note => note.Id == command.Id)
            ?? throw new InvalidOperationException($"{command.Id} was issued for {command.Invoice.Id} and is not on it.");
    }

    /// <summary>What an invoice needs of others is looked up before it is decided; a later change leaves it as it is.</summary>
    private async Task<BillRent> WithInputsAsync(RentStatement statement)
    {
        var book = await BookAsync();
        var supplier = await ProfileAsync(statement.Operator);
        return new BillRent(statement, new BillingInputs
        {
            Supplier = supplier,
            PayInto = bankAccount.Value.ToAccount(),
            Rates = book?.RatesOf(supplier?.Tax?.Country, Durable.Profile?.Tax?.Country) ?? [],
            Index = statement.Terms.Clauses.Index is { } link ? book?.ValuesOf(link.Index) ?? [] : [],
        });
    }

    private async Task<RateBook?> BookAsync() => (await Services.Grains.GetGrain<IRateBookGrain>(IRateBookGrain.Key).GetAsync())?.State;

    private Task<BillingProfile?> ProfileAsync(OrganizationId organization) => organization.Value == Key
        ? GetProfileAsync()
        : Services.Grains.GetGrain<IBillingAccountGrain>(organization.Value).GetProfileAsync();

    private async Task MeetFinanceAsync(Instant now)
    {
        while (Durable.NextFinanceAt <= now)
        {
            var next = Durable.NextPrepayment is { } prepayment && prepayment.NextAt <= now ? prepayment : null;
            var supplier = next is null ? null : await ProfileAsync(next.Operator);
            var book = next is null ? null : await BookAsync();
            var before = Durable.NextFinanceAt;
            await DecideAsync(new MeetFinanceTimes(supplier, book?.RatesOf(supplier?.Tax?.Country, Durable.Profile?.Tax?.Country) ?? []) { PayInto = bankAccount.Value.ToAccount() }, _ => true);
            if (next is null && Durable.NextFinanceAt == before)
            {
                return;
            }
        }
    }

    private async Task CollectAsync(Instant now)
    {
        if (Durable.NextCollectionAt <= now)
        {
            var currencies = Durable.Collections!.Values.Select(collection => collection.Currency).Distinct();
            await DecideAsync(new CollectInvoices([.. currencies.Select(gateway.LargestPayment).OfType<Money>()]), _ => true);
        }
    }

    private static void Refer(Invoice invoice, Effects effects)
    {
        if (invoice.PaymentReference is { } reference)
        {
            effects.Row(BillingRows.References, reference, BillingRows.InvoiceKey, new ReferencedInvoice(invoice.Tenant, invoice.Operator, invoice.Id));
        }
    }

    private static void ReactFinance(BillingAccount after, BillingFact fact, Effects effects)
    {
        switch (fact)
        {
            case ProfileChanged:
                effects.Publish(after.Id, FinanceEvents.ProfileChanged, new(after.Id, after.Profile!.LegalName));
                break;
            case CreditNoteIssued issued:
                Post(after, issued.Entry, effects);
                Show(issued.Note, effects);
                ShowInvoice(after, issued.Note.Invoice, effects);
                break;
            case PrepaymentPlanned planned:
                Show(after, planned.Prepayment.Reservation, effects);
                break;
            case PrepaymentPaid paid:
                Show(after, paid.Reservation, effects);
                break;
            case PrepaymentMoved moved:
                Post(after, moved.Entry, moved.Onward, effects);
                Show(after, moved.Reservation, effects);
                FinanceEvents.Publish(after, moved, effects);
                break;
            case PrepaymentEnded ended:
                Show(after, ended.Reservation, effects);
                break;
            case DepositWarned warned:
                ShowDeposit(after, warned.Reservation, effects);
                FinanceEvents.Publish(after, warned, effects);
                break;
            case DepositMoved moved:
                Post(after, moved.Entry, effects);
                ShowDeposit(after, moved.Reservation, effects);
                BillingEvents.Publish(after, moved.Reservation, FinanceEvents.DepositMoved, effects);
                break;
            case LetterRegistered registered:
                ShowDeposit(after, registered.Reservation, effects);
                FinanceEvents.Publish(after, registered, effects);
                break;
            case LetterConfirmed confirmed:
                var secured = after.Deposits[confirmed.Reservation];
                ShowDeposit(after, confirmed.Reservation, effects);
                effects.Tell(GrainKeys.Reservation(confirmed.Reservation), new DepositHeld(confirmed.Reservation, secured.Payment, secured.Amount));
                BillingEvents.Publish(after, confirmed.Reservation, BillingEvents.DepositHeld, effects);
                break;
            case ReceiptTaken taken:
                Post(after, taken.Entry, effects);
                Show(after, taken.Receipt, effects);
                break;
            case ReceiptOffered offered:
                effects.Tell(
                    GrainKeys.BillingAccount(offered.Receipt.For!.Tenant),
                    new BankReceiptOffered(offered.Receipt.Entry.Id, offered.Receipt.Offers, offered.Receipt.Left, offered.Receipt.For, offered.Keep));
                Show(after, offered.Receipt, effects);
                break;
            case ReceiptAnswered answered:
                Post(after, answered.Entry, effects);
                Show(after, answered.Receipt, effects);
                break;
            case ReceiptSentBack back:
                Post(after, back.Entry, effects);
                Show(after, back.Receipt, effects);
                break;
            case ReceiptAccepted accepted:
                Post(after, accepted.Entry, accepted.Onward, effects);
                effects.Tell(
                    GrainKeys.BillingAccount(Organization.Platform),
                    new BankReceiptAccepted(accepted.Receipt, accepted.Offer, after.Id, accepted.Taken, accepted.Kept));
                break;
            default:
                ReactRefund(after, fact, effects);
                break;
        }
    }

    private static void Show(CreditNote note, Effects effects)
    {
        var key = SortKeys.Of(note.IssuedAt, note.Id.Value);
        effects.Row(BillingRows.CreditNotes, note.Tenant.Value, key, note);
        effects.Row(BillingRows.CreditNotes, note.Operator.Value, key, note);
        effects.Row(BillingRows.CreditNotesById, note.Id.Value, BillingRows.InvoiceKey, note);
        FinanceEvents.Publish(note, effects);
    }

    private static void Show(BillingAccount after, ReservationId reservation, Effects effects)
    {
        var prepayment = after.Prepayments![reservation];
        effects.Row(BillingRows.Prepayments, after.Id.Value, reservation.Value, prepayment);
        effects.Row(BillingRows.Prepayments, prepayment.Operator.Value, reservation.Value, prepayment);
    }

    private static void Show(BillingAccount after, BankReceipt receipt, Effects effects) =>
        effects.Row(BillingRows.Receipts, after.Id.Value, SortKeys.Of(receipt.TakenAt, receipt.Entry.Id.Value), receipt);
}
