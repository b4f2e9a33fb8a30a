using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

/// <summary>Invoices that are collected by themselves: once, of what is left, and never beside a payment under way or disputed money.</summary>
public sealed class CollectionTests
{
    private static readonly MethodUse Card = new(PaymentMethodId.From("pmt_1"), "pm_1", MethodKind.Card, OffSession: true);

    private readonly AccountScript account = new();

    [Fact]
    public void On_the_due_day_what_is_left_is_collected_once()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        Assert.Equal(DueDay(invoice), account.State.NextCollectionAt);
        Assert.Empty(Collect());

        account.Now = DueDay(invoice);
        var order = Assert.Single(Collect());

        Assert.Equal((invoice.Outstanding, Card, PaymentMethod.Card), (order.Amount, order.Use, order.Method));
        Assert.Empty(Collect());
        Assert.Null(account.State.NextCollectionAt);
        account.Do(new TakePayment(order));
        Assert.Equal(InvoiceStatus.Paid, account.State.Invoices[invoice.Id].Status);
    }

    [Fact]
    public void At_issue_it_is_collected_at_once_and_older_invoices_on_their_due_day()
    {
        var older = Bill(1_000);
        account.Now += Duration.FromDays(1);
        Settle(CollectionTime.OnIssue);
        var newer = Bill(2_000, 2);

        Assert.Equal(Usd(2_000), Assert.Single(Collect()).Amount);
        Assert.Equal(DueDay(older), account.State.NextCollectionAt);
        Assert.NotNull(account.State.Invoices[newer.Id].CollectedAt);
    }

    [Fact]
    public void What_fell_due_before_it_was_switched_on_is_left_to_the_tenant()
    {
        var invoice = Bill(1_000);
        account.Now = DueDay(invoice) + Duration.FromHours(1);
        Settle(CollectionTime.OnDueDate);

        Assert.Empty(Collect());
        Assert.Null(account.State.NextCollectionAt);
    }

    [Fact]
    public void Switched_off_nothing_is_collected()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        account.Do(new ChangeCollection(Operator, Currency.Usd, null));
        account.Now = DueDay(invoice);

        Assert.Empty(Collect());
    }

    [Fact]
    public void Beside_a_payment_under_way_nothing_is_collected_and_whoever_began_it_goes_on()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        var order = account.Do(new PayInvoice(invoice.Id, PaymentMethod.Transfer)).OfType<InvoicePaymentStarted>().Single().Order;
        account.Now = DueDay(invoice);
        Assert.Empty(Collect());

        account.Now += Duration.FromHours(1);
        account.Do(new GiveUpPayment(order, true, "called off"));

        Assert.Empty(Collect());
    }

    [Fact]
    public void A_payment_called_off_before_the_due_day_leaves_the_invoice_to_be_collected()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        var order = account.Do(new PayInvoice(invoice.Id, PaymentMethod.Card)).OfType<InvoicePaymentStarted>().Single().Order;
        account.Do(new GiveUpPayment(order, true, "called off"));
        account.Now = DueDay(invoice);

        Assert.Single(Collect());
    }

    [Fact]
    public void Only_what_credit_and_the_bank_have_left_is_collected()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        account.Do(new TakeReceipt(BankReceiptId.From("brc_1"), 1, Usd(300), invoice.Id, Operator, Keep: false));
        account.Now = DueDay(invoice);

        Assert.Equal(Usd(700), Assert.Single(Collect()).Amount);
    }

    [Fact]
    public void Money_that_the_payers_bank_took_back_is_not_collected_by_itself()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        var order = account.Do(new PayInvoice(invoice.Id, PaymentMethod.Card)).OfType<InvoicePaymentStarted>().Single().Order;
        account.Do(new TakePayment(order));
        account.Do(new TakeDispute(order, new PaymentDispute("dp_1", DisputeStatus.Open, order.Amount, "fraudulent"), null));
        account.Do(new TakeDispute(order, new PaymentDispute("dp_1", DisputeStatus.Lost, order.Amount, "fraudulent"), null));
        account.Now = DueDay(invoice);

        Assert.Equal(InvoiceStatus.Open, account.State.Invoices[invoice.Id].Status);
        Assert.Empty(Collect());
    }

    [Fact]
    public void BC63_more_than_one_payment_takes_is_collected_in_parts_with_the_same_method()
    {
        Settle(CollectionTime.OnDueDate);
        var invoice = Bill(1_000);
        account.Now = DueDay(invoice);
        var first = account.Do(new CollectInvoices([Usd(600)])).OfType<InvoicePaymentStarted>().Single().Order;

        var second = account.Do(new TakePayment(first)).OfType<InvoicePaymentStarted>().Single().Order;

        Assert.Equal((Usd(600), Usd(400), Card), (first.Amount, second.Amount, second.Use));
    }

    /// <summary>In every order of invoices, payments, bank money, credit, declines, collections and switches, no payment asks for more than is left, and no two do so at once.</summary>
    [Fact]
    public void Nothing_is_collected_beyond_what_is_owed() => Gen.Select(Gen.Int[0, 9], Gen.Int[1, 900]).Array[1, 60].Sample(steps =>
    {
        var script = new AccountScript();
        script.Do(new ChangeCollection(Operator, Currency.Usd, On(CollectionTime.OnDueDate, script.Now)));
        var (revision, receipt) = (0, 0);
        var open = new Dictionary<PaymentId, PaymentOrder>();
        var collected = new HashSet<InvoiceId>();
        foreach (var (step, amount) in steps)
        {
            var before = script.Facts.Count;
            var invoice = script.State.Invoices.Values.OrderBy(known => known.Number, StringComparer.Ordinal).ElementAtOrDefault(amount % Math.Max(1, script.State.Invoices.Count));
            var payment = open.Values.OrderBy(order => order.Id.Value, StringComparer.Ordinal).FirstOrDefault();
            switch (step)
            {
                case 0 or 1:
                    script.Do(new BillRent(Worth(amount + (revision * 1_000), ++revision)));
                    break;
                case 2 when invoice is not null && script.RefusalOf(new PayInvoice(invoice.Id, PaymentMethod.Card)) is null:
                    script.Do(new PayInvoice(invoice.Id, PaymentMethod.Card));
                    break;
                case 3 when payment is not null:
                    script.Do(new TakePayment(payment));
                    script.Do(new TakePayment(payment));
                    open.Remove(payment.Id);
                    break;
                case 4 when payment is not null:
                    script.Do(new GiveUpPayment(payment, amount % 2 == 0, "declined"));
                    open.Remove(payment.Id);
                    break;
                case 5 when invoice is not null:
                    script.Do(new TakeReceipt(BankReceiptId.From($"brc_{++receipt}"), 1, Usd(amount), invoice.Id, Operator, Keep: amount % 2 == 0));
                    break;
                case 6:
                    script.Do(new ChangeCollection(Operator, Currency.Usd, amount % 3 == 0 ? null : On(amount % 3 == 1 ? CollectionTime.OnIssue : CollectionTime.OnDueDate, script.Now)));
                    break;
                case 7:
                    script.Now += Duration.FromDays(amount % 20);
                    break;
                default:
                    foreach (var started in script.Do(new CollectInvoices(amount % 2 == 0 ? [Usd(400)] : [])).OfType<InvoicePaymentStarted>())
                    {
                        Assert.True(collected.Add(started.Invoice), "An invoice is collected twice.");
                    }

                    break;
            }

            foreach (var started in script.Facts.Skip(before).OfType<InvoicePaymentStarted>())
            {
                var of = script.State.Invoices[started.Invoice];
                Assert.True(started.Order.Amount <= of.Outstanding, "A payment asks for more than is left.");
                Assert.DoesNotContain(open.Values, order => order.Subject == started.Invoice.Value);
                open[started.Order.Id] = started.Order;
            }

            Assert.True(script.AlwaysBalanced);
        }

        Assert.True(script.State.NextCollectionAt is not { } at || at > script.Now || script.Do(new CollectInvoices([])).Length > 0, "A collection is due that nothing makes.");
    });

    private static Collection On(CollectionTime when, Instant since) => new(Operator, Currency.Usd, when, since, Card);

    private static Instant DueDay(Invoice invoice) => BillingPeriods.Midnight(BillingPeriods.Zone(invoice.Zone), invoice.DueDate);

    private void Settle(CollectionTime when) => account.Do(new ChangeCollection(Operator, Currency.Usd, On(when, account.Now)));

    private Invoice Bill(long cents, int revision = 1) => account.Do(new BillRent(Worth(cents, revision))).OfType<InvoiceIssued>().Single().Invoice;

    private List<PaymentOrder> Collect() => [.. account.Do(new CollectInvoices([])).OfType<InvoicePaymentStarted>().Select(started => started.Order)];
}
