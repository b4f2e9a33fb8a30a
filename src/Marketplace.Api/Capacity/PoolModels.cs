using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Terms;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Capacity;

/// <summary>What a build phase gives a pool.</summary>
/// <param name="PhaseId">A phase of the pool's site.</param>
/// <param name="Units">Nodes, or kW in a power pool.</param>
internal sealed record NewAllocation(PhaseId PhaseId, [Range(1, Pool.MostUnits)] int Units)
{
    public PhaseAllocation ToAllocation() => new(PhaseId, Units, null, false, 0);
}

/// <summary>A pool of GPU nodes to list.</summary>
/// <param name="SiteId">The site it stands at, one of the caller's.</param>
/// <param name="Name">Name.</param>
/// <param name="Sku">Id of a GPU in the hardware catalogue.</param>
/// <param name="GpusPerNode">GPUs in one node.</param>
/// <param name="KilowattsPerNode">kW of critical IT load one node draws, to the watt.</param>
/// <param name="Interconnect">Link between the GPUs of a node.</param>
/// <param name="Fabric">Network between the nodes.</param>
/// <param name="Phases">Nodes that each build phase gives.</param>
/// <param name="Description">What the operator says of it.</param>
/// <param name="SpareNodes">Nodes kept back as spares.</param>
internal sealed record NewGpuPool(
    SiteId SiteId,
    [Length(1, 200)] string Name,
    [Length(1, SkuId.Longest)] string Sku,
    [Range(1, 576)] int GpusPerNode,
    [Range(0.001, 2000)] decimal KilowattsPerNode,
    [Length(1, 200)] string Interconnect,
    [Length(1, 200)] string Fabric,
    [Items(1, Pool.MostPhases)] ImmutableArray<NewAllocation> Phases,
    [Length(0, 2000)] string? Description = null,
    [Range(0, Pool.MostUnits)] int SpareNodes = 0)
{
    public static NewGpuPool Example { get; } = new(
        SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "Abilene H100", "nvidia-h100-sxm5-80gb", 8, 10.2m, "NVLink 4", "InfiniBand NDR 400, rail-optimised", [new NewAllocation(PhaseId.From("phase_4k2m7qz3v5xw6a2bc4d5e6f7ga"), 64)], "Liquid cooled.", 2);

    public ListPool ToCommand(PoolId id, OrganizationId caller, Faults faults, string path = "")
    {
        var known = HardwareCatalogue.TryFind(Sku, out var model) && model.Kind == HardwareKind.Gpu;
        faults.Require(known, path + "sku", Faults.NotAllowed, "The hardware catalogue has no such GPU; see GET /v1/hardware.");
        PoolModel.CheckPhases(Phases, faults, path);
        return new ListPool
        {
            Id = id,
            OperatorId = caller,
            SiteId = SiteId,
            Kind = PoolKind.Gpu,
            Name = Name,
            Description = Description,
            Hardware = known ? new NodeHardware(model!.Id, GpusPerNode, Interconnect, Fabric) : null,
            KilowattsPerUnit = KilowattsPerNode,
            SpareUnits = SpareNodes,
            Allocations = [.. Phases.Select(phase => phase.ToAllocation())],
        };
    }
}

/// <summary>A pool of power to list, for hardware that tenants bring.</summary>
/// <param name="SiteId">The site it stands at, one of the caller's.</param>
/// <param name="Name">Name.</param>
/// <param name="Phases">kW of critical IT load that each build phase gives.</param>
/// <param name="Description">What the operator says of it.</param>
/// <param name="SpareKilowatts">kW kept back.</param>
internal sealed record NewPowerPool(
    SiteId SiteId,
    [Length(1, 200)] string Name,
    [Items(1, Pool.MostPhases)] ImmutableArray<NewAllocation> Phases,
    [Length(0, 2000)] string? Description = null,
    [Range(0, Pool.MostUnits)] int SpareKilowatts = 0)
{
    public static NewPowerPool Example { get; } = new(
        SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"), "Abilene hall 2", [new NewAllocation(PhaseId.From("phase_4k2m7qz3v5xw6a2bc4d5e6f7ga"), 12_000)], "Direct liquid cooling to 80 kW a rack.");

    public ListPool ToCommand(PoolId id, OrganizationId caller, Faults faults, string path = "")
    {
        PoolModel.CheckPhases(Phases, faults, path);
        return new ListPool
        {
            Id = id,
            OperatorId = caller,
            SiteId = SiteId,
            Kind = PoolKind.Power,
            Name = Name,
            Description = Description,
            KilowattsPerUnit = 1,
            SpareUnits = SpareKilowatts,
            Allocations = [.. Phases.Select(phase => phase.ToAllocation())],
        };
    }
}

/// <summary>GPU pools to list, each like a single one.</summary>
/// <param name="Pools">The pools.</param>
internal sealed record NewGpuPools([Items(1, 50)] ImmutableArray<NewGpuPool> Pools)
{
    public static NewGpuPools Example { get; } = new([NewGpuPool.Example]);
}

/// <summary>Power pools to list, each like a single one.</summary>
/// <param name="Pools">The pools.</param>
internal sealed record NewPowerPools([Items(1, 50)] ImmutableArray<NewPowerPool> Pools)
{
    public static NewPowerPools Example { get; } = new([NewPowerPool.Example]);
}

/// <summary>What became of one pool of many.</summary>
/// <param name="Pool">The pool, if it was listed.</param>
/// <param name="Code">Code of the refusal, if it was refused.</param>
/// <param name="Detail">What is wrong, if it was refused.</param>
internal sealed record PoolOutcome(PoolModel? Pool, string? Code, string? Detail);

/// <summary>What became of each pool, in the order sent.</summary>
/// <param name="Outcomes">One for each.</param>
internal sealed record PoolOutcomes(ImmutableArray<PoolOutcome> Outcomes)
{
    public static PoolOutcomes Example { get; } = new([new PoolOutcome(PoolModel.Example, null, null), new PoolOutcome(null, "phase_power_exceeded", "The phase has 200 kW left.")]);
}

/// <summary>Changes to a pool; what is absent stays.</summary>
/// <param name="Name">New name.</param>
/// <param name="Description">New description.</param>
/// <param name="SpareUnits">New number of units kept back; more of them may displace reservations.</param>
internal sealed record PoolChanges([Length(1, 200)] string? Name, [Length(0, 2000)] string? Description, [Range(0, Pool.MostUnits)] int? SpareUnits)
{
    public static PoolChanges Example { get; } = new("Abilene H100, row B", null, 4);
}

/// <summary>What one build phase shall give a pool from now on.</summary>
/// <param name="Units">Nodes, or kW in a power pool; fewer may displace reservations.</param>
internal sealed record PhaseUnits([Range(1, Pool.MostUnits)] int Units)
{
    public static PhaseUnits Example { get; } = new(96);
}

/// <summary>A step of supply.</summary>
/// <param name="From">From this whole UTC hour on.</param>
/// <param name="Units">Units that may be reserved.</param>
internal sealed record SupplyModel(Instant From, int Units);

/// <summary>What a build phase gives a pool.</summary>
/// <param name="PhaseId">The phase.</param>
/// <param name="Units">Nodes, or kW in a power pool.</param>
/// <param name="ReadyFrom">When it counts as supply, as now known; null when it never will.</param>
/// <param name="Delivered">Whether it is in service.</param>
internal sealed record AllocationModel(PhaseId PhaseId, int Units, Instant? ReadyFrom, bool Delivered);

/// <summary>What the nodes of a GPU pool are.</summary>
/// <param name="Sku">Id in the hardware catalogue.</param>
/// <param name="GpusPerNode">GPUs in one node.</param>
/// <param name="Interconnect">Link between the GPUs of a node.</param>
/// <param name="Fabric">Network between the nodes.</param>
internal sealed record NodeHardwareModel(SkuId Sku, int GpusPerNode, string Interconnect, string Fabric);

/// <summary>A pool of interchangeable nodes, or of kW of critical IT load.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Kind">What its unit is: a node of GPUs, or a kW.</param>
/// <param name="OperatorId">Who offers it.</param>
/// <param name="SiteId">Where it stands.</param>
/// <param name="Name">Name.</param>
/// <param name="Description">What the operator says of it.</param>
/// <param name="Status">Whether it is on the market.</param>
/// <param name="Hardware">What its nodes are; null in a power pool.</param>
/// <param name="KilowattsPerUnit">kW of critical IT load one unit draws.</param>
/// <param name="SpareUnits">Units kept back as spares.</param>
/// <param name="Phases">What each build phase gives.</param>
/// <param name="Supply">Units that may be reserved, over time.</param>
/// <param name="Offer">Prices, terms and hold times; null until set.</param>
/// <param name="Nodes">Nodes registered, retired ones included.</param>
/// <param name="Verification">What its newest decided challenge shows; null before the first, when everything is its operator's word.</param>
/// <param name="CreatedAt">Market time of listing.</param>
internal sealed record PoolModel(
    PoolId Id,
    PoolKind Kind,
    OrganizationId OperatorId,
    SiteId SiteId,
    string Name,
    string? Description,
    ListingStatus Status,
    NodeHardwareModel? Hardware,
    decimal KilowattsPerUnit,
    int SpareUnits,
    ImmutableArray<AllocationModel> Phases,
    ImmutableArray<SupplyModel> Supply,
    OfferModel? Offer,
    int Nodes,
    VerificationModel? Verification,
    Instant CreatedAt)
{
    public static PoolModel Example { get; } = new(
        PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        PoolKind.Gpu,
        OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        SiteId.From("site_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        "Abilene H100",
        "Liquid cooled.",
        ListingStatus.Published,
        new NodeHardwareModel(SkuId.From("nvidia-h100-sxm5-80gb"), 8, "NVLink 4", "InfiniBand NDR 400, rail-optimised"),
        10.2m,
        2,
        [new AllocationModel(PhaseId.From("phase_4k2m7qz3v5xw6a2bc4d5e6f7ga"), 64, Instant.FromUtc(2027, 3, 1, 6, 0), false)],
        [new SupplyModel(Instant.FromUtc(2027, 3, 1, 6, 0), 62)],
        OfferModel.Example,
        0,
        VerificationModel.Example,
        Instant.FromUtc(2026, 6, 1, 9, 0));

    public static PoolModel Of(PoolSummary pool) => new(
        pool.Id,
        pool.Kind,
        pool.OperatorId,
        pool.SiteId,
        pool.Name,
        pool.Description,
        pool.Status,
        pool.Hardware is { } hardware ? new NodeHardwareModel(hardware.Sku, hardware.GpusPerNode, hardware.Interconnect, hardware.Fabric) : null,
        pool.KilowattsPerUnit,
        pool.SpareUnits,
        [.. pool.Allocations.Select(allocation => new AllocationModel(allocation.PhaseId, allocation.Units, allocation.Rfs, allocation.Delivered))],
        [.. pool.Supply.Select(step => new SupplyModel(step.From, step.Units))],
        pool.Offer is { } offer ? OfferModel.Of(offer) : null,
        pool.NodeCount,
        VerificationModel.Of(pool),
        pool.CreatedAt);

    public static void CheckPhases(ImmutableArray<NewAllocation> phases, Faults faults, string path) => faults.Require(
        phases.DistinctBy(phase => phase.PhaseId).Count() == phases.Length, path + "phases", Faults.Inconsistent, "Each phase is named once.");
}
