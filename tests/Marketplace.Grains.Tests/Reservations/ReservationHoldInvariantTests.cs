using Marketplace.Domain.Capacity;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using static Marketplace.Grains.Tests.Reservations.ReservationWorld;

namespace Marketplace.Grains.Tests.Reservations;

public sealed class ReservationHoldInvariantTests
{
    [Fact]
    public async Task Holds_whatever_becomes_of_reservations_and_names_the_one_whose_hold_is_gone()
    {
        await using var world = await StartAsync();
        var invariant = world.Market.Services.GetServices<IInvariant>().Single(candidate => candidate.Name == "reservation_hold_is_the_pools");
        await world.RequestAsync(1);
        await world.ConfirmAsync(2);
        await world.RequestAsync(3);
        await world.Reservation(3).CancelAsync(Once("cancel"), new CancelReservation(world.Example.Tenant, "Changed plans."));
        Assert.Empty(await invariant.ViolationsAsync(TestContext.Current.CancellationToken));

        await world.Pool.ReleaseHoldAsync(new ReleaseHold(Id(2), HoldStatus.Released));

        Assert.Equal(
            [$"rsv_2 has its hold in {world.Example.Pool} as Confirmed, the pool as Released."],
            await invariant.ViolationsAsync(TestContext.Current.CancellationToken));
    }
}
