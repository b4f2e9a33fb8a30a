using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>Everything a lease takes over from its reservation, so that it never has to ask again.</summary>
public sealed record LeaseOpening
{
    /// <summary>The reservation; the lease's id is derived from it (<see cref="Leases.Lease.IdOf"/>).</summary>
    public required ReservationId Reservation { get; init; }

    /// <summary>Who leases.</summary>
    public required OrganizationId Tenant { get; init; }

    /// <summary>Who delivers.</summary>
    public required OrganizationId Operator { get; init; }

    /// <summary>The pool the units come from.</summary>
    public required PoolId Pool { get; init; }

    /// <summary>The pool's site.</summary>
    public required SiteId Site { get; init; }

    /// <summary>The terms the order form pinned, with the leased units over time.</summary>
    public required ContractTerms Terms { get; init; }

    /// <summary>Parties and capacity by name, as the order form has them; null in leases opened before names were kept.</summary>
    public ContractNames? Names { get; init; }

    /// <summary>Digest of the signed order form.</summary>
    public required string OrderFormDigest { get; init; }

    /// <summary>kW of critical IT load in one unit: a node's draw, or 1 in a power pool.</summary>
    public required decimal KilowattsPerUnit { get; init; }

    /// <summary>The deposit held under the reservation; zero when the terms ask for none.</summary>
    public required Money Deposit { get; init; }
}

/// <summary>A delivery as the operator announced it.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="ReadyAt">From when the tenant can test; the acceptance period starts then, or at the notice when that is later.</param>
/// <param name="Nodes">What is delivered; each named once.</param>
public sealed record LeaseDelivery(DeliveryId Id, Instant ReadyAt, ImmutableArray<DeliveredNode> Nodes)
{
    /// <summary>A delivery of nodes, one unit each.</summary>
    public static LeaseDelivery OfNodes(DeliveryId id, Instant readyAt, IEnumerable<NodeId> nodes) =>
        new(id, readyAt, [.. nodes.Select(node => new DeliveredNode(node))]);

    /// <summary>A delivery of a power pool: one block of kW, named after the delivery.</summary>
    public static LeaseDelivery OfPower(DeliveryId id, Instant readyAt, int kilowatts) =>
        new(id, readyAt, [new DeliveredNode(PublicId.Derive<NodeId>("block", id.Value), kilowatts)]);
}

/// <summary>One delivered piece.</summary>
/// <param name="Id">The node; in a power pool, an id for the block of kW.</param>
/// <param name="Units">1 for a node; the kW of a block in a power pool.</param>
public sealed record DeliveredNode(NodeId Id, int Units = 1);
