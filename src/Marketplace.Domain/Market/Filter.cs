namespace Marketplace.Domain.Market;

/// <summary>What a query asks beyond quantity and term, ready to be asked of many listings.</summary>
internal sealed class Filter(SearchQuery query)
{
    private readonly string[] words = (query.Words ?? "").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The constraints that a listing fails by it, a bit each.</summary>
    public int Failed(PricedListing priced)
    {
        var listing = priced.Listing;
        var failed = 0;
        if (query.Sku is { } sku && listing.Pool.Hardware?.Sku != sku)
        {
            failed |= Search.Bit(SearchConstraint.Hardware);
        }

        if ((query.Country is { } country && listing.Site?.Description.Location.Country != country) ||
            (query.Region is { } region && !region.Equals(listing.Site?.Description.Location.Region, StringComparison.OrdinalIgnoreCase)))
        {
            failed |= Search.Bit(SearchConstraint.Region);
        }

        if (listing.Level < query.Level)
        {
            failed |= Search.Bit(SearchConstraint.Verification);
        }

        if (query.Renewable is { } share && !(listing.Renewable?.Value >= share.Value))
        {
            failed |= Search.Bit(SearchConstraint.Energy);
        }

        // Amounts of two currencies are not compared: which is lower is not known.
        if (query.HighestPrice is { } highest)
        {
            failed |= priced.Comparable.Currency != highest.Currency ? Search.Bit(SearchConstraint.Currency)
                : priced.Comparable.Amount > highest.Amount ? Search.Bit(SearchConstraint.Price)
                : 0;
        }

        if (query.PreBuild is { } preBuild && priced.PreBuild != preBuild)
        {
            failed |= Search.Bit(SearchConstraint.Readiness);
        }

        foreach (var word in words)
        {
            if (!listing.Text.Contains(word, StringComparison.Ordinal))
            {
                return failed | Search.Bit(SearchConstraint.Words);
            }
        }

        return failed;
    }
}
