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
        Do(new AskPayment(Order)).Do(new WriteCall());

        Assert.Equal(GatewayPurpose.Create, _payment!.Call?.Purpose);
        Assert.Empty(Decide(new WriteCall()).Facts);
    }

    [Fact]
    public void After_an_unknown_outcome_the_same_call_is_looked_up_and_repeated_with_the_same_key()
    {
        Do(new AskPayment(Order)).Do(new WriteCall());
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
        Do(new AskPayment(Order)).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), true));

        Assert.Equal((PaymentStatus.Succeeded, "gw_1", null), (_payment!.Status, _payment.GatewayId, _payment.NextCall()));
    }

    [Fact]
    public void Pauses_grow_between_tries_and_stay_bounded()
    {
        Do(new AskPayment(Order)).Do(new WriteCall());
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
        Do(new AskPayment(Order)).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));

        Do(new StopCollecting(Order, "too late")).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(outcome, "gw_1"), false));

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
        Do(new AskPayment(Order)).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));
        Report(GatewayOutcome.Succeeded);

        foreach (var late in new[] { GatewayOutcome.Processing, GatewayOutcome.Created, GatewayOutcome.NeedsAction, GatewayOutcome.Cancelled, GatewayOutcome.Succeeded })
        {
            Assert.Empty(Decide(new TakeReport(new GatewayReport("evt", new GatewayAnswer(late, "gw_1"), false))).Facts);
        }
    }

    [Fact]
    public void A_step_back_to_the_payer_is_doubted_until_the_gateway_confirms_it()
    {
        Do(new AskPayment(Order)).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Processing, "gw_1"), false));

        Assert.True(_payment!.Doubts(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.NeedsAction), false)));
        Assert.False(_payment.Doubts(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.Succeeded), false)));
    }

    [Fact]
    public void Money_is_given_back_once()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(600), "ended")).Do(new WriteCall());
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded), false));

        Assert.Equal((PaymentStatus.Returned, Statements.Usd(600)), (_payment!.Status, _payment.Refunded));
        Assert.Empty(Decide(new GiveBack(Statements.Usd(600), "again")).Facts);
        Assert.Empty(Decide(new TakeReport(new GatewayReport("evt", new GatewayAnswer(GatewayOutcome.Succeeded), true))).Facts);
    }

    [Fact]
    public void A_declined_refund_is_a_new_attempt_when_asked_for_again()
    {
        Paid();
        Do(new GiveBack(Statements.Usd(600), "ended")).Do(new WriteCall());
        var first = _payment!.Call!.Key;
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Declined, null, "account closed"), false));
        Assert.Equal((PaymentStatus.Succeeded, "account closed"), (_payment!.Status, _payment.Problem));

        Do(new GiveBack(Statements.Usd(600), "again")).Do(new WriteCall());

        Assert.NotEqual(first, _payment!.Call!.Key);
    }

    [Fact]
    public void More_than_was_paid_is_not_given_back()
    {
        Paid();

        Assert.Equal("payment_not_refundable", Decide(new GiveBack(Statements.Usd(1_001), "too much")).Refusal?.Code);
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

    private void Paid() => Do(new AskPayment(Order)).Do(new WriteCall()).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), false));

    private void Report(GatewayOutcome outcome) => Do(new TakeReport(new GatewayReport("evt", new GatewayAnswer(outcome, "gw_1"), false)));

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
