using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Verification;
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
    public static bool IsWorthAsking(SearchQuery query, PoolSummary pool, Site? site) =>
        pool.Kind == query.Kind && pool.Offer is not null && Failed(query, Offer(query, new SearchCandidate(pool, site, int.MaxValue, query.Term.Start))).Count() <= 1;

    /// <summary>Runs a query over candidates of any kind.</summary>
    public static SearchResult Run(SearchQuery query, IEnumerable<SearchCandidate> candidates)
    {
        var offers = candidates
            .Where(candidate => candidate.Pool.Kind == query.Kind && candidate.Pool.Offer is not null)
            .Select(candidate => Offer(query, candidate))
            .Select(offer => (Offer: offer, Failed: Failed(query, offer).ToImmutableArray()))
            .OrderBy(match => match.Offer.ComparablePrice.Amount).ThenBy(match => match.Offer.Pool.Id.Value, StringComparer.Ordinal)
            .ToList();
        var fitting = offers.Where(match => match.Failed.IsEmpty).Select(match => match.Offer).ToImmutableArray();
        if (!fitting.IsEmpty || offers.Count == 0)
        {
            return new SearchResult(fitting, []);
        }

        var places = Places(query, offers.Select(match => match.Offer));
        var alone = offers.Where(match => match.Failed.Length == 1)
            .GroupBy(match => match.Failed[0])
            .OrderBy(group => group.Key)
            .Select(group => Explain(query, group.Key, Nearest(group.Key, group.Select(match => match.Offer)), places))
            .ToImmutableArray();
        if (!alone.IsEmpty)
        {
            return new SearchResult([], alone);
        }

        var (nearest, failed) = offers.MinBy(match => match.Failed.Length);
        return new SearchResult([], [.. failed.Select(constraint => Explain(query, constraint, nearest, places))]);
    }

    private static SearchOffer Offer(SearchQuery query, SearchCandidate candidate)
    {
        var pool = candidate.Pool;
        var offer = pool.Offer!;
        var units = UnitsOf(pool, query.Quantity);
        var preBuild = pool.IsPreBuild(query.Term, units);
        var price = offer.Prices.PriceFor(query.Term, units, offer.Clauses.Zone(), preBuild);
        return new SearchOffer(pool, candidate.Site, VerificationLevels.Of(candidate.Site, pool.Verification), units, candidate.FreeUnits, candidate.FreeFrom, price, Comparable(offer.Prices.Unit, price.Price, pool.GpusPerUnit), preBuild);
    }

    private static UnitPrice Comparable(PricingUnit unit, UnitPrice price, int gpusPerNode) => unit == PricingUnit.NodeMonth
        ? UnitPrice.Of(price.Currency, price.Amount / gpusPerNode / HoursPerMonth)
        : price;

    private static IEnumerable<SearchConstraint> Failed(SearchQuery query, SearchOffer offer)
    {
        if (query.Sku is { } sku && offer.Pool.Hardware?.Sku != sku)
        {
            yield return SearchConstraint.Hardware;
        }

        if ((query.Country is { } country && offer.Site?.Description.Location.Country != country) ||
            (query.Region is { } region && !region.Equals(offer.Site?.Description.Location.Region, StringComparison.OrdinalIgnoreCase)))
        {
            yield return SearchConstraint.Region;
        }

        if (offer.Level < query.Level)
        {
            yield return SearchConstraint.Verification;
        }

        if (query.Renewable is { } share && !(RenewableOf(offer.Site)?.Value >= share.Value))
        {
            yield return SearchConstraint.Energy;
        }

        if (offer.Pool.GpusPerUnit > 0 && query.Quantity % offer.Pool.GpusPerUnit != 0)
        {
            yield return SearchConstraint.NodeSize;
        }

        if (offer.Pool.Offer!.Prices.RefuseTerm(query.Term, offer.Pool.Offer.Clauses.Zone()) is not null)
        {
            yield return SearchConstraint.TermLength;
        }

        // Amounts of two currencies are not compared: which is lower is not known.
        if (query.HighestPrice is { } highest && offer.ComparablePrice.Currency != highest.Currency)
        {
            yield return SearchConstraint.Currency;
        }
        else if (query.HighestPrice is { } limit && offer.ComparablePrice.Amount > limit.Amount)
        {
            yield return SearchConstraint.Price;
        }

        if (PeakSupply(offer.Pool) < offer.Units)
        {
            yield return SearchConstraint.Quantity;
        }
        else if (offer.FreeUnits < offer.Units)
        {
            yield return SearchConstraint.Availability;
        }
    }

    private static SearchOffer Nearest(SearchConstraint constraint, IEnumerable<SearchOffer> offers) => constraint switch
    {
        SearchConstraint.Verification => offers.MaxBy(offer => offer.Level)!,
        SearchConstraint.Energy => offers.MaxBy(offer => RenewableOf(offer.Site)?.Value ?? -1)!,
        SearchConstraint.NodeSize => offers.MinBy(offer => offer.Units * offer.Pool.GpusPerUnit)!,
        SearchConstraint.Quantity => offers.MaxBy(offer => (long)PeakSupply(offer.Pool) * Math.Max(1, offer.Pool.GpusPerUnit))!,
        SearchConstraint.Availability => offers.MinBy(offer => offer.FreeFrom ?? Instant.MaxValue)!,

        // Offers come cheapest first.
        _ => offers.First(),
    };

    private static BindingConstraint Explain(SearchQuery query, SearchConstraint constraint, SearchOffer nearest, string places)
    {
        var pool = nearest.Pool;
        var (per, unit) = pool.Kind == PoolKind.Gpu ? ("GPU-hour", "GPUs") : ("kW-month", "kW");
        var factor = Math.Max(1, pool.GpusPerUnit);
        return new BindingConstraint(constraint, constraint switch
        {
            SearchConstraint.Hardware => $"Nothing else stands in the way of {pool.Hardware?.Sku.Value} in {pool.Name}.",
            SearchConstraint.Region => $"{pool.Name} is in {nearest.Site?.Description.Location.Region ?? "a region not stated"}, {nearest.Site?.Description.Location.Country ?? "country not stated"}.{places}",
            SearchConstraint.Verification => $"{pool.Name} has the level {nearest.Level}.",
            SearchConstraint.Energy => $"{pool.Name} states a renewable share of {RenewableOf(nearest.Site)?.ToString() ?? "nothing"}.",
            SearchConstraint.NodeSize => $"{pool.Name} has nodes of {pool.GpusPerUnit} GPUs; {nearest.Units * pool.GpusPerUnit} GPUs are the next whole number of nodes.",
            SearchConstraint.TermLength => pool.Offer!.Prices.RefuseTerm(query.Term, pool.Offer.Clauses.Zone())!.Detail,
            SearchConstraint.Currency => $"{pool.Name} is priced in {nearest.ComparablePrice.Currency}, at {nearest.ComparablePrice} per {per}; the highest price is in {query.HighestPrice!.Value.Currency}.",
            SearchConstraint.Price => $"{pool.Name} costs {nearest.ComparablePrice} per {per}.",
            SearchConstraint.Quantity => $"{pool.Name} never supplies more than {(long)PeakSupply(pool) * factor} {unit}.",
            _ => nearest.FreeFrom is { } from
                ? $"{pool.Name} has {(long)nearest.FreeUnits * factor} {unit} free throughout the term; the quantity is free for as long from {from}."
                : $"{pool.Name} has {(long)nearest.FreeUnits * factor} {unit} free throughout the term, and the quantity is never free for as long.",
        }, nearest);
    }

    // A place that no listing is in may be misspelt: what there is, is said. Empty where the place is known.
    private static string Places(SearchQuery query, IEnumerable<SearchOffer> offers)
    {
        var all = offers.Select(offer => offer.Site?.Description.Location).OfType<SiteLocation>().ToList();
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

    private static int PeakSupply(PoolSummary pool) => pool.GreatestSupply?.Units ?? 0;

    private static Percentage? RenewableOf(Site? site)
    {
        if (site?.Description.Energy is not { } mix)
        {
            return null;
        }

        return mix.RenewableMarketBased ?? mix.RenewableLocationBased ?? Percentage.From(mix.Shares
            .Where(share => share.Source is EnergySource.Hydro or EnergySource.Wind or EnergySource.Solar or EnergySource.Geothermal or EnergySource.Biomass)
            .Sum(share => share.Share.Value));
    }
}
