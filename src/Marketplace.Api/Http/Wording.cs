using System.Globalization;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.Net.Http.Headers;
using NodaTime;

namespace Marketplace.Api.Http;

/// <summary>Words, numbers, money and time as one person reads them, for mails and calendars. Answers of the API itself are English.</summary>
/// <param name="language">The person's language.</param>
internal sealed class Wording(SpokenLanguage language)
{
    /// <summary>The runtime carries no cultures of its own, so that the product starts on machines without that library.</summary>
    private static readonly NumberFormatInfo GermanNumbers = new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    private static readonly string[] EnglishMonths = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    private static readonly string[] GermanMonths = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];

    /// <summary>The language.</summary>
    public SpokenLanguage Language => language;

    private bool IsGerman => language == SpokenLanguage.De;

    /// <summary>The language a browser asks for that the marketplace speaks; English where it asks for none of them.</summary>
    public static SpokenLanguage Asked(HttpRequest request) => (request.GetTypedHeaders().AcceptLanguage ?? [])
        .Where(asked => asked.Quality is not 0)
        .OrderByDescending(asked => asked.Quality ?? 1)
        .Select(Spoken)
        .FirstOrDefault(spoken => spoken is not null) ?? SpokenLanguage.En;

    /// <summary>One of two sentences that say the same.</summary>
    public string Say(string english, string german) => IsGerman ? german : english;

    /// <summary>A whole number with its thousands parted.</summary>
    public string Number(long value) => value.ToString("N0", IsGerman ? GermanNumbers : NumberFormatInfo.InvariantInfo);

    /// <summary>An amount with its currency's code: <c>USD 1,234.50</c>, <c>1.234,50 USD</c>.</summary>
    public string Money(Money money) => IsGerman
        ? $"{money.Major.ToString("N" + money.Currency.Digits.ToString(CultureInfo.InvariantCulture), GermanNumbers)} {money.Currency}"
        : money.ToString();

    /// <summary>A day: <c>14 January 2027</c>, <c>14. Januar 2027</c>.</summary>
    public string Date(LocalDate day) => string.Create(CultureInfo.InvariantCulture, $"{day.Day}{(IsGerman ? "." : "")} {(IsGerman ? GermanMonths : EnglishMonths)[day.Month - 1]} {day.Year}");

    /// <summary>The day an instant falls on in a zone.</summary>
    public string Date(Instant at, string? zone) => Date(at.InZone(ZoneOf(zone)).Date);

    /// <summary>Day and time in a zone, which is named: <c>14 January 2027, 10:30 (Europe/Oslo)</c>.</summary>
    public string Time(Instant at, string? zone)
    {
        var (named, local) = (ZoneOf(zone), at.InZone(ZoneOf(zone)));
        return string.Create(CultureInfo.InvariantCulture, $"{Date(local.Date)}, {local.Hour:00}:{local.Minute:00} ({named.Id})");
    }

    private static DateTimeZone ZoneOf(string? zone) => (zone is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone)) ?? DateTimeZone.Utc;

    private static SpokenLanguage? Spoken(StringWithQualityHeaderValue asked) => asked.Value.Value?.Split('-')[0].ToUpperInvariant() switch
    {
        "EN" or "*" => SpokenLanguage.En,
        "DE" => SpokenLanguage.De,
        _ => null,
    };
}
