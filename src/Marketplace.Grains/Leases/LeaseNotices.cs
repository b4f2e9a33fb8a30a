using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Leases;

/// <summary>Reservation to lease: the operator delivered. The first one opens the lease.</summary>
public sealed record DeliveryNoticed(LeaseOpening Opening, LeaseDelivery Delivery) : Notice;

/// <summary>Lease to the tenant's billing account: bill this, once per <see cref="RentStatement.Key"/>.</summary>
public sealed record RentDue(RentStatement Statement) : Notice;

/// <summary>
/// Lease to the tenant's billing account, after its last statement: nothing more will be stated, so the deposit held under
/// the reservation is applied to what is owed and the rest returned.
/// </summary>
public sealed record LeaseSettled(LeaseId LeaseId, ReservationId ReservationId, OrganizationId OperatorId, Instant EndedAt) : Notice;

/// <summary>Lease to its reservation: the tenant accepted units, by word or by silence.</summary>
public sealed record LeaseUnitsAccepted(LeaseId LeaseId, ReservationId ReservationId, int Units, Instant At) : Notice;

/// <summary>Lease to its reservation: the lease is over and its nodes are back in the pool.</summary>
public sealed record LeaseFinished(LeaseId LeaseId, ReservationId ReservationId, Instant EndedAt) : Notice;
