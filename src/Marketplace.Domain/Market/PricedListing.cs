using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>A listing at the price of one quantity and term: what filters are then asked of.</summary>
public sealed class PricedListing
{
    internal PricedListing(SearchListing listing, int units, int freeUnits, Instant? freeFrom, bool preBuild, PricedUnit price, UnitPrice comparable, int failed)
    {
        Listing = listing;
        Units = units;
        FreeUnits = freeUnits;
        FreeFrom = freeFrom;
        PreBuild = preBuild;
        Price = price;
        Comparable = comparable;
        Failed = failed;
    }

    /// <summary>The listing.</summary>
    public SearchListing Listing { get; }

    /// <summary>Nodes or kW that the quantity comes to.</summary>
    public int Units { get; }

    /// <summary>Units free throughout the term.</summary>
    public int FreeUnits { get; }

    /// <summary>From when the quantity is free for as long as the term; null when never.</summary>
    public Instant? FreeFrom { get; }

    /// <summary>Whether it relies on a phase not in service.</summary>
    public bool PreBuild { get; }

    /// <summary>The price per unit of the price book with its discounts.</summary>
    public PricedUnit Price { get; }

    /// <summary>The same per GPU-hour, or per kW-month of power.</summary>
    public UnitPrice Comparable { get; }

    /// <summary>Constraints it fails whatever the filters, a bit each.</summary>
    internal int Failed { get; }

    /// <summary>The listing as an answer shows it.</summary>
    internal SearchOffer Offer => new(Listing.Pool, Listing.Site, Listing.Level, Units, FreeUnits, FreeFrom, Price, Comparable, PreBuild);
}
