using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>What can happen to a pool. These facts are its journal, so their JSON is kept short.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(PoolListed), "pool.listed")]
[JsonDerivedType(typeof(PoolAmended), "pool.amended")]
[JsonDerivedType(typeof(ListingStatusChanged), "pool.status")]
[JsonDerivedType(typeof(ListingWithdrawn), "pool.withdrawn")]
[JsonDerivedType(typeof(PhaseAllocated), "pool.phase")]
[JsonDerivedType(typeof(PowerFreed), "pool.freed")]
[JsonDerivedType(typeof(SupplyReforecast), "pool.supply")]
[JsonDerivedType(typeof(NodesRegistered), "nodes.registered")]
[JsonDerivedType(typeof(NodesAssigned), "nodes.assigned")]
[JsonDerivedType(typeof(NodesReturned), "nodes.returned")]
[JsonDerivedType(typeof(NodeReplaced), "nodes.replaced")]
[JsonDerivedType(typeof(FreeNodeReplaced), "nodes.swapped")]
[JsonDerivedType(typeof(PowerHandedOver), "power.handed")]
[JsonDerivedType(typeof(HoldPlaced), "hold.placed")]
[JsonDerivedType(typeof(HoldConfirmed), "hold.confirmed")]
[JsonDerivedType(typeof(HoldEnded), "hold.ended")]
[JsonDerivedType(typeof(HoldResized), "hold.resized")]
[JsonDerivedType(typeof(UnitsDisplaced), "hold.displaced")]
[JsonDerivedType(typeof(UnitsRestored), "hold.restored")]
[JsonDerivedType(typeof(TombstonesPruned), "holds.pruned")]
public abstract record PoolFact;

/// <summary>The pool was listed, as a draft.</summary>
public sealed record PoolListed(ListPool As, string InputHash, Instant At) : PoolFact;

/// <summary>Name, description or spares changed to these.</summary>
public sealed record PoolAmended(string Name, string? Description, int SpareUnits) : PoolFact;

/// <summary>The listing was published or paused.</summary>
public sealed record ListingStatusChanged(ListingStatus Status) : PoolFact;

/// <summary>The listing was withdrawn for good while these reservations held units.</summary>
/// <param name="Holders">Reservations that held units.</param>
/// <param name="Reason">The operator's words; null where none were given.</param>
public sealed record ListingWithdrawn(ImmutableArray<ReservationId> Holders, string? Reason = null) : PoolFact;

/// <summary>A phase gives the pool this much from then on; it replaces what was known of the phase.</summary>
public sealed record PhaseAllocated(PhaseAllocation Allocation) : PoolFact;

/// <summary>A withdrawn pool that nobody holds units of any more gave its phases' power back.</summary>
public sealed record PowerFreed : PoolFact;

/// <summary>Nodes were registered.</summary>
public sealed record NodesRegistered(ImmutableArray<NodeRegistration> Nodes, Instant At) : PoolFact;

/// <summary>Nodes were assigned to a reservation.</summary>
public sealed record NodesAssigned(ReservationId Reservation, ImmutableArray<NodeId> Nodes) : PoolFact;

/// <summary>A power pool handed kW over to a reservation.</summary>
public sealed record PowerHandedOver(PowerBlock Block) : PoolFact;

/// <summary>A node that was not assigned was taken out of service and another registered in its place.</summary>
public sealed record FreeNodeReplaced(NodeId Out, NodeRegistration In, string Reason, Instant At) : PoolFact;

/// <summary>A reservation gave nodes, or blocks of kW, back.</summary>
public sealed record NodesReturned(ReservationId Reservation, ImmutableArray<NodeId> Nodes) : PoolFact;

/// <summary>A node of a reservation was taken out of service and another put in its place.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Out">The node that was retired.</param>
/// <param name="In">The node in its place.</param>
/// <param name="Reason">The operator's words; null in what was stored before they were kept.</param>
public sealed record NodeReplaced(ReservationId Reservation, NodeId Out, NodeId In, string? Reason = null) : PoolFact;
