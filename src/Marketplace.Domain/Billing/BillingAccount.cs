using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What an account shows of itself: everything but its deposits and invoices, which are read one by one or as lists.</summary>
/// <param name="Id">The organization.</param>
/// <param name="CreatedAt">When its account came into being.</param>
/// <param name="Balances">Accounts whose balance is not zero.</param>
/// <param name="Entries">Entries posted so far.</param>
/// <param name="OpenInvoices">Invoices with something left to pay.</param>
/// <param name="Deposits">Deposits awaited or held.</param>
/// <param name="Gaps">Where invoices and deposits say something else than the books: empty, always.</param>
public sealed record BillingSummary(
    OrganizationId Id,
    Instant CreatedAt,
    ImmutableArray<AccountBalance> Balances,
    int Entries,
    int OpenInvoices,
    int Deposits,
    ImmutableArray<BooksGap> Gaps);

/// <summary>
/// An organization's billing account: its books, and as a tenant its deposits and invoices. Money of two organizations never
/// meets in one ledger; what is collected for an operator goes through a clearing account and is mirrored in the operator's.
/// </summary>
public sealed partial record BillingAccount
{
    /// <summary>Settled invoices kept here; older ones are read from their rows.</summary>
    public const int SettledInvoicesKept = 500;

    /// <summary>The organization.</summary>
    public required OrganizationId Id { get; init; }

    /// <summary>When the account came into being.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>The books.</summary>
    public required Books Books { get; init; }

    /// <summary>Deposits by reservation.</summary>
    public ImmutableDictionary<ReservationId, Deposit> Deposits { get; init; } = ImmutableDictionary<ReservationId, Deposit>.Empty;

    /// <summary>Reservations that ended before their deposit was asked for.</summary>
    public ImmutableHashSet<ReservationId> Refused { get; init; } = [];

    /// <summary>Invoices: all that are not settled, and the newest settled ones.</summary>
    public ImmutableDictionary<InvoiceId, Invoice> Invoices { get; init; } = ImmutableDictionary<InvoiceId, Invoice>.Empty;

    /// <summary>The last invoice number used, by operator.</summary>
    public ImmutableDictionary<OrganizationId, int> LastNumbers { get; init; } = ImmutableDictionary<OrganizationId, int>.Empty;

    /// <summary>The organization's billing profile; null while it has none.</summary>
    public BillingProfile? Profile { get; init; }

    /// <summary>The tenant's own references by reservation; null before the first.</summary>
    public ImmutableDictionary<ReservationId, BillingReferences>? References { get; init; }

    /// <summary>Prepayments by reservation; null before the first.</summary>
    public ImmutableDictionary<ReservationId, Prepayment>? Prepayments { get; init; }

    /// <summary>Lines that wait for an index to be published; null before the first.</summary>
    public ImmutableArray<AwaitedPrice>? AwaitedPrices { get; init; }

    /// <summary>The last number of a credit note used, by operator; null before the first.</summary>
    public ImmutableDictionary<OrganizationId, int>? LastCreditNotes { get; init; }

    /// <summary>Bank transfers that wait for something; null before the first, and in accounts other than the marketplace's.</summary>
    public ImmutableDictionary<BankReceiptId, BankReceipt>? Receipts { get; init; }

    /// <summary>How invoices are collected by themselves, by operator and currency (<see cref="PaymentPlan.KeyOf"/>); null before the first.</summary>
    public ImmutableDictionary<string, Collection>? Collections { get; init; }

    /// <summary>When the next invoice falls overdue or the next reminder is due; null when none will be.</summary>
    [JsonIgnore]
    public Instant? NextDueAt => Invoices.Values
        .Select(invoice => invoice.Status == InvoiceStatus.Open ? invoice.OverdueAt : invoice.NextReminderAt())
        .Min();

    /// <summary>What the account shows of itself.</summary>
    public BillingSummary Summary() => new(
        Id,
        CreatedAt,
        [.. Books.Balances.OrderBy(pair => pair.Value.Account.Kind).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)],
        Books.EntryCount,
        Invoices.Values.Count(invoice => !invoice.Status.IsSettled()),
        Deposits.Values.Count(deposit => deposit.Status is DepositStatus.Awaiting or DepositStatus.Held),
        [.. Gaps()]);

    /// <summary>Where documents and books differ: what is left to pay of invoices against receivables, what is held of deposits against their accounts.</summary>
    private IEnumerable<BooksGap> Gaps()
    {
        var documents = Invoices.Values.Where(invoice => invoice.Outstanding.Minor > 0)
            .Select(invoice => (Account: LedgerAccount.Of(LedgerAccountKind.Receivables, invoice.Operator.Value), Amount: invoice.Outstanding))
            .Concat(Deposits.Values.Select(deposit => (deposit.Account, Amount: -deposit.InBooks)));
        var books = Books.Balances.Values
            .Where(balance => balance.Account.Kind is LedgerAccountKind.Receivables or LedgerAccountKind.DepositsHeld)
            .Select(balance => (balance.Account, Amount: -balance.Amount));
        return documents.Concat(books).GroupBy(side => (side.Account, side.Amount.Currency))
            .Select(group => (group.Key, Gap: Money.Sum(group.Key.Currency, group.Select(side => side.Amount)), Books: Books.Balance(group.Key.Account, group.Key.Currency)))
            .Where(found => !found.Gap.IsZero)
            .Select(found => new BooksGap(IncidentKind.Documents, found.Key.Account.ToString(), Id, found.Books + found.Gap, found.Books));
    }

    /// <summary>The order by which a deposit is collected, or the newest part of it.</summary>
    public PaymentOrder OrderOf(Deposit deposit) => new(
        deposit.Payment, Id, deposit.Operator, PaymentPurpose.Deposit, deposit.Reservation.Value, deposit.Payments[^1].Amount, deposit.Method);

    /// <summary>The account after a fact.</summary>
    public static BillingAccount Evolve(BillingAccount? state, BillingFact fact)
    {
        if (fact is AccountOpened opened)
        {
            return new BillingAccount { Id = opened.Organization, CreatedAt = opened.At, Books = Books.Empty };
        }

        var account = state ?? throw new InvalidOperationException($"A billing account does not begin with {fact.GetType().Name}.");
        return fact switch
        {
            DepositOpened deposit => account.With(deposit.Deposit),
            DepositRefused refused => account with { Refused = account.Refused.Add(refused.Reservation) },
            DepositReceived received => account.Post(received.Entry).Change(received.Reservation, deposit => Received(deposit, received)),
            DepositEnded ended => account.Change(ended.Reservation, deposit => deposit.MoveTo(ended.Status) with { Reason = ended.Reason }),
            DepositReturning returning => account.Change(returning.Reservation, deposit => Returning(deposit, returning)),
            DepositReturned returned => account.Post(returned.Entry).Change(returned.Reservation, deposit => Returned(deposit, returned)),
            InvoiceIssued issued => account.Post(issued.Entry).With(issued.Invoice) with
            {
                LastNumbers = account.LastNumbers.SetItem(issued.Invoice.Operator, account.LastNumbers.GetValueOrDefault(issued.Invoice.Operator) + 1),
            },
            InvoicePaymentStarted started => account.Change(started.Invoice, invoice => invoice with
            {
                Payment = started.Order.Id,
                PaymentMethod = started.Order.Method,
                MostPerPayment = started.Most,
                PaymentUnderWay = true,
                CollectedAt = started.Order.Use is null ? invoice.CollectedAt : invoice.CollectedAt ?? started.At,
                Payments = invoice.Payments + 1,
                PaymentRequests = started.Request is { } request ? invoice.PaymentRequests.Add(request) : invoice.PaymentRequests,
            }),
            InvoicePaymentEnded ended => account.Change(ended.Invoice, invoice => invoice.Payment == ended.Payment ? account.WithoutPayment(invoice, ended.At) : invoice),
            InvoiceSettled settled => account.Post(settled.Entry).Settle(settled),
            PaymentCredited credited => account.Post(credited.Entry).Change(credited.Invoice, invoice => invoice.Payment == credited.Payment ? invoice with { PaymentUnderWay = false } : invoice),
            InvoiceFellOverdue overdue => account.Change(overdue.Invoice, invoice => invoice.MoveTo(InvoiceStatus.Overdue)),
            InvoiceReminded reminded => account.Change(reminded.Invoice, invoice => invoice with { Reminders = (invoice.Reminders ?? []).Add(reminded.Reminder) }),
            PaymentDisputed disputed => account.Post(disputed.Entry).Change(
                disputed.Order,
                invoice => invoice with { Disputed = Plus(invoice.Disputed, disputed.Dispute.Amount) },
                deposit => deposit.With(disputed.Order.Id, part => part with { Disputed = part.Disputed + disputed.Dispute.Amount }) with
                {
                    Disputed = Plus(deposit.Disputed, disputed.Dispute.Amount),
                }),
            DisputeSettled settled => account.Post(settled.Entry).Change(
                settled.Order,
                invoice => (settled.Reopened is { } again ? again with { LeftToTenant = true } : invoice) with { Disputed = Plus(invoice.Disputed, -settled.Dispute.Amount) },
                deposit => (deposit.With(settled.Order.Id, part => settled.Taken is null ? part with { Disputed = part.Disputed - settled.Dispute.Amount } : part) with
                {
                    Disputed = Plus(deposit.Disputed, -settled.Dispute.Amount),
                }).Decided(settled.Taken, settled.Entry.Text))
                .WithReopened(settled.Reopened),
            PayoutHoldTaken hold => account.Post(hold.Entry),
            TransferTaken taken => account.Post(taken.Entry),
            PayoutTaken taken => account.Post(taken.Entry),
            _ => account.WithFinance(fact),
        };
    }

    private BillingAccount Post(LedgerEntry? entry) => entry is null ? this : this with { Books = Books.Post(entry) };

    private BillingAccount With(Deposit deposit) => this with { Deposits = Deposits.SetItem(deposit.Reservation, deposit) };

    private BillingAccount Change(ReservationId reservation, Func<Deposit, Deposit> change) => With(change(Deposits[reservation]));

    private BillingAccount With(Invoice invoice) => this with { Invoices = Invoices.SetItem(invoice.Id, invoice) };

    private BillingAccount Change(PaymentOrder order, Func<Invoice, Invoice> invoice, Func<Deposit, Deposit> deposit) =>
        order.Purpose == PaymentPurpose.Invoice ? Change(InvoiceId.From(order.Subject), invoice)
        : Deposits.ContainsKey(ReservationId.From(order.Subject)) ? Change(ReservationId.From(order.Subject), deposit)
        : this;

    // It may have left the state as settled long ago.
    private BillingAccount WithReopened(Invoice? invoice) => invoice is null || Invoices.ContainsKey(invoice.Id) ? this : With(invoice with { LeftToTenant = true });

    private static Money? Plus(Money? sum, Money amount) => sum is not { } before ? amount.Minor > 0 ? amount : null
        : (before + amount).Minor > 0 ? before + amount
        : null;

    // A settled invoice that has left the state for its rows has nothing left to change.
    private BillingAccount Change(InvoiceId id, Func<Invoice, Invoice> change) =>
        Invoices.TryGetValue(id, out var invoice) ? With(change(invoice)) : this;

    private BillingAccount Settle(InvoiceSettled settled)
    {
        var account = Change(settled.Invoice, invoice =>
        {
            var after = invoice.Settle(settled.Amount, settled.At);
            after = settled.Source == SettlementSource.BankTransfer ? after with { PaidByBank = (after.PaidByBank ?? Money.Zero(after.Total.Currency)) + settled.Amount } : after;
            return after.Status == InvoiceStatus.Paid || settled.Reference == after.Payment?.Value ? after with { PaymentUnderWay = false } : after;
        });
        if (settled.Source == SettlementSource.Deposit)
        {
            account = account.Change(ReservationId.From(settled.Reference), deposit =>
                deposit.With(settled.Deposited ?? deposit.Payment, part => part with { Applied = part.Applied + settled.Amount }) with
                {
                    Applied = deposit.Applied + settled.Amount,
                });
        }

        return account.Invoices.Count <= SettledInvoicesKept ? account : account.Forget(settled.Invoice);
    }

    private BillingAccount Forget(InvoiceId newest)
    {
        var settled = Invoices.Values.Where(invoice => invoice.SettledAt is not null && !invoice.PaymentUnderWay && invoice.Id != newest)
            .OrderBy(invoice => invoice.SettledAt).ThenBy(invoice => invoice.Id.Value, StringComparer.Ordinal).ToList();
        return settled.Count < SettledInvoicesKept
            ? this
            : this with { Invoices = Invoices.RemoveRange(settled.Take(settled.Count - (SettledInvoicesKept / 2)).Select(invoice => invoice.Id)) };
    }
}
