using Marketplace.Domain.Energy;

namespace Marketplace.Domain.Tests.Energy;

public sealed class PueTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("1.18")]
    [InlineData("5")]
    public void A_ratio_of_one_to_five_is_kept(string value) => Assert.Equal(value, Pue.From(decimal.Parse(value)).ToString());

    [Theory]
    [InlineData("0.99")]
    [InlineData("5.01")]
    public void No_facility_uses_less_than_its_servers(string value) => Assert.Throws<ArgumentOutOfRangeException>(() => Pue.From(decimal.Parse(value)));
}
