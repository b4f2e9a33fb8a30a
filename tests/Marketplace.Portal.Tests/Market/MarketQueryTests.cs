using Marketplace.Client;
using Marketplace.Portal.Market;

namespace Marketplace.Portal.Tests.Market;

public sealed class MarketQueryTests
{
    private static readonly DateOnly Today = new(2027, 1, 20);

    [Fact]
    public void WhatIsAskedForLivesInTheAddress()
    {
        var asked = MarketQuery.Read("http://m/", Today) with
        {
            Quantity = 128,
            From = new DateOnly(2027, 9, 1),
            Months = 24,
            Words = "hydro & wind",
            Sku = "h200",
            Country = "NO",
            Highest = 2.5m,
            Renewable = 80,
            Built = false,
            Level = VerificationLevel.SiteConfirmed,
            AsTable = true,
        };

        Assert.Equal(asked, MarketQuery.Read("http://m" + asked.Address("/", Today), Today));
    }

    [Fact]
    public void TheUsualIsLeftOutOfTheAddress() => Assert.Equal("/", MarketQuery.Read("http://m/", Today).Address("/", Today));

    [Theory]
    [InlineData("quantity=0")]
    [InlineData("quantity=many&months=900&from=2020-01-01&highest=x")]
    public void WhatCannotBeMeantIsTheUsual(string query) => Assert.Equal(MarketQuery.Read("http://m/", Today), MarketQuery.Read("http://m/?" + query, Today));
}
