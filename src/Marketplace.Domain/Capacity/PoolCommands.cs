using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>Lists a pool as a draft. Its allocations start at zero supply until the site's phases answer with their dates.</summary>
public sealed record ListPool
{
    /// <summary>The pool's id.</summary>
    public required PoolId Id { get; init; }

    /// <summary>Who offers it.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>Where it stands.</summary>
    public required SiteId SiteId { get; init; }

    /// <summary>What its unit is.</summary>
    public required PoolKind Kind { get; init; }

    /// <summary>Name, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What the operator says of it, at most 2,000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The hardware of a GPU pool; null in a power pool.</summary>
    public NodeHardware? Hardware { get; init; }

    /// <summary>kW of critical IT load one unit draws: above 0, at most 2,000 for a node; exactly 1 in a power pool.</summary>
    public required decimal KilowattsPerUnit { get; init; }

    /// <summary>Units kept back from the market as spares: supply is this much less than what the phases deliver.</summary>
    public int SpareUnits { get; init; }

    /// <summary>What each phase gives, with its date as the site knows it; 1 to 64 phases, each once.</summary>
    public required ImmutableArray<PhaseAllocation> Allocations { get; init; }
}

/// <summary>Changes what is null-free of a pool's profile.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Name">New name, 1 to 200 characters; null keeps it.</param>
/// <param name="Description">New description, at most 2,000 characters; null keeps it.</param>
/// <param name="SpareUnits">New spares, 0 or more; null keeps them. More spares may displace holds.</param>
public sealed record AmendPool(OrganizationId Actor, string? Name, string? Description, int? SpareUnits);

/// <summary>Publishes or pauses a listing. Repeating it changes nothing.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Status"><see cref="ListingStatus.Published"/> or <see cref="ListingStatus.Paused"/>.</param>
public sealed record ChangeListing(OrganizationId Actor, ListingStatus Status);

/// <summary>Takes a pool off the market for good. Repeating it changes nothing.</summary>
/// <param name="Actor">The operator.</param>
public sealed record WithdrawPool(OrganizationId Actor);

/// <summary>Says what a phase gives the pool and from when. What falls short is displaced in fair order.</summary>
/// <param name="Allocation">Replaces what was known of the phase.</param>
public sealed record AllocatePhase(PhaseAllocation Allocation);

/// <summary>Moves the date of a phase that is allocated; of any other phase it changes nothing.</summary>
/// <param name="PhaseId">The phase.</param>
/// <param name="Rfs">When it is ready for service, as now known; null when it will never be.</param>
/// <param name="Delivered">Whether it is in service.</param>
/// <param name="Revision">The phase's revision; one not above what the pool knows changes nothing.</param>
public sealed record ReschedulePhase(PhaseId PhaseId, Instant? Rfs, bool Delivered, int Revision);

/// <summary>Registers physical nodes of a GPU pool, 1 to 1,000 at once. A node registered before with the same serial changes nothing.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Nodes">Ids, serials and labels; ids and serials each once.</param>
public sealed record RegisterNodes(OrganizationId Actor, ImmutableArray<NodeRegistration> Nodes);

/// <summary>Assigns free nodes to a confirmed reservation. Nodes it already has change nothing.</summary>
/// <param name="Reservation">A reservation with a confirmed hold.</param>
/// <param name="Nodes">The nodes to assign; empty to take the first free ones by registration.</param>
/// <param name="Count">How many the reservation shall have in all, when <paramref name="Nodes"/> is empty; at most its hold's largest segment.</param>
public sealed record AssignNodes(ReservationId Reservation, ImmutableArray<NodeId> Nodes, int Count = 0);

/// <summary>Notes that a power pool's kW are handed over to a confirmed reservation. A block noted before changes nothing.</summary>
/// <param name="Reservation">A reservation with a confirmed hold.</param>
/// <param name="Block">The block, as the lease knows it.</param>
/// <param name="Kilowatts">kW of critical IT load, at least 1.</param>
public sealed record HandOverPower(ReservationId Reservation, NodeId Block, int Kilowatts);

/// <summary>Takes a node that is not assigned out of service and registers another in its place. Repeating it changes nothing.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Out">The node to retire; it is not under lease.</param>
/// <param name="In">The new node.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record ReplaceFreeNode(OrganizationId Actor, NodeId Out, NodeRegistration In, string Reason);

/// <summary>Puts a free node in the place of an assigned one, which is retired. Repeating it changes nothing.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Reservation">The reservation that has <paramref name="Out"/>.</param>
/// <param name="Out">The node to retire.</param>
/// <param name="In">A free node; null takes the first by registration.</param>
/// <param name="Reason">Why, as the lease records it.</param>
public sealed record SubstituteNode(OrganizationId Actor, ReservationId Reservation, NodeId Out, NodeId? In, string Reason);

/// <summary>Gives nodes back to the pool. Nodes the reservation does not have change nothing.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Nodes">The nodes; empty for all it has.</param>
public sealed record ReturnNodes(ReservationId Reservation, ImmutableArray<NodeId> Nodes);
