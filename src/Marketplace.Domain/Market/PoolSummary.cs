using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Domain.Market;

/// <summary>All that a listing says of itself, without its holds and nodes.</summary>
public sealed record PoolSummary
{
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

    /// <summary>What each phase gives.</summary>
    public ImmutableArray<PhaseAllocation> Allocations { get; init; } = [];

    /// <summary>Ascending steps of supply; nothing is supplied before the first.</summary>
    public ImmutableArray<SupplyStep> Supply { get; init; } = [];

    /// <summary>Whether it is on the market.</summary>
    public required ListingStatus Status { get; init; }

    /// <summary>Prices, clauses and hold times; null until set.</summary>
    public PoolOffer? Offer { get; init; }

    /// <summary>Nodes registered, retired ones included.</summary>
    public int NodeCount { get; init; }

    /// <summary>What the newest decided challenge says of it; null before the first.</summary>
    public PoolVerification? Verification { get; init; }

    /// <summary>When it was listed.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>GPUs in one unit; 0 in a power pool.</summary>
    [JsonIgnore]
    public int GpusPerUnit => Hardware?.GpusPerNode ?? 0;

    /// <summary>Summarises a listed pool.</summary>
    public static PoolSummary Of(Pool pool, PoolOffer? offer, PoolVerification? verification = null) => new()
    {
        Id = pool.Id,
        OperatorId = pool.OperatorId,
        SiteId = pool.SiteId,
        Kind = pool.Kind,
        Name = pool.Name,
        Description = pool.Description,
        Hardware = pool.Hardware,
        KilowattsPerUnit = pool.KilowattsPerUnit,
        SpareUnits = pool.SpareUnits,
        Allocations = pool.Allocations,
        Supply = pool.Calendar.Supply,
        Status = pool.Status,
        Offer = offer,
        Verification = verification,
        NodeCount = pool.Nodes.Count,
        CreatedAt = pool.CreatedAt,
    };

    /// <summary>The greatest supply by what is planned now, from its first hour; null while nothing is supplied.</summary>
    [JsonIgnore]
    public SupplyStep? GreatestSupply => Supply.IsEmpty ? null : Supply.MaxBy(step => step.Units);

    /// <summary>Whether any hour of <paramref name="term"/> relies on a phase that is not in service.</summary>
    public bool IsPreBuild(Term term, int units) => Pool.SupplyOf(Allocations.Where(allocation => allocation.Delivered), SpareUnits)
        .LastOrDefault(step => step.From <= term.Start).Units < units;
}
