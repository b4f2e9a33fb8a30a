using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Tests.Language;

public sealed class FormatsTests
{
    private static readonly Formats English = new("en", "America/Chicago");
    private static readonly Formats German = new("de", "Europe/Berlin");

    [Fact]
    public void MoneyIsWrittenAsTheViewerWritesIt()
    {
        var rent = new Money { AmountMinor = 123_456_789, Currency = "USD" };

        Assert.Equal("$1,234,567.89", English.Money(rent));
        Assert.Equal("1.234.567,89\u00a0$", German.Money(rent));
        Assert.Equal("$1.23M", English.Short(rent));
        Assert.Equal("1,23\u00a0Mio.\u00a0$", German.Short(rent));
    }

    [Theory]
    [InlineData(-5, "EUR", "−€0.05")]
    [InlineData(1_500, "JPY", "¥1,500")]
    [InlineData(1_500, "KWD", "KWD\u00a01.500")]
    public void EachCurrencyHasItsSmallestUnit(long minor, string currency, string written) =>
        Assert.Equal(written, English.Money(new Money { AmountMinor = minor, Currency = currency }));

    [Fact]
    public void APriceKeepsFourDigitsAndTwoForComparing()
    {
        var price = new UnitPrice { Amount = 2.199168m, Currency = "USD" };

        Assert.Equal("$2.1992", English.Price(price));
        Assert.Equal("$2.20", English.AboutPrice(price));
    }

    [Fact]
    public void TheContractsZoneStandsBesideTheViewersWhereTheyDiffer()
    {
        var noon = new DateTimeOffset(2027, 3, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal("1 Mar 2027, 06:00 (13:00 Stockholm)", English.Time(noon, "Europe/Stockholm"));
        Assert.Equal("1. März 2027, 13:00", German.Time(noon, "Europe/Stockholm"));
        Assert.Equal("1 Mar 2027, 22:00 (2 Mar 2027, 05:00 Stockholm)", English.Time(noon.AddHours(16), "Europe/Stockholm"));
    }

    [Fact]
    public void AContractDayBeginsAtItsZonesMidnight()
    {
        var begin = Formats.Midnight(new DateOnly(2027, 7, 1), "America/Chicago");

        Assert.Equal(new DateTimeOffset(2027, 7, 1, 5, 0, 0, TimeSpan.Zero), begin);
        Assert.Equal(new DateOnly(2027, 7, 1), Formats.Day(begin, "America/Chicago"));
    }

    [Theory]
    [InlineData(-1, "over")]
    [InlineData(65, "1:05")]
    [InlineData(7_260, "2 h 01 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void WhatIsLeftIsSaidAtAGlance(int seconds, string said) => Assert.Equal(said, English.Span(TimeSpan.FromSeconds(seconds)));
}
