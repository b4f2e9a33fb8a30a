using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Market;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Tests.Market;

public sealed class SearchTests
{
    private static readonly Instant Start = Instant.FromUtc(2027, 3, 1, 0, 0);
    private static readonly SkuId H100 = SkuId.From("nvidia-h100-sxm5-80gb");

    private static readonly SearchQuery Query = new()
    {
        Kind = PoolKind.Gpu,
        Quantity = 64,
        Term = new Term(Start, Start + Duration.FromDays(365)),
        Sku = H100,
        Country = "US",
        HighestPrice = UnitPrice.Of(Currency.Usd, 2.5m),
        Renewable = Percentage.From(50),
    };

    [Fact]
    public void What_fits_comes_cheapest_first()
    {
        var result = Search.Run(Query, [Listed("b", price: 2.2m), Listed("a", price: 2.1m), Listed("c", price: 2.6m)]);

        Assert.Equal(["pool_a", "pool_b"], result.Offers.Select(offer => offer.Pool.Id.Value));
        Assert.Empty(result.Binding);
        Assert.Equal(8, result.Offers[0].Units);
        Assert.True(result.Offers[0].PreBuild);
    }

    [Fact]
    public void A_node_month_is_compared_by_the_gpu_hour()
    {
        var offer = Assert.Single(Search.Run(Query, [Listed("a", price: 2m * 8 * Search.HoursPerMonth, unit: PricingUnit.NodeMonth)]).Offers);
        Assert.Equal(UnitPrice.Of(Currency.Usd, 2m), offer.ComparablePrice);
    }

    public static TheoryData<SearchConstraint, SearchCandidate, string> Alone => new()
    {
        { SearchConstraint.Hardware, Listed("a", sku: SkuId.From("nvidia-h200-sxm5-141gb")), "nvidia-h200" },
        { SearchConstraint.Region, Listed("a", country: "NO"), "TX, NO" },
        { SearchConstraint.Energy, Listed("a", renewable: 40), "40%" },
        { SearchConstraint.NodeSize, Listed("a", gpusPerNode: 72), "72 GPUs are the next" },
        { SearchConstraint.TermLength, Listed("a", longest: 6), "at most 6 months" },
        { SearchConstraint.Price, Listed("a", price: 2.51m), "USD 2.51 per GPU-hour" },
        { SearchConstraint.Currency, Listed("a", price: 1m, currency: "EUR"), "priced in EUR" },
        { SearchConstraint.Quantity, Listed("a", supply: 7), "never supplies more than 56 GPUs" },
        { SearchConstraint.Availability, Listed("a", free: 3), "24 GPUs free throughout the term; the quantity is free for as long from 2027-05-01T00:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Alone))]
    public void When_nothing_fits_it_names_what_alone_stands_in_the_way(SearchConstraint constraint, SearchCandidate candidate, string detail)
    {
        // The other listing fails by two constraints and so tells less.
        var result = Search.Run(Query, [candidate, Listed("z", country: "NO", price: 9m)]);

        Assert.Empty(result.Offers);
        var binding = Assert.Single(result.Binding);
        Assert.Equal(constraint, binding.Constraint);
        Assert.Contains(detail, binding.Detail, StringComparison.Ordinal);
        Assert.Equal("pool_a", binding.Nearest.Pool.Id.Value);
    }

    [Fact]
    public void Of_several_that_fail_alike_the_nearest_is_shown()
    {
        var later = Listed("a", free: 0) with { FreeFrom = Start + Duration.FromDays(90) };
        var sooner = Listed("b", free: 0) with { FreeFrom = Start + Duration.FromDays(30) };
        Assert.Equal("pool_b", Assert.Single(Search.Run(Query, [later, sooner]).Binding).Nearest.Pool.Id.Value);
    }

    [Fact]
    public void When_every_listing_fails_by_several_those_of_the_nearest_are_named()
    {
        var result = Search.Run(Query with { Level = VerificationLevel.SiteConfirmed }, [Listed("a", price: 3m), Listed("b", price: 4m, country: "NO")]);
        Assert.Equal([SearchConstraint.Verification, SearchConstraint.Price], result.Binding.Select(binding => binding.Constraint));
    }

    [Theory]
    [InlineData("XX", null, "No listing is in the country XX; there are NO, US.")]
    [InlineData("US", "Tx.", "No listing is in the region Tx.; there are TX.")]
    [InlineData(null, "Bavaria", "No listing is in the region Bavaria; there are TX (NO), TX (US).")]
    public void A_place_that_nothing_is_in_is_answered_with_those_there_are(string? country, string? region, string told)
    {
        var result = Search.Run(Query with { Country = country, Region = region }, [Listed("a"), Listed("b", country: "NO")]);

        Assert.Contains(told, Assert.Single(result.Binding, binding => binding.Constraint == SearchConstraint.Region).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_market_has_nothing_to_name() => Assert.Equal((0, 0), (Search.Run(Query, []).Offers.Length, Search.Run(Query, []).Binding.Length));

    [Theory]
    [InlineData("h100 WIND", 2)]
    [InlineData("norway", 1)]
    [InlineData("norway texas", 0)]
    public void Words_are_looked_for_in_all_that_is_said_of_a_listing(string words, int found)
    {
        var result = Search.Run(Query with { Country = null, Words = words }, [Listed("a"), Listed("b", country: "NO")]);
        Assert.Equal(found, result.Total);
        Assert.True(found > 0 || result.Binding.All(it => it.Constraint == SearchConstraint.Words && it.Detail.Contains("does not mention", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_filter_says_how_many_it_would_leave_with_the_others_as_they_are()
    {
        var h200 = SkuId.From("nvidia-h200-sxm5-141gb");
        var result = Search.Run(
            Query with { Limit = 1 },
            [Listed("a"), Listed("b", renewable: 96), Listed("c", country: "NO"), Listed("d", country: "NO", price: 9m), Listed("e", sku: h200), Listed("f", renewable: 10)]);

        Assert.Equal(("pool_a", 2), (Assert.Single(result.Offers).Pool.Id.Value, result.Total));
        Assert.Equal([("nvidia-h100-sxm5-80gb", 2), ("nvidia-h200-sxm5-141gb", 1)], result.Facets.Skus.Select(it => (it.Value, it.Count)));
        Assert.Equal([("US", 2), ("NO", 1)], result.Facets.Countries.Select(it => (it.Value, it.Count)));
        Assert.Equal((0, 2), (result.Facets.Built, result.Facets.PreBuild));
        Assert.Equal([("50", 2), ("80", 2), ("95", 1)], result.Facets.Renewable.Select(it => (it.Value, it.Count)));
        Assert.Equal(2, result.Facets.Levels[0].Count);
    }

    [Fact]
    public void What_was_heard_of_a_listing_says_when_it_is_free()
    {
        var term = Query.Term;
        var hour = Duration.FromHours(1);
        var steps = ImmutableArray.Create(new SupplyStep(Start - hour, 9), new SupplyStep(Start + hour, 3), new SupplyStep(Start + (hour * 5), 8));
        var listing = new SearchListing(Listed("a").Listing.Pool, null, steps);

        Assert.Equal(3, listing.FreeThroughout(term));
        Assert.Equal(9, listing.FreeThroughout(new Term(Start, Start + hour)));
        Assert.Equal(Start + (hour * 5), listing.FreeFrom(term, 8));
        Assert.Equal(Start, listing.FreeFrom(new Term(Start, Start + hour), 8));
        Assert.Null(listing.FreeFrom(term, 9));
        Assert.Equal(0, new SearchListing(listing.Pool, null, []).FreeThroughout(term));
    }

    [Fact]
    public void A_listing_with_two_faults_is_not_asked_for_its_units()
    {
        var cheap = Listed("a");
        Assert.True(Search.IsWorthAsking(Query, cheap.Listing));
        var abroad = Listed("a", country: "NO", price: 9m);
        Assert.False(Search.IsWorthAsking(Query, abroad.Listing));
        Assert.False(Search.IsWorthAsking(Query with { Kind = PoolKind.Power }, cheap.Listing));
    }

    private static SearchCandidate Listed(
        string name,
        decimal price = 2m,
        PricingUnit unit = PricingUnit.GpuHour,
        SkuId? sku = null,
        string country = "US",
        decimal renewable = 80,
        int gpusPerNode = 8,
        int longest = 60,
        int supply = 100,
        int free = 100,
        string currency = "USD")
    {
        var site = SiteId.From("site_" + name);
        var pool = new PoolSummary
        {
            Id = PoolId.From("pool_" + name),
            OperatorId = OrganizationId.From("org_operator"),
            SiteId = site,
            Kind = PoolKind.Gpu,
            Name = name,
            Hardware = new NodeHardware(sku ?? H100, gpusPerNode, "NVLink", "InfiniBand"),
            KilowattsPerUnit = 10,
            Supply = [new SupplyStep(Start, supply)],
            Status = ListingStatus.Published,
            CreatedAt = Start,
            Offer = new PoolOffer(
                new PriceBook { Unit = unit, BasePrice = UnitPrice.Of(Currency.From(currency), price), MaximumMonths = longest },
                new Clauses
                {
                    Timing = BillingTiming.InAdvance,
                    TakeOrPay = Percentage.From(100),
                    Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Card),
                    EarlyTermination = new EarlyTermination(Percentage.From(50), 90),
                    Renewal = new Renewal(0, 0, 0),
                    Acceptance = new Acceptance(5),
                    PaymentDays = 30,
                    LeaseZone = "Etc/UTC",
                    PlatformFee = Percentage.From(3),
                    Signatures = new SignatureTerms(false, false, false, false),
                },
                new HoldTerms(30, 5, 14)),
        };
        return new SearchCandidate(
            new SearchListing(pool, new Site
            {
                Id = site,
                CreatedAt = Start,
                OperatorName = "Example Power",
                Status = SiteStatus.Planned,
                Description = new SiteDescription
                {
                    Name = name,
                    Location = new SiteLocation(country, "TX", null, null),
                    Energy = new EnergyMix { Shares = ImmutableArray.Create(new EnergyShare(EnergySource.Wind, Percentage.From(renewable)), new EnergyShare(EnergySource.NaturalGas, Percentage.From(100 - renewable))) },
                },
            }),
            free,
            Instant.FromUtc(2027, 5, 1, 0, 0));
    }
}
