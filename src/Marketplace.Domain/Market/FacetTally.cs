using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Market;

/// <summary>Counts how many listings each filter would leave: those that fit, or fail by the filter of that kind alone.</summary>
internal sealed class FacetTally
{
    private static readonly int[] Shares = [50, 80, 95];
    private readonly Dictionary<string, int> skus = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> countries = new(StringComparer.Ordinal);
    private readonly int[] shares = new int[Shares.Length];
    private readonly int[] levels = new int[Enum.GetValues<VerificationLevel>().Length];
    private int built;
    private int preBuild;

    /// <summary>The counts.</summary>
    public SearchFacets Facets => new(
        MostFirst(skus),
        MostFirst(countries),
        built,
        preBuild,
        [.. Shares.Select((share, i) => new FacetCount(share.ToString(CultureInfo.InvariantCulture), shares[i]))],
        [.. Enum.GetValues<VerificationLevel>().Select(level => new FacetCount(level.ToString(), levels[(int)level]))]);

    /// <summary>Counts a listing that fails these constraints.</summary>
    public void Add(PricedListing priced, int failed)
    {
        // Most fail by something that no filter here would mend.
        if ((failed & (failed - 1)) != 0)
        {
            return;
        }

        var listing = priced.Listing;
        if (Counts(SearchConstraint.Hardware) && listing.Pool.Hardware is { } hardware)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(skus, hardware.Sku.Value, out _)++;
        }

        if (Counts(SearchConstraint.Region) && listing.Site is { } site)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(countries, site.Description.Location.Country, out _)++;
        }

        if (Counts(SearchConstraint.Readiness))
        {
            (built, preBuild) = priced.PreBuild ? (built, preBuild + 1) : (built + 1, preBuild);
        }

        if (Counts(SearchConstraint.Energy) && listing.Renewable is { } renewable)
        {
            for (var i = 0; i < Shares.Length && renewable.Value >= Shares[i]; i++)
            {
                shares[i]++;
            }
        }

        if (Counts(SearchConstraint.Verification))
        {
            for (var level = 0; level <= (int)listing.Level; level++)
            {
                levels[level]++;
            }
        }

        bool Counts(SearchConstraint own) => (failed & ~Search.Bit(own)) == 0;
    }

    private static ImmutableArray<FacetCount> MostFirst(Dictionary<string, int> counts) =>
        [.. counts.Select(it => new FacetCount(it.Key, it.Value)).OrderByDescending(it => it.Count).ThenBy(it => it.Value, StringComparer.Ordinal)];
}
