using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Api.Leases;

/// <summary>What an operator delivers.</summary>
/// <param name="Nodes">The nodes, each once; for pools of GPU nodes.</param>
/// <param name="Kilowatts">kW of critical IT load; for power pools.</param>
/// <param name="ReadyAt">From when the tenant can test, which starts the acceptance period; before the end of the term; absent: now.</param>
internal sealed record NewDelivery([Items(1, 1000)] ImmutableArray<NodeId>? Nodes, [Range(1, 10_000_000)] int? Kilowatts, Instant? ReadyAt)
{
    public static NewDelivery Example { get; } = new([LeaseNodeModel.Example.Id], null, Instant.FromUtc(2027, 1, 5, 0, 0));

    /// <summary>Units: nodes or kW, whichever was named.</summary>
    public int CountUnits() => Kilowatts ?? Nodes?.Length ?? 0;

    public void Check(Faults faults) => faults.Require(Nodes is null != Kilowatts is null, "nodes", Faults.Inconsistent, "Name nodes, or kilowatts for a power pool: one of the two.");

    public LeaseDelivery ToDelivery(DeliveryId id, Instant now) => Kilowatts is { } kilowatts
        ? LeaseDelivery.OfPower(id, ReadyAt ?? now, kilowatts)
        : LeaseDelivery.OfNodes(id, ReadyAt ?? now, Nodes ?? []);
}

/// <summary>A delivery notice.</summary>
/// <param name="Id">Public id.</param>
/// <param name="ReservationId">What is delivered under.</param>
/// <param name="LeaseId">The lease that takes it; the first delivery opens it a moment later.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
/// <param name="Nodes">Which nodes; empty for a power pool.</param>
/// <param name="ReadyAt">From when the tenant can test; null when at once.</param>
internal sealed record DeliveryModel(DeliveryId Id, ReservationId ReservationId, LeaseId LeaseId, int Units, ImmutableArray<NodeId> Nodes, Instant? ReadyAt)
{
    public static DeliveryModel Example { get; } = new(
        LeaseNodeModel.Example.DeliveryId,
        LeaseModel.Example.ReservationId,
        LeaseModel.Example.Id,
        1,
        [LeaseNodeModel.Example.Id],
        Instant.FromUtc(2027, 1, 5, 0, 0));

    public static DeliveryModel Of(DeliveryId id, ReservationId reservation, NewDelivery body) =>
        new(id, reservation, Lease.IdOf(reservation), body.CountUnits(), body.Nodes ?? [], body.ReadyAt);
}
