using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Capacity;

public sealed class PoolTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 30);
    private static readonly Instant Rfs = Instant.FromUtc(2026, 6, 1, 5, 0);
    private static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    private static readonly OrganizationId Other = OrganizationId.From("org_other");
    private static readonly PhaseId One = PhaseId.From("phase_1");
    private static readonly PhaseId Two = PhaseId.From("phase_2");

    private static readonly ListPool Listing = new()
    {
        Id = PoolId.From("pool_1"),
        OperatorId = Operator,
        SiteId = SiteId.From("site_1"),
        Kind = PoolKind.Gpu,
        Name = "H100",
        Hardware = new NodeHardware(SkuId.From("nvidia-h100-sxm5-80gb"), 8, "NVLink 4", "InfiniBand NDR 400"),
        KilowattsPerUnit = 10.2m,
        SpareUnits = 2,
        Allocations = [new PhaseAllocation(One, 10, Rfs, false, 0), new PhaseAllocation(Two, 20, Rfs + Duration.FromDays(90), false, 0)],
    };

    [Fact]
    public void Supply_steps_up_as_phases_become_ready_less_the_spares() => Assert.Equal(
        [new SupplyStep(Rfs, 8), new SupplyStep(Rfs + Duration.FromDays(90), 28)],
        Listed().Calendar.Supply);

    [Fact]
    public void A_phase_counts_from_the_next_whole_hour_and_one_without_a_date_never() => Assert.Equal(
        [new SupplyStep(Rfs, 10)],
        Pool.SupplyOf([new PhaseAllocation(One, 10, Rfs - Duration.FromMinutes(1), false, 0), new PhaseAllocation(Two, 20, null, false, 0)], 0));

    [Fact]
    public void More_spares_than_units_leave_no_supply() =>
        Assert.Empty(Pool.SupplyOf([new PhaseAllocation(One, 10, Rfs, false, 0)], 11));

    public static TheoryData<string, ListPool> Misshapen => new()
    {
        { "pool_text_invalid", Listing with { Name = "" } },
        { "pool_text_invalid", Listing with { Name = new string('a', 201) } },
        { "pool_text_invalid", Listing with { Description = new string('a', 2001) } },
        { "hardware_invalid", Listing with { Hardware = null } },
        { "hardware_invalid", Listing with { Kind = PoolKind.Power } },
        { "hardware_invalid", Listing with { Kind = PoolKind.Power, Hardware = null } },
        { "hardware_invalid", Listing with { Hardware = Listing.Hardware! with { Sku = SkuId.From("no-such-gpu") } } },
        { "hardware_invalid", Listing with { Hardware = Listing.Hardware! with { GpusPerNode = 0 } } },
        { "hardware_invalid", Listing with { KilowattsPerUnit = 0 } },
        { "hardware_invalid", Listing with { KilowattsPerUnit = 10.2345m } },
        { "allocations_invalid", Listing with { SpareUnits = -1 } },
        { "allocations_invalid", Listing with { Allocations = [] } },
        { "allocations_invalid", Listing with { Allocations = [new PhaseAllocation(One, 0, Rfs, false, 0)] } },
        { "allocations_invalid", Listing with { Allocations = [new PhaseAllocation(One, 1, Rfs, false, 0), new PhaseAllocation(One, 1, Rfs, false, 0)] } },
        { "allocations_invalid", Listing with { Allocations = [new PhaseAllocation(One, 100_000_001, Rfs, false, 0)] } },
    };

    [Theory]
    [MemberData(nameof(Misshapen))]
    public void What_cannot_be_a_pool_is_refused(string code, ListPool command) =>
        Assert.Equal(code, Pool.Decide(null, command, "hash", Now).Refusal?.Code);

    [Fact]
    public void A_power_pool_counts_in_single_kilowatts() =>
        Assert.Null(Pool.Decide(null, Listing with { Kind = PoolKind.Power, Hardware = null, KilowattsPerUnit = 1 }, "hash", Now).Refusal);

    [Theory]
    [InlineData(ListingStatus.Draft, ListingStatus.Published, true)]
    [InlineData(ListingStatus.Draft, ListingStatus.Paused, false)]
    [InlineData(ListingStatus.Published, ListingStatus.Paused, true)]
    [InlineData(ListingStatus.Paused, ListingStatus.Published, true)]
    [InlineData(ListingStatus.Withdrawn, ListingStatus.Published, false)]
    [InlineData(ListingStatus.Published, ListingStatus.Draft, false)]
    [InlineData(ListingStatus.Published, ListingStatus.Withdrawn, false)]
    public void A_listing_takes_the_steps_of_its_table(ListingStatus from, ListingStatus to, bool allowed) => Assert.Equal(
        allowed ? null : "listing_status_conflict",
        Pool.Decide(Listed() with { Status = from }, new ChangeListing(Operator, to)).Refusal?.Code);

    [Fact]
    public void Nobody_but_the_operator_changes_a_pool()
    {
        var pool = Listed();
        string?[] codes =
        [
            Pool.Decide(pool, new AmendPool(Other, "x", null, null)).Refusal?.Code,
            Pool.Decide(pool, new ChangeListing(Other, ListingStatus.Published)).Refusal?.Code,
            Pool.Decide(pool, new WithdrawPool(Other)).Refusal?.Code,
            Pool.Decide(pool, new RegisterNodes(Other, Nodes(1, 2)), Now).Refusal?.Code,
            Pool.Decide(pool, new SubstituteNode(Other, Reservation, Node(1), null, "It failed.")).Refusal?.Code,
        ];
        Assert.All(codes, code => Assert.Equal("pool_not_found", code));
    }

    [Fact]
    public void A_withdrawal_keeps_the_operators_words() => Assert.Equal(
        "The utility cut us off.", Assert.IsType<ListingWithdrawn>(Assert.Single(Listed().Withdraw("The utility cut us off.").Facts)).Reason);

    [Fact]
    public void Withdrawing_names_who_holds_units_and_power_is_free_when_nobody_does()
    {
        var pool = Held();
        pool = Do(pool, Pool.Decide(pool, new WithdrawPool(Operator)), out var facts);
        Assert.Equal([Reservation], Assert.IsType<ListingWithdrawn>(Assert.Single(facts)).Holders);
        Assert.False(pool.MayFreePower);
        Assert.Equal("pool_not_listed", Pool.Decide(pool, new ResizeHold(Reservation, [new HoldSegment(Summer, 1)])).Refusal?.Code);
        Assert.Empty(Pool.Decide(pool, new WithdrawPool(Operator)).Facts);

        pool = Do(pool, Pool.Decide(pool, new ReleaseHold(Reservation, HoldStatus.Released), Now), out _);
        Assert.True(pool.MayFreePower);
        pool = Do(pool, pool.FreePower(), out _);
        Assert.Empty(pool.Allocations);
        Assert.Empty(pool.Calendar.Supply);
    }

    [Fact]
    public void The_newest_word_on_a_phase_counts_and_moves_supply()
    {
        var pool = Held();
        var slip = new ReschedulePhase(One, Rfs + Duration.FromDays(30), false, 2);
        pool = Do(pool, Pool.Decide(pool, slip), out var facts);
        Assert.Equal(["PhaseAllocated", "SupplyReforecast", "UnitsDisplaced"], facts.Select(fact => fact.GetType().Name));
        Assert.Empty(Pool.Decide(pool, slip).Facts);
        Assert.Empty(Pool.Decide(pool, slip with { Rfs = Rfs, Revision = 1 }).Facts);
        Assert.Empty(Pool.Decide(pool, slip with { PhaseId = PhaseId.From("phase_9"), Revision = 9 }).Facts);

        pool = Do(pool, Pool.Decide(pool, slip with { Rfs = Rfs, Revision = 3 }), out facts);
        Assert.Contains(facts, fact => fact is UnitsRestored { Displaced.IsEmpty: true });
        Assert.Equal(8, pool.Calendar.PeakHeld(Summer));
    }

    [Fact]
    public void Nodes_are_registered_once_and_no_more_than_phases_supply()
    {
        var pool = Listed();
        pool = Do(pool, Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 29)), Now), out _);

        Assert.Empty(Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 29)), Now).Facts);
        Assert.Equal("nodes_exceed_supply", Pool.Decide(pool, new RegisterNodes(Operator, Nodes(30, 31)), Now).Refusal?.Code);
        Assert.Equal("node_serial_taken", Pool.Decide(pool, new RegisterNodes(Operator, [new NodeRegistration(Node(99), "SN-1", null)]), Now).Refusal?.Code);
        Assert.Equal("nodes_invalid", Pool.Decide(pool, new RegisterNodes(Operator, []), Now).Refusal?.Code);
        Assert.Equal("nodes_invalid", Pool.Decide(pool, new RegisterNodes(Operator, [.. Nodes(30, 30), .. Nodes(30, 30)]), Now).Refusal?.Code);
    }

    [Fact]
    public void Nodes_go_to_confirmed_holds_and_no_node_to_two()
    {
        var pool = Held();
        pool = Do(pool, Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 10)), Now), out _);
        Assert.Equal("hold_not_confirmed", Pool.Decide(pool, new AssignNodes(Reservation, [], 1)).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, new ConfirmHold(Reservation, Now)), out _);
        Assert.Equal("supply_not_in_service", Pool.Decide(pool, new AssignNodes(Reservation, [Node(3)])).Refusal?.Code);
        pool = InService(pool);
        pool = Do(pool, Pool.Decide(pool, new AssignNodes(Reservation, [Node(3)])), out _);
        pool = Do(pool, Pool.Decide(pool, new AssignNodes(Reservation, [], 8)), out _);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], pool.Nodes.Of(Reservation).Select(node => node.Order));
        Assert.Empty(Pool.Decide(pool, new AssignNodes(Reservation, [], 8)).Facts);
        Assert.Equal("nodes_exceed_hold", Pool.Decide(pool, new AssignNodes(Reservation, [], 9)).Refusal?.Code);
        Assert.Equal("node_not_found", Pool.Decide(pool, new AssignNodes(Reservation, [Node(77)])).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(3), Node(10), "It failed.")), out _);
        Assert.Empty(Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(3), Node(10), "It failed.")).Facts);
        Assert.Equal((NodeStatus.Retired, "It failed."), (pool.Nodes.Find(Node(3))!.Status, pool.Nodes.Find(Node(3))!.Reason));
        Assert.Equal("node_not_free", Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(1), Node(2), "It failed.")).Refusal?.Code);
        Assert.Equal("node_not_assigned", Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(9), null, "It failed.")).Refusal?.Code);
        pool = Do(pool, Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(1), null, "It failed.")), out _);
        Assert.Equal("nodes_not_available", Pool.Decide(pool, new SubstituteNode(Operator, Reservation, Node(2), null, "It failed.")).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, new ReleaseHold(Reservation, HoldStatus.Released), Now), out var facts);
        Assert.Equal(["HoldEnded", "NodesReturned"], facts.Select(fact => fact.GetType().Name));
        Assert.Equal(8, pool.Nodes.Free.Count());
    }

    [Fact]
    public void What_was_handed_over_is_not_taken_out_of_the_pool()
    {
        var pool = Do(Held(), Pool.Decide(Held(), new ConfirmHold(Reservation, Now)), out _);
        pool = InService(pool);
        pool = Do(pool, Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 10)), Now), out _);
        pool = Do(pool, Pool.Decide(pool, new AssignNodes(Reservation, [], 5)), out _);
        var (four, five) = (pool.Allocations[0] with { Units = 4 }, pool.Allocations[0] with { Units = 5 });

        Assert.Equal(("units_handed_over", "units"), Codes(Pool.Decide(pool, new AllocatePhase(four))));
        Assert.Equal(("units_handed_over", "spareUnits"), Codes(Pool.Decide(pool, new AmendPool(Operator, null, null, 6))));
        Assert.Equal("units_handed_over", pool.RefuseRetraction(One)?.Code);
        Assert.Null(pool.RefuseRetraction(Two));
        Assert.Null(Do(pool, Pool.Decide(pool, new ReschedulePhase(Two, Rfs, true, 9)), out _).RefuseRetraction(One));
        Assert.Null(Pool.Decide(pool, new AllocatePhase(pool.Allocations[1] with { Units = 1 })).Refusal);
        Assert.Null(Pool.Decide(pool, new AmendPool(Operator, null, null, 5)).Refusal);
        pool = Do(pool, Pool.Decide(pool, new AllocatePhase(five)), out var facts);
        Assert.Contains(facts, fact => fact is UnitsDisplaced);
        Assert.Equal("supply_not_in_service", Pool.Decide(pool, new AssignNodes(Reservation, [], 6)).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, new ReturnNodes(Reservation, [Node(1)])), out _);
        Assert.Null(Pool.Decide(pool, new AllocatePhase(four)).Refusal);

        static (string?, string?) Codes(Decision<PoolFact> decision) => (decision.Refusal?.Code, decision.Refusal?.Field);
    }

    [Fact]
    public void Supply_that_falls_short_is_taken_from_what_was_not_handed_over_whoever_signed_first()
    {
        var early = ReservationId.From("rsv_early");
        var pool = Do(Listed(), Pool.Decide(Listed(), new AmendPool(Operator, null, null, 0)), out _);
        pool = Do(pool, Pool.Decide(pool, new ChangeListing(Operator, ListingStatus.Published)), out _);
        foreach (var (id, signed) in new[] { (early, Now), (Reservation, Now + Duration.FromDays(1)) })
        {
            pool = Do(pool, Pool.Decide(pool, new PlaceHold(id, Other, [new HoldSegment(Summer, 5)]), Now), out _);
            pool = Do(pool, Pool.Decide(pool, new ConfirmHold(id, signed)), out _);
        }

        pool = InService(pool);
        pool = Do(pool, Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 10)), Now), out _);
        pool = Do(pool, Pool.Decide(pool, new AssignNodes(Reservation, [], 3)), out _);
        pool = Do(pool, Pool.Decide(pool, new AllocatePhase(pool.Allocations[0] with { Units = 4 })), out var facts);

        Assert.Equal(
            [(Reservation, 2), (early, 4)],
            facts.OfType<UnitsDisplaced>().Select(fact => (fact.Id, Assert.Single(fact.Displaced).Units)));

        // Not even a phase that is taken back altogether leaves units with nobody while there are others to displace.
        pool = Do(pool, Pool.Decide(pool, new ReschedulePhase(One, null, false, 9)), out facts);
        Assert.Equal([(early, 5), (Reservation, 5)], facts.OfType<UnitsDisplaced>().Select(fact => (fact.Id, Assert.Single(fact.Displaced).Units)).OrderBy(gone => gone.Id == Reservation));
        Assert.Empty(pool.Calendar.Faults());
    }

    [Fact]
    public void A_power_pool_knows_what_it_handed_over_by_block()
    {
        var listing = Listing with { Kind = PoolKind.Power, Hardware = null, KilowattsPerUnit = 1, SpareUnits = 0 };
        var pool = Pool.Evolve(null, Assert.Single(Pool.Decide(null, listing, "hash", Now).Facts));
        pool = Do(pool, Pool.Decide(pool, new ChangeListing(Operator, ListingStatus.Published)), out _);
        pool = Do(pool, Pool.Decide(pool, new PlaceHold(Reservation, Other, [new HoldSegment(Summer, 8)]), Now), out _);
        Assert.Equal("hold_not_confirmed", Pool.Decide(pool, new HandOverPower(Reservation, Node(1), 5)).Refusal?.Code);
        pool = Do(pool, Pool.Decide(pool, new ConfirmHold(Reservation, Now)), out _);
        Assert.Equal("supply_not_in_service", Pool.Decide(pool, new HandOverPower(Reservation, Node(1), 5)).Refusal?.Code);

        pool = InService(pool);
        pool = Do(pool, Pool.Decide(pool, new HandOverPower(Reservation, Node(1), 5)), out _);
        Assert.Empty(Pool.Decide(pool, new HandOverPower(Reservation, Node(1), 5)).Facts);
        Assert.Equal("nodes_exceed_hold", Pool.Decide(pool, new HandOverPower(Reservation, Node(2), 4)).Refusal?.Code);
        Assert.Equal("units_handed_over", Pool.Decide(pool, new AllocatePhase(pool.Allocations[0] with { Units = 4 })).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, new ReturnNodes(Reservation, [Node(1), Node(2)])), out _);
        Assert.Equal(0, pool.HandedOverUnits);
        pool = Do(pool, Pool.Decide(pool, new HandOverPower(Reservation, Node(3), 8)), out _);
        pool = Do(pool, Pool.Decide(pool, new ReleaseHold(Reservation, HoldStatus.Released), Now), out _);
        Assert.Empty(pool.Blocks);
    }

    [Fact]
    public void A_node_without_a_lease_is_replaced_in_the_pool()
    {
        var pool = Do(Held(), Pool.Decide(Held(), new ConfirmHold(Reservation, Now)), out _);
        pool = InService(pool);
        pool = Do(pool, Pool.Decide(pool, new RegisterNodes(Operator, Nodes(1, 3)), Now), out _);
        pool = Do(pool, Pool.Decide(pool, new AssignNodes(Reservation, [Node(1)])), out _);
        var replace = new ReplaceFreeNode(Operator, Node(2), new NodeRegistration(Node(9), "SN-9", null), "Failed burn-in.");

        Assert.Equal("pool_not_found", Pool.Decide(pool, replace with { Actor = Other }, Now).Refusal?.Code);
        Assert.Equal("node_not_found", Pool.Decide(pool, replace with { Out = Node(7) }, Now).Refusal?.Code);
        Assert.Equal("node_not_free", Pool.Decide(pool, replace with { Out = Node(1) }, Now).Refusal?.Code);
        Assert.Equal("node_serial_taken", Pool.Decide(pool, replace with { In = new NodeRegistration(Node(9), "SN-3", null) }, Now).Refusal?.Code);
        Assert.Equal("nodes_invalid", Pool.Decide(pool, replace with { In = new NodeRegistration(Node(9), "", null) }, Now).Refusal?.Code);

        pool = Do(pool, Pool.Decide(pool, replace, Now), out _);
        Assert.Empty(Pool.Decide(pool, replace, Now).Facts);
        Assert.Equal([Node(3), Node(9)], pool.Nodes.Free);
        Assert.Equal((NodeStatus.Retired, "Failed burn-in."), (pool.Nodes.Find(Node(2))!.Status, pool.Nodes.Find(Node(2))!.Reason));
        Assert.Equal(1, pool.HandedOverUnits);
    }

    private static Pool InService(Pool pool) => Do(pool, Pool.Decide(pool, new ReschedulePhase(One, Rfs, true, pool.Allocations[0].Revision + 1)), out _);

    private static ReservationId Reservation => ReservationId.From("rsv_1");

    private static Term Summer => new(Rfs, Rfs + Duration.FromDays(60));

    private static NodeId Node(int number) => NodeId.From($"node_{number}");

    private static ImmutableArray<NodeRegistration> Nodes(int from, int to) =>
        [.. Enumerable.Range(from, to - from + 1).Select(i => new NodeRegistration(Node(i), $"SN-{i}", $"rack {i}"))];

    private static Pool Listed() => Pool.Evolve(null, Assert.Single(Pool.Decide(null, Listing, "hash", Now).Facts));

    private static Pool Held()
    {
        var pool = Do(Listed(), Pool.Decide(Listed(), new ChangeListing(Operator, ListingStatus.Published)), out _);
        return Do(pool, Pool.Decide(pool, new PlaceHold(Reservation, Other, [new HoldSegment(Summer, 8)]), Now), out _);
    }

    private static Pool Do(Pool pool, Decision<PoolFact> decision, out ImmutableArray<PoolFact> facts)
    {
        Assert.Null(decision.Refusal);
        facts = decision.Facts;
        return facts.Aggregate(pool, Pool.Evolve);
    }
}
