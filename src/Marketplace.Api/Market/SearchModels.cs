using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Capacity;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
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
    [Range(0, 100)] decimal? RenewablePercent)
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
        };
    }
}

/// <summary>Where a listing stands.</summary>
/// <param name="Id">The site.</param>
/// <param name="Name">Its name.</param>
/// <param name="OperatorName">Who runs it.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Region">State, province or comparable.</param>
internal sealed record SearchSiteModel(SiteId Id, string Name, string OperatorName, string Country, string Region)
{
    public static SearchSiteModel Of(Site site) => new(site.Id, site.Description.Name, site.OperatorName, site.Description.Location.Country, site.Description.Location.Region);
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
        new SearchSiteModel(PoolModel.Example.SiteId, "Abilene", "Example Power", "US", "TX"),
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

/// <summary>What was found.</summary>
/// <param name="Offers">Listings that fit, cheapest first, at most 100.</param>
/// <param name="Binding">When none fits: each constraint that alone stands in the way, with the nearest listing; where every listing fails by several, those of the nearest listing.</param>
internal sealed record SearchResultModel(ImmutableArray<SearchOfferModel> Offers, ImmutableArray<BindingConstraintModel> Binding)
{
    private const int MostOffers = 100;

    public static SearchResultModel Example { get; } = new([SearchOfferModel.Example], []);

    public static SearchResultModel Of(SearchResult result) => new(
        [.. result.Offers.Take(MostOffers).Select(SearchOfferModel.Of)],
        [.. result.Binding.Select(binding => new BindingConstraintModel(binding.Constraint, binding.Detail, SearchOfferModel.Of(binding.Nearest)))]);
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
