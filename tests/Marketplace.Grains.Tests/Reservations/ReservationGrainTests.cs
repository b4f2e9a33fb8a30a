using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Leases;
using Marketplace.Grains.Sites;
using Marketplace.Testing;
using NodaTime;
using static Marketplace.Grains.Tests.Reservations.ReservationWorld;

namespace Marketplace.Grains.Tests.Reservations;

/// <summary>The reservation's process over real pools, billing accounts and leases.</summary>
public sealed class ReservationGrainTests
{
    [Fact]
    public async Task From_a_quote_to_a_binding_reservation()
    {
        await using var world = await StartAsync();

        var requested = await world.RequestAsync(1);
        Assert.Equal(ReservationStatus.AwaitingDeposit, requested.Value?.State.Status);
        Assert.Equal(PaymentOf(1), requested.Value?.State.Deposit?.PaymentId);
        Assert.Equal(TestMarket.Begin + Duration.FromMinutes(30), requested.Value?.State.Deadline);
        Assert.Equal(HoldStatus.Placed, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
        Assert.Equal(QuoteStatus.Used, (await world.Quote(1).GetAsync())?.State.Status);

        await world.SettleAsync();
        await world.PayAsync(1);
        await world.SettleAsync();

        Assert.Equal(ReservationStatus.Confirmed, await world.StatusAsync(1));
        Assert.Equal(HoldStatus.Confirmed, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
        Assert.Equal(DepositStatus.Held, (await world.Account.GetDepositAsync(Id(1)))?.Status);
    }

    [Fact]
    public async Task A_repeated_request_is_replayed_and_another_body_is_refused()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);
        await world.Market.CrashAsync();

        var again = await world.RequestAsync(1);
        Assert.True(again.Replayed);
        Assert.Equal(ReservationStatus.AwaitingDeposit, again.Value?.State.Status);
        var other = await world.Reservation(1).RequestAsync(
            new("request 1", "another body"), new RequestReservation(Id(1), world.Example.Tenant, [new ReservationCandidate(world.Example.Pool, QuoteOf(1))]));
        Assert.Equal("idempotency_key_reused", other.Refusal?.Code);
    }

    [Fact]
    public async Task A_quote_makes_one_reservation()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);

        var second = await world.Reservation(2).RequestAsync(
            Once("request 2"), new RequestReservation(Id(2), world.Example.Tenant, [new ReservationCandidate(world.Example.Pool, QuoteOf(1))]));

        Assert.Equal(ReservationStatus.Refused, second.Value?.State.Status);
        Assert.Equal("quote_used", second.Value?.State.End?.Reason);
        Assert.Null(await world.Pool.GetHoldAsync(Id(2)));
    }

    [Fact]
    public async Task The_second_pool_is_tried_when_the_first_is_full()
    {
        await using var world = await StartAsync();
        var other = new ExamplePool("Midland");
        await other.PublishAsync(world.Market, 40, Ready);
        await world.ConfirmAsync(1, gpus: 320);
        await world.QuoteAsync(2);
        await world.Quote(3).MakeAsync(Once("quote 3"), world.Example.Tenant, other.Pool, July, [new QuantityStep(July.Start, 64)]);

        var requested = await world.Reservation(2).RequestAsync(Once("request 2"), new RequestReservation(
            Id(2), world.Example.Tenant, [new ReservationCandidate(world.Example.Pool, QuoteOf(2)), new ReservationCandidate(other.Pool, QuoteOf(3))]));

        Assert.Equal(other.Pool, requested.Value?.State.Agreement?.PoolId);
        Assert.Equal(["units_not_free", null], requested.Value?.State.Attempts.Select(attempt => attempt.RefusedCode));
        Assert.NotNull(await world.Market.Grains.GetGrain<IGpuPoolGrain>(other.Pool.Value).GetHoldAsync(Id(2)));
    }

    [Fact]
    public async Task A_deposit_that_does_not_come_is_called_off_before_the_hold_is_released()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);
        await world.SettleAsync();

        await world.AdvanceAsync(Duration.FromMinutes(31));

        Assert.Equal(ReservationStatus.Expired, await world.StatusAsync(1));
        Assert.Equal(HoldStatus.Expired, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
        Assert.Equal(GatewayOutcome.Cancelled, world.Market.Gateway.OutcomeOf(PaymentOf(1)));
        Assert.Equal(DepositState.Cancelled, (await world.ReadAsync(1)).Deposit?.State);
    }

    [Fact]
    public async Task A_deposit_on_its_way_keeps_the_hold_past_the_deadline()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);
        await world.SettleAsync();
        await world.PayAsync(1, GatewayOutcome.Processing);

        await world.AdvanceAsync(Duration.FromDays(2));
        Assert.Equal(ReservationStatus.AwaitingDeposit, await world.StatusAsync(1));
        Assert.Equal(HoldStatus.Placed, (await world.Pool.GetHoldAsync(Id(1)))?.Status);

        await world.PayAsync(1);
        await world.SettleAsync();
        Assert.Equal(ReservationStatus.Confirmed, await world.StatusAsync(1));
    }

    [Fact]
    public async Task Money_that_comes_after_the_end_goes_back()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);
        await world.SettleAsync();
        var cancelled = await world.Reservation(1).CancelAsync(Once("cancel"), new CancelReservation(world.Example.Tenant, "Changed plans."));
        Assert.Equal(ReservationStatus.Cancelled, cancelled.Value?.State.Status);
        Assert.Equal(HoldStatus.Released, (await world.Pool.GetHoldAsync(Id(1)))?.Status);

        await world.PayAsync(1);
        await world.SettleAsync();

        Assert.Equal((await world.ReadAsync(1)).Agreement?.Deposit, Assert.Single(world.Market.Gateway.Refunds));
        Assert.Equal(ReservationStatus.Cancelled, await world.StatusAsync(1));
    }

    [Fact]
    public async Task A_slip_delays_and_a_catch_up_confirms_again()
    {
        await using var world = await StartAsync();
        await world.ConfirmAsync(1);

        await world.Example.SlipAsync(world.Market, new LocalDate(2026, 7, 15));
        await world.SettleAsync();
        Assert.Equal(ReservationStatus.Delayed, await world.StatusAsync(1));
        Assert.NotEmpty((await world.ReadAsync(1)).Displaced);

        await world.Example.SlipAsync(world.Market, new LocalDate(2026, 6, 20));
        await world.SettleAsync();
        Assert.Equal(ReservationStatus.Confirmed, await world.StatusAsync(1));
    }

    [Fact]
    public async Task A_phase_that_is_silent_past_its_day_delays_what_relies_on_it_until_it_is_reported()
    {
        await using var world = await StartAsync(nodes: 16);
        await world.ConfirmAsync(1);
        await world.ConfirmAsync(2);

        // Ready on 1 June and silent: by 16 June supply is counted from 1 July, by 2 July from a month later.
        await world.AdvanceToAsync(July.Start);
        Assert.Equal([ReservationStatus.Confirmed, ReservationStatus.Confirmed], [await world.StatusAsync(1), await world.StatusAsync(2)]);
        await world.Market.CrashAsync();
        await world.AdvanceToAsync(July.Start + Duration.FromDays(1));
        await world.BecomesAsync(1, ReservationStatus.Delayed);
        await world.BecomesAsync(2, ReservationStatus.Delayed);
        Assert.Equal(0, (await world.Pool.GetFreeAsync(July, 1)).Units);

        var left = await world.Reservation(1).CancelAsync(Once("leave"), new CancelReservation(world.Example.Tenant, "The hall is not there."));
        Assert.Equal(ReservationStatus.Cancelled, left.Value?.State.Status);
        await world.SettleAsync();
        Assert.Equal((await world.ReadAsync(1)).Agreement?.Deposit, Assert.Single(world.Market.Gateway.Refunds));

        // Ready a day after the start: that day stays lost, everything after it is there and is handed over.
        await world.Example.ReadyAsync(world.Market);
        Assert.Equal(new Term(July.Start, July.Start + Duration.FromDays(1)), Assert.Single((await world.ReadAsync(2)).Displaced).Term);
        NodeId[] nodes = [.. Enumerable.Range(1, 8).Select(number => NodeId.From($"node_{number}"))];
        await world.Pool.RegisterNodesAsync(new RegisterNodes(world.Example.Operator, [.. nodes.Select(node => new NodeRegistration(node, node.Value, null))]));
        var delivered = await world.Reservation(2).DeliverAsync(Once("deliver"), new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_1"), 8, [.. nodes]), null);
        Assert.Equal(ReservationStatus.Fulfilled, delivered.Value?.State.Status);
        Assert.Empty(await world.Pool.CheckInvariantsAsync());
    }

    [Fact]
    public async Task Years_of_silence_take_a_handful_of_visits()
    {
        await using var world = await StartAsync();
        await world.AdvanceToAsync(July.Start + Duration.FromDays(3650));

        var site = await world.Market.Grains.GetGrain<ISiteGrain>(world.Example.Site.Value).GetAsync();
        Assert.InRange(site!.State.Phases[0].Revision, 5, 15);
        Assert.True(site.State.ReadyFrom(site.State.Phases[0]) > world.Market.Clock.Now);
    }

    [Fact]
    public async Task A_withdrawn_pool_lets_its_reservations_out_by_themselves_and_the_deposit_goes_back()
    {
        await using var world = await StartAsync();
        await world.ConfirmAsync(1);

        Assert.Null((await world.Pool.WithdrawAsync(new WithdrawPool(world.Example.Operator))).Refusal);
        await world.SettleAsync();

        Assert.Equal(ReservationStatus.Cancelled, await world.StatusAsync(1));
        Assert.Equal(EndCause.Withdrawn, (await world.ReadAsync(1)).End?.Cause);
        Assert.Equal(HoldStatus.Released, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
        Assert.Single(world.Market.Gateway.Refunds);
    }

    [Fact]
    public async Task Deliveries_open_the_lease_and_its_end_releases_the_hold()
    {
        await using var world = await StartAsync(nodes: 2);
        await world.ConfirmAsync(1, gpus: 16);
        await world.AdvanceToAsync(July.Start);
        NodeId[] nodes = [NodeId.From("node_1"), NodeId.From("node_2")];
        await world.Pool.RegisterNodesAsync(new RegisterNodes(world.Example.Operator, [.. nodes.Select(node => new NodeRegistration(node, node.Value, node.Value))]));

        var early = await world.Reservation(1).DeliverAsync(Once("0"), new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_0"), 1, [nodes[0]]), null);
        Assert.Equal("supply_not_in_service", early.Refusal?.Code);
        await world.Example.ReadyAsync(world.Market);
        var first = await world.Reservation(1).DeliverAsync(Once("1"), new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_1"), 1, [nodes[0]]), null);
        Assert.Equal(ReservationStatus.Delivering, first.Value?.State.Status);
        var unknown = new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_2"), 1, [NodeId.From("node_9")]);
        Assert.Equal("node_not_found", (await world.Reservation(1).DeliverAsync(Once("2"), unknown, null)).Refusal?.Code);
        var second = await world.Reservation(1).DeliverAsync(Once("3"), new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_3"), 1, [nodes[1]]), null);
        Assert.Equal(ReservationStatus.Fulfilled, second.Value?.State.Status);
        await world.SettleAsync();
        var lease = await world.Market.Grains.GetGrain<ILeaseGrain>(Lease.IdOf(Id(1)).Value).GetAsync();
        Assert.Equal(2, lease?.State.Nodes.Length);

        await world.AdvanceToAsync(Instant.FromUtc(2026, 9, 15, 0, 0));
        Assert.Equal(HoldState.Released, (await world.ReadAsync(1)).Hold);
        Assert.True((await world.ReadAsync(1)).LeaseEnded);
        Assert.Null((await world.ReadAsync(1)).DueAt());
    }

    [Fact]
    public async Task Paper_then_amendment_then_confirmation_without_a_deposit()
    {
        await using var world = await StartAsync(offer: offer => Free(offer, new SignatureTerms(true, false, true, true)));
        await world.RequestAsync(1);
        Assert.Equal(ReservationStatus.AwaitingApproval, await world.StatusAsync(1));

        await world.Reservation(1).ApproveAsync(Once("approve"), new ApproveReservation(world.ForOperator));
        await world.QuoteAsync(2, gpus: 128);
        var amended = await world.Reservation(1).AmendAsync(Once("amend"), world.ForTenant, QuoteOf(2));
        Assert.Equal(ReservationStatus.AwaitingApproval, amended.Value?.State.Status);
        Assert.Equal(16, Assert.Single((await world.Pool.GetHoldAsync(Id(1)))!.Segments).Units);

        await world.Reservation(1).ApproveAsync(Once("approve again"), new ApproveReservation(world.ForOperator));
        var digest = amended.Value!.State.Agreement!.Digest;
        var signed = await world.Reservation(1).SignAsync(Once("sign"), new SignReservation(world.ForOperator, digest));

        Assert.Equal(ReservationStatus.Confirmed, signed.Value?.State.Status);
        Assert.Equal(HoldStatus.Confirmed, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
    }

    [Fact]
    public async Task An_amendment_the_pool_cannot_hold_leaves_what_was_agreed()
    {
        await using var world = await StartAsync();
        await world.ConfirmAsync(1);
        var supplied = (await world.Pool.GetAsync())!.State.GreatestSupply!.Value.Units;
        await world.Pool.PlaceHoldAsync(world.Example.Hold(Id(7), ReservationWorld.July, 1));
        await world.QuoteAsync(2, gpus: supplied * 8);

        var refused = await world.Reservation(1).AmendAsync(Once("amend"), world.ForTenant, QuoteOf(2));

        Assert.Equal("units_not_free", refused.Value?.State.AmendmentRefusedCode);
        Assert.Equal(8, refused.Value?.State.Agreement?.Terms.Ramp.PeakUnits());
        Assert.Equal(8, Assert.Single((await world.Pool.GetHoldAsync(Id(1)))!.Segments).Units);
    }

    [Fact]
    public async Task A_restart_at_any_rest_goes_on_where_it_stood()
    {
        await using var world = await StartAsync();
        await world.RequestAsync(1);
        await world.Market.CrashAsync();
        await world.SettleAsync();
        await world.PayAsync(1);
        await world.Market.CrashAsync();
        await world.BecomesAsync(1, ReservationStatus.Confirmed);

        Assert.Equal(HoldStatus.Confirmed, (await world.Pool.GetHoldAsync(Id(1)))?.Status);
    }
}
