using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Capacity;
using Marketplace.Api.Http;
using Marketplace.Api.Sites;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Market;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Api.Market;

/// <summary>What to look for.</summary>
/// <param name="Quantity">GPUs, or kW of critical IT load, throughout the term.</param>
/// <param name="Start">Whole UTC hour the term starts with.</param>
/// <param name="End">Whole UTC hour the term ends before, at most ten years later.</param>
/// <param name="Kind">GPU nodes (the default), or power for the caller's own hardware.</param>
/// <param name="Sku">Id in the hardware catalogue.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code of the site's country, in capitals.</param>
/// <param name="Region">State, province or comparable, as the site states it.</param>
/// <param name="Level">Lowest level of verification.</param>
/// <param name="HighestPrice">Highest price per GPU-hour, or per kW-month of power.</param>
/// <param name="Currency">Currency of that price; USD unless said otherwise.</param>
/// <param name="RenewablePercent">Lowest renewable share of the site's electricity in percent.</param>
/// <param name="Words">Words that all have to be mentioned: of the listing, its hardware, site, operator, country, region or energy.</param>
/// <param name="PreBuild">true for capacity that is still to be built only, false for capacity in service only.</param>
/// <param name="Limit">Most offers to answer with, 100 unless said otherwise; all that fit are counted.</param>
internal sealed record SearchFilter(
    [Range(1, GpuQuantity.Most)] int Quantity,
    Instant Start,
    Instant End,
    PoolKind? Kind,
    [Length(1, SkuId.Longest)] string? Sku,
    [RegularExpression("^[A-Z]{2}$")] string? Country,
    [Length(1, 100)] string? Region,
    VerificationLevel? Level,
    [Range(0, 1_000_000)] decimal? HighestPrice,
    Currency? Currency,
    [Range(0, 100)] decimal? RenewablePercent,
    [Length(1, 200)] string? Words = null,
    bool? PreBuild = null,
    [Range(1, 100)] int? Limit = null)
{
    public static SearchFilter Example { get; } = new(
        64, Instant.FromUtc(2027, 3, 1, 6, 0), Instant.FromUtc(2028, 3, 1, 6, 0), PoolKind.Gpu, "nvidia-h100-sxm5-80gb", "US", null, null, 2.5m, null, 50);

    public SearchQuery ToQuery(Faults faults)
    {
        var term = faults.Term(Start, End, "start", "end");
        faults.Require(faults.Count > 0 || term.Hours <= AvailabilityFilter.MostHours, "end", Faults.OutOfRange, "A term is at most ten years long.");
        HardwareModel? model = null;
        faults.Require(Sku is null || HardwareCatalogue.TryFind(Sku, out model), "sku", Faults.NotAllowed, "The hardware catalogue has no such entry; see GET /v1/hardware.");
        faults.Require(Sku is null || Kind != PoolKind.Power, "sku", Faults.Inconsistent, "A power pool has no hardware.");
        faults.Require(Currency is null || HighestPrice is not null, "currency", Faults.Inconsistent, "A currency goes with highestPrice.");
        return new SearchQuery
        {
            Kind = Kind ?? PoolKind.Gpu,
            Quantity = Quantity,
            Term = term,
            Sku = model?.Id,
            Country = Country,
            Region = Region,
            Level = Level,
            HighestPrice = HighestPrice is { } highest ? UnitPrice.Of(Currency ?? Domain.Primitives.Currency.Usd, highest) : null,
            Renewable = RenewablePercent is { } share ? Percentage.From(share) : null,
            Words = Words,
            PreBuild = PreBuild,
            Limit = Limit ?? SearchResultModel.MostOffers,
        };
    }
}

/// <summary>Where a listing stands.</summary>
/// <param name="Id">The site.</param>
/// <param name="Name">Its name.</param>
/// <param name="OperatorName">Who runs it.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Region">State, province or comparable.</param>
/// <param name="Pue">Power usage effectiveness.</param>
/// <param name="EnergyMix">Where its electricity comes from.</param>
internal sealed record SearchSiteModel(SiteId Id, string Name, string OperatorName, string Country, string Region, Pue? Pue, EnergyMixModel? EnergyMix)
{
    public static SearchSiteModel Of(Site site) => new(
        site.Id,
        site.Description.Name,
        site.OperatorName,
        site.Description.Location.Country,
        site.Description.Location.Region,
        site.Description.Pue,
        site.Description.Energy is { } mix ? EnergyMixModel.Of(mix) : null);
}

/// <summary>A listing that was found. The price is indicative until a quote makes it firm.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Kind">What its unit is.</param>
/// <param name="Name">Its name.</param>
/// <param name="OperatorId">Who offers it.</param>
/// <param name="Site">Where it stands.</param>
/// <param name="Sku">Hardware; null in a power pool.</param>
/// <param name="Level">What was checked of it, site and hardware.</param>
/// <param name="Verification">What its newest decided challenge shows; null before the first.</param>
/// <param name="Units">Nodes or kW that the quantity comes to.</param>
/// <param name="FreeUnits">Units free in every hour of the term.</param>
/// <param name="FreeFrom">From when the quantity is free for as long as the term; null when never.</param>
/// <param name="PreBuild">Whether it relies on a phase not in service.</param>
/// <param name="PriceUnit">What the price is per.</param>
/// <param name="Price">Price per unit after discounts, before escalation.</param>
/// <param name="ComparablePrice">The same per GPU-hour, or per kW-month of power.</param>
internal sealed record SearchOfferModel(
    PoolId PoolId,
    PoolKind Kind,
    string Name,
    OrganizationId OperatorId,
    SearchSiteModel? Site,
    SkuId? Sku,
    VerificationLevel Level,
    VerificationModel? Verification,
    int Units,
    int FreeUnits,
    Instant? FreeFrom,
    bool PreBuild,
    PricingUnit PriceUnit,
    UnitPriceModel Price,
    UnitPriceModel ComparablePrice)
{
    public static SearchOfferModel Example { get; } = new(
        PoolModel.Example.Id,
        PoolKind.Gpu,
        PoolModel.Example.Name,
        PoolModel.Example.OperatorId,
        new SearchSiteModel(PoolModel.Example.SiteId, "Abilene", "Example Power", "US", "TX", Domain.Energy.Pue.From(1.2m), null),
        PoolModel.Example.Hardware!.Sku,
        VerificationLevel.Benchmarked,
        VerificationModel.Example,
        8,
        22,
        Instant.FromUtc(2027, 3, 1, 6, 0),
        true,
        PricingUnit.GpuHour,
        UnitPriceModel.Of(new UnitPrice(Domain.Primitives.Currency.Usd, 2.1888m)),
        UnitPriceModel.Of(new UnitPrice(Domain.Primitives.Currency.Usd, 2.1888m)));

    public static SearchOfferModel Of(SearchOffer offer) => new(
        offer.Pool.Id,
        offer.Pool.Kind,
        offer.Pool.Name,
        offer.Pool.OperatorId,
        offer.Site is { } site ? SearchSiteModel.Of(site) : null,
        offer.Pool.Hardware?.Sku,
        offer.Level,
        VerificationModel.Of(offer.Pool),
        offer.Units,
        offer.FreeUnits,
        offer.FreeFrom,
        offer.PreBuild,
        offer.Pool.Offer!.Prices.Unit,
        UnitPriceModel.Of(offer.Price.Price),
        UnitPriceModel.Of(offer.ComparablePrice));
}

/// <summary>Why nothing fits.</summary>
/// <param name="Constraint">What to relax.</param>
/// <param name="Detail">What the nearest listing offers instead.</param>
/// <param name="Nearest">The nearest listing that fails by this.</param>
internal sealed record BindingConstraintModel(SearchConstraint Constraint, string Detail, SearchOfferModel Nearest);

/// <summary>A value one can filter by.</summary>
/// <param name="Value">The value, as the filter takes it.</param>
/// <param name="Count">Listings that fit with it in place of the filter of its kind, all other filters unchanged.</param>
internal sealed record FacetCountModel(string Value, int Count)
{
    public static FacetCountModel Of(FacetCount facet) => new(facet.Value, facet.Count);
}

/// <summary>How many listings each filter would leave.</summary>
/// <param name="Skus">By hardware, most first.</param>
/// <param name="Countries">By country, most first.</param>
/// <param name="Built">In service.</param>
/// <param name="PreBuild">Still to be built.</param>
/// <param name="Renewable">By lowest renewable share in percent: 50, 80 and 95.</param>
/// <param name="Levels">By lowest level of verification, lowest first.</param>
internal sealed record SearchFacetsModel(
    ImmutableArray<FacetCountModel> Skus, ImmutableArray<FacetCountModel> Countries, int Built, int PreBuild, ImmutableArray<FacetCountModel> Renewable, ImmutableArray<FacetCountModel> Levels)
{
    public static SearchFacetsModel Example { get; } = new([new(PoolModel.Example.Hardware!.Sku.Value, 1)], [new("US", 1)], 0, 1, [new("50", 1), new("80", 1), new("95", 0)], [new("declared", 1)]);

    public static SearchFacetsModel Of(SearchFacets facets) => new(
        [.. facets.Skus.Select(FacetCountModel.Of)],
        [.. facets.Countries.Select(FacetCountModel.Of)],
        facets.Built,
        facets.PreBuild,
        [.. facets.Renewable.Select(FacetCountModel.Of)],
        [.. facets.Levels.Select(facet => FacetCountModel.Of(facet) with { Value = char.ToLowerInvariant(facet.Value[0]) + facet.Value[1..] })]);
}

/// <summary>What was found.</summary>
/// <param name="Offers">Listings that fit, cheapest first, at most as many as were asked for.</param>
/// <param name="Binding">When none fits: each constraint that alone stands in the way, with the nearest listing; where every listing fails by several, those of the nearest listing.</param>
/// <param name="Total">How many fit. In a market of more than 1,000 listings it follows what pools said some seconds ago; the offers themselves are asked for at this moment.</param>
/// <param name="Facets">How many each filter would leave.</param>
internal sealed record SearchResultModel(ImmutableArray<SearchOfferModel> Offers, ImmutableArray<BindingConstraintModel> Binding, int Total, SearchFacetsModel Facets)
{
    public const int MostOffers = 100;

    public static SearchResultModel Example { get; } = new([SearchOfferModel.Example], [], 1, SearchFacetsModel.Example);

    public static SearchResultModel Of(SearchResult result) => new(
        [.. result.Offers.Select(SearchOfferModel.Of)],
        [.. result.Binding.Select(binding => new BindingConstraintModel(binding.Constraint, binding.Detail, SearchOfferModel.Of(binding.Nearest)))],
        result.Total,
        SearchFacetsModel.Of(result.Facets));
}

/// <summary>Which listings to show.</summary>
/// <param name="Kind">Only pools of this kind.</param>
/// <param name="Sku">Only pools of this hardware.</param>
/// <param name="SiteId">Only pools of this site.</param>
/// <param name="OperatorId">Only pools of this operator.</param>
internal sealed record ListingFilter(PoolKind? Kind, SkuId? Sku, SiteId? SiteId, OrganizationId? OperatorId)
{
    public static ListingFilter Example { get; } = new(PoolKind.Gpu, SkuId.From("nvidia-h100-sxm5-80gb"), null, null);

    public bool Covers(PoolSummary pool) =>
        (Kind is null || pool.Kind == Kind) && (Sku is null || pool.Hardware?.Sku == Sku) &&
        (SiteId is null || pool.SiteId == SiteId) && (OperatorId is null || pool.OperatorId == OperatorId);
}
