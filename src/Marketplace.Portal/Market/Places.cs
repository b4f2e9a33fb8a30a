using System.Collections.Frozen;
using Marketplace.Client;

namespace Marketplace.Portal.Market;

/// <summary>Where things are and what runs them, in words.</summary>
internal static class Places
{
    private static readonly FrozenDictionary<string, string> Countries = new Dictionary<string, string>
    {
        ["AE"] = "United Arab Emirates",
        ["AR"] = "Argentina",
        ["AT"] = "Austria",
        ["AU"] = "Australia",
        ["BE"] = "Belgium",
        ["BR"] = "Brazil",
        ["BT"] = "Bhutan",
        ["CA"] = "Canada",
        ["CH"] = "Switzerland",
        ["CL"] = "Chile",
        ["CZ"] = "Czechia",
        ["DE"] = "Germany",
        ["DK"] = "Denmark",
        ["ES"] = "Spain",
        ["ET"] = "Ethiopia",
        ["FI"] = "Finland",
        ["FR"] = "France",
        ["GB"] = "United Kingdom",
        ["IE"] = "Ireland",
        ["IN"] = "India",
        ["IS"] = "Iceland",
        ["IT"] = "Italy",
        ["JP"] = "Japan",
        ["KR"] = "South Korea",
        ["KZ"] = "Kazakhstan",
        ["MX"] = "Mexico",
        ["MY"] = "Malaysia",
        ["NL"] = "Netherlands",
        ["NO"] = "Norway",
        ["NZ"] = "New Zealand",
        ["OM"] = "Oman",
        ["PL"] = "Poland",
        ["PT"] = "Portugal",
        ["PY"] = "Paraguay",
        ["SE"] = "Sweden",
        ["SG"] = "Singapore",
        ["US"] = "United States",
        ["ZA"] = "South Africa",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A country's name in English; its code where it is not known here.</summary>
    public static string Country(string code) => Countries.GetValueOrDefault(code, code);

    /// <summary>Names of the countries that are known here.</summary>
    internal static IEnumerable<string> CountryNames => Countries.Values;

    /// <summary>Sources of energy that count as renewable, as the market's search counts them.</summary>
    public static bool IsRenewable(EnergySource source) =>
        source is EnergySource.Hydro or EnergySource.Wind or EnergySource.Solar or EnergySource.Geothermal or EnergySource.Biomass;

    /// <summary>Renewable share in percent as the market's search counts it; null when nothing is stated.</summary>
    public static decimal? Renewable(Site? site) => Renewable(site?.EnergyMix);

    /// <summary>Renewable share in percent as the market's search counts it; null when nothing is stated.</summary>
    public static decimal? Renewable(EnergyMix? mix) => mix is null
        ? null
        : mix.RenewableMarketBased ?? mix.RenewableLocationBased ?? mix.Shares.Where(share => IsRenewable(share.Source)).Sum(share => share.Percent);

    /// <summary>Hue class of a source of energy.</summary>
    public static string Hue(EnergySource source) => source switch
    {
        EnergySource.Hydro => "hydro",
        EnergySource.Wind => "wind",
        EnergySource.Solar => "solar",
        EnergySource.Geothermal => "geothermal",
        EnergySource.Biomass => "biomass",
        EnergySource.Nuclear => "nuclear",
        EnergySource.Grid => "grid",
        _ => "fossil",
    };
}
