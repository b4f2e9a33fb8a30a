using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Capacity;

public sealed class GpuPoolGrainGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly Instant Rfs = Instant.FromUtc(2026, 6, 1, 5, 0);
    private static readonly ReservationId One = ReservationId.From("rsv_1");
    private static readonly ReservationId Two = ReservationId.From("rsv_2");
    private static readonly PhaseAllocation Phase = new(PhaseId.From("phase_1"), 10, Rfs, false, 1);

    /// <summary>Every fact a pool's journal can hold, in an order that can happen.</summary>
    private static ImmutableArray<ListingFact> Life
    {
        get
        {
            var example = new ExamplePool("Abilene");
            var half = new HoldSegment(new Term(Rfs, Rfs + Duration.FromDays(30)), 2);
            var node = NodeId.From("node_1");
            PoolFact[] before =
            [
                new PoolListed(example.Listing(10) with { Allocations = [Phase with { Revision = 0 }] }, "hash", Now),
                new PhaseAllocated(Phase),
                new SupplyReforecast([new SupplyStep(Rfs, 10)]),
                new PoolAmended("Abilene", "Words", 2),
                new ListingStatusChanged(ListingStatus.Published),
            ];
            PoolFact[] after =
            [
                new HoldPlaced(One, example.Tenant, [half, new HoldSegment(new Term(half.Term.End, half.Term.End + Duration.FromHours(5)), 8)], Now),
                new HoldPlaced(Two, example.Tenant, [half], Now),
                new HoldConfirmed(One, Now),
                new HoldResized(One, [half]),
                new UnitsDisplaced(One, [half]),
                new UnitsRestored(One, [half with { Units = 1 }]),
                new NodesRegistered([new NodeRegistration(node, "SN-1", "rack 1"), new NodeRegistration(NodeId.From("node_2"), "SN-2", null)], Now),
                new NodesAssigned(One, [node]),
                new NodeReplaced(One, node, NodeId.From("node_2")),
                new NodesReturned(One, [NodeId.From("node_2")]),
                new HoldEnded(Two, HoldStatus.Expired, Now),
                new HoldEnded(ReservationId.From("rsv_3"), HoldStatus.Released, Now - Duration.FromDays(8)),
                new ListingWithdrawn([One]),
            ];
            return [.. before.Select(Fact), new ListingFact(null, ExamplePool.Offer), .. after.Select(Fact)];
        }
    }

    [Fact]
    public void A_pools_journal_is_written_as_ever_and_still_loads()
    {
        var last = Fact(new TombstonesPruned(Now - Duration.FromDays(7)));
        var freed = Fact(new PowerFreed());
        Assert.Null(Golden.Fault("pool-journal.v1.json", new JournalEntry<ListingFact>(1, [new JournalCommit<ListingFact>(Now, [.. Life, last, freed], "site:site_1", 7)])));
    }

    [Fact]
    public void A_pools_snapshot_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("pool-snapshot.v2.json", new JournalSnapshot<Listing>
    {
        Schema = 1,
        Sequence = 3,
        Version = 20,
        LastAt = Now,
        State = WithHoldsInOrder(Life.Aggregate(Listing.None, Listing.Evolve)),
    }));

    [Fact]
    public void A_snapshot_from_before_blocks_of_power_loads_as_the_same_pool() =>
        Assert.Null(Golden.Fault("pool-snapshot.v2.json", Golden.Loads<JournalSnapshot<Listing>>("pool-snapshot.v1.json")));

    [Fact]
    public void Facts_that_came_later_are_written_as_ever_too() => Assert.Null(Golden.Fault(
        "pool-journal.v2.json", new JournalEntry<ListingFact>(1, [new JournalCommit<ListingFact>(Now, [.. Later.Select(Fact)])])));

    [Fact]
    public void Every_fact_of_a_pool_is_in_the_journal_that_is_kept()
    {
        var kept = Life.Select(fact => fact.Pool?.GetType()).OfType<Type>().Concat(Later.Select(fact => fact.GetType())).Concat([typeof(TombstonesPruned), typeof(PowerFreed)]).ToHashSet();
        Assert.All(typeof(PoolFact).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(PoolFact))), type => Assert.Contains(type, kept));
    }

    private static ImmutableArray<PoolFact> Later =>
    [
        new PowerHandedOver(new PowerBlock(NodeId.From("node_block"), One, 400)),
        new FreeNodeReplaced(NodeId.From("node_2"), new NodeRegistration(NodeId.From("node_3"), "SN-3", null), "Failed burn-in.", Now),
    ];

    private static ListingFact Fact(PoolFact fact) => new(fact, null);

    // A dictionary of ids is written in an order of its own; one open hold and no second node keep it fixed here.
    private static Listing WithHoldsInOrder(Listing listing)
    {
        var pool = listing.Pool!;
        return listing with
        {
            Pool = pool with
            {
                Calendar = new CapacityCalendar(pool.Calendar.Origin, pool.Calendar.Supply, pool.Calendar.Holds.Where(hold => hold.Id == One)),
                Nodes = new NodeRegistry(pool.Nodes.Nodes.Where(node => node.Status == NodeStatus.Free)),
            },
        };
    }
}
