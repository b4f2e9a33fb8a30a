using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>What a pool's unit is.</summary>
public enum PoolKind
{
    /// <summary>A node with GPUs.</summary>
    Gpu,

    /// <summary>A kW of critical IT load, for hardware the tenant brings.</summary>
    Power,
}

/// <summary>What every node of a GPU pool is.</summary>
/// <param name="Sku">Id in the hardware catalogue.</param>
/// <param name="GpusPerNode">1 to 576.</param>
/// <param name="Interconnect">Link between the GPUs of a node, such as "NVLink 4", at most 100 characters.</param>
/// <param name="Fabric">Network between nodes, such as "InfiniBand NDR 400, rail-optimised", at most 200 characters.</param>
public sealed record NodeHardware(SkuId Sku, int GpusPerNode, string Interconnect, string Fabric);

/// <summary>What one build phase gives a pool.</summary>
/// <param name="PhaseId">The phase, of the pool's site.</param>
/// <param name="Units">Units the phase gives, at least 1.</param>
/// <param name="Rfs">When it is ready for service, as now known; null when it will never be.</param>
/// <param name="Delivered">Whether it is in service.</param>
/// <param name="Revision">The phase's revision this is known from; an older one never replaces it.</param>
public sealed record PhaseAllocation(PhaseId PhaseId, int Units, Instant? Rfs, bool Delivered, int Revision);

/// <summary>kW of critical IT load that a power pool has handed over.</summary>
/// <param name="Id">The block.</param>
/// <param name="Reservation">The reservation that has it.</param>
/// <param name="Kilowatts">kW, at least 1.</param>
public sealed record PowerBlock(NodeId Id, ReservationId Reservation, int Kilowatts);

/// <summary>
/// A pool of interchangeable units at one site: what they are, from when the site's build phases supply them, and who holds
/// them. The boundary within which nothing is ever sold twice.
/// </summary>
public sealed partial record Pool
{
    /// <summary>Most phases of one pool.</summary>
    public const int MostPhases = 64;

    /// <summary>Most units of one phase: 100,000 MW in kW.</summary>
    public const int MostUnits = 100_000_000;

    /// <summary>The pool.</summary>
    public required PoolId Id { get; init; }

    /// <summary>Who offers it.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>Where it stands.</summary>
    public required SiteId SiteId { get; init; }

    /// <summary>What its unit is.</summary>
    public required PoolKind Kind { get; init; }

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What the operator says of it.</summary>
    public string? Description { get; init; }

    /// <summary>The hardware of a GPU pool; null in a power pool.</summary>
    public NodeHardware? Hardware { get; init; }

    /// <summary>kW of critical IT load one unit draws; 1 in a power pool.</summary>
    public required decimal KilowattsPerUnit { get; init; }

    /// <summary>Units kept back as spares.</summary>
    public int SpareUnits { get; init; }

    /// <summary>What each phase gives, in the order first named.</summary>
    public ImmutableArray<PhaseAllocation> Allocations { get; init; } = [];

    /// <summary>Whether it is on the market.</summary>
    public required ListingStatus Status { get; init; }

    /// <summary>Hash of the request that listed it.</summary>
    public required string InputHash { get; init; }

    /// <summary>When it was listed.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>Its physical nodes; none in a power pool.</summary>
    public required NodeRegistry Nodes { get; init; }

    /// <summary>Blocks of kW that are handed over; none in a GPU pool, whose nodes say so themselves.</summary>
    public ImmutableArray<PowerBlock> Blocks { get; init; } = [];

    /// <summary>Who holds how many units when.</summary>
    public required CapacityCalendar Calendar { get; init; }

    /// <summary>
    /// Supply over time: what the phases ready for service by then give, less the spares. A phase counts from the first whole
    /// UTC hour at or after its date.
    /// </summary>
    public static ImmutableArray<SupplyStep> SupplyOf(IEnumerable<PhaseAllocation> allocations, int spareUnits)
    {
        var steps = ImmutableArray.CreateBuilder<SupplyStep>();
        var delivered = 0L;
        foreach (var due in allocations.Where(allocation => allocation.Rfs is not null).GroupBy(allocation => Term.CeilingHour(allocation.Rfs!.Value)).OrderBy(group => group.Key))
        {
            delivered += due.Sum(allocation => (long)allocation.Units);
            var units = (int)Math.Clamp(delivered - spareUnits, 0, MostUnits);
            if (units != (steps.Count == 0 ? 0 : steps[^1].Units))
            {
                steps.Add(new SupplyStep(due.Key, units));
            }
        }

        return steps.ToImmutable();
    }

    /// <summary>The pool after a fact.</summary>
    /// <exception cref="InvalidOperationException">The fact does not fit the pool.</exception>
    public static Pool Evolve(Pool? pool, PoolFact fact) => fact switch
    {
        PoolListed listed => new Pool
        {
            Id = listed.As.Id,
            OperatorId = listed.As.OperatorId,
            SiteId = listed.As.SiteId,
            Kind = listed.As.Kind,
            Name = listed.As.Name,
            Description = listed.As.Description,
            Hardware = listed.As.Hardware,
            KilowattsPerUnit = listed.As.KilowattsPerUnit,
            SpareUnits = listed.As.SpareUnits,
            Allocations = listed.As.Allocations,
            Status = ListingStatus.Draft,
            InputHash = listed.InputHash,
            CreatedAt = listed.At,
            Nodes = NodeRegistry.Empty,
            Calendar = CapacityCalendar.StartingAt(listed.At).Evolve(new SupplyReforecast(SupplyOf(listed.As.Allocations, listed.As.SpareUnits))),
        },
        _ => EvolveListed(pool ?? throw new InvalidOperationException($"{fact.GetType().Name} of a pool that was never listed."), fact),
    };

    private static Pool EvolveListed(Pool pool, PoolFact fact) => fact switch
    {
        PoolAmended amended => pool with { Name = amended.Name, Description = amended.Description, SpareUnits = amended.SpareUnits },
        ListingStatusChanged changed => pool.Step(changed.Status),
        ListingWithdrawn => pool.Step(ListingStatus.Withdrawn),
        PowerFreed => pool with { Allocations = [] },
        PhaseAllocated allocated => pool with { Allocations = With(pool.Allocations, allocated.Allocation) },
        PowerHandedOver handed => pool with { Blocks = pool.Blocks.Add(handed.Block) },
        NodesReturned returned when pool.Kind == PoolKind.Power => pool with { Blocks = pool.Blocks.RemoveAll(block => returned.Nodes.Contains(block.Id)) },
        NodesRegistered or NodesAssigned or NodesReturned or NodeReplaced or FreeNodeReplaced => pool with { Nodes = pool.Nodes.Evolve(fact) },
        _ => pool with { Calendar = pool.Calendar.Evolve(fact) },
    };

    private static ImmutableArray<PhaseAllocation> With(ImmutableArray<PhaseAllocation> allocations, PhaseAllocation changed)
    {
        for (var i = 0; i < allocations.Length; i++)
        {
            if (allocations[i].PhaseId == changed.PhaseId)
            {
                return allocations.SetItem(i, changed);
            }
        }

        return allocations.Add(changed);
    }

    private Pool Step(ListingStatus next) => ListingSteps.Next[Status].Contains(next)
        ? this with { Status = next }
        : throw new InvalidOperationException($"A listing cannot go from {Status} to {next}.");
}
