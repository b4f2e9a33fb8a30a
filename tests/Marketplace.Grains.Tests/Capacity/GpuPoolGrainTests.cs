using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using NodaTime;

namespace Marketplace.Grains.Tests.Capacity;

public sealed class GpuPoolGrainTests : IAsyncLifetime
{
    private static readonly LocalDate Ready = new(2026, 6, 1);
    private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));
    private readonly ExamplePool example = new("Abilene");
    private TestMarket market = null!;

    private IGpuPoolGrain Pool => market.Grains.GetGrain<IGpuPoolGrain>(example.Pool.Value);

    private ISiteGrain Site => market.Grains.GetGrain<ISiteGrain>(example.Site.Value);

    public async ValueTask InitializeAsync() => market = await TestMarket.StartAsync();

    public async ValueTask DisposeAsync() => await market.DisposeAsync();

    [Fact]
    public async Task A_pool_plans_on_no_more_power_than_its_site_grants()
    {
        await example.ListSiteAsync(market, 1, Ready);

        var tooMuch = await Pool.CreateAsync(new Operation("1", "100 nodes"), example.Listing(100));
        Assert.Equal("phase_power_exceeded", tooMuch.Refusal?.Code);
        Assert.Null(await Pool.GetAsync());
        Assert.Empty((await Site.GetAsync())!.State.Allocations);

        var created = await Pool.CreateAsync(new Operation("2", "90 nodes"), example.Listing(90));
        Assert.Equal(918m, Assert.Single((await Site.GetAsync())!.State.Allocations).Kilowatts);
        Assert.Equal([new SupplyStep(Summer.Start, 90)], created.Value!.State.Supply);
        Assert.Equal("phase_power_exceeded", (await Pool.AllocateAsync(example.Operator, example.Phase, 99)).Refusal?.Code);

        await Pool.AllocateAsync(example.Operator, example.Phase, 50);
        Assert.Equal(510m, Assert.Single((await Site.GetAsync())!.State.Allocations).Kilowatts);
        Assert.Equal([new SupplyStep(Summer.Start, 50)], (await Pool.GetAsync())!.State.Supply);
    }

    [Fact]
    public async Task The_same_listing_again_is_replayed_and_another_under_its_id_is_refused()
    {
        await example.ListSiteAsync(market, 1, Ready);
        await Pool.CreateAsync(new Operation("1", "a"), example.Listing(10));
        await market.CrashAsync();

        Assert.True((await Pool.CreateAsync(new Operation("1", "a"), example.Listing(10))).Replayed);
        Assert.Equal("pool_exists", (await Pool.CreateAsync(new Operation("1", "b"), example.Listing(11))).Refusal?.Code);
    }

    [Fact]
    public async Task A_draft_takes_no_holds_and_is_published_with_an_offer_only()
    {
        await example.ListSiteAsync(market, 1, Ready);
        await Pool.CreateAsync(new Operation("1", "a"), example.Listing(10));

        Assert.Equal("pool_not_listed", (await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 1))).Refusal?.Code);
        Assert.Equal("offer_missing", (await Pool.ChangeListingAsync(new ChangeListing(example.Operator, ListingStatus.Published))).Refusal?.Code);
        Assert.Equal("pool_not_found", (await Pool.SetOfferAsync(new SetOffer(example.Tenant, ExamplePool.Offer))).Refusal?.Code);
        await Pool.SetOfferAsync(new SetOffer(example.Operator, ExamplePool.Offer));
        Assert.False(await IsListedAsync());
        Assert.True((await Pool.ChangeListingAsync(new ChangeListing(example.Operator, ListingStatus.Published))).IsGranted);
        await UntilAsync(IsListedAsync);
        Assert.True((await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 1))).IsGranted);
    }

    [Fact]
    public async Task Many_at_once_get_no_more_than_there_is_and_all_of_it_survives()
    {
        await example.PublishAsync(market, 40, Ready);

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Pool.PlaceHoldAsync(example.Hold(Reservation(i), Summer, 1))));
        await market.CrashAsync();

        Assert.Equal(40, answers.Count(answer => answer.IsGranted));
        Assert.All(answers.Where(answer => !answer.IsGranted), answer => Assert.Equal("units_not_free", answer.Refusal!.Code));
        Assert.Equal([new AvailabilityStep(Summer.Start, 40, 40, 0)], await Pool.GetAvailabilityAsync(Summer));
        Assert.Empty(await Pool.CheckInvariantsAsync());
        Assert.True((await Pool.PlaceHoldAsync(example.Hold(Reservation(Array.FindIndex(answers, answer => answer.IsGranted)), Summer, 1))).Replayed);
    }

    [Fact]
    public async Task A_long_life_of_holds_is_loaded_from_a_snapshot_and_what_follows()
    {
        await example.PublishAsync(market, 1000, Ready);
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(round * 50, 50).Select(i => Pool.PlaceHoldAsync(example.Hold(Reservation(i), Summer, 1))));
        }

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Pool.ReleaseHoldAsync(new ReleaseHold(Reservation(i), HoldStatus.Released))));
        await Pool.ConfirmHoldAsync(new ConfirmHold(Reservation(999), market.Clock.Now));
        Assert.Contains(market.Faults.Writes, write => write.Table == "snapshot");
        await market.CrashAsync();

        Assert.Equal([new AvailabilityStep(Summer.Start, 1000, 500, 500)], await Pool.GetAvailabilityAsync(Summer));
        Assert.Equal(HoldStatus.Confirmed, (await Pool.GetHoldAsync(Reservation(999)))!.Status);
        Assert.Equal("hold_ended", (await Pool.PlaceHoldAsync(example.Hold(Reservation(3), Summer, 1))).Refusal?.Code);
    }

    [Fact]
    public async Task A_late_place_after_its_release_is_refused_until_the_tombstone_goes()
    {
        await example.PublishAsync(market, 4, Ready);
        await Pool.ReleaseHoldAsync(new ReleaseHold(Reservation(1), HoldStatus.Expired));
        await market.CrashAsync();
        Assert.Equal("hold_ended", (await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 1))).Refusal?.Code);

        await market.Time.AdvanceAsync(market.Clock.Now + Duration.FromDays(6));
        Assert.NotNull(await Pool.GetHoldAsync(Reservation(1)));
        await market.Time.AdvanceAsync(market.Clock.Now + Duration.FromDays(2));
        Assert.Null(await Pool.GetHoldAsync(Reservation(1)));
    }

    [Fact]
    public async Task A_hold_whose_answer_was_lost_is_there_once()
    {
        await example.PublishAsync(market, 4, Ready);
        market.Faults.At(FaultKind.ErrorAfterWrite, write => write is { Table: "journal" } && write.Key.StartsWith("gpu-pool:", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 3)));

        var again = await UntilLoadedAsync(() => Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 3)));
        Assert.True(again.Replayed);
        Assert.Equal([new AvailabilityStep(Summer.Start, 4, 3, 1)], await Pool.GetAvailabilityAsync(Summer));
    }

    [Fact]
    public async Task A_hold_whose_write_failed_leaves_nothing()
    {
        await example.PublishAsync(market, 4, Ready);
        market.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Table: "journal" } && write.Key.StartsWith("gpu-pool:", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<Exception>(() => Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 3)));

        var other = await UntilLoadedAsync(() => Pool.PlaceHoldAsync(example.Hold(Reservation(2), Summer, 4)));
        Assert.True(other.IsGranted);
        Assert.Null(await Pool.GetHoldAsync(Reservation(1)));
    }

    [Fact]
    public async Task A_phase_that_slips_displaces_and_one_that_returns_restores()
    {
        await example.PublishAsync(market, 4, Ready);
        await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 3));

        await example.SlipAsync(market, new LocalDate(2026, 7, 1));
        var july = Instant.FromUtc(2026, 7, 1, 5, 0);
        await UntilAsync(async () => !(await Pool.GetHoldAsync(Reservation(1)))!.Displaced.IsEmpty);
        Assert.Equal([new HoldSegment(new Term(Summer.Start, july), 3)], (await Pool.GetHoldAsync(Reservation(1)))!.Displaced);
        Assert.Equal(july, await Pool.GetEarliestStartAsync(1, 24, Summer.Start));
        Assert.Empty(await Pool.CheckInvariantsAsync());

        await example.SlipAsync(market, new LocalDate(2026, 5, 20));
        await UntilAsync(async () => (await Pool.GetHoldAsync(Reservation(1)))!.Displaced.IsEmpty);
    }

    [Fact]
    public async Task A_withdrawn_pool_keeps_its_holds_and_gives_its_power_back_after_the_last()
    {
        await example.PublishAsync(market, 4, Ready);
        await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 3));
        await Pool.WithdrawAsync(new WithdrawPool(example.Operator));

        await UntilAsync(async () => !await IsListedAsync());
        Assert.Equal("pool_not_listed", (await Pool.PlaceHoldAsync(example.Hold(Reservation(2), Summer, 1))).Refusal?.Code);
        Assert.True((await Pool.GetHoldAsync(Reservation(1)))!.IsOpen);
        await Pool.VisitAsync(null);
        Assert.NotEmpty((await Site.GetAsync())!.State.Allocations);

        await Pool.ReleaseHoldAsync(new ReleaseHold(Reservation(1), HoldStatus.Released));
        await Pool.VisitAsync(null);
        Assert.Empty((await Site.GetAsync())!.State.Allocations);
        Assert.Empty((await Pool.GetAsync())!.State.Supply);
    }

    [Fact]
    public async Task Nodes_are_assigned_in_order_replaced_and_returned_with_the_hold()
    {
        await example.PublishAsync(market, 4, Ready);
        await Pool.PlaceHoldAsync(example.Hold(Reservation(1), Summer, 2));
        await Pool.RegisterNodesAsync(new RegisterNodes(example.Operator, [.. Enumerable.Range(1, 4).Select(i => new NodeRegistration(Node(i), $"SN-{i}", null))]));
        Assert.Equal("hold_not_confirmed", (await Pool.AssignNodesAsync(new AssignNodes(Reservation(1), [], 2))).Refusal?.Code);

        await Pool.ConfirmHoldAsync(new ConfirmHold(Reservation(1), market.Clock.Now));
        Assert.Equal("supply_not_in_service", (await Pool.AssignNodesAsync(new AssignNodes(Reservation(1), [], 2))).Refusal?.Code);
        await example.ReadyAsync(market);
        var assigned = await Pool.AssignNodesAsync(new AssignNodes(Reservation(1), [], 2));
        Assert.Equal([Node(1), Node(2)], assigned.Value.Select(node => node.Id));
        Assert.Equal("nodes_exceed_hold", (await Pool.AssignNodesAsync(new AssignNodes(Reservation(1), [Node(3)]))).Refusal?.Code);

        var replaced = await Pool.SubstituteNodeAsync(new SubstituteNode(example.Operator, Reservation(1), Node(1), null, "It failed."));
        Assert.Equal([Node(2), Node(3)], replaced.Value.Select(node => node.Id));
        await market.CrashAsync();
        await Pool.ReleaseHoldAsync(new ReleaseHold(Reservation(1), HoldStatus.Released));
        Assert.Equal([NodeStatus.Retired, NodeStatus.Free, NodeStatus.Free, NodeStatus.Free], (await Pool.GetNodesAsync(0, 10)).Select(node => node.Status));
    }

    private static ReservationId Reservation(int number) => ReservationId.From($"rsv_{number:D5}");

    private static NodeId Node(int number) => NodeId.From($"node_{number:D5}");

    private async Task<bool> IsListedAsync() => (await market.Rows.ScanAsync(PoolRows.Listings, PoolRows.Everyone, null, null, 10)).Rows.Count > 0;

    // After a failed write the activation is dropped; calls that meet it on its way out are repeated, as clients do.
    private static async Task<T> UntilLoadedAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (error is UnknownOutcomeException or OrleansException)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
