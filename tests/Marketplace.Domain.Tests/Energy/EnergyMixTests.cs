using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Tests.Energy;

public sealed class EnergyMixTests
{
    [Fact]
    public void Shares_that_add_to_a_hundred_are_fine() =>
        Assert.Null(Mix((EnergySource.Hydro, 62.5m), (EnergySource.Wind, 37.5m)).Fault());

    [Theory]
    [InlineData(60, 30, "add to 90%")]
    [InlineData(60, 41, "add to 101%")]
    [InlineData(100, 0, "Wind is 0%")]
    [InlineData(110, -10, "Hydro is 110%")]
    public void Shares_that_do_not_are_named(int hydro, int wind, string fault) =>
        Assert.Contains(fault, Mix((EnergySource.Hydro, hydro), (EnergySource.Wind, wind)).Fault(), StringComparison.Ordinal);

    [Fact]
    public void A_source_is_named_once() =>
        Assert.Contains("Hydro is named more than once", Mix((EnergySource.Hydro, 50), (EnergySource.Hydro, 50)).Fault(), StringComparison.Ordinal);

    [Fact]
    public void A_mix_names_a_source() => Assert.NotNull(Mix().Fault());

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 101)]
    public void Renewable_shares_are_percentages(int located, int market) => Assert.NotNull((Mix((EnergySource.Grid, 100)) with
    {
        RenewableLocationBased = Percentage.From(located),
        RenewableMarketBased = Percentage.From(market),
    }).Fault());

    private static EnergyMix Mix(params (EnergySource Source, decimal Share)[] shares) =>
        new() { Shares = [.. shares.Select(share => new EnergyShare(share.Source, Percentage.From(share.Share)))] };
}
