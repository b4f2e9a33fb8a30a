using System.Collections.Frozen;

namespace Marketplace.Domain.Sites;

/// <summary>States, the district and the territories of the United States, as its postal service abbreviates them.</summary>
public static class UnitedStates
{
    /// <summary>ISO 3166-1 alpha-2 code of the country.</summary>
    public const string Country = "US";

    private static readonly FrozenSet<string> Regions = (
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY " +
        "DC AS GU MP PR VI").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether <paramref name="region"/> is one of them, in capitals.</summary>
    public static bool Has(string region) => Regions.Contains(region);
}
