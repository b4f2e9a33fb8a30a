using Marketplace.Domain.Capacity;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Tests.Reservations;
using Marketplace.Testing;

namespace Marketplace.Grains.Tests.Durability;

/// <summary>
/// A cluster that fell apart: two silos over one store, each of which believes that it alone has a pool or a reservation. Of
/// two writes at once one wins, the other ends in an unknown outcome and a clean retry, and nobody is refused by what is stale.
/// </summary>
public class SplitBrainTests : IAsyncLifetime
{
    private const int Nodes = 6;
    private ReservationWorld world = null!;
    private TestMarket other = null!;

    private IGpuPoolGrain Here => world.Pool;

    private IGpuPoolGrain There => other.Grains.GetGrain<IGpuPoolGrain>(world.Example.Pool.Value);

    public virtual async ValueTask InitializeAsync()
    {
        world = await ReservationWorld.StartAsync(Nodes, offer => ReservationWorld.Free(offer, new SignatureTerms(false, false, false, true)));
        other = await world.Market.StartSecondAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await other.DisposeAsync();
        await world.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Two_activations_of_one_pool_that_write_at_once_have_one_winner_and_one_clean_retry()
    {
        await BothKnowThePoolAsync();

        var first = await Task.WhenAll(TryAsync(() => PlaceAsync(Here, 1)), TryAsync(() => PlaceAsync(There, 2)));

        Assert.Single(first, hold => hold is { IsGranted: true });
        Assert.Single(first, hold => hold is null);
        Assert.True((await ReservationWorld.InsistAsync(() => PlaceAsync(Here, 1))).IsGranted);
        Assert.True((await ReservationWorld.InsistAsync(() => PlaceAsync(There, 2))).IsGranted);
        Assert.True((await ReservationWorld.InsistAsync(() => PlaceAsync(There, 1))).Replayed);
        Assert.Equal(Nodes - 2, (await ReservationWorld.InsistAsync(() => There.GetFreeAsync(ReservationWorld.July, 1))).Units);
    }

    [Fact]
    public async Task Two_activations_of_one_pool_together_never_hold_more_than_it_has()
    {
        await BothKnowThePoolAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, Nodes * 4).Select(number =>
            ReservationWorld.InsistAsync(() => PlaceAsync(number % 2 == 0 ? Here : There, number))));

        Assert.Equal(Nodes, answers.Count(answer => answer.IsGranted));
        Assert.All(answers.Where(answer => !answer.IsGranted), answer => Assert.Equal("units_not_free", answer.Refusal!.Code));
        await world.Market.CrashAsync();
        Assert.Empty(await Here.CheckInvariantsAsync());
        Assert.Equal(0, (await Here.GetFreeAsync(ReservationWorld.July, 1)).Units);
    }

    [Fact]
    public async Task A_stale_pool_does_not_end_a_reservation_for_want_of_capacity()
    {
        for (var number = 0; number < Nodes; number++)
        {
            Assert.True((await PlaceAsync(Here, number)).IsGranted);
        }

        await BothKnowThePoolAsync();
        Assert.True((await Here.ReleaseHoldAsync(new ReleaseHold(ReservationWorld.Id(0), HoldStatus.Released))).IsGranted);

        // There the pool is still full, and a reservation that is told so ends as refused.
        var asked = await ReservationWorld.InsistAsync(() => world.RequestAsync(90, gpus: 8, silo: other));

        Assert.Null(asked.Refusal);
        Assert.Equal(ReservationStatus.AwaitingSignature, (await ReservationWorld.InsistAsync(() => ReservationOf(other, 90).GetAsync()))!.State.Status);
    }

    [Fact]
    public async Task Two_activations_of_one_reservation_that_write_at_once_have_one_winner_and_one_clean_retry()
    {
        var requested = (await world.RequestAsync(1, gpus: 8)).Value!.State;
        var (here, there) = (ReservationOf(world.Market, 1), ReservationOf(other, 1));
        await other.ReloadAsync(there);
        Assert.Equal(requested.Status, (await there.GetAsync())!.State.Status);
        Task<Answer<Snapshot<Reservation>>> SignAsync() => here.SignAsync(
            ReservationWorld.Once("sign"), new SignReservation(world.ForTenant, requested.Agreement!.Digest));
        Task<Answer<Snapshot<Reservation>>> CancelAsync() => there.CancelAsync(
            ReservationWorld.Once("cancel"), new CancelReservation(world.Example.Tenant, "Not needed any more."));

        var first = await Task.WhenAll(TryAsync(SignAsync), TryAsync(CancelAsync));

        // Both may have lost, to what one of them noted of its delivered notices meanwhile.
        Assert.InRange(first.Count(answer => answer is { IsGranted: true }), 0, 1);
        Assert.Contains(null, first);
        var (signed, cancelled) = (await ReservationWorld.InsistAsync(SignAsync), await ReservationWorld.InsistAsync(CancelAsync));
        Assert.NotEqual(signed.IsGranted, cancelled.IsGranted);
        Assert.Equal(
            signed.IsGranted ? "reservation_binding" : "reservation_ended",
            (signed.IsGranted ? cancelled : signed).Refusal!.Code);
        await world.SettleAsync();
        await world.Market.CrashAsync();
        await world.BecomesAsync(1, signed.IsGranted ? ReservationStatus.Confirmed : ReservationStatus.Cancelled);
    }

    [Fact]
    public async Task What_was_made_on_one_side_is_not_denied_on_the_other()
    {
        var there = ReservationOf(other, 1);
        Assert.Null(await there.GetAsync());
        Assert.True((await world.RequestAsync(1, gpus: 8)).IsGranted);

        await Assert.ThrowsAsync<UnknownOutcomeException>(there.GetAsync);

        Assert.NotNull(await ReservationWorld.InsistAsync(there.GetAsync));
    }

    private static IReservationGrain ReservationOf(TestMarket market, int number) => market.Grains.GetGrain<IReservationGrain>(ReservationWorld.Id(number).Value);

    private async Task BothKnowThePoolAsync()
    {
        // Its keeper may have woken it there before now.
        await other.ReloadAsync(There);
        Assert.Equal((await Here.GetAsync())!.Version, (await There.GetAsync())!.Version);
    }

    private Task<Answer<Hold>> PlaceAsync(IGpuPoolGrain pool, int number) => pool.PlaceHoldAsync(world.Example.Hold(ReservationWorld.Id(number), ReservationWorld.July, 1));

    /// <summary>The answer of one call, or null when its outcome is unknown.</summary>
    private static async Task<Answer<T>?> TryAsync<T>(Func<Task<Answer<T>>> call)
    {
        try
        {
            return await call();
        }
        catch (UnknownOutcomeException)
        {
            return null;
        }
    }
}
