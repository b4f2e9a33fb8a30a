using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
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

    [Fact]
    public async Task A_deposit_above_one_payment_is_paid_in_parts_and_each_part_goes_back_once_though_calls_are_lost()
    {
        await using var world = await BillingWorld.StartAsync();
        world.Market.Gateway.Largest = 40_000;
        await world.Account.OpenDepositAsync(Opening);
        foreach (var number in new[] { 1, 2, 3 })
        {
            var payment = (await world.DepositAsync()).Payment;
            await world.EventuallyAsync(async () => (await world.Payment(payment).GetAsync())?.State.Status == PaymentStatus.AwaitingPayer, payment);
            await world.PayAsync(payment);
            await world.EventuallyAsync(async () => await world.DepositAsync() is { } deposit && (number == 3 ? deposit.Status == DepositStatus.Held : deposit.Payment != payment), payment);
        }

        await world.AssertBooksAgreeAsync(100_000);
        var parts = (await world.DepositAsync()).Payments.Select(part => part.Payment).ToArray();
        world.Market.Gateway.Fail(GatewayFault.Unanswered, GatewayFault.Lost, GatewayFault.Unanswered);
        await world.Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "over"));
        for (var minute = 1; (await world.DepositAsync()).Status != DepositStatus.Returned; minute++)
        {
            Assert.InRange(minute, 1, 60);
            await world.Market.Clock.SetForwardAsync(TestMarket.Begin + Duration.FromMinutes(minute));
            await world.EventuallyAsync(() => Task.FromResult(true), parts);
        }

        Assert.Equal([Usd(20_000), Usd(40_000), Usd(40_000)], world.Market.Gateway.Refunds.OrderBy(refund => refund.Minor));
        await world.AssertBooksAgreeAsync(0);
    }

    [Fact]
    public async Task A_part_that_was_not_paid_by_the_deadline_gives_the_hold_free_and_the_others_back()
    {
        await using var world = await BillingWorld.StartAsync();
        world.Market.Gateway.Largest = 60_000;
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.EventuallyAsync(async () => (await world.DepositAsync()).Payment != DepositPayment, DepositPayment);
        var second = (await world.DepositAsync()).Payment;
        await world.EventuallyAsync(async () => (await world.Payment(second).GetAsync())?.State.Status == PaymentStatus.AwaitingPayer, second);

        Assert.Equal(DepositCancellation.Cancelled, (await world.Account.CancelDepositAsync(Cancelling)).Value);

        await world.DepositBecomesAsync(DepositStatus.Returned);
        Assert.Equal(GatewayOutcome.Cancelled, world.Market.Gateway.OutcomeOf(second));
        Assert.Equal([Usd(60_000)], world.Market.Gateway.Refunds);
        Assert.Equal(DepositCancellation.Cancelled, (await world.Account.CancelDepositAsync(Cancelling)).Value);
    }

    [Fact]
    public async Task A_refund_declined_for_good_is_an_incident_until_a_person_has_it_made()
    {
        await using var world = await BillingWorld.StartAsync();
        var reconciliation = world.Market.Grains.GetGrain<IReconciliationGrain>(GrainKeys.Reconciliation(Organization.Platform).Key);
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Held);
        world.Market.Gateway.RefundOutcome = GatewayOutcome.Declined;

        await world.Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "over"));
        await world.EventuallyAsync(async () => (await reconciliation.GetAsync()).Incidents.Any(incident => incident.Kind == IncidentKind.Refund), DepositPayment);

        var incident = (await reconciliation.GetAsync()).Incidents.Single(incident => incident.Kind == IncidentKind.Refund);
        Assert.Equal((DepositPayment.Value, Usd(100_000), Tenant), (incident.Subject, incident.Books, incident.Organization));
        world.Market.Gateway.RefundOutcome = null;
        Assert.True((await world.Account.ManageAsync(new RetryDepositReturn(Reservation))).IsGranted);
        await world.DepositBecomesAsync(DepositStatus.Returned);
        await world.EventuallyAsync(async () => (await reconciliation.GetIncidentAsync(incident.Id))?.Status == IncidentStatus.Resolved, DepositPayment);
        Assert.Equal([Usd(100_000)], world.Market.Gateway.Refunds);
        await world.AssertBooksAgreeAsync(0);
    }

    [Fact]
    public async Task A_refund_larger_than_the_rest_is_answered_and_not_left_in_an_outbox()
    {
        await using var world = await BillingWorld.StartAsync();
        await world.Account.OpenDepositAsync(Opening);
        await world.PaymentBecomesAsync(PaymentStatus.AwaitingPayer);
        await world.PayAsync(DepositPayment);
        await world.DepositBecomesAsync(DepositStatus.Held);

        // The payer's bank is faster than the notice that asks for the money.
        var report = world.Market.Gateway.Dispute(DepositPayment, DisputeStatus.Open);
        await InsistAsync(() => world.Payment(DepositPayment).ReportAsync(report));
        await world.Account.ReturnDepositAsync(new ReturnDeposit(Reservation, "over"));
        await world.EventuallyAsync(async () => (await world.DepositAsync()) is { Status: DepositStatus.Returned } or { Payments: [{ Declines.Length: 1 }] }, DepositPayment);

        Assert.Empty(world.Market.Gateway.Refunds);
    }
}
