using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <summary>Asks to hold units for a reservation. Repeating it with the same segments changes nothing.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="TenantId">Its tenant.</param>
/// <param name="Segments">What to hold: 1 to 120 segments in ascending order without overlap.</param>
public sealed record PlaceHold(ReservationId Id, OrganizationId TenantId, ImmutableArray<HoldSegment> Segments);

/// <summary>Makes a placed hold one of a confirmed reservation. Repeating it changes nothing.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="SignedAt">When the reservation was signed: its place in the fair order.</param>
public sealed record ConfirmHold(ReservationId Id, Instant SignedAt);

/// <summary>Ends a hold; of an unknown id it leaves a tombstone that refuses a later <see cref="PlaceHold"/>. Repeating it changes nothing.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="As"><see cref="HoldStatus.Released"/>, or <see cref="HoldStatus.Expired"/> when a deadline passed.</param>
public sealed record ReleaseHold(ReservationId Id, HoldStatus As);

/// <summary>Gives an open hold other segments, which must fit in full in place of the old ones. Repeating it changes nothing.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Segments">What to hold from now on: 1 to 120 segments in ascending order without overlap.</param>
public sealed record ResizeHold(ReservationId Id, ImmutableArray<HoldSegment> Segments);

/// <summary>A hold was placed.</summary>
public sealed record HoldPlaced(ReservationId Id, OrganizationId TenantId, ImmutableArray<HoldSegment> Segments, Instant At) : PoolFact;

/// <summary>A hold was confirmed.</summary>
public sealed record HoldConfirmed(ReservationId Id, Instant SignedAt) : PoolFact;

/// <summary>A hold ended, or, where no hold had that id, a tombstone was left.</summary>
public sealed record HoldEnded(ReservationId Id, HoldStatus As, Instant At) : PoolFact;

/// <summary>A hold got other segments; what had been displaced of the old ones no longer counts.</summary>
public sealed record HoldResized(ReservationId Id, ImmutableArray<HoldSegment> Segments) : PoolFact;

/// <summary>Supply fell away under a hold. <paramref name="Displaced"/> is everything displaced of it from now on.</summary>
public sealed record UnitsDisplaced(ReservationId Id, ImmutableArray<HoldSegment> Displaced) : PoolFact;

/// <summary>Displaced units of a hold came back. <paramref name="Displaced"/> is what remains displaced; empty when all is kept again.</summary>
public sealed record UnitsRestored(ReservationId Id, ImmutableArray<HoldSegment> Displaced) : PoolFact;

/// <summary>The pool's supply became this step function.</summary>
public sealed record SupplyReforecast(ImmutableArray<SupplyStep> Supply) : PoolFact;

/// <summary>Tombstones of holds that ended at or before <paramref name="Before"/> were dropped.</summary>
public sealed record TombstonesPruned(Instant Before) : PoolFact;
