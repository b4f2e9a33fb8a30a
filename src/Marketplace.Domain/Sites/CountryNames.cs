using System.Collections.Frozen;

namespace Marketplace.Domain.Sites;

/// <summary>English names of countries, so that who types one finds what is there.</summary>
public static class CountryNames
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>
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

    /// <summary>The name of a country.</summary>
    /// <param name="code">ISO 3166-1 alpha-2 code.</param>
    /// <returns>Its English name; the code where it is not known here.</returns>
    public static string Of(string code) => Names.GetValueOrDefault(code, code);
}
