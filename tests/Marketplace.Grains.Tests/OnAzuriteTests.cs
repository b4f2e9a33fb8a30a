using Marketplace.Grains.Tests.Durability;
using Marketplace.Grains.Tests.Reservations;
using Marketplace.Storage.Azure;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;

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
    public override async ValueTask InitializeAsync()
    {
        using var markets = OnAzurite.Markets(azurite);
        await base.InitializeAsync();
    }
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
