using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Marketplace.Api.Tests.Http;

public sealed class WordingTests
{
    [Theory]
    [InlineData("de-DE,de;q=0.9,en;q=0.8", SpokenLanguage.De)]
    [InlineData("en-US,en;q=0.9,de;q=0.8", SpokenLanguage.En)]
    [InlineData("fr, de;q=0.5", SpokenLanguage.De)]
    [InlineData("fr;q=0.9, en;q=0.3, de;q=0.4", SpokenLanguage.De)]
    [InlineData("de;q=0, fr", SpokenLanguage.En)]
    [InlineData("*", SpokenLanguage.En)]
    [InlineData("", SpokenLanguage.En)]
    [InlineData("§;;q=x", SpokenLanguage.En)]
    public void The_language_is_the_one_asked_for_first_of_those_there_are(string header, SpokenLanguage language)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.AcceptLanguage = header;
        Assert.Equal(language, Wording.Asked(http.Request));
    }

    [Fact]
    public void Money_numbers_and_time_are_written_as_their_reader_writes_them()
    {
        var (english, german) = (new Wording(SpokenLanguage.En), new Wording(SpokenLanguage.De));
        var rent = new Money(Currency.Usd, -123_456_750);
        Assert.Equal(("USD -1,234,567.50", "-1.234.567,50 USD"), (english.Money(rent), german.Money(rent)));
        Assert.Equal(("12,500", "12.500"), (english.Number(12_500), german.Number(12_500)));
        var at = Instant.FromUtc(2027, 12, 31, 23, 30);
        Assert.Equal("1 January 2028, 00:30 (Europe/Oslo)", english.Time(at, "Europe/Oslo"));
        Assert.Equal("1. Januar 2028, 00:30 (Europe/Oslo)", german.Time(at, "Europe/Oslo"));
        Assert.Equal("31. Dezember 2027, 23:30 (UTC)", german.Time(at, null));
        Assert.Equal("3. März 2027", german.Date(new LocalDate(2027, 3, 3)));
    }
}
