using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Leases;

/// <summary>Exits as the market carries them out: with the deposit, and with what the pool says of its supply.</summary>
public sealed class LeaseExitGrainTests
{
    private static readonly Instant July = Instant.FromUtc(2026, 7, 1, 5, 0);
    private static readonly Instant August = Instant.FromUtc(2026, 8, 1, 5, 0);
    private static readonly Term Summer = new(July, Instant.FromUtc(2026, 9, 1, 5, 0));

    [Fact]
    public async Task A_tenant_to_whom_nodes_are_only_announced_leaves_with_its_deposit()
    {
        await using var world = await MarketplaceWorld.StartAsync(2, new LocalDate(2026, 6, 1));
        await world.ReserveAsync(Summer, 16);
        await world.PayDepositAsync();
        await world.Example.ReadyAsync(world.Market);
        var late = await world.Reservation.DeliverAsync(
            new Operation("late", "late"), new DeliverUnits(world.Example.Operator, DeliveryId.From("dlv_1"), 2, MarketplaceWorld.Nodes(1, 2)), Summer.End - Duration.FromDays(1));
        Assert.Equal(ReservationStatus.Fulfilled, late.Value?.State.Status);
        var held = (await world.Account.GetDepositAsync(world.ReservationId))!;
        Assert.True(held.Amount.Minor > 0);

        await world.AdvanceAsync(July + Duration.FromDays(30));
        var exit = await world.LeaveAsync();
        await world.AdvanceAsync(July + Duration.FromDays(32));

        Assert.True(exit.Fee.IsZero);
        Assert.Equal(LeaseStatus.Ended, (await world.Lease.GetAsync())?.State.Status);
        Assert.Empty(await world.InvoicesAsync());
        Assert.Equal(HoldStatus.Released, (await world.Pool.GetHoldAsync(world.ReservationId))?.Status);
        Assert.Contains("deposit.returned", await world.NewEventsAsync(world.Example.Tenant));
        Assert.Empty(await world.ViolationsAsync());
    }

    [Fact]
    public async Task What_supply_no_longer_covers_is_not_paid_for_in_an_exit()
    {
        var offer = ExamplePool.Offer with { Clauses = ExamplePool.Offer.Clauses with { EarlyTermination = new EarlyTermination(Percentage.From(50), 0) } };
        await using var world = await MarketplaceWorld.StartAsync(8, new LocalDate(2026, 6, 1), offer);
        var quote = QuoteId.From("qt_ramp");
        var made = await world.Market.Grains.GetGrain<IQuoteGrain>(quote.Value).MakeAsync(
            new Operation("quote", "quote"), world.Example.Tenant, world.Example.Pool, Summer, [new QuantityStep(July, 8), new QuantityStep(August, 64)]);
        Assert.Null(made.Refusal);
        await world.Reservation.RequestAsync(
            new Operation("request", "request"), new RequestReservation(world.ReservationId, world.Example.Tenant, [new ReservationCandidate(world.Example.Pool, quote)]));
        await world.PayDepositAsync();
        await world.AdvanceAsync(July);
        await world.DeliverAsync(1);
        await world.AcceptAsync(1);

        Assert.Equal((30 * 8) + (31 * 64), await GpuDaysLeftAsync("exit_1"));
        Assert.Null((await world.Pool.AmendAsync(new AmendPool(world.Example.Operator, null, null, 5), null)).Refusal);
        Assert.Equal(5, Assert.Single((await world.Pool.GetHoldAsync(world.ReservationId))!.Displaced.Where(gap => gap.Term.Start == August)).Units);
        Assert.Equal((30 * 8) + (31 * 24), await GpuDaysLeftAsync("exit_2"));

        async Task<decimal> GpuDaysLeftAsync(string id)
        {
            var quoted = await world.Lease.QuoteExitAsync(new Operation(id, id), new QuoteExit(world.Example.Tenant, ExitQuoteId.From(id), new LocalDate(2026, 7, 2)));
            return decimal.Round(quoted.Value!.State.ExitQuote!.Left.Major / made.Value!.State.Terms.Rent.Price.Amount / 24, 2);
        }
    }
}
