using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public class PaymentTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly PaymentOrder Order = new(
        PaymentId.From("pay_1"), Statements.Tenant, Statements.Operator, PaymentPurpose.Deposit, "rsv_1", Statements.Usd(1_000), PaymentMethod.Card);

    private Payment? _payment;
    private Instant _now = Start;

    [Fact]
    public void A_call_is_written_down_before_it_is_made()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start));

        Assert.Equal(GatewayPurpose.Create, _payment!.Call?.Purpose);
        Assert.Empty(Decide(new WriteCall(Start)).Facts);
    }

    [Fact]
    public void After_an_unknown_outcome_the_same_call_is_looked_up_and_repeated_with_the_same_key()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start));
        var key = _payment!.Call!.Key;

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));
        Assert.True(_payment!.Call!.Uncertain);
        Assert.True(_payment.RetryAt > _now);

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.NotFound), true));
        Assert.Equal((key, false), (_payment!.Call!.Key, _payment.Call.Uncertain));
    }

    [Fact]
    public void What_was_found_after_an_unknown_outcome_is_not_made_again()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), true));

        Assert.Equal((PaymentStatus.Succeeded, "gw_1", null), (_payment!.Status, _payment.GatewayId, _payment.NextCall()));
    }

    [Fact]
    public void A_decline_is_shown_once_while_the_payment_goes_on_waiting_and_forgotten_when_the_money_comes()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));
        var declined = new TakeReport(new GatewayReport("evt_1", new GatewayAnswer(GatewayOutcome.NeedsAction, "gw_1", "Your card was declined."), false));

        Assert.IsType<PaymentDeclined>(Assert.Single(Payment.Decide(_payment, declined, _now).Facts));
        Do(declined);
        Assert.Equal((PaymentStatus.AwaitingPayer, "Your card was declined."), (_payment!.Status, _payment.Problem));
        Assert.Empty(Payment.Decide(_payment, declined, _now).Facts);

        Do(new TakeReport(new GatewayReport("evt_2", new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), false)));
        Assert.Equal((PaymentStatus.Succeeded, (string?)null), (_payment.Status, _payment.Problem));
    }

    [Fact]
    public void Pauses_grow_between_tries_and_stay_bounded()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start));
        var pauses = new List<Duration>();
        for (var i = 0; i < 20; i++)
        {
            Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));
            pauses.Add(_payment!.RetryAt!.Value - _now);
        }

        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(Duration.FromSeconds(5), pauses[0]);
        Assert.Equal(Duration.FromMinutes(10), pauses[^1]);
    }

    [Theory]
    [InlineData(GatewayOutcome.Cancelled, PaymentStatus.Cancelled)]
    [InlineData(GatewayOutcome.Processing, PaymentStatus.Processing)]
    [InlineData(GatewayOutcome.Succeeded, PaymentStatus.Succeeded)]
    public void Calling_off_ends_as_the_gateway_says(GatewayOutcome outcome, PaymentStatus expected)
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));

        Do(new StopCollecting(Order, "too late")).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(outcome, "gw_1"), false));

        Assert.Equal(expected, _payment!.Status);
        Assert.Null(_payment.Call);
    }

    [Fact]
    public void A_payment_called_off_before_it_was_asked_for_is_never_made()
    {
        Do(new StopCollecting(Order, "ended")).Do(new AskPayment(Order));

        Assert.Equal(PaymentStatus.Cancelled, _payment!.Status);
        Assert.Null(_payment.NextCall());
    }

    [Fact]
    public void BC67_notifications_in_the_wrong_order_never_move_it_back()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));
        Report(GatewayOutcome.Succeeded);

        foreach (var late in new[] { GatewayOutcome.Processing, GatewayOutcome.Created, GatewayOutcome.NeedsAction, GatewayOutcome.Cancelled, GatewayOutcome.Succeeded })
        {
            Assert.Empty(Decide(new TakeReport(new GatewayReport("evt", new GatewayAnswer(late, "gw_1"), false))).Facts);
        }
    }

    [Fact]
    public void A_step_back_to_the_payer_is_doubted_until_the_gateway_confirms_it()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Processing, "gw_1"), false));

        Assert.True(_payment!.Doubts(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.NeedsAction), false)));
        Assert.False(_payment.Doubts(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.Succeeded), false)));
    }

    [Fact]
    public void Money_is_given_back_once()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(600), "ended")).Do(new WriteCall(Start));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded), false));

        Assert.Equal((PaymentStatus.Returned, Statements.Usd(600)), (_payment!.Status, _payment.Refunded));
        Assert.Empty(Decide(new GiveBack(Statements.Usd(600), "again")).Facts);
        Assert.Empty(Decide(new TakeReport(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.Succeeded), true))).Facts);
    }

    [Fact]
    public void A_declined_refund_is_a_new_attempt_when_asked_for_again()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(600), "ended")).Do(new WriteCall(Start));
        var first = _payment!.Call!.Key;
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Declined, null, "account closed"), false));
        Assert.Equal((PaymentStatus.Succeeded, "account closed"), (_payment!.Status, _payment.Problem));

        Do(new GiveBack(Statements.Usd(600), "again")).Do(new WriteCall(Start));

        Assert.NotEqual(first, _payment!.Call!.Key);
    }

    [Fact]
    public void Refunds_asked_for_at_once_never_exceed_together_what_was_paid()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(700), "half-hearted", "first"));
        Assert.Equal("refund_exceeds_payment", Decide(new GiveBack(Statements.Usd(301), "too much", "second")).Refusal?.Code);
        Do(new GiveBack(Statements.Usd(300), "the rest", "second"));
        Assert.Equal("refund_exceeds_payment", Decide(new GiveBack(Statements.Usd(1), "a cent more", "third")).Refusal?.Code);

        Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded), false));
        Assert.Equal(PaymentStatus.Returning, _payment!.Status);
        Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded), false));

        Assert.Equal((PaymentStatus.Returned, Order.Amount), (_payment!.Status, _payment.Refunded));
        Assert.True(_payment.IsClosed);
    }

    [Fact]
    public void A_declined_refund_leaves_its_amount_for_others()
    {
        Paid();
        Do(new GiveBack(Order.Amount, "all of it", "first")).Do(new WriteCall(Start));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Declined, null, "account closed"), false));

        Do(new GiveBack(Order.Amount, "all of it, to another account", "second"));

        Assert.Equal("second", _payment!.NextRefund?.Reference);
    }

    [Fact]
    public void A_refund_the_bank_sends_back_counts_no_longer()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(600), "ended")).Do(new WriteCall(Start));
        var call = _payment!.Call!.Subject;
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded), false));

        Do(new TakeReport(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.Declined, "re_1", "account closed"), true, null, call)));

        Assert.Equal((PaymentStatus.Succeeded, Statements.Usd(0), Order.Amount), (_payment!.Status, _payment.Refunded, _payment.Refundable));
    }

    [Fact]
    public void After_a_stored_error_and_a_look_up_that_finds_nothing_the_call_gets_a_new_attempt()
    {
        Do(new AskPayment(Order)).Do(new WriteCall(Start));
        var first = _payment!.Call!;

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown, null, "500", KeySpent: true), false));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.NotFound), true));

        var second = _payment!.Call!;
        Assert.Equal((2, first.Subject, first.MadeAt), (second.Attempt, second.Subject, second.MadeAt));
        Assert.NotEqual(first.Key, second.Key);
    }

    [Fact]
    public void A_dispute_is_decided_once_and_keeps_its_money_from_refunds()
    {
        Paid();
        Dispute(DisputeStatus.Open);
        Assert.Equal(Statements.Usd(600), _payment!.Refundable);

        Dispute(DisputeStatus.Lost);
        Assert.Empty(Decide(DisputeReport(DisputeStatus.Open)).Facts);
        Assert.Empty(Decide(DisputeReport(DisputeStatus.Won)).Facts);
        Assert.Equal(Statements.Usd(600), _payment!.Refundable);
    }

    [Fact]
    public void Keys_differ_by_payment_purpose_and_attempt()
    {
        string[] keys =
        [
            GatewayCall.For(PaymentId.From("pay_1"), GatewayPurpose.Create, 1).Key,
            GatewayCall.For(PaymentId.From("pay_2"), GatewayPurpose.Create, 1).Key,
            GatewayCall.For(PaymentId.From("pay_1"), GatewayPurpose.Refund, 1).Key,
            GatewayCall.For(PaymentId.From("pay_1"), GatewayPurpose.Refund, 2).Key,
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], GatewayCall.For(PaymentId.From("pay_1"), GatewayPurpose.Create, 1).Key);
    }

    private void Paid() => Do(new AskPayment(Order)).Do(new WriteCall(Start)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), false));

    private void Report(GatewayOutcome outcome) => Do(new TakeReport(new GatewayReport("evt", new GatewayAnswer(outcome, "gw_1"), false)));

    private void Dispute(DisputeStatus status) => Do(DisputeReport(status));

    private static TakeReport DisputeReport(DisputeStatus status) =>
        new(GatewayReport.OfDispute("evt", new PaymentDispute("dp_1", status, Statements.Usd(400), null)));

    private PaymentTests Do(PaymentCommand command)
    {
        var decision = Decide(command);
        Assert.Null(decision.Refusal);
        _payment = decision.Facts.Aggregate(_payment, Payment.Evolve);
        return this;
    }

    private Decision<PaymentFact> Decide(PaymentCommand command)
    {
        _now += Duration.FromSeconds(1);
        return Payment.Decide(_payment, command, _now);
    }
}
