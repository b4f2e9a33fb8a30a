using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Billing.BillingWorld;

namespace Marketplace.Grains.Tests.Billing;

public class DepositTests
{
    [Fact]
    public async Task A_deposit_is_asked_for_paid_and_held()
    {
        await using var world = await BillingWorld.StartAsync();

        var opened = await world.Account.OpenDepositAsync(Opening);
        Assert.Equal(DepositPayment, opened.Value);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Held);

        Assert.Equal(Usd(100_000), (await world.DepositAsync()).Held);
        await world.AssertBooksAgreeAsync(100_000);
    }

    [Fact]
    public async Task Asking_twice_makes_one_payment()
    {
        await using var world = await BillingWorld.StartAsync();

        var first = await world.Account.OpenDepositAsync(Opening);
        var second = await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);

        Assert.Equal((first.Value, true), (second.Value, second.Replayed));
        Assert.Equal(1, world.Market.Gateway.Created);
    }

    [Theory]
    [InlineData(GatewayOutcome.Created, DepositCancellation.Cancelled)]
    [InlineData(GatewayOutcome.NeedsAction, DepositCancellation.Cancelled)]
    [InlineData(GatewayOutcome.Processing, DepositCancellation.PaidOrProcessing)]
    [InlineData(GatewayOutcome.Succeeded, DepositCancellation.PaidOrProcessing)]
    public async Task At_the_deadline_the_gateway_decides(GatewayOutcome atGateway, DepositCancellation expected)
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        world.Market.Gateway.Move(DepositPayment, atGateway); // The notification is still on its way.

        var answer = await world.Account.CancelDepositAsync(Cancelling);

        Assert.Equal(expected, answer.Value);
        if (expected == DepositCancellation.Cancelled)
        {
            Assert.Equal(GatewayOutcome.Cancelled, world.Market.Gateway.OutcomeOf(DepositPayment));
            Assert.Equal(DepositStatus.Cancelled, (await world.DepositAsync()).Status);
        }
        else
        {
            await world.PayAsync(DepositPayment);
            await world.DepositBecomesAsync(DepositStatus.Held);
            Assert.Equal(DepositCancellation.PaidOrProcessing, (await world.Account.CancelDepositAsync(Cancelling)).Value);
        }
    }

    [Fact]
    public async Task While_the_gateway_cannot_say_nothing_is_cancelled()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        world.Market.Gateway.IsDown = true;

        var answer = await world.Account.CancelDepositAsync(Cancelling);

        Assert.Equal(("payment_gateway_unknown", RefusalClass.Retryable), (answer.Refusal?.Code, answer.Refusal?.Class));
        Assert.Equal(DepositStatus.Awaiting, (await world.DepositAsync()).Status);

        world.Market.Gateway.IsDown = false;
        Assert.Equal(DepositCancellation.Cancelled, (await world.Account.CancelDepositAsync(Cancelling)).Value);
    }

    [Fact]
    public async Task Cancelling_what_was_never_asked_for_refuses_it_later()
    {
        await using var world = await BillingWorld.StartAsync();

        Assert.Equal(DepositCancellation.Cancelled, (await world.Account.CancelDepositAsync(Cancelling)).Value);

        Assert.Equal("deposit_reservation_ended", (await world.Account.OpenDepositAsync(Opening)).Refusal?.Code);
        Assert.Equal(0, world.Market.Gateway.Created);
    }

    [Fact]
    public async Task Money_that_comes_after_the_end_goes_back_by_itself()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment, GatewayOutcome.Processing);
        await world.Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "cancelled by the tenant"));

        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Returned);

        Assert.Equal([Usd(100_000)], world.Market.Gateway.Refunds);
        await world.AssertBooksAgreeAsync(0);
    }

    [Theory]
    [InlineData(GatewayFault.Lost)]
    [InlineData(GatewayFault.Unanswered)]
    public async Task A_refund_whose_answer_is_lost_is_made_once(GatewayFault fault)
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Held);

        world.Market.Gateway.Fail(fault, fault);
        await world.Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "cancelled"));
        await world.EventuallyAsync(async () => (await world.PaymentAsync(DepositPayment)).Call?.Uncertain == true, DepositPayment);
        await world.Market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromMinutes(1));
        await world.EventuallyAsync(async () => (await world.PaymentAsync(DepositPayment)).Call is null or { Tries: > 1 }, DepositPayment);
        await world.Market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromHours(1));
        await world.DepositBecomesAsync(DepositStatus.Returned);

        Assert.Equal([Usd(100_000)], world.Market.Gateway.Refunds);
    }

    [Theory]
    [InlineData(GatewayFault.Lost)]
    [InlineData(GatewayFault.Unanswered)]
    public async Task A_creation_whose_answer_is_lost_makes_one_payment(GatewayFault fault)
    {
        await using var world = await BillingWorld.StartAsync();
        world.Market.Gateway.Fail(fault, fault);

        await world.Account.OpenDepositAsync(Opening);
        await world.EventuallyAsync(async () => (await world.PaymentAsync(DepositPayment)).Call?.Uncertain == true, DepositPayment);
        await world.Market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromMinutes(1));
        await world.EventuallyAsync(async () => (await world.PaymentAsync(DepositPayment)).Call is null or { Tries: > 1 }, DepositPayment);
        await world.Market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromMinutes(10));
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);

        Assert.Equal(1, world.Market.Gateway.Created);
    }

    [Fact]
    public async Task A_crash_between_any_two_steps_loses_no_money()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.Market.CrashAsync();
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        var report = world.Market.Gateway.Move(DepositPayment, GatewayOutcome.Succeeded);
        await InsistAsync(() => world.Payment(DepositPayment).ReportAsync(report));
        await world.Market.CrashAsync();

        await world.DepositBecomesAsync(DepositStatus.Held);
        await world.AssertBooksAgreeAsync(100_000);
    }

    [Fact]
    public async Task A_lost_notification_is_made_good_by_the_hourly_look()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        world.Market.Gateway.Move(DepositPayment, GatewayOutcome.Succeeded);

        await world.DepositBecomesAsync(DepositStatus.Held);
    }
}
