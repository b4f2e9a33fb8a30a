using System.Collections.Frozen;
using NodaTime.TimeZones;

namespace Marketplace.Domain.Primitives;

/// <summary>Countries by their English names, as the tz database lists them.</summary>
public static class Countries
{
    private static readonly FrozenDictionary<string, string> Names = (TzdbDateTimeZoneSource.Default.ZoneLocations ?? [])
        .DistinctBy(location => location.CountryCode)
        .ToFrozenDictionary(location => location.CountryCode, location => location.CountryName);

    /// <summary>The English name of a country by its ISO 3166-1 alpha-2 code; the code itself where it is unknown.</summary>
    public static string NameOf(string code) => code == "GB" ? "United Kingdom" : Names.GetValueOrDefault(code, code);
}
