using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Grains.Tests.Reservations;
using NodaTime;

namespace Marketplace.Grains.Tests.Quotes;

public sealed class QuoteGrainTests
{
    [Fact]
    public async Task The_price_is_that_of_the_moment_and_stays()
    {
        await using var world = await ReservationWorld.StartAsync();
        var made = await world.QuoteAsync(1);
        var before = made.Value!.State;
        Assert.Equal([QuoteLineKind.BaseRent, QuoteLineKind.PreBuildDiscount], before.Lines.Select(line => line.Kind));

        var dearer = Testing.ExamplePool.Offer;
        dearer = dearer with { Prices = dearer.Prices with { BasePrice = UnitPrice.Of(Currency.Usd, 9) } };
        Assert.Null((await world.Pool.SetOfferAsync(new Domain.Market.SetOffer(world.Example.Operator, dearer))).Refusal);
        await world.Market.CrashAsync();

        Assert.True((await world.QuoteAsync(1)).Replayed);
        Assert.Equal(before.Total, (await world.Quote(1).GetAsync())!.State.Total);
        Assert.True((await world.QuoteAsync(2)).Value!.State.Total > before.Total);
    }

    [Fact]
    public async Task A_pool_that_is_not_on_the_market_gives_none()
    {
        await using var world = await ReservationWorld.StartAsync();
        await world.Pool.ChangeListingAsync(new ChangeListing(world.Example.Operator, ListingStatus.Paused));

        Assert.Equal("pool_not_found", (await world.QuoteAsync(1)).Refusal?.Code);
        Assert.Null(await world.Quote(1).GetAsync());
        var nowhere = await world.Quote(2).MakeAsync(
            ReservationWorld.Once("2"), world.Example.Tenant, PoolId.From("pool_nowhere"), ReservationWorld.July, [new QuantityStep(ReservationWorld.July.Start, 8)]);
        Assert.Equal("pool_not_found", nowhere.Refusal?.Code);
    }

    [Fact]
    public async Task Expires_by_itself_and_is_gone_then()
    {
        await using var world = await ReservationWorld.StartAsync();
        await world.QuoteAsync(1);

        await world.AdvanceAsync(Duration.FromHours(48));

        Assert.Equal(QuoteStatus.Expired, (await world.Quote(1).GetAsync())!.State.Status);
        Assert.Equal("quote_expired", (await world.Quote(1).UseAsync(new UseQuote(world.Example.Tenant, ReservationWorld.Id(1)))).Refusal?.Code);
    }
}
