using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Capacity;

/// <summary>A pool after the event.</summary>
/// <param name="Id">The pool.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Kind">What its unit is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Whether it is on the market.</param>
/// <param name="SpareUnits">Units kept back from the market.</param>
public sealed record PoolData(PoolId Id, SiteId SiteId, PoolKind Kind, string Name, ListingStatus Status, int SpareUnits);

/// <summary>A pool that was withdrawn.</summary>
/// <param name="Id">The pool.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">That it is withdrawn.</param>
/// <param name="Reservations">Reservations that held units; each leaves by its own exit.</param>
/// <param name="Reason">The operator's words; null where none were given.</param>
public sealed record PoolWithdrawnData(PoolId Id, SiteId SiteId, string Name, ListingStatus Status, ImmutableArray<ReservationId> Reservations, string? Reason);

/// <summary>A pool's supply after it moved.</summary>
/// <param name="Id">The pool.</param>
/// <param name="Supply">Ascending steps; nothing is supplied before the first.</param>
public sealed record PoolSupplyData(PoolId Id, ImmutableArray<SupplyData> Supply);

/// <summary>From this whole UTC hour on, until the next step.</summary>
/// <param name="From">The hour.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
public sealed record SupplyData(Instant From, int Units);

/// <summary>Nodes that were registered in a pool.</summary>
/// <param name="Id">The pool.</param>
/// <param name="Nodes">The nodes that are new.</param>
public sealed record PoolNodesData(PoolId Id, ImmutableArray<NodeId> Nodes);

/// <summary>A node that was taken out of service while it was not under lease.</summary>
/// <param name="Id">The pool.</param>
/// <param name="NodeId">The node.</param>
/// <param name="ReplacementId">The node registered in its place.</param>
/// <param name="Reason">The operator's words.</param>
public sealed record PoolNodeReplacedData(PoolId Id, NodeId NodeId, NodeId ReplacementId, string Reason);

/// <summary>What is verified of a pool.</summary>
/// <param name="Id">The pool.</param>
/// <param name="Level">The level its challenges show.</param>
/// <param name="BenchmarkRunId">The challenge that shows it.</param>
/// <param name="Score">Mean score of the sample.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
public sealed record PoolLevelData(PoolId Id, VerificationLevel Level, BenchmarkRunId BenchmarkRunId, decimal? Score, Instant ExpiresAt);

/// <summary>What the operator's feed says of a pool.</summary>
internal static class PoolEvents
{
    public static readonly EventType<PoolData> Listed = new("pool.listed", "A pool was listed, as a draft.");
    public static readonly EventType<PoolData> Amended = new("pool.amended", "A pool's name, description or spares changed.");
    public static readonly EventType<PoolData> Published = new("pool.published", "A pool is on the market.");
    public static readonly EventType<PoolData> Paused = new("pool.paused", "A pool takes no new reservations for now.");
    public static readonly EventType<PoolData> OfferChanged = new("pool.offer_changed", "A pool's prices, clauses or hold times changed; quotes made before keep theirs.");
    public static readonly EventType<PoolWithdrawnData> Withdrawn = new("pool.withdrawn", "A pool was taken off the market for good.");
    public static readonly EventType<PoolSupplyData> SupplyReforecast = new("pool.supply_reforecast", "A pool's supply moved; reservations that no longer fit are told.");
    public static readonly EventType<PoolNodesData> NodesRegistered = new("pool.nodes_registered", "Nodes were registered.");

    public static readonly EventType<PoolLevelData> LevelChanged = new("pool.level_changed", "What is verified of a pool changed: a challenge was decided, or is too old to count.");

    public static readonly EventType<PoolNodeReplacedData> NodeReplaced = new("pool.node_replaced", "A node not under lease was taken out of service and another registered in its place.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(Listing after, ListingFact fact, Effects effects)
    {
        var pool = after.Pool!;
        switch (fact.Pool)
        {
            case PoolListed:
                effects.Publish(pool.OperatorId, Listed, Data(pool));
                break;
            case PoolAmended:
                effects.Publish(pool.OperatorId, Amended, Data(pool));
                break;
            case ListingStatusChanged changed:
                effects.Publish(pool.OperatorId, changed.Status == ListingStatus.Published ? Published : Paused, Data(pool));
                break;
            case ListingWithdrawn withdrawn:
                effects.Publish(pool.OperatorId, Withdrawn, new(pool.Id, pool.SiteId, pool.Name, pool.Status, withdrawn.Holders, withdrawn.Reason));
                break;
            case SupplyReforecast reforecast:
                effects.Publish(pool.OperatorId, SupplyReforecast, new(pool.Id, [.. reforecast.Supply.Select(step => new SupplyData(step.From, step.Units))]));
                break;
            case NodesRegistered registered:
                effects.Publish(pool.OperatorId, NodesRegistered, new(pool.Id, [.. registered.Nodes.Select(node => node.Id)]));
                break;
            case FreeNodeReplaced replaced:
                effects.Publish(pool.OperatorId, NodeReplaced, new(pool.Id, replaced.Out, replaced.In.Id, replaced.Reason));
                break;
            case null when fact.Verification is { } verification:
                effects.Publish(pool.OperatorId, LevelChanged, new(pool.Id, verification.Level, verification.Run, verification.Score, verification.ExpiresAt));
                break;
            case null:
                effects.Publish(pool.OperatorId, OfferChanged, Data(pool));
                break;
        }
    }

    private static PoolData Data(Pool pool) => new(pool.Id, pool.SiteId, pool.Kind, pool.Name, pool.Status, pool.SpareUnits);
}
