using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Marketplace.Grains.Tests.Serialization;

/// <summary>What travels between silos.</summary>
public sealed class MarketSerializationTests
{
    [Fact]
    public void An_unknown_outcome_reaches_another_silo_with_the_stores_failure_in_it()
    {
        using var services = new ServiceCollection().AddSerializer().AddMarketSerialization().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer<object>>();
        var thrown = new UnknownOutcomeException("Nobody knows.", new StoreException("The answer was lost.", new IOException("The cable broke.")));

        var received = Assert.IsType<UnknownOutcomeException>(serializer.Deserialize(serializer.SerializeToArray(thrown)));

        Assert.Equal(thrown.Message, received.Message);
        Assert.Equal("The answer was lost.", Assert.IsType<StoreException>(received.InnerException).Message);
        Assert.IsType<IOException>(received.InnerException.InnerException);
    }
}
