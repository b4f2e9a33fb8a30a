using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public class PayoutAccountTests
{
    private static readonly OrganizationId Operator = Statements.Operator;
    private static readonly OrganizationId Tenant = Statements.Tenant;
    private static readonly Instant Start = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly Instant MonthEnd = Instant.FromUtc(2027, 2, 1, 0, 0);
    private static readonly GatewayAccount Ready = new("acct_1", true, true, [], null);

    private PayoutAccount? _account;
    private Instant _now = MonthEnd;

    [Fact]
    public void A_payout_goes_when_service_has_ended_the_invoice_is_paid_and_the_gateway_pays_the_operator()
    {
        _now = Start;
        Earn("payment:pay_1", 92_000, "inv_1", "pay_1", MonthEnd);
        Assert.Equal(PayoutObstacle.AccountNotReady, Obstacle("payment:pay_1"));
        Open();
        Assert.Equal(PayoutObstacle.ServiceNotEnded, Obstacle("payment:pay_1"));
        Assert.Equal(MonthEnd, _account!.NextPayableAt(_now));
        _now = MonthEnd;
        Assert.Equal(PayoutObstacle.InvoiceNotPaid, Obstacle("payment:pay_1"));
        Assert.Empty(Plan());

        Do(new NoteInvoice(InvoiceId.From("inv_1")));

        var begun = Assert.IsType<PayoutBegun>(Assert.Single(Plan()));
        Assert.Equal((Statements.Usd(92_000), "pay_1", "acct_1"), (begun.Order.Amount, begun.Order.Payment?.Value, begun.AccountId));
        Assert.Empty(Plan());
    }

    [Fact]
    public void An_invoice_may_be_known_as_paid_before_its_money_is_known_as_earned()
    {
        Open();
        Do(new NoteInvoice(InvoiceId.From("inv_1")));
        Earn("payment:pay_1", 92_000, "inv_1", "pay_1", Start);

        Assert.Single(Plan());
    }

    [Fact(DisplayName = "BC-49: a credit after payment takes the operator's share back, and a later invoice that uses it gives it free")]
    public void BC_49()
    {
        Open();
        EarnPaid("payment:pay_1", 92_000, "inv_1", "pay_1");
        Send();

        // $10,000.00 of credit at a fee of 8 %.
        Do(new KeepCredit(Tenant, Statements.Usd(9_200)));
        var back = Assert.IsType<TakeBackBegun>(Assert.Single(Plan()));
        Assert.Equal(Statements.Usd(9_200), back.Amount);
        Do(new TakeTakenBack(back.Payout, back.Amount, true, null));
        Assert.Equal(PayoutObstacle.CoversCredit, Obstacle("payment:pay_1"));

        // The next invoice uses it: $90,000.00 are paid.
        EarnPaid("payment:pay_2", 82_800, "inv_2", "pay_2");
        Do(new KeepCredit(Tenant, Statements.Usd(0)));

        Assert.Equal(
            [("pay_1", Statements.Usd(9_200)), ("pay_2", Statements.Usd(82_800))],
            Plan().Cast<PayoutBegun>().Select(begun => (begun.Order.Payment!.Value.Value, begun.Order.Amount)));
    }

    [Fact]
    public void Credit_that_is_given_back_leaves_with_its_money_and_nothing_moves_twice()
    {
        Open();
        EarnPaid("payment:pay_1", 92_000, "inv_1", "pay_1");
        Do(new KeepCredit(Tenant, Statements.Usd(9_200), Number: 5));
        var begun = Assert.IsType<PayoutBegun>(Assert.Single(Plan()));
        Assert.Equal(Statements.Usd(82_800), begun.Order.Amount);
        Do(new TakePayout(begun.Order.Id, true, null));

        // A newer credit overtakes what comes by way of the operator's books.
        Do(new KeepCredit(Tenant, Statements.Usd(1_000), Number: 9));
        Do(new Earn(new Payable("refund:pay_1:rfd_1", Tenant, null, null, "rfd_1", Statements.Usd(-8_200), null, _now, Statements.Usd(0)), new CreditLeft(Statements.Usd(0), 8)));

        Assert.Empty(Plan());
        Do(new KeepCredit(Tenant, Statements.Usd(0), Number: 10));
        Assert.Equal(Statements.Usd(1_000), Assert.IsType<PayoutBegun>(Assert.Single(Plan())).Order.Amount);
    }

    [Fact]
    public void Credit_is_first_covered_by_what_was_not_sent()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        Do(new KeepCredit(Tenant, Statements.Usd(20_000)));

        var begun = Assert.IsType<PayoutBegun>(Assert.Single(Plan()));
        Assert.Equal(Statements.Usd(30_000), begun.Order.Amount);
    }

    [Fact]
    public void A_dispute_takes_back_and_keeps_until_it_is_decided()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        Send();

        Do(new KeepDispute(Tenant, PaymentId.From("pay_1"), Statements.Usd(50_000)));
        var back = Assert.IsType<TakeBackBegun>(Assert.Single(Plan()));
        Do(new TakeTakenBack(back.Payout, back.Amount, true, null));
        Assert.Equal(PayoutObstacle.Disputed, Obstacle("payment:pay_1"));
        Assert.Empty(Plan());

        Do(new KeepDispute(Tenant, PaymentId.From("pay_1"), Statements.Usd(-50_000)));
        Assert.Equal(Statements.Usd(50_000), Assert.IsType<PayoutBegun>(Assert.Single(Plan())).Order.Amount);
    }

    [Fact]
    public void Collected_money_that_was_taken_back_comes_off_the_transfers()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        Send();

        Earn("dispute:pay_1:dp_1:lost", -50_000, null, null, null);

        Assert.Equal(Statements.Usd(50_000), Assert.IsType<TakeBackBegun>(Assert.Single(Plan())).Amount);
    }

    [Fact]
    public void A_dispute_that_is_lost_ends_with_the_money_it_kept_and_nothing_leaves_in_between()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        Send();
        Do(new KeepDispute(Tenant, PaymentId.From("pay_1"), Statements.Usd(50_000)));
        var back = Assert.IsType<TakeBackBegun>(Assert.Single(Plan()));
        Do(new TakeTakenBack(back.Payout, back.Amount, true, null));

        var hold = new PayoutHold("dispute:pay_1:dp_1:lost:hold", PaymentId.From("pay_1"), Operator, Statements.Usd(-50_000), "lost");
        Do(new Earn(new Payable("dispute:pay_1:dp_1:lost", Tenant, null, null, "inv_1", Statements.Usd(-50_000), null, _now, Statements.Usd(0)), Released: hold));

        Assert.Empty(Plan());
        Assert.Empty(_account!.DisputedOf);
    }

    [Fact]
    public void What_was_taken_back_is_not_made_good_out_of_money_that_still_waits()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        Send();
        Do(new KeepCredit(Tenant, Statements.Usd(10_000)));
        var back = Assert.IsType<TakeBackBegun>(Assert.Single(Plan()));
        Do(new TakeTakenBack(back.Payout, back.Amount, true, null));
        Do(new KeepCredit(Tenant, Statements.Usd(0)));
        Earn("refund:pay_1:rfd_1", -10_000, null, null, null);

        // Paid in advance: its service has not ended.
        var end = MonthEnd + Duration.FromDays(28);
        Earn("payment:pay_2", 20_000, "inv_2", "pay_2", end);
        Do(new NoteInvoice(InvoiceId.From("inv_2")));
        Assert.Empty(Plan());

        _now = end;
        Assert.Equal(Statements.Usd(20_000).Minor, Plan().Cast<PayoutBegun>().Sum(begun => begun.Order.Amount.Minor));
    }

    [Fact]
    public void What_can_no_longer_be_taken_back_comes_off_the_next_payout()
    {
        Open();
        Earn("dispute:pay_0:dp_0:lost", -20_000, null, null, null);
        Assert.Empty(Plan());

        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");

        Assert.Equal(Statements.Usd(30_000), Assert.IsType<PayoutBegun>(Assert.Single(Plan())).Order.Amount);
    }

    [Fact]
    public void A_declined_transfer_is_tried_again_a_day_later_as_another_payout()
    {
        Open();
        EarnPaid("payment:pay_1", 50_000, "inv_1", "pay_1");
        var first = Assert.IsType<PayoutBegun>(Assert.Single(Plan()));
        Do(new TakePayout(first.Order.Id, false, "closed account"));
        Assert.Empty(Plan());
        Assert.Equal("closed account", _account!.Problem);

        _now += PayoutAccount.AfterDecline;

        Assert.NotEqual(first.Order.Id, Assert.IsType<PayoutBegun>(Assert.Single(Plan())).Order.Id);
    }

    [Fact]
    public void The_account_at_the_gateway_is_opened_once_through_unknown_outcomes()
    {
        Do(new AskAccount("NO")).Do(new WriteAccountCall(Start));
        var first = _account!.Call!;
        Do(new TakeAccountAnswer(new GatewayAnswer(GatewayOutcome.Unknown, null, "500", true), false));
        Do(new TakeAccountAnswer(new GatewayAnswer(GatewayOutcome.NotFound), true));
        Assert.Equal((2, first.Subject), (_account!.Call!.Attempt, _account.Call.Subject));

        Do(new TakeAccountAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "acct_1"), false));

        Assert.Equal(("acct_1", null), (_account!.GatewayId, _account.NextCall()));
    }

    [Fact]
    public void Never_more_leaves_than_was_earned_and_what_a_tenant_has_as_credit_always_stays() => Gen.Int[0, 4].Select(Gen.Int[1, 100], (act, size) => (act, size)).Array[1, 60].Sample(acts =>
    {
        var run = new PayoutAccountTests();
        run.Open();
        long earned = 0, kept = 0;
        var number = 0;
        foreach (var (act, size) in acts)
        {
            switch (act)
            {
                case 0 or 1:
                    earned += size;
                    run.EarnPaid($"payment:pay_{++number}", size, $"inv_{number}", $"pay_{number}");
                    break;
                case 2:
                    kept = Math.Min(size, earned);
                    run.Do(new KeepCredit(Tenant, Statements.Usd(kept)));
                    break;
                case 3:
                    foreach (var part in run._account!.Parts.Values.Where(part => !part.IsSent).ToList())
                    {
                        run.Do(new TakePayout(part.Id, size % 5 != 0, null));
                    }

                    break;
                default:
                    run._now += Duration.FromDays(2);
                    run.Plan();
                    break;
            }
        }

        for (var i = 0; i < 3; i++)
        {
            run._now += Duration.FromDays(2);
            run.Plan();
            foreach (var part in run._account!.Parts.Values.Where(part => !part.IsSent).ToList())
            {
                run.Do(new TakePayout(part.Id, true, null));
            }
        }

        var sent = run._account!.Parts.Values.Sum(part => part.Amount.Minor - part.Reversed.Minor);
        Assert.Equal(Statements.Usd(earned).Minor - Statements.Usd(kept).Minor, sent);
    });

    private void Open() => Do(new AskAccount("NO")).Do(new WriteAccountCall(Start)).Do(new TakeAccountAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "acct_1"), false)).Do(new TakeAccount(Ready));

    private void Earn(string fact, long dollars, string? invoice, string? payment, Instant? from) => Do(new Earn(new Payable(
        fact,
        Tenant,
        invoice is null ? null : InvoiceId.From(invoice),
        payment is null ? null : PaymentId.From(payment),
        invoice ?? fact,
        Statements.Usd(dollars),
        from,
        _now,
        Statements.Usd(0))));

    private void EarnPaid(string fact, long dollars, string invoice, string payment)
    {
        Earn(fact, dollars, invoice, payment, Start);
        Do(new NoteInvoice(InvoiceId.From(invoice)));
    }

    private void Send()
    {
        foreach (var begun in Plan().OfType<PayoutBegun>())
        {
            Do(new TakePayout(begun.Order.Id, true, null));
        }
    }

    private PayoutObstacle? Obstacle(string fact) => _account!.ObstacleOf(_account.Payables[fact], _now);

    private ImmutableArray<PayoutAccountFact> Plan()
    {
        var facts = PayoutAccount.Decide(Operator, _account, new PlanPayouts(), _now).Facts;
        Apply(facts);
        return [.. facts.Where(fact => fact is not PayoutsLooked)];
    }

    private PayoutAccountTests Do(PayoutAccountCommand command)
    {
        Apply(PayoutAccount.Decide(Operator, _account, command, _now).Facts);
        return this;
    }

    private void Apply(ImmutableArray<PayoutAccountFact> facts) => _account = facts.Aggregate(_account, PayoutAccount.Evolve);
}
