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
/// the reservation is applied to what is owed and the rest goes back.
/// </summary>
public sealed record LeaseSettled(LeaseId LeaseId, ReservationId ReservationId, OrganizationId OperatorId, Instant EndedAt) : Notice;

/// <summary>Lease to its reservation: the lease is over; the reservation ends its hold, with which the nodes go back to the pool.</summary>
public sealed record LeaseFinished(LeaseId LeaseId, ReservationId ReservationId, Instant EndedAt) : Notice;

/// <summary>Where lists of leases are: partition by tenant and by operator, key by time and id; rows hold the lease without its nodes.</summary>
public static class LeaseRows
{
    /// <summary>The table.</summary>
    public const string Table = "leases";
}
