using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Tests.Durability;
using Marketplace.Grains.Tests.Reservations;
using Marketplace.Storage.Azure;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;
using NodaTime;

[assembly: AssemblyFixture(typeof(AzuriteProcess))]

namespace Marketplace.Grains.Tests;

/// <summary>The tests of crashes and failing writes once more, over Azure Storage.</summary>
internal static class OnAzurite
{
    /// <summary>Markets that the caller starts have their store in this Azurite.</summary>
    public static IDisposable Markets(AzuriteProcess azurite)
    {
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        return TestMarket.Over(async () =>
        {
            var store = await azurite.StoreAsync();
            return silo => silo.AddAzureStore(store);
        });
    }
}

public sealed class RecordGrainOnAzuriteTests(AzuriteProcess azurite) : RecordGrainTests
{
    public override async ValueTask InitializeAsync()
    {
        using var markets = OnAzurite.Markets(azurite);
        await base.InitializeAsync();
    }
}

public sealed class JournaledGrainOnAzuriteTests(AzuriteProcess azurite) : JournaledGrainTests
{
    public override async ValueTask InitializeAsync()
    {
        using var markets = OnAzurite.Markets(azurite);
        await base.InitializeAsync();
    }
}

public sealed class CrashPointOnAzuriteTests(AzuriteProcess azurite) : CrashPointTests
{
    protected override IDisposable Markets() => OnAzurite.Markets(azurite);
}

public sealed class SplitBrainOnAzuriteTests(AzuriteProcess azurite) : SplitBrainTests
{
    public override async ValueTask InitializeAsync()
    {
        using var markets = OnAzurite.Markets(azurite);
        await base.InitializeAsync();
    }
}

public sealed class ReservationFaultOnAzuriteTests(AzuriteProcess azurite)
{
    [Fact]
    public async Task Repeating_the_request_ends_in_exactly_one_of_each()
    {
        using var markets = OnAzurite.Markets(azurite);
        await new ReservationFaultTests().Repeating_the_request_ends_in_exactly_one_of_each();
    }

    [Fact]
    public async Task Giving_up_after_an_error_leaves_nothing_held()
    {
        using var markets = OnAzurite.Markets(azurite);
        await new ReservationFaultTests().Giving_up_after_an_error_leaves_nothing_held();
    }
}

public sealed class LargeLeaseOnAzuriteTests(AzuriteProcess azurite)
{
    private const int Nodes = 12_500;

    [Fact]
    public async Task A_lease_of_twelve_and_a_half_thousand_nodes_outgrows_an_entity_and_goes_on()
    {
        using var markets = OnAzurite.Markets(azurite);
        var start = Instant.FromUtc(2026, 6, 1, 5, 0);
        await using var world = await MarketplaceWorld.StartAsync(Nodes, new LocalDate(2026, 6, 1));
        int[] all = [.. Enumerable.Range(1, Nodes)];
        await world.ReserveAsync(new Term(start, Instant.FromUtc(2027, 6, 1, 5, 0)), Nodes * 8);
        await world.PayDepositAsync();
        await world.AdvanceAsync(start);
        foreach (var some in all.Chunk(Pool.MostNodesAtOnce))
        {
            await world.DeliverAsync(some);
            await world.Market.Time.SettleAsync();
            await world.AcceptAsync(some);
        }

        await world.Market.CrashAsync();
        await world.AdvanceAsync(Instant.FromUtc(2026, 7, 2, 0, 0));

        var lease = (await world.Lease.GetAsync())!.State;
        Assert.Equal(Nodes, lease.InService.Count());
        Assert.True(JsonSerializer.SerializeToUtf8Bytes(lease, MarketJson.Options).Length > 15 * 64 * 1024, "It would fit an entity.");
        Assert.NotEmpty(await world.InvoicesAsync());
        Assert.Empty(await world.ViolationsAsync());
    }
}
