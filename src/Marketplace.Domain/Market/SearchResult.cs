using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>A published listing, with what a search has to know beside it.</summary>
/// <param name="Listing">The listing.</param>
/// <param name="FreeUnits">Units free in every hour of the query's term.</param>
/// <param name="FreeFrom">The first hour at or after the term's start from which the quantity is free for as long as the term; null when never.</param>
public sealed record SearchCandidate(SearchListing Listing, int FreeUnits, Instant? FreeFrom);

/// <summary>A listing as a search shows it: what it would cost, before a quote makes it firm.</summary>
/// <param name="Pool">The listing.</param>
/// <param name="Site">Its site; null while its row has not arrived.</param>
/// <param name="Level">What was checked.</param>
/// <param name="Units">Nodes or kW that the quantity comes to.</param>
/// <param name="FreeUnits">Units free throughout the term.</param>
/// <param name="FreeFrom">From when the quantity is free for as long as the term; null when never.</param>
/// <param name="Price">The price per unit of the price book with its discounts, before escalation.</param>
/// <param name="ComparablePrice">The same per GPU-hour, or per kW-month of power.</param>
/// <param name="PreBuild">Whether it relies on a phase not in service.</param>
public sealed record SearchOffer(PoolSummary Pool, Site? Site, VerificationLevel Level, int Units, int FreeUnits, Instant? FreeFrom, PricedUnit Price, UnitPrice ComparablePrice, bool PreBuild);

/// <summary>Why nothing fits.</summary>
/// <param name="Constraint">What to relax.</param>
/// <param name="Detail">What the nearest listing offers instead, for people.</param>
/// <param name="Nearest">The nearest listing that fails by this.</param>
public sealed record BindingConstraint(SearchConstraint Constraint, string Detail, SearchOffer Nearest);

/// <summary>What a search found.</summary>
/// <param name="Offers">Listings that fit, cheapest first, at most as many as were asked for.</param>
/// <param name="Binding">When none fits: each constraint that alone stands in the way; where more than one does for every listing, those of the nearest listing. Empty when something fits or nothing is listed.</param>
/// <param name="Total">How many fit.</param>
/// <param name="Facets">How many would be left with other filters.</param>
public sealed record SearchResult(ImmutableArray<SearchOffer> Offers, ImmutableArray<BindingConstraint> Binding, int Total, SearchFacets Facets);

/// <summary>A value one can filter by.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">Listings that fit with it in place of the filter of its kind, all other filters unchanged.</param>
public sealed record FacetCount(string Value, int Count);

/// <summary>How many listings each filter would leave.</summary>
/// <param name="Skus">By hardware, most first.</param>
/// <param name="Countries">By country, most first.</param>
/// <param name="Built">In service.</param>
/// <param name="PreBuild">Still to be built.</param>
/// <param name="Renewable">By lowest renewable share in percent: 50, 80 and 95.</param>
/// <param name="Levels">By lowest level of verification, lowest first.</param>
public sealed record SearchFacets(
    ImmutableArray<FacetCount> Skus,
    ImmutableArray<FacetCount> Countries,
    int Built,
    int PreBuild,
    ImmutableArray<FacetCount> Renewable,
    ImmutableArray<FacetCount> Levels);
