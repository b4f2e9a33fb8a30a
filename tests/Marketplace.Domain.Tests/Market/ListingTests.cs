using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Tests.Market;

public sealed class ListingTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");

    private static readonly PoolOffer Offer = new(
        new PriceBook { Unit = PricingUnit.KilowattMonth, BasePrice = new UnitPrice(Currency.Usd, 140), MaximumMonths = 60 },
        new Clauses
        {
            Timing = BillingTiming.InAdvance,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.None, 0, PaymentMethod.Transfer),
            EarlyTermination = new EarlyTermination(Percentage.From(50), 90),
            Renewal = new Renewal(0, 0, 0),
            Acceptance = new Acceptance(5),
            PaymentDays = 30,
            LeaseZone = "Europe/Oslo",
            PlatformFee = Percentage.From(3),
            Signatures = new SignatureTerms(false, false, false, false),
        },
        new HoldTerms(30, 5, 14));

    [Fact]
    public void A_pool_is_published_once_it_has_an_offer()
    {
        var listing = Listed();
        Assert.Equal("offer_missing", Listing.Decide(listing, new ChangeListing(Operator, ListingStatus.Published)).Refusal?.Code);

        listing = Do(listing, Listing.Decide(listing, new SetOffer(Operator, Offer)));
        listing = Do(listing, Listing.Decide(listing, new ChangeListing(Operator, ListingStatus.Published)));
        Assert.Equal(ListingStatus.Published, listing.Pool!.Status);
        Assert.Equal(Offer, listing.Offer);
    }

    [Fact]
    public void An_offer_must_be_sound_the_operators_own_and_priced_by_the_pools_unit()
    {
        var listing = Listed();
        Assert.Equal("pool_not_found", Listing.Decide(listing, new SetOffer(OrganizationId.From("org_other"), Offer)).Refusal?.Code);
        Assert.Equal("pool_not_found", Listing.Decide(Listing.None, new SetOffer(Operator, Offer)).Refusal?.Code);
        Assert.Equal("offer_unit_mismatch", Listing.Decide(listing, new SetOffer(Operator, Offer with { Prices = Offer.Prices with { Unit = PricingUnit.GpuHour } })).Refusal?.Code);
        Assert.Equal("holds", Listing.Decide(listing, new SetOffer(Operator, Offer with { Holds = new HoldTerms(1, 1, 1) })).Refusal?.Field);
    }

    [Fact]
    public void What_relies_on_a_phase_not_in_service_is_pre_build()
    {
        var pool = Listed().Pool!;
        var term = new Term(Now + Duration.FromDays(1), Now + Duration.FromDays(31));
        Assert.True(PoolSummary.Of(pool, null).IsPreBuild(term, 1));

        var delivered = pool with { Allocations = [pool.Allocations[0] with { Delivered = true }] };
        Assert.False(PoolSummary.Of(delivered, null).IsPreBuild(term, 500));
        Assert.True(PoolSummary.Of(delivered, null).IsPreBuild(term, 501));
    }

    [Fact]
    public void A_challenge_draws_nodes_that_work_for_no_tenant_and_all_where_every_one_does()
    {
        var nodes = Enumerable.Range(1, 4).Select(number => NodeId.From($"node_{number}")).ToArray();
        PoolNode Node(int at, bool isAssigned) => new(nodes[at], at + 1, $"SN-{at}", null, isAssigned ? NodeStatus.Assigned : NodeStatus.Free, isAssigned ? ReservationId.From("rsv_1") : null);
        ImmutableArray<NodeId> Drawn(params bool[] assigned)
        {
            var listing = Listed();
            listing = listing with { Pool = listing.Pool! with { Kind = PoolKind.Gpu, Nodes = new NodeRegistry(assigned.Select((isAssigned, at) => Node(at, isAssigned))) } };
            return Do(listing, Listing.Decide(listing, new OpenPoolBenchmark(Operator, BenchmarkPurpose.Retest, new string('a', 64)), Now)).Run!.Nodes;
        }

        Assert.Equal([nodes[1], nodes[3]], Drawn(true, false, true, false).OrderBy(node => node.Value));
        Assert.Equal(nodes, Drawn(true, true, true, true).OrderBy(node => node.Value));
    }

    private static Listing Listed() => Do(Listing.None, Listing.Of(Pool.Decide(
        null,
        new ListPool
        {
            Id = PoolId.From("pool_1"),
            OperatorId = Operator,
            SiteId = SiteId.From("site_1"),
            Kind = PoolKind.Power,
            Name = "Hall 1",
            KilowattsPerUnit = 1,
            Allocations = [new PhaseAllocation(PhaseId.From("phase_1"), 500, Now, false, 0)],
        },
        "hash",
        Now)));

    private static Listing Do(Listing listing, Decision<ListingFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(listing, Listing.Evolve);
    }
}
