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

    [Fact]
    public void Nodes_that_did_not_pass_stay_owed_until_they_are_tested_again_or_replaced()
    {
        var listing = Pooled(NodeStatus.Free, NodeStatus.Free, NodeStatus.Assigned, NodeStatus.Retired);
        listing = Do(listing, Listing.Decide(listing, Verified("bench_1", VerificationLevel.Declared, 0, [NodeAt(0), NodeAt(1), NodeAt(2), NodeAt(3)]), [NodeAt(0), NodeAt(1), NodeAt(2), NodeAt(3)]));

        // A sample without one of them: known to be bad, it keeps the pool declared; the one with a tenant cannot be tested now.
        var some = Do(listing, Listing.Decide(listing, Verified("bench_2", VerificationLevel.Benchmarked, 1, []), [NodeAt(0)]));
        Assert.Equal([NodeAt(1), NodeAt(2)], some.Verification!.Owed);
        Assert.Equal(VerificationLevel.Declared, some.Verification.Level);
        Assert.Contains("node_2", some.Verification.Missing[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("node_3", some.Verification.Missing[^1], StringComparison.Ordinal);

        var all = Do(some, Listing.Decide(some, Verified("bench_3", VerificationLevel.Benchmarked, 2, []), [NodeAt(0), NodeAt(1)]));
        Assert.Equal([NodeAt(2)], all.Verification!.Owed);
        Assert.Equal(VerificationLevel.Benchmarked, all.Verification.Level);
        var again = all with { Pool = all.Pool! with { Nodes = new NodeRegistry([new PoolNode(NodeAt(2), 1, "SN-3", null, NodeStatus.Free, null), new PoolNode(NodeAt(1), 2, "SN-2", null, NodeStatus.Free, null)]) } };
        Assert.Equal(NodeAt(2), Do(again, Listing.Decide(again, new OpenPoolBenchmark(Operator, BenchmarkPurpose.Retest, new string('a', 64)), Now)).Run!.Nodes[0]);
    }

    [Fact]
    public void Of_two_challenges_the_one_opened_later_counts_whichever_is_decided_first()
    {
        var listing = Pooled(NodeStatus.Free, NodeStatus.Free);
        var newer = Do(listing, Listing.Decide(listing, Verified("bench_2", VerificationLevel.Declared, 5, [NodeAt(0)]), [NodeAt(0)]));

        // The older one was in review meanwhile.
        Assert.Empty(Listing.Decide(newer, Verified("bench_1", VerificationLevel.Attested, 1, []) with { At = Now + Duration.FromDays(2) }, [NodeAt(0), NodeAt(1)]).Facts);
        var both = Do(newer, Listing.Decide(newer, Verified("bench_1", VerificationLevel.Declared, 1, [NodeAt(1)]) with { At = Now + Duration.FromDays(2) }, [NodeAt(0), NodeAt(1)]));
        Assert.Equal("bench_2", both.Verification!.Run.Value);
        Assert.Equal([NodeAt(1), NodeAt(0)], both.Verification.Owed);
        Assert.Empty(Listing.Decide(both, Verified("bench_2", VerificationLevel.Declared, 5, [NodeAt(0)]), [NodeAt(0)]).Facts);
    }

    private static NodeId NodeAt(int at) => NodeId.From($"node_{at + 1}");

    private static Listing Pooled(params NodeStatus[] nodes)
    {
        var listing = Listed();
        return listing with { Pool = listing.Pool! with { Kind = PoolKind.Gpu, Nodes = new NodeRegistry(nodes.Select((status, at) => new PoolNode(NodeAt(at), at + 1, $"SN-{at}", null, status, null))) } };
    }

    private static PoolVerification Verified(string run, VerificationLevel level, int openedAfter, ImmutableArray<NodeId> owed) =>
        new(level, BenchmarkRunId.From(run), Now + Duration.FromHours(openedAfter + 1), Now + Duration.FromDays(90), 100, null, 1, 2, []) { Owed = owed, OpenedAt = Now + Duration.FromHours(openedAfter) };

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
