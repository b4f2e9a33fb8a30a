using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>Matches a query with listings and, when none fits, says why.</summary>
public static class Search
{
    /// <summary>Hours in an average month of the Gregorian calendar, by which node-months are compared with GPU-hours.</summary>
    public const decimal HoursPerMonth = 730.485m;

    private const int MostPlaces = 60;

    /// <summary>Units of <paramref name="pool"/> that a quantity of GPUs or kW comes to: whole nodes, rounded up.</summary>
    public static int UnitsOf(PoolSummary pool, int quantity) =>
        pool.GpusPerUnit == 0 ? quantity : (quantity + pool.GpusPerUnit - 1) / pool.GpusPerUnit;

    /// <summary>
    /// Whether asking the listing for its free units is worth it: it is of the kind asked for and fails the query by at most
    /// one constraint that needs no look at its calendar.
    /// </summary>
    public static bool IsWorthAsking(SearchQuery query, SearchListing listing)
    {
        if (!IsOfKind(query, listing))
        {
            return false;
        }

        var priced = Priced(query, listing, int.MaxValue, query.Term.Start);
        return BitOperations.PopCount((uint)(priced.Failed | new Filter(query).Failed(priced))) <= 1;
    }

    /// <summary>Runs a query over candidates of any kind, of which it is known what is free.</summary>
    public static SearchResult Run(SearchQuery query, IEnumerable<SearchCandidate> candidates) =>
        Find(query, InOrder(candidates.Where(it => IsOfKind(query, it.Listing)).Select(it => Priced(query, it.Listing, it.FreeUnits, it.FreeFrom))));

    /// <summary>Listings of the kind asked for at the price of the query's quantity and term, cheapest first: of use for every query of that quantity and term.</summary>
    public static ImmutableArray<PricedListing> Price(SearchQuery query, ImmutableArray<SearchListing> listings) => InOrder(listings.AsParallel().Where(listing => IsOfKind(query, listing)).Select(listing =>
    {
        var units = UnitsOf(listing.Pool, query.Quantity);
        var free = listing.FreeThroughout(query.Term);
        return Priced(query, listing, free, free >= units ? query.Term.Start : listing.FreeFrom(query.Term, units));
    }));

    /// <summary>Runs a query over listings priced for its kind, quantity and term, cheapest first. One look at each.</summary>
    public static SearchResult Find(SearchQuery query, ImmutableArray<PricedListing> listings)
    {
        var filter = new Filter(query);
        var tally = new FacetTally();
        var fitting = ImmutableArray.CreateBuilder<SearchOffer>();
        var total = 0;
        var failed = new int[listings.Length];
        for (var i = 0; i < failed.Length; i++)
        {
            var listing = listings[i];
            failed[i] = listing.Failed | filter.Failed(listing);
            tally.Add(listing, failed[i]);
            if (failed[i] == 0 && total++ < query.Limit)
            {
                fitting.Add(listing.Offer);
            }
        }

        return new SearchResult(fitting.ToImmutable(), total == 0 ? Binding(query, listings, failed) : [], total, tally.Facets);
    }

    /// <summary>The bit of a constraint.</summary>
    internal static int Bit(SearchConstraint constraint) => 1 << (int)constraint;

    private static bool IsOfKind(SearchQuery query, SearchListing listing) => listing.Pool.Kind == query.Kind && listing.Pool.Offer is not null;

    private static ImmutableArray<PricedListing> InOrder(IEnumerable<PricedListing> listings)
    {
        var all = listings.ToArray();
        Array.Sort(all, static (one, other) => one.Comparable.Amount.CompareTo(other.Comparable.Amount) is var order and not 0
            ? order
            : string.CompareOrdinal(one.Listing.Pool.Id.Value, other.Listing.Pool.Id.Value));
        return ImmutableCollectionsMarshal.AsImmutableArray(all);
    }

    private static ImmutableArray<BindingConstraint> Binding(SearchQuery query, ImmutableArray<PricedListing> listings, int[] failed)
    {
        if (listings.IsEmpty)
        {
            return [];
        }

        var places = Places(query, listings);
        var alone = Enumerable.Range(0, failed.Length).Where(i => BitOperations.IsPow2(failed[i]))
            .GroupBy(i => (SearchConstraint)BitOperations.TrailingZeroCount(failed[i]), i => listings[i])
            .OrderBy(group => group.Key)
            .Select(group => Explain(query, group.Key, Nearest(group.Key, group), places))
            .ToImmutableArray();
        if (!alone.IsEmpty)
        {
            return alone;
        }

        var nearest = Enumerable.Range(0, failed.Length).MinBy(i => BitOperations.PopCount((uint)failed[i]));
        return [.. Enum.GetValues<SearchConstraint>().Where(constraint => (failed[nearest] & Bit(constraint)) != 0).Select(constraint => Explain(query, constraint, listings[nearest], places))];
    }

    private static PricedListing Priced(SearchQuery query, SearchListing listing, int freeUnits, Instant? freeFrom)
    {
        var pool = listing.Pool;
        var prices = pool.Offer!.Prices;
        var units = UnitsOf(pool, query.Quantity);
        var preBuild = listing.IsPreBuild(query.Term, units);
        var price = prices.PriceFor(query.Term, units, listing.Zone!, preBuild);
        var failed = 0;
        if (pool.GpusPerUnit > 0 && query.Quantity % pool.GpusPerUnit != 0)
        {
            failed |= Bit(SearchConstraint.NodeSize);
        }

        if (prices.RefuseTerm(query.Term, listing.Zone!) is not null)
        {
            failed |= Bit(SearchConstraint.TermLength);
        }

        failed |= listing.PeakSupply < units ? Bit(SearchConstraint.Quantity) : freeUnits < units ? Bit(SearchConstraint.Availability) : 0;
        return new PricedListing(listing, units, freeUnits, freeFrom, preBuild, price, Comparable(prices.Unit, price.Price, pool.GpusPerUnit), failed);
    }

    private static UnitPrice Comparable(PricingUnit unit, UnitPrice price, int gpusPerNode) => unit == PricingUnit.NodeMonth
        ? UnitPrice.Of(price.Currency, price.Amount / gpusPerNode / HoursPerMonth)
        : price;

    private static PricedListing Nearest(SearchConstraint constraint, IEnumerable<PricedListing> offers) => constraint switch
    {
        SearchConstraint.Verification => offers.MaxBy(offer => offer.Listing.Level)!,
        SearchConstraint.Energy => offers.MaxBy(offer => offer.Listing.Renewable?.Value ?? -1)!,
        SearchConstraint.NodeSize => offers.MinBy(offer => offer.Units * offer.Listing.Pool.GpusPerUnit)!,
        SearchConstraint.Quantity => offers.MaxBy(offer => (long)offer.Listing.PeakSupply * Math.Max(1, offer.Listing.Pool.GpusPerUnit))!,
        SearchConstraint.Availability => offers.MinBy(offer => offer.FreeFrom ?? Instant.MaxValue)!,

        // Offers come cheapest first.
        _ => offers.First(),
    };

    private static BindingConstraint Explain(SearchQuery query, SearchConstraint constraint, PricedListing nearest, string places)
    {
        var (pool, site) = (nearest.Listing.Pool, nearest.Listing.Site);
        var (per, unit) = pool.Kind == PoolKind.Gpu ? ("GPU-hour", "GPUs") : ("kW-month", "kW");
        var factor = Math.Max(1, pool.GpusPerUnit);
        return new BindingConstraint(constraint, constraint switch
        {
            SearchConstraint.Hardware => $"Nothing else stands in the way of {pool.Hardware?.Sku.Value} in {pool.Name}.",
            SearchConstraint.Region => $"{pool.Name} is in {site?.Description.Location.Region ?? "a region not stated"}, {site?.Description.Location.Country ?? "country not stated"}.{places}",
            SearchConstraint.Verification => $"{pool.Name} has the level {nearest.Listing.Level}.",
            SearchConstraint.Energy => $"{pool.Name} states a renewable share of {nearest.Listing.Renewable?.ToString() ?? "nothing"}.",
            SearchConstraint.NodeSize => $"{pool.Name} has nodes of {pool.GpusPerUnit} GPUs; {nearest.Units * pool.GpusPerUnit} GPUs are the next whole number of nodes.",
            SearchConstraint.TermLength => pool.Offer!.Prices.RefuseTerm(query.Term, pool.Offer.Clauses.Zone())!.Detail,
            SearchConstraint.Currency => $"{pool.Name} is priced in {nearest.Comparable.Currency}, at {nearest.Comparable} per {per}; the highest price is in {query.HighestPrice!.Value.Currency}.",
            SearchConstraint.Price => $"{pool.Name} costs {nearest.Comparable} per {per}.",
            SearchConstraint.Quantity => $"{pool.Name} never supplies more than {(long)nearest.Listing.PeakSupply * factor} {unit}.",
            SearchConstraint.Words => $"{pool.Name} does not mention {query.Words}.",
            SearchConstraint.Readiness => $"{pool.Name} {(nearest.PreBuild ? "is still to be built" : "is in service")}.",
            _ => nearest.FreeFrom is { } from
                ? $"{pool.Name} has {(long)nearest.FreeUnits * factor} {unit} free throughout the term; the quantity is free for as long from {from}."
                : $"{pool.Name} has {(long)nearest.FreeUnits * factor} {unit} free throughout the term, and the quantity is never free for as long.",
        }, nearest.Offer);
    }

    // A place that no listing is in may be misspelt: what there is, is said. Empty where the place is known.
    private static string Places(SearchQuery query, ImmutableArray<PricedListing> offers)
    {
        var all = offers.Select(offer => offer.Listing.Site?.Description.Location).OfType<SiteLocation>().ToList();
        var here = query.Country is { } country ? all.Where(place => place.Country == country).ToList() : all;
        if (here.Count == 0)
        {
            return $" No listing is in the country {query.Country}; there are {Named(all.Select(place => place.Country))}.";
        }

        return query.Region is { } region && !here.Any(place => region.Equals(place.Region, StringComparison.OrdinalIgnoreCase))
            ? $" No listing is in the region {region}; there are {Named(here.Select(place => query.Country is null ? $"{place.Region} ({place.Country})" : place.Region))}."
            : "";
    }

    private static string Named(IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        return distinct.Count == 0 ? "none" : string.Join(", ", distinct.Take(MostPlaces)) + (distinct.Count > MostPlaces ? $" and {distinct.Count - MostPlaces} more" : "");
    }
}
