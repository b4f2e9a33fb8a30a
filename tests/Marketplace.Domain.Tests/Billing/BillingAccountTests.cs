using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;
using static Marketplace.Domain.Tests.Billing.Statements;

namespace Marketplace.Domain.Tests.Billing;

public class BillingAccountTests
{
    private static readonly LedgerAccount Gateway = LedgerAccount.Of(LedgerAccountKind.Gateway);
    private static readonly LedgerAccount Receivables = LedgerAccount.Of(LedgerAccountKind.Receivables, Operator.Value);
    private static readonly LedgerAccount Uncollected = LedgerAccount.Of(LedgerAccountKind.UncollectedRent, Operator.Value);
    private static readonly LedgerAccount Credits = LedgerAccount.Of(LedgerAccountKind.CustomerCredits, Operator.Value);
    private static readonly LedgerAccount ToOperator = LedgerAccount.Of(LedgerAccountKind.Clearing, Operator.Value);
    private static readonly Instant Start = Instant.FromUtc(2027, 2, 1, 0, 0);

    private readonly List<BillingFact> _facts = [];
    private BillingAccount? _account;
    private Instant _now = Start;

    [Fact]
    public void A_deposit_is_opened_once_and_other_figures_are_refused()
    {
        var open = Open(1_000);

        Assert.Equal([typeof(AccountOpened), typeof(DepositOpened)], Do(open).Select(fact => fact.GetType()));
        Assert.Empty(Do(open));
        Assert.Equal("deposit_differs", Refused(open with { Amount = Usd(2_000) }));
        Assert.Equal("deposit_not_positive", Refused(open with { Amount = Usd(0) }));
    }

    [Fact]
    public void A_deposit_cancelled_before_it_was_asked_for_is_never_opened()
    {
        Do(new CancelDeposit(Reservation, "expired"));

        Assert.Equal("deposit_reservation_ended", Refused(Open(1_000)));
        Assert.Empty(Do(new CancelDeposit(Reservation, "expired")));
    }

    [Fact]
    public void Paid_money_is_held_and_can_no_longer_be_cancelled()
    {
        Do(Open(1_000));
        Do(new TakePayment(DepositOrder()));

        Assert.Equal((DepositStatus.Held, Usd(1_000)), (Deposit.Status, Deposit.Held));
        Assert.Equal(Usd(1_000), _account!.Books.Credit(Deposit.Account, Currency.Usd));
        Assert.Equal("deposit_paid", Refused(new CancelDeposit(Reservation, "expired")));
        Assert.Empty(Do(new TakePayment(DepositOrder())));
    }

    [Fact]
    public void Late_money_is_given_back_by_itself()
    {
        Do(Open(1_000));
        Do(new CancelDeposit(Reservation, "expired"));

        var facts = Do(new TakePayment(DepositOrder()));

        Assert.Equal([typeof(DepositReceived), typeof(DepositReturning)], facts.Select(fact => fact.GetType()));
        Assert.False(((DepositReceived)facts[0]).Wanted);
        Do(new TakeRefund(DepositOrder(), Usd(1_000)));
        Assert.Equal(DepositStatus.Returned, Deposit.Status);
        Assert.Empty(_account!.Books.Balances);
    }

    [Fact]
    public void Returning_what_has_not_come_yet_returns_it_when_it_comes()
    {
        Do(Open(1_000));
        Do(new ReturnDeposit(Reservation, "cancelled by the tenant"));
        Assert.Equal(DepositStatus.Cancelled, Deposit.Status);

        Do(new TakePayment(DepositOrder()));

        Assert.Equal(DepositStatus.Returning, Deposit.Status);
    }

    [Fact]
    public void A_failed_payment_ends_a_deposit_only_while_it_is_awaited()
    {
        Do(Open(1_000));
        Do(new GiveUpPayment(DepositOrder(), false, "declined"));
        Assert.Equal((DepositStatus.Failed, "declined"), (Deposit.Status, Deposit.Reason));

        Assert.Empty(Do(new GiveUpPayment(DepositOrder(), false, "declined again")));
    }

    [Fact]
    public void BC65_a_statement_is_invoiced_once()
    {
        Do(new BillRent(Worth(1_144_889)));

        Assert.Empty(Do(new BillRent(Worth(1_144_889))));
        Assert.Equal(Usd(1_144_889), _account!.Books.Balance(Receivables, Currency.Usd));
    }

    [Fact]
    public void An_invoice_is_due_after_the_payment_days_and_overdue_after_that_day_ends_in_the_lease_zone()
    {
        var statement = Worth(100);
        Do(new BillRent(statement with { Terms = statement.Terms with { Clauses = statement.Terms.Clauses with { LeaseZone = "Asia/Singapore", PaymentDays = 30 } } }));

        var invoice = Assert.Single(_account!.Invoices.Values);

        Assert.Equal(new LocalDate(2027, 3, 3), invoice.DueDate);
        Assert.Equal(Instant.FromUtc(2027, 3, 3, 16, 0), invoice.OverdueAt);
        Assert.Equal(invoice.OverdueAt, _account.NextDueAt);
    }

    [Fact]
    public void Invoices_are_numbered_without_gaps_per_operator_and_tenant()
    {
        Do(new BillRent(Worth(100)));
        Do(new BillRent(Of("2027-01-01", "2027-02-01", revision: 2))); // Nothing to bill takes no number.
        Do(new BillRent(Worth(200, revision: 3)));

        var numbers = _account!.Invoices.Values.Select(invoice => invoice.Number).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(["000001", "000002"], numbers.Select(number => number[^6..]));
        Assert.Single(numbers.Select(number => number[..^6]).Distinct());
    }

    [Fact]
    public void The_total_is_the_sum_of_the_lines()
    {
        var statement = Of("2029-02-01", "2029-03-01", escalator: 3, commencement: "2028-02-29", charges: [Between("2029-02-01", "2029-03-01", 7)]);
        Do(new BillRent(statement));

        var invoice = Assert.Single(_account!.Invoices.Values);
        Assert.Equal(2, invoice.Lines.Length);
        Assert.Equal(Money.Sum(Currency.Usd, invoice.Lines.Select(line => line.Amount)), invoice.Total);
    }

    [Fact]
    public void Paying_settles_the_invoice_and_sends_the_value_on()
    {
        Do(new BillRent(Worth(1_144_889)));
        var invoice = Pay();
        var settled = Assert.IsType<InvoiceSettled>(Do(new TakePayment(Started)).Last());

        Assert.Equal(InvoiceStatus.Paid, _account!.Invoices[invoice].Status);
        Assert.Equal(Usd(0), settled.Left);
        Assert.Equal(Usd(0), _account.Books.Balance(Uncollected, Currency.Usd));
        Assert.Equal(Usd(1_144_889), _account.Books.Credit(ToOperator, Currency.Usd));
        Assert.Equal("invoice_already_paid", Refused(new PayInvoice(invoice, PaymentMethod.Card)));
    }

    [Fact]
    public void BC61_the_fee_is_rounded_and_the_operator_gets_the_rest()
    {
        Do(new BillRent(Worth(1_144_889) with { Terms = Of("2027-01-01", "2027-02-01", price: 0.01m, platformFee: 7.5m).Terms }));
        Pay();
        var onward = ((InvoiceSettled)Do(new TakePayment(Started)).Last()).Onward!;

        var operators = BillingAccount.Decide(Operator, null, new TakeTransfer(onward, Tenant), _now).Facts.Aggregate((BillingAccount?)null, BillingAccount.Evolve)!;
        Assert.Equal(Usd(1_059_022), operators.Books.Credit(LedgerAccount.Of(LedgerAccountKind.OperatorPayable), Currency.Usd));
        Assert.Equal(Usd(1_144_889), operators.Books.Balance(LedgerAccount.Of(LedgerAccountKind.Clearing, Tenant.Value), Currency.Usd));
        Assert.Equal(Usd(85_867), operators.Books.Credit(LedgerAccount.Of(LedgerAccountKind.Clearing, Organization.Platform.Value), Currency.Usd));
    }

    [Fact]
    public void A_mirror_is_taken_once_under_the_same_fact()
    {
        var transfer = new OnwardTransfer("payment:pay_1", Organization.Platform, Usd(10), Usd(0), "fee");
        var first = BillingAccount.Decide(Organization.Platform, null, new TakeTransfer(transfer, Operator), _now);
        var platform = first.Facts.Aggregate((BillingAccount?)null, BillingAccount.Evolve);

        Assert.Empty(BillingAccount.Decide(Organization.Platform, platform, new TakeTransfer(transfer, Operator), _now).Facts);
        Assert.Equal(Usd(10), platform!.Books.Credit(LedgerAccount.Of(LedgerAccountKind.PlatformFees), Currency.Usd));
    }

    [Theory(DisplayName = "BC-63: an invoice above one payment is one invoice and several payments")]
    [InlineData(2_345_678_90, new long[] { 999_999_99, 999_999_99, 345_678_92 })]
    [InlineData(1_000_000_00, new long[] { 999_999_50, 50 })]
    [InlineData(999_999_99, new long[] { 999_999_99 })]
    public void BC63(long total, long[] payments)
    {
        var statement = Of("2027-01-01", "2027-02-01", charges: [new Marketplace.Domain.Leases.NodeService(NodeId.From("node_1"), 1, Instant.FromUtc(2027, 1, 1, 0, 0), Instant.FromUtc(2027, 2, 1, 0, 0))]);
        Do(new BillRent(statement with { ExitFee = Usd(total), Kind = Marketplace.Domain.Leases.RentKind.ExitFee }));
        var invoice = Assert.Single(_account!.Invoices.Values);
        Do(new PayInvoice(invoice.Id, PaymentMethod.Card) { Most = Usd(PaymentSplit.MostMinor) });

        for (var i = 0; i < payments.Length; i++)
        {
            Assert.True(_account!.Invoices[invoice.Id].PaymentUnderWay);
            Do(new TakePayment(Started));
        }

        Assert.Equal(payments, _facts.OfType<InvoicePaymentStarted>().Select(started => started.Order.Amount.Minor));
        Assert.Equal((InvoiceStatus.Paid, false), (_account!.Invoices[invoice.Id].Status, _account.Invoices[invoice.Id].PaymentUnderWay));
        Assert.Equal(Usd(total), _account.Books.Balance(Gateway, Currency.Usd));
    }

    [Fact]
    public void A_second_payment_starts_only_after_the_first_one_failed()
    {
        Do(new BillRent(Worth(100)));
        var invoice = Pay();
        var first = Started;
        Assert.Empty(Do(new PayInvoice(invoice, PaymentMethod.Card)));

        Do(new GiveUpPayment(first, false, "declined"));
        Pay();

        Assert.NotEqual(first.Id, Started.Id);
    }

    [Fact]
    public void BC57_a_negative_invoice_becomes_credit_that_the_next_invoice_uses()
    {
        Do(new BillRent(Worth(-200_000)));
        var credit = Assert.Single(_account!.Invoices.Values);
        Assert.Equal((InvoiceStatus.Credited, Usd(-200_000), Usd(0)), (credit.Status, credit.Total, credit.Outstanding));
        Assert.Equal(InvoiceStatus.Credited, (credit with { Status = InvoiceStatus.Paid }).Standing);
        Assert.Equal(Usd(200_000), _account.Books.Credit(Credits, Currency.Usd));

        Do(new BillRent(Worth(1_000_000, revision: 2)));

        Assert.Equal(Usd(800_000), _account.Invoices.Values.Single(invoice => invoice.Status == InvoiceStatus.Open).Outstanding);
        Assert.Equal(Usd(0), _account.Books.Credit(Credits, Currency.Usd));
    }

    [Fact]
    public void BC53_a_deposit_is_applied_and_then_refunded()
    {
        Do(Open(66_666_666));
        Do(new TakePayment(DepositOrder()));
        Do(new BillRent(Worth(10_000_001)));

        Do(new SettleLease(Lease, Reservation));
        var returning = Assert.IsType<DepositReturning>(_facts[^1]);
        Do(new TakeRefund(DepositOrder(), returning.Amount));

        Assert.Equal(Usd(56_666_665), returning.Amount);
        Assert.Equal((DepositStatus.Returned, Usd(10_000_001), Usd(56_666_665)), (Deposit.Status, Deposit.Applied, Deposit.Returned));
        Assert.All(_account!.Invoices.Values, invoice => Assert.Equal(InvoiceStatus.Paid, invoice.Status));
        Assert.Equal(Usd(10_000_001), _account.Books.Balance(Gateway, Currency.Usd));
        Assert.Empty(Do(new SettleLease(Lease, Reservation)));
    }

    [Fact]
    public void A_deposit_taken_whole_leaves_nothing_to_give_back()
    {
        Do(Open(1_000));
        Do(new TakePayment(DepositOrder()));
        Do(new BillRent(Worth(1_500)));

        Do(new SettleLease(Lease, Reservation));

        Assert.Equal((DepositStatus.Applied, Usd(0), Usd(1_000), Usd(0)), (Deposit.Status, Deposit.Held, Deposit.Applied, Deposit.Returned));
        Assert.Equal(DepositStatus.Applied, (Deposit with { Status = DepositStatus.Returned }).Standing);
        Assert.Empty(Do(new CancelDeposit(Reservation, "expired")));
        Assert.Equal(Usd(500), Assert.Single(_account!.Invoices.Values).Outstanding);
    }

    [Fact]
    public void What_was_paid_twice_is_credit()
    {
        Do(Open(1_000));
        Do(new TakePayment(DepositOrder()));
        Do(new BillRent(Worth(700)));
        Pay();
        Do(new SettleLease(Lease, Reservation));

        Do(new TakePayment(Started));

        Assert.Equal(Usd(700), _account!.Books.Credit(Credits, Currency.Usd));
        Assert.Empty(Do(new TakePayment(Started)));
    }

    [Fact]
    public void Invoices_fall_overdue_once_and_can_still_be_paid()
    {
        Do(new BillRent(Worth(700)));
        Assert.Empty(Do(new MarkOverdueInvoices()));
        _now = _account!.NextDueAt!.Value;

        Assert.Equal([typeof(InvoiceFellOverdue), typeof(InvoiceReminded)], Do(new MarkOverdueInvoices()).Select(fact => fact.GetType()));
        Assert.Empty(Do(new MarkOverdueInvoices()));
        var invoice = Pay();
        Do(new TakePayment(Started));
        Assert.Equal(InvoiceStatus.Paid, _account.Invoices[invoice].Status);
    }

    [Fact]
    public void Settled_invoices_leave_for_their_rows_and_are_not_billed_again()
    {
        for (var revision = 1; revision <= BillingAccount.SettledInvoicesKept + 1; revision++)
        {
            Do(new BillRent(Worth(100, revision)));
            Pay();
            Do(new TakePayment(Started));
        }

        Assert.True(_account!.Invoices.Count <= BillingAccount.SettledInvoicesKept);
        Assert.Empty(Do(new BillRent(Worth(100, revision: 1))));
        Assert.Equal("invoice_already_paid", Refused(new PayInvoice(Invoice.IdOf(Worth(100, revision: 1)), PaymentMethod.Card)));
    }

    [Fact]
    public void Another_tenants_rent_is_refused() =>
        Assert.Equal("rent_of_another_tenant", Refused(new BillRent(Worth(100) with { Tenant = Operator })));

    [Fact]
    public void BC71_books_balance_under_any_sequence() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[1, 4], Gen.Long[1, 5_000]).Array[1, 60].Sample(steps =>
        {
            var test = new BillingAccountTests();
            foreach (var (step, number, cents) in steps)
            {
                test.Try(step, number, cents);
            }

            test.Check();
        });

    private void Try(int step, int number, long cents)
    {
        var reservation = ReservationId.From("rsv_" + number);
        BillingCommand? command = step switch
        {
            0 => new OpenDeposit(reservation, Operator, Usd(cents), PaymentMethod.Card, _now),
            1 => new CancelDeposit(reservation, "random"),
            2 => new ReturnDeposit(reservation, "random"),
            3 => new BillRent(Worth(cents - 2_000 == 0 ? 1 : cents - 2_000, revision: number)),
            4 => _account?.Invoices.Values.OrderBy(invoice => invoice.Number, StringComparer.Ordinal).FirstOrDefault(invoice => invoice.Status != InvoiceStatus.Paid) is { } open
                ? new PayInvoice(open.Id, PaymentMethod.Transfer)
                : null,
            5 => _facts.OfType<InvoicePaymentStarted>().LastOrDefault() is { } started ? new TakePayment(started.Order) : null,
            6 => _account?.Deposits.GetValueOrDefault(reservation) is { } deposit ? new TakePayment(_account.OrderOf(deposit)) : null,
            7 => _facts.OfType<DepositReturning>().LastOrDefault() is { } returning
                ? new TakeRefund(_account!.OrderOf(_account.Deposits[returning.Reservation]), returning.Amount)
                : null,
            _ => new SettleLease(Lease, reservation),
        };
        if (command is not null)
        {
            _now += Duration.FromMinutes(1);
            Apply(BillingAccount.Decide(Tenant, _account, command, _now));
        }
    }

    private void Check()
    {
        if (_account is not { } account)
        {
            return;
        }

        Assert.All(Books.Drift(account.Books.Balances.Values), drift => Assert.True(drift.IsZero));
        Assert.Empty(account.Books.Overdrawn());
        var outstanding = Money.Sum(Currency.Usd, account.Invoices.Values.Select(invoice => invoice.Outstanding));
        Assert.Equal(outstanding, account.Books.Balance(Receivables, Currency.Usd));
        Assert.Equal(outstanding - account.Books.Credit(Credits, Currency.Usd), account.Books.Credit(Uncollected, Currency.Usd));
        foreach (var deposit in account.Deposits.Values)
        {
            Assert.Equal(deposit.Held, account.Books.Credit(deposit.Account, Currency.Usd));
        }

        var atGateway = Money.Sum(Currency.Usd, account.Deposits.Values.Select(deposit => deposit.Received - deposit.Returned))
            + Money.Sum(Currency.Usd, _facts.OfType<InvoiceSettled>().Where(settled => settled.Source == SettlementSource.Payment).Select(settled => settled.Amount))
            + Money.Sum(Currency.Usd, _facts.OfType<PaymentCredited>().Select(credited => credited.Amount));
        Assert.Equal(atGateway, account.Books.Balance(Gateway, Currency.Usd));
        var onward = _facts.OfType<InvoiceSettled>().Where(settled => settled.Onward is not null).Select(settled => settled.Onward!.Amount)
            .Concat(_facts.OfType<PaymentCredited>().Select(credited => credited.Onward.Amount));
        Assert.Equal(Money.Sum(Currency.Usd, onward), account.Books.Credit(ToOperator, Currency.Usd));
    }

    private Deposit Deposit => _account!.Deposits[Reservation];

    private PaymentOrder Started => _facts.OfType<InvoicePaymentStarted>().Last().Order;

    private static OpenDeposit Open(long cents) => new(Reservation, Operator, Usd(cents), PaymentMethod.Card, Start + Duration.FromMinutes(30));

    private PaymentOrder DepositOrder() => _account!.OrderOf(Deposit);

    private InvoiceId Pay()
    {
        var invoice = _account!.Invoices.Values.First(invoice => invoice.Status != InvoiceStatus.Paid).Id;
        Do(new PayInvoice(invoice, PaymentMethod.Card));
        return invoice;
    }

    private ImmutableArray<BillingFact> Do(BillingCommand command)
    {
        var decision = BillingAccount.Decide(Tenant, _account, command, _now);
        Assert.Null(decision.Refusal);
        Apply(decision);
        return decision.Facts;
    }

    private string? Refused(BillingCommand command) => BillingAccount.Decide(Tenant, _account, command, _now).Refusal?.Code;

    private void Apply(Decision<BillingFact> decision)
    {
        foreach (var fact in decision.Facts)
        {
            _account = BillingAccount.Evolve(_account, fact);
            _facts.Add(fact);
        }
    }
}
