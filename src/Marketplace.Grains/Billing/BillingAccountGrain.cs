using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Options;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Billing;

/// <summary>An organization's billing account: journaled, because its history has no end and its facts are the ledger.</summary>
[Reentrant]
[GrainType("billing-account")]
internal sealed partial class BillingAccountGrain(GrainServices services, IPaymentGateway gateway, IOptions<BankAccountOptions> bankAccount)
    : JournaledGrain<BillingAccount, BillingFact, BillingAccount>(services, "billing-account"), IBillingAccountGrain
{
    /// <inheritdoc/>
    public Task<Answer<PaymentId>> OpenDepositAsync(OpenDeposit command) => DecideAsync(
        command with { Most = command.Custody?.Terms.Custodian == Custodian.LetterOfCredit ? null : gateway.LargestPayment(command.Amount.Currency) },
        account => account.Deposits[command.Reservation].Payment);

    /// <inheritdoc/>
    public async Task<Answer<DepositCancellation>> CancelDepositAsync(CancelDeposit command)
    {
        if (Durable.Deposits.GetValueOrDefault(command.Reservation) is { Status: DepositStatus.Awaiting } deposit)
        {
            var order = Durable.OrderOf(deposit);
            var stopped = await Services.Grains.GetGrain<IPaymentGrain>(deposit.Payment.Value).CancelAsync(order, command.Reason);
            if (!stopped.IsGranted)
            {
                return stopped.Refusal;
            }

            if (stopped.Value.Status.IsPaidOrProcessing())
            {
                return DepositCancellation.PaidOrProcessing;
            }
        }

        var answer = await DecideAsync(command, _ => DepositCancellation.Cancelled);
        return answer.Refusal?.Code == Refusal.Of(BillingAccountRefusal.DepositPaid, "").Code ? DepositCancellation.PaidOrProcessing : answer;
    }

    /// <inheritdoc/>
    public Task<Answer<Deposit>> ReturnDepositAsync(ReturnDeposit command) =>
        DecideAsync(command, account => account.Deposits[command.Reservation]);

    /// <inheritdoc/>
    public Task<Deposit?> GetDepositAsync(ReservationId reservation) => Task.FromResult(Durable.Deposits.GetValueOrDefault(reservation));

    /// <inheritdoc/>
    public Task<Answer<Invoice>> PayInvoiceAsync(PayInvoice command)
    {
        var most = Durable.Invoices.TryGetValue(command.Invoice, out var invoice) ? gateway.LargestPayment(invoice.Total.Currency) : null;
        return DecideAsync(command with { Most = most }, account => account.Invoices[command.Invoice]);
    }

    /// <inheritdoc/>
    public async Task<Invoice?> GetInvoiceAsync(InvoiceId invoice)
    {
        if (Durable.Invoices.TryGetValue(invoice, out var found))
        {
            return found;
        }

        if (!Durable.Books.Has(Invoice.FactOf(invoice)))
        {
            return null;
        }

        return await ReadRowAsync<Invoice>(BillingRows.InvoicesById, invoice.Value, BillingRows.InvoiceKey);
    }

    /// <inheritdoc/>
    public Task<bool> HasAskedForAsync(PaymentId payment) => Task.FromResult(
        Durable.Invoices.Values.Any(invoice => invoice.Payment == payment) || Durable.Deposits.Values.Any(deposit => deposit.Payments.Any(part => part.Payment == payment)));

    /// <inheritdoc/>
    public Task<Snapshot<BillingSummary>?> GetAsync() =>
        Task.FromResult(Version == 0 ? null : new Snapshot<BillingSummary>(Durable.Summary(), Version));

    /// <inheritdoc/>
    protected override BillingAccount Empty(string key) =>
        new() { Id = OrganizationId.From(key), CreatedAt = Instant.MinValue, Books = Books.Empty };

    /// <inheritdoc/>
    protected override BillingAccount Evolve(BillingAccount state, BillingFact fact) => BillingAccount.Evolve(state, fact);

    /// <inheritdoc/>
    protected override BillingAccount ToSnapshot(BillingAccount state) => state;

    /// <inheritdoc/>
    protected override BillingAccount FromSnapshot(BillingAccount snapshot) => snapshot;

    // An invoice takes some 1,500 bytes, a deposit about 300, a balance or the id of a fact about 80.
    /// <inheritdoc/>
    protected override long SnapshotBytes(BillingAccount state) =>
        (1_500L * state.Invoices.Count) + (300L * state.Deposits.Count) + (80L * (state.Books.Balances.Count + state.Books.FactIds.Count));

    /// <inheritdoc/>
    protected override Instant? DueAt(BillingAccount state) => Instant.Min(
        Instant.Min(state.NextDueAt ?? Instant.MaxValue, state.NextFinanceAt ?? Instant.MaxValue), state.NextCollectionAt ?? Instant.MaxValue);

    /// <inheritdoc/>
    protected override async Task OnNoticeAsync(Envelope envelope)
    {
        BillingCommand command = envelope.Notice switch
        {
            RentDue due => await WithInputsAsync(due.Statement),
            PrepaymentAgreed agreed => new PlanPrepayment(agreed.Reservation, agreed.Operator, agreed.Terms, agreed.Total) { Names = agreed.Names },
            PrepaymentOver over => new EndPrepayment(over.Reservation),
            BankReceiptOffered offered => new TakeReceipt(offered.Receipt, offered.Offer, offered.Amount, offered.For.Invoice, offered.For.Operator, offered.Keep),
            BankReceiptAccepted accepted => new AnswerReceipt(accepted.Receipt, accepted.Offer, accepted.From, accepted.Taken, accepted.Kept),
            CollectionSettled settled => new ChangeCollection(settled.Operator, settled.Currency, settled.Collection),
            LeaseSettled settled => new SettleLease(settled.LeaseId, settled.ReservationId),
            PaymentReceived received => new TakePayment(received.Order),
            PaymentFailed failed => new GiveUpPayment(failed.Order, failed.CalledOff, failed.Reason),
            PaymentReturned returned => new TakeRefund(returned.Order, returned.Amount, returned.Reference, returned.Attempt),
            ReturnDeclined declined => new TakeRefundDecline(declined.Order, declined.Amount, declined.Reference, declined.Attempt, declined.Detail, declined.WasMade),
            DisputeMoved moved => new TakeDispute(moved.Order, moved.Dispute, await ArchivedAsync(moved.Order)),
            PayoutHeld held => new TakePayoutHold(held.Hold),
            PayoutPosted posted => new TakePayoutPosting(posted.FactId, posted.Payout, posted.Amount),
            ValueTransferred transferred => new TakeTransfer(transferred.Transfer, transferred.From),
            _ => throw new InvalidOperationException($"A billing account takes no {envelope.Notice.GetType().Name}."),
        };
        var answer = await DecideAsync(command, _ => true, envelope);
        if (!answer.IsGranted)
        {
            // Nothing to answer to: the notice stays in its sender's outbox, where it is seen.
            throw new InvalidOperationException($"{Address}: {answer.Refusal.Code}: {answer.Refusal.Detail}");
        }
    }

    /// <inheritdoc/>
    protected override async Task OnDueAsync(Instant now)
    {
        // First of all: money that is collected on the due day is not overdue.
        await CollectAsync(now);
        await DecideAsync(new MarkOverdueInvoices(), _ => true);
        await MeetFinanceAsync(now);
        await CollectAsync(now);
    }

    /// <inheritdoc/>
    protected override void React(BillingAccount after, BillingFact fact, Effects effects)
    {
        switch (fact)
        {
            case AccountOpened:
                effects.Row(BillingRows.Accounts, BillingRows.AllAccounts, after.Id.Value, after.Id);
                break;
            case DepositOpened opened:
                if (opened.Deposit.Custody?.Terms.Custodian != Custodian.LetterOfCredit)
                {
                    effects.Tell(GrainKeys.Payment(opened.Deposit.Payment), new CollectPayment(after.OrderOf(opened.Deposit)));
                }

                ShowDeposit(after, opened.Deposit.Reservation, effects);
                break;
            case DepositReceived received:
                Post(after, received.Entry, effects);
                ShowDeposit(after, received.Reservation, effects);
                if (received is { Wanted: true, Partial: null })
                {
                    effects.Tell(GrainKeys.Reservation(received.Reservation), new DepositHeld(received.Reservation, after.Deposits[received.Reservation].Payment, received.Amount));
                    BillingEvents.Publish(after, received.Reservation, BillingEvents.DepositHeld, effects);
                }

                break;
            case DepositEnded ended:
                EndDeposit(after, ended, effects);
                break;
            case DepositReturning returning:
                if (after.Deposits[returning.Reservation].Custody?.MovedAt is null)
                {
                    effects.Tell(GrainKeys.Payment(returning.Payment), new RefundPayment(returning.Payment, returning.Amount, returning.Reason, returning.Reference));
                }

                ShowDeposit(after, returning.Reservation, effects);
                BillingEvents.Publish(after, returning.Reservation, FinanceEvents.DepositReturning, effects);
                break;
            case DepositReturned returned:
                Post(after, returned.Entry, effects);
                Forward(after, returned.Bank, effects);
                ShowDeposit(after, returned.Reservation, effects);
                TellWhatIsStuck(after, returned.Payment, returned.Amount.Currency, effects);
                if (after.Deposits[returned.Reservation].Status is var status && status.IsSettled())
                {
                    BillingEvents.Publish(after, returned.Reservation, status == DepositStatus.Applied ? BillingEvents.DepositApplied : BillingEvents.DepositReturned, effects);
                }

                break;
            case InvoiceIssued issued:
                Post(after, issued.Entry, effects);
                Refer(issued.Invoice, effects);
                ShowInvoice(after, issued.Invoice.Id, effects);
                BillingEvents.Publish(issued.Invoice, BillingEvents.InvoiceIssued, effects);
                break;
            case InvoicePaymentStarted started:
                effects.Tell(GrainKeys.Payment(started.Order.Id), new CollectPayment(started.Order));
                ShowInvoice(after, started.Invoice, effects);
                break;
            case InvoicePaymentEnded ended:
                ShowInvoice(after, ended.Invoice, effects);
                break;
            case InvoiceSettled settled:
                Settle(after, settled, effects);
                break;
            case PaymentCredited credited:
                Post(after, credited.Entry, credited.Onward, effects);
                ShowInvoice(after, credited.Invoice, effects);
                break;
            case InvoiceFellOverdue overdue:
                effects.Tell(GrainKeys.Lease(overdue.Lease), new InvoiceOverdue(overdue.Lease, overdue.Invoice, after.Invoices[overdue.Invoice].OverdueAt));
                ShowInvoice(after, overdue.Invoice, effects);
                BillingEvents.Publish(after.Invoices[overdue.Invoice], BillingEvents.InvoiceOverdue, effects);
                break;
            case InvoiceReminded reminded:
                Remind(after, reminded, effects);
                break;
            case PaymentDisputed disputed:
                Dispute(after, disputed, effects);
                break;
            case DisputeSettled settled:
                SettleDispute(after, settled, effects);
                break;
            case PayoutHoldTaken hold:
                Post(after, hold.Entry, effects);
                KeepFromPayout(after, hold, effects);
                break;
            case PayoutTaken taken:
                Post(after, taken.Entry, effects);
                break;
            case TransferTaken taken:
                Post(after, taken.Entry, taken.Onward, effects);
                Earn(after, taken, effects);
                break;
            default:
                ReactFinance(after, fact, effects);
                break;
        }

        // Last, so that a market that begins to keep copies numbers what else leaves with a fact as before.
        Copy(after, fact, effects);
    }

    private static void EndDeposit(BillingAccount after, DepositEnded ended, Effects effects)
    {
        var deposit = after.Deposits[ended.Reservation];
        if (ended.ByPayment)
        {
            effects.Tell(GrainKeys.Reservation(ended.Reservation), new DepositFailed(ended.Reservation, deposit.Payment, ended.Reason));
        }
        else
        {
            // Harmless where it was called off before; otherwise the payer should not be able to pay in vain.
            effects.Tell(GrainKeys.Payment(deposit.Payment), new StopPayment(after.OrderOf(deposit), ended.Reason));
        }

        ShowDeposit(after, ended.Reservation, effects);
        BillingEvents.Publish(after, ended.Reservation, ended.Status == DepositStatus.Failed ? BillingEvents.DepositFailed : BillingEvents.DepositCancelled, effects);
    }

    private static void Settle(BillingAccount after, InvoiceSettled settled, Effects effects)
    {
        Post(after, settled.Entry, settled.Onward, effects);
        ShowInvoice(after, settled.Invoice, effects);
        if (settled.Source == SettlementSource.Deposit)
        {
            ShowDeposit(after, ReservationId.From(settled.Reference), effects);
        }

        if (settled.Left.IsZero)
        {
            // Paid another way: what its payer could still pay at the gateway would be paid twice.
            if (after.Invoices[settled.Invoice].Payment is { } open && open.Value != settled.Reference)
            {
                effects.Tell(GrainKeys.Payment(open), new CallOffPayment(open, "The invoice was paid another way."));
            }

            effects.Tell(GrainKeys.Lease(settled.Lease), new InvoicePaid(settled.Lease, settled.Invoice));
            effects.Tell(GrainKeys.PayoutAccount(after.Invoices[settled.Invoice].Operator), new InvoiceCleared(settled.Invoice));
            BillingEvents.Publish(after.Invoices[settled.Invoice], BillingEvents.InvoicePaid, effects);
        }
    }

    /// <summary>Posts an entry and sends on what of it goes to another organization's books.</summary>
    private static void Post(BillingAccount after, LedgerEntry? entry, OnwardTransfer? onward, Effects effects)
    {
        PostEntry(after, entry, onward, effects);
        Forward(after, onward is null ? null : WithCredit(after, entry, onward), effects);
    }

    private static void Post(BillingAccount after, LedgerEntry? entry, Effects effects) => PostEntry(after, entry, null, effects);

    private static void Forward(BillingAccount after, OnwardTransfer? onward, Effects effects)
    {
        if (onward is not null)
        {
            effects.Tell(GrainKeys.BillingAccount(onward.To), new ValueTransferred(after.Id, onward));
        }
    }

    private static void PostEntry(BillingAccount after, LedgerEntry? entry, OnwardTransfer? onward, Effects effects)
    {
        if (entry is { Postings.IsEmpty: false })
        {
            var number = after.Books.EntryCount;
            var id = "ent_" + PublicId.Digest(after.Id.Value, entry.FactId);
            var key = SortKeys.Of(entry.At, string.Create(CultureInfo.InvariantCulture, $"{number:D9}-{id}"));
            effects.Row(BillingRows.Entries, after.Id.Value, key, new PostedEntry(id, after.Id, number, entry));
            var gateway = entry.Postings.Where(posting => posting.Account.Kind == LedgerAccountKind.Gateway).Select(posting => posting.Amount).ToImmutableArray();
            if (!gateway.IsEmpty)
            {
                effects.Tell(GrainKeys.Reconciliation(Organization.Platform), new GatewayPosted(after.Id, entry.FactId, gateway));
            }

            TellOfCredit(after, entry, onward, effects);
        }
    }

    private static void ShowDeposit(BillingAccount after, ReservationId reservation, Effects effects)
    {
        var deposit = after.Deposits[reservation];
        var key = SortKeys.Of(deposit.OpenedAt, reservation.Value);
        effects.Row(BillingRows.Deposits, after.Id.Value, key, deposit);
        effects.Row(BillingRows.Deposits, deposit.Operator.Value, key, deposit);
    }

    private static void ShowInvoice(BillingAccount after, InvoiceId id, Effects effects)
    {
        if (after.Invoices.TryGetValue(id, out var invoice))
        {
            var key = SortKeys.Of(invoice.IssuedAt, id.Value);
            effects.Row(BillingRows.Invoices, invoice.Tenant.Value, key, invoice);
            effects.Row(BillingRows.Invoices, invoice.Operator.Value, key, invoice);
            effects.Row(BillingRows.InvoicesById, id.Value, BillingRows.InvoiceKey, invoice);
        }
    }

    private Task<Answer<T>> DecideAsync<T>(BillingCommand command, Func<BillingAccount, T> answer, Envelope? envelope = null)
    {
        var organization = OrganizationId.From(Key);
        return CommitAsync(
            (state, now) => BillingAccount.Decide(organization, state.CreatedAt == Instant.MinValue ? null : state, command, now),
            answer,
            envelope);
    }
}
