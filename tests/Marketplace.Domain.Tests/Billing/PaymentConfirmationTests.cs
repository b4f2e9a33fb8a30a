using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Billing;

public class PaymentConfirmationTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly MethodUse Card = new(PaymentMethodId.From("pmt_1"), "pm_1", MethodKind.Card, OffSession: false, new Uri("https://market.example/billing"));
    private static readonly MethodUse Other = Card with { Method = PaymentMethodId.From("pmt_2"), GatewayId = "pm_2" };
    private static readonly GatewayAnswer Declined = new(GatewayOutcome.NeedsAction, "gw_1", "Your card was declined.");
    private static readonly GatewayAnswer Asks = new(GatewayOutcome.NeedsAction, "gw_1");
    private static readonly PaymentOrder Order = new(
        PaymentId.From("pay_1"), Statements.Tenant, Statements.Operator, PaymentPurpose.Invoice, "inv_1", Statements.Usd(1_000), PaymentMethod.Card);

    private Payment? _payment;

    [Fact]
    public void An_attempt_is_written_down_before_it_is_made_and_brings_the_money()
    {
        Waits().Do(new PayWith(Card, "request"));

        Assert.Equal((GatewayPurpose.Confirm, "pay_1:confirm:1"), (_payment!.NextCall()!.Purpose, _payment.NextCall()!.Subject));
        Do(new WriteCall(Now)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), false));

        Assert.Equal((PaymentStatus.Succeeded, false), (_payment.Status, _payment.Confirmation!.IsOpen));
        Assert.Null(_payment.NextCall());
    }

    [Fact]
    public void A_repeated_request_makes_no_other_attempt_whatever_came_of_the_first()
    {
        Waits().Do(new PayWith(Card, "request"));
        Assert.Empty(Decide(new PayWith(Card, "request")).Facts);
        Answered(Declined);
        Assert.Empty(Decide(new PayWith(Card, "request")).Facts);
        Do(new PayWith(Other, "other")).Answered(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"));

        Assert.Empty(Decide(new PayWith(Card, "request")).Facts);
        Assert.Equal("payment_not_payable", Decide(new PayWith(Card, "late")).Refusal?.Code);
    }

    [Fact]
    public void A_payment_tried_again_and_again_does_not_grow_for_ever()
    {
        Waits();
        for (var i = 0; i < 2 * PaymentConfirmation.RequestsKept; i++)
        {
            Do(new PayWith(Card, $"request-{i}")).Answered(Declined);
        }

        Assert.Equal(PaymentConfirmation.RequestsKept, _payment!.Confirmation!.Requests.Length);
        Assert.Equal(2 * PaymentConfirmation.RequestsKept, _payment.Confirmation.Number);
        Assert.Empty(Decide(new PayWith(Card, $"request-{(2 * PaymentConfirmation.RequestsKept) - 1}")).Facts);
    }

    [Fact]
    public void While_one_attempt_is_under_way_there_is_no_other()
    {
        Waits().Do(new PayWith(Card, "request"));

        Assert.Equal("payment_confirming", Decide(new PayWith(Other, "other")).Refusal?.Code);
    }

    [Fact]
    public void A_declined_card_leaves_the_payment_waiting_and_another_may_be_tried()
    {
        Waits().Do(new PayWith(Card, "one")).Answered(Declined);
        Assert.Equal((PaymentStatus.AwaitingPayer, "Your card was declined."), (_payment!.Status, _payment.Problem));

        // The notification of the same decline tells nothing new.
        Assert.Empty(Decide(new TakeReport(new GatewayReport("evt_1", Declined, false))).Facts);
        Do(new PayWith(Other, "two"));
        Assert.Equal((2, (string?)null), (_payment.Confirmation!.Number, _payment.Problem));
    }

    [Theory]
    [InlineData(GatewayOutcome.Declined)]
    [InlineData(GatewayOutcome.NotFound)]
    public void A_method_the_gateway_no_longer_keeps_is_a_decline(GatewayOutcome outcome)
    {
        Waits().Do(new PayWith(Card, "one")).Answered(new GatewayAnswer(outcome, null, "No such payment method."));

        Assert.Equal((PaymentStatus.AwaitingPayer, "No such payment method.", false), (_payment!.Status, _payment.Problem, _payment.Confirmation!.IsOpen));
        Assert.Null(_payment.NextCall());
    }

    [Fact]
    public void Where_the_bank_asks_the_payer_the_payment_waits_without_a_problem()
    {
        Waits().Do(new PayWith(Card, "one")).Answered(Asks);

        Assert.Equal((PaymentStatus.AwaitingPayer, (string?)null), (_payment!.Status, _payment.Problem));
        Assert.Null(_payment.NextCall());
        Do(new TakeReport(new GatewayReport("evt_1", new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), false)));
        Assert.Equal(PaymentStatus.Succeeded, _payment.Status);
    }

    [Fact]
    public void After_a_lost_answer_what_holds_is_looked_up_and_the_same_attempt_is_made_again_under_its_key()
    {
        Waits().Do(new PayWith(Card, "one")).Do(new WriteCall(Now));
        var key = _payment!.Call!.Key;
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));
        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), true));
        Assert.Equal((key, false), (_payment.Call!.Key, _payment.Call.Uncertain));

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown, KeySpent: true), false));
        Do(new TakeAnswer(Declined, true));
        Assert.NotEqual(key, _payment.Call!.Key);

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"), true));
        Assert.Equal(PaymentStatus.Succeeded, _payment.Status);
    }

    [Fact]
    public void A_payment_called_off_while_an_attempt_is_lost_is_called_off_and_not_attempted_again()
    {
        Waits().Do(new PayWith(Card, "one")).Do(new WriteCall(Now)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Unknown), false));
        Do(new StopCollecting(Order, "paid another way")).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), true));

        Assert.Equal(GatewayPurpose.Cancel, _payment!.NextCall()!.Purpose);
    }

    [Fact]
    public void A_payment_collected_by_itself_is_made_known_and_attempted_at_once()
    {
        Do(new AskPayment(Order with { Use = Card with { OffSession = true } })).Do(new WriteCall(Now));
        Assert.Equal(GatewayPurpose.Create, _payment!.Call!.Purpose);

        Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));

        Assert.Equal(GatewayPurpose.Confirm, _payment.NextCall()!.Purpose);
    }

    [Fact]
    public void A_payment_by_transfer_takes_no_kept_method()
    {
        Do(new AskPayment(Order with { Method = PaymentMethod.Transfer })).Do(new WriteCall(Now)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));

        Assert.Equal("payment_by_transfer", Decide(new PayWith(Card, "one")).Refusal?.Code);
    }

    /// <summary>A gateway that charges once at most, every order of lost answers, notifications, calls off and retries: the payment ends as the gateway has it.</summary>
    [Fact]
    public void Whatever_is_lost_the_payment_ends_as_the_gateway_has_it() => Gen.Int[0, 9].Array[1, 40]
        .Sample(steps => new PaymentConfirmationTests().Survive(steps)); // Samples run side by side, each with a payment of its own.

    private void Survive(int[] steps)
    {
        var gateway = new OnceGateway();
        Do(new AskPayment(Order));
        var requests = 0;
        foreach (var step in steps)
        {
            switch (step)
            {
                case 0:
                    Try(new PayWith(Card, $"r{requests++}"));
                    break;
                case 1:
                    Try(new PayWith(Other, $"r{Math.Max(0, requests - 1)}"));
                    break;
                case 2:
                    Try(new StopCollecting(Order, "off"));
                    break;
                case 3:
                    Try(new TakeReport(new GatewayReport("evt", gateway.Stands, false)));
                    break;
                case 4:
                    gateway.Declines = !gateway.Declines;
                    break;
                default:
                    Work(gateway, lostBefore: step == 5, lostAfter: step == 6);
                    break;
            }
        }

        for (var i = 0; i < 10; i++)
        {
            Work(gateway, false, false);
        }

        Try(new TakeReport(new GatewayReport("evt", gateway.Stands, false)));
        Assert.True(gateway.Charges <= 1);
        Assert.Equal(gateway.Charges == 1, _payment!.Status == PaymentStatus.Succeeded);
        Assert.Null(_payment.NextCall());
        Assert.DoesNotContain(_payment.Status, new[] { PaymentStatus.Preparing, PaymentStatus.Failed });
    }

    private void Work(OnceGateway gateway, bool lostBefore, bool lostAfter)
    {
        Try(new WriteCall(Now));
        if (_payment!.Call is not { } call)
        {
            return;
        }

        var answer = call.Uncertain ? gateway.Stands : lostBefore ? new GatewayAnswer(GatewayOutcome.Unknown) : gateway.Make(call);
        Do(new TakeAnswer(lostAfter && !call.Uncertain ? new GatewayAnswer(GatewayOutcome.Unknown) : answer, call.Uncertain));
    }

    private void Try(PaymentCommand command)
    {
        foreach (var fact in Decide(command).Facts)
        {
            _payment = Payment.Evolve(_payment, fact);
        }
    }

    private PaymentConfirmationTests Waits() =>
        Do(new AskPayment(Order)).Do(new WriteCall(Now)).Do(new TakeAnswer(new GatewayAnswer(GatewayOutcome.Created, "gw_1"), false));

    private PaymentConfirmationTests Answered(GatewayAnswer answer) => Do(new WriteCall(Now)).Do(new TakeAnswer(answer, false));

    private Decision<PaymentFact> Decide(PaymentCommand command) => Payment.Decide(_payment, command, Now);

    private PaymentConfirmationTests Do(PaymentCommand command)
    {
        var decision = Decide(command);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            _payment = Payment.Evolve(_payment, fact);
        }

        return this;
    }

    /// <summary>Keeps what it answered under each key, and takes a payment's money once.</summary>
    private sealed class OnceGateway
    {
        private readonly Dictionary<string, GatewayAnswer> _answers = [];

        public bool Declines { get; set; }

        public int Charges { get; private set; }

        public GatewayAnswer Stands { get; private set; } = new(GatewayOutcome.NotFound);

        public GatewayAnswer Make(GatewayCall call)
        {
            if (!_answers.TryGetValue(call.Key, out var answer))
            {
                _answers[call.Key] = answer = Carry(call.Purpose);
            }

            return answer;
        }

        private GatewayAnswer Carry(GatewayPurpose purpose)
        {
            if (Stands.Outcome is GatewayOutcome.Succeeded or GatewayOutcome.Cancelled)
            {
                return Stands;
            }

            Stands = purpose switch
            {
                GatewayPurpose.Create => new GatewayAnswer(GatewayOutcome.Created, "gw_1"),
                GatewayPurpose.Cancel => new GatewayAnswer(GatewayOutcome.Cancelled, "gw_1"),
                _ => Declines ? Declined : new GatewayAnswer(GatewayOutcome.Succeeded, "gw_1"),
            };
            Charges += Stands.Outcome == GatewayOutcome.Succeeded ? 1 : 0;
            return Stands;
        }
    }
}
