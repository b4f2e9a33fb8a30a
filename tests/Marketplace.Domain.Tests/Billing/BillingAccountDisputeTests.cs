using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Reminders of what stays unpaid, and money that a payer's bank takes back.</summary>
public sealed class BillingAccountDisputeTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 2, 1, 0, 0);
    private readonly List<BillingFact> facts = [];
    private BillingAccount? account;
    private Instant now = Start;

    [Fact]
    public void Reminders_follow_their_days_and_then_end()
    {
        Do(new BillRent(Worth(700)));
        var sent = new List<(int Number, int Day, Instant At)>();
        while (account!.NextDueAt is { } due)
        {
            now = due;
            sent.AddRange(Do(new MarkOverdueInvoices()).OfType<InvoiceReminded>().Select(fact => (fact.Reminder.Number, fact.Reminder.Day, fact.At)));
        }

        var overdue = Instant.FromUtc(2027, 3, 4, 0, 0);
        Assert.Equal([(1, 0, overdue), (2, 3, overdue + Duration.FromDays(3)), (3, 7, overdue + Duration.FromDays(7)), (4, 14, overdue + Duration.FromDays(14))], sent);
        Assert.Equal(4, account.Invoices.Values.Single().Reminders!.Value.Length);
    }

    [Fact]
    public void Reminders_missed_while_nobody_could_send_them_are_sent_as_one()
    {
        Do(new BillRent(Worth(700)));
        now = Instant.FromUtc(2027, 3, 12, 9, 0);

        var reminder = Assert.Single(Do(new MarkOverdueInvoices()).OfType<InvoiceReminded>()).Reminder;

        Assert.Equal((1, 7, now), (reminder.Number, reminder.Day, reminder.At));
        Assert.Equal(Instant.FromUtc(2027, 3, 18, 0, 0), account!.NextDueAt);
    }

    [Fact]
    public void A_payment_ends_the_reminders()
    {
        Do(new BillRent(Worth(700)));
        now = account!.NextDueAt!.Value;
        Do(new MarkOverdueInvoices());

        Do(new TakePayment(Pay()));

        Assert.Null(account.NextDueAt);
    }

    [Fact]
    public void An_open_dispute_takes_the_money_out_of_the_gateway_and_keeps_the_operators_share_from_being_paid_out()
    {
        var order = Paid(700);

        var disputed = Assert.IsType<PaymentDisputed>(Assert.Single(Do(Dispute(order, DisputeStatus.Open))));

        Assert.Equal((Usd(0), Usd(700)), (Balance(LedgerAccountKind.Gateway), Balance(LedgerAccountKind.Disputes, order.Id.Value)));
        Assert.Equal(Usd(665), disputed.Hold!.Amount);
        Assert.Equal((InvoiceStatus.Paid, Usd(700)), (Invoice.Status, Invoice.Disputed!.Value));
        Assert.Empty(Do(Dispute(order, DisputeStatus.Open)));
    }

    [Fact]
    public void A_dispute_won_puts_everything_back()
    {
        var order = Paid(700);
        Do(Dispute(order, DisputeStatus.Open));

        var settled = Assert.IsType<DisputeSettled>(Assert.Single(Do(Dispute(order, DisputeStatus.Won))));

        Assert.Equal((Usd(700), Usd(0)), (Balance(LedgerAccountKind.Gateway), Balance(LedgerAccountKind.Disputes, order.Id.Value)));
        Assert.Equal((Usd(-665), (OnwardTransfer?)null), (settled.Hold!.Amount, settled.Onward));
        Assert.Equal((InvoiceStatus.Paid, (Money?)null), (Invoice.Status, Invoice.Disputed));
    }

    [Fact]
    public void A_dispute_lost_makes_the_invoice_due_again_and_takes_share_and_fee_back()
    {
        var order = Paid(700);
        now = Instant.FromUtc(2027, 6, 10, 15, 0);

        // The decision overtook the opening: it brings it along.
        var decided = Do(Dispute(order, DisputeStatus.Lost));

        Assert.Equal([typeof(PaymentDisputed), typeof(DisputeSettled)], decided.Select(fact => fact.GetType()));
        var settled = (DisputeSettled)decided[1];
        Assert.Equal((Usd(-700), Usd(-35)), (settled.Onward!.Amount, settled.Onward.PlatformFee));
        Assert.Equal(Usd(-665), settled.Hold!.Amount);
        Assert.Equal((InvoiceStatus.Open, Usd(700), Instant.FromUtc(2027, 6, 11, 0, 0)), (Invoice.Status, Invoice.Outstanding, Invoice.OverdueAt));
        Assert.Equal((Usd(0), Usd(0), Usd(700)), (Balance(LedgerAccountKind.Gateway), Balance(LedgerAccountKind.Disputes, order.Id.Value), Balance(LedgerAccountKind.Receivables, Operator.Value)));
        Assert.Empty(Do(Dispute(order, DisputeStatus.Lost)));

        now = account!.NextDueAt!.Value;
        Assert.Equal([typeof(InvoiceFellOverdue), typeof(InvoiceReminded)], Do(new MarkOverdueInvoices()).Select(fact => fact.GetType()));
        Do(new TakePayment(Pay()));
        Assert.Equal(InvoiceStatus.Paid, Invoice.Status);
    }

    [Fact]
    public void A_reopened_invoice_begins_its_reminders_anew()
    {
        Do(new BillRent(Worth(700)));
        now = account!.NextDueAt!.Value;
        Do(new MarkOverdueInvoices());
        var order = Pay();
        Do(new TakePayment(order));
        now = Instant.FromUtc(2027, 6, 10, 15, 0);
        Do(Dispute(order, DisputeStatus.Lost));

        now = account.NextDueAt!.Value;
        var reminder = Assert.Single(Do(new MarkOverdueInvoices()).OfType<InvoiceReminded>()).Reminder;

        Assert.Equal((2, 0), (reminder.Number, reminder.Day));
    }

    [Fact]
    public void A_mirror_takes_back_what_it_was_given()
    {
        var order = Paid(700);
        var given = facts.OfType<InvoiceSettled>().Single().Onward!;
        Do(Dispute(order, DisputeStatus.Open));
        Do(Dispute(order, DisputeStatus.Lost));
        BillingAccount? mirror = null;
        foreach (var command in new BillingCommand[]
        {
            new TakeTransfer(given, Tenant),
            new TakePayoutHold(facts.OfType<PaymentDisputed>().Single().Hold!),
            new TakePayoutHold(facts.OfType<DisputeSettled>().Single().Hold!),
            new TakeTransfer(facts.OfType<DisputeSettled>().Single().Onward!, Tenant),
            new TakeTransfer(facts.OfType<DisputeSettled>().Single().Onward!, Tenant),
        })
        {
            mirror = BillingAccount.Decide(Operator, mirror, command, now).Facts.Aggregate(mirror, BillingAccount.Evolve);
        }

        Assert.Empty(mirror!.Books.Balances);
    }

    [Fact]
    public void A_disputed_deposit_is_not_used_and_comes_back_when_the_dispute_is_won()
    {
        var order = HeldDeposit(1_000);
        Do(Dispute(order, DisputeStatus.Open));
        Assert.Equal(Usd(0), Deposit.Held);

        Do(new BillRent(Worth(300)));
        Do(new SettleLease(Lease, Reservation));
        Assert.Equal((DepositStatus.Returned, Usd(300)), (Deposit.Status, Invoice.Outstanding));

        Do(Dispute(order, DisputeStatus.Won));
        Assert.Equal((DepositStatus.Returning, Usd(1_000)), (Deposit.Status, Deposit.Held));
        Do(new TakeRefund(order, Usd(1_000)));
        Assert.Equal((DepositStatus.Returned, Usd(0)), (Deposit.Status, Deposit.Held));
    }

    [Fact]
    public void A_deposit_lost_to_a_dispute_is_gone_and_what_was_used_of_it_stays_owed()
    {
        var order = HeldDeposit(1_000);
        Do(new BillRent(Worth(300)));
        Do(new SettleLease(Lease, Reservation));
        Do(Dispute(order, DisputeStatus.Open));

        Do(Dispute(order, DisputeStatus.Lost));

        Assert.Equal((Usd(700), Usd(0)), (Deposit.ChargedBack!.Value, Deposit.Held));
        Assert.Equal(Usd(300), Balance(LedgerAccountKind.Disputes, order.Id.Value));
    }

    [Fact]
    public void A_deposit_wholly_charged_back_has_failed()
    {
        var order = HeldDeposit(1_000);

        Do(Dispute(order, DisputeStatus.Lost));

        Assert.Equal((DepositStatus.Failed, Usd(0)), (Deposit.Status, Balance(LedgerAccountKind.Disputes, order.Id.Value)));
    }

    [Fact]
    public void BC71_books_balance_and_match_the_documents_whatever_is_disputed() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 3], Gen.Long[1, 5_000]).Array[1, 60].Sample(steps =>
        {
            var test = new BillingAccountDisputeTests();
            foreach (var (step, number, cents) in steps)
            {
                test.Try(step, number, cents);
            }

            Assert.All(Books.Drift(test.account?.Books.Balances.Values ?? []), drift => Assert.True(drift.IsZero));
            Assert.Empty(test.account?.Books.Overdrawn() ?? []);
            Assert.Empty(test.account?.Summary().Gaps ?? []);
        });

    private void Try(int step, int number, long cents)
    {
        var paid = facts.OfType<InvoicePaymentStarted>().Select(started => started.Order)
            .Concat(account?.Deposits.Values.Select(account.OrderOf) ?? []).ElementAtOrDefault(number - 1);
        var came = paid is not null && account!.Books.Has("payment:" + paid.Id);
        BillingCommand? command = step switch
        {
            0 => new OpenDeposit(ReservationId.From("rsv_" + number), Operator, Usd(cents), PaymentMethod.Card, now),
            1 => new BillRent(Worth(cents - 2_000 == 0 ? 1 : cents - 2_000, revision: number)),
            2 => account?.Invoices.Values.OrderBy(invoice => invoice.Number, StringComparer.Ordinal).FirstOrDefault(invoice => invoice.Status != InvoiceStatus.Paid) is { } open
                ? new PayInvoice(open.Id, PaymentMethod.Transfer)
                : null,
            3 => paid is not null ? new TakePayment(paid) : null,
            4 => came ? Dispute(paid!, DisputeStatus.Open) : null,
            5 => came ? Dispute(paid!, cents % 2 == 0 ? DisputeStatus.Won : DisputeStatus.Lost) : null,
            _ => new SettleLease(Lease, ReservationId.From("rsv_" + number)),
        };
        now += Duration.FromMinutes(1);
        if (command is not null)
        {
            Apply(BillingAccount.Decide(Tenant, account, command, now));
        }
    }

    private Invoice Invoice => account!.Invoices.Values.Single();

    private Deposit Deposit => account!.Deposits[Reservation];

    private static TakeDispute Dispute(PaymentOrder order, DisputeStatus status) => new(order, new PaymentDispute("dp_1", status, order.Amount, "fraudulent"), null);

    private Money Balance(LedgerAccountKind kind, string subject = "") => account!.Books.Balance(LedgerAccount.Of(kind, subject), Currency.Usd);

    private PaymentOrder Paid(long cents)
    {
        Do(new BillRent(Worth(cents)));
        var order = Pay();
        Do(new TakePayment(order));
        return order;
    }

    private PaymentOrder HeldDeposit(long cents)
    {
        Do(new OpenDeposit(Reservation, Operator, Usd(cents), PaymentMethod.Card, now));
        var order = account!.OrderOf(Deposit);
        Do(new TakePayment(order));
        return order;
    }

    private PaymentOrder Pay()
    {
        Do(new PayInvoice(account!.Invoices.Values.First(invoice => invoice.Status != InvoiceStatus.Paid).Id, PaymentMethod.Card));
        return facts.OfType<InvoicePaymentStarted>().Last().Order;
    }

    private ImmutableArray<BillingFact> Do(BillingCommand command)
    {
        var decision = BillingAccount.Decide(Tenant, account, command, now);
        Assert.Null(decision.Refusal);
        Apply(decision);
        return decision.Facts;
    }

    private void Apply(Decision<BillingFact> decision)
    {
        foreach (var fact in decision.Facts)
        {
            account = BillingAccount.Evolve(account, fact);
            facts.Add(fact);
        }
    }
}
