using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>How a site takes heat away.</summary>
public enum CoolingKind
{
    /// <summary>Outside or conditioned air.</summary>
    Air,

    /// <summary>Evaporative.</summary>
    Evaporative,

    /// <summary>Direct liquid cooling to the chip.</summary>
    DirectLiquid,

    /// <summary>Fluid bath.</summary>
    Immersion,

    /// <summary>Several of these.</summary>
    Hybrid,
}

/// <summary>A point on the globe (WGS 84).</summary>
/// <param name="Latitude">Degrees north, -90 to 90.</param>
/// <param name="Longitude">Degrees east, -180 to 180.</param>
/// <param name="Approximate">Whether it stands for a surrounding area rather than the site's own ground.</param>
public sealed record SiteCoordinates(decimal Latitude, decimal Longitude, bool Approximate);

/// <summary>Where a site is.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, such as <c>US</c>.</param>
/// <param name="Region">State, province or comparable, as the country abbreviates or names it; 1 to 100 characters.</param>
/// <param name="Locality">Town or county; null when the site is spread over a region.</param>
/// <param name="Coordinates">Coordinates; null when not stated.</param>
public sealed record SiteLocation(string Country, string Region, string? Locality, SiteCoordinates? Coordinates);

/// <summary>A site's connection to the outside.</summary>
/// <param name="UplinkGigabitsPerSecond">Sum of uplinks in Gbit/s, above 0; null when not stated.</param>
/// <param name="Carriers">Independent carriers, 0 to 100; null when not stated.</param>
/// <param name="Summary">In words, at most 500 characters.</param>
public sealed record SiteNetwork(decimal? UplinkGigabitsPerSecond, int? Carriers, string? Summary);

/// <summary>What an operator states about a site.</summary>
public sealed record SiteDescription
{
    /// <summary>Name, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required SiteLocation Location { get; init; }

    /// <summary>IANA time zone of the site, in which its build dates are meant; null until claimed, and then no phase can be planned.</summary>
    public string? Zone { get; init; }

    /// <summary>MW drawn at the meter at full build-out, all loads included; null when not stated.</summary>
    public GrossMegawatts? Gross { get; init; }

    /// <summary>MW for servers, storage and network at full build-out; at most <see cref="Gross"/>. The build phases together stay within it.</summary>
    public CriticalItMegawatts? CriticalIt { get; init; }

    /// <summary>Cooling; null when not stated.</summary>
    public CoolingKind? Cooling { get; init; }

    /// <summary>Network; null when not stated.</summary>
    public SiteNetwork? Network { get; init; }

    /// <summary>Design or measured PUE; null when not stated.</summary>
    public Pue? Pue { get; init; }

    /// <summary>Energy mix; null when not stated.</summary>
    public EnergyMix? Energy { get; init; }

    /// <summary>Whether <paramref name="id"/> is a time zone of the tz database.</summary>
    public static bool IsZone(string? id) => id is not null && DateTimeZoneProviders.Tzdb.Ids.Contains(id);

    /// <summary>The first thing wrong with this description, or null.</summary>
    public Refusal? Fault()
    {
        if (!Text.Fits(Name, 200))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "A site's name has 1 to 200 characters.", "name");
        }

        if (Location.Country.Length != 2 || !Location.Country.All(char.IsAsciiLetterUpper))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, $"'{Location.Country}' is not an ISO 3166-1 alpha-2 country code such as US.", "location.country");
        }

        if (!Text.Fits(Location.Region, 100) || (Location.Locality is not null && !Text.Fits(Location.Locality, 100)))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "Region and locality have 1 to 100 characters.", "location");
        }

        if (Location.Coordinates is { } point && (point.Latitude is < -90 or > 90 || point.Longitude is < -180 or > 180))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "Latitude is -90 to 90 and longitude -180 to 180 degrees.", "location.coordinates");
        }

        if (Network is { } network && (network.UplinkGigabitsPerSecond <= 0 || network.Carriers is < 0 or > 100 || (network.Summary is not null && !Text.Fits(network.Summary, 500))))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "A network has an uplink above 0 Gbit/s, 0 to 100 carriers, and at most 500 characters of summary.", "network");
        }

        if (Zone is not null && !IsZone(Zone))
        {
            return Refusal.Of(SiteRefusal.ZoneUnknown, $"'{Zone}' is not a time zone of the tz database such as America/Chicago.", "zone");
        }

        if (Gross is { } gross && CriticalIt is { } criticalIt && criticalIt.Value > gross.Value)
        {
            return Refusal.Of(SiteRefusal.MegawattsInconsistent, $"{criticalIt.Value} critical IT MW are more than the {gross.Value} gross MW they are part of.", "criticalItMw");
        }

        return Energy?.Fault() is { } fault ? Refusal.Of(SiteRefusal.EnergyMixInvalid, fault, "energyMix") : null;
    }
}
