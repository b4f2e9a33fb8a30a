using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Leases;

/// <summary>A lease after the event.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="ReservationId">The reservation it came from.</param>
/// <param name="PoolId">The pool its units come from.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="EndsAt">First instant after the lease as it stands.</param>
/// <param name="RenewalsUsed">Renewal options used.</param>
public sealed record LeaseData(LeaseId Id, LeaseStatus Status, ReservationId ReservationId, PoolId PoolId, OrganizationId TenantId, OrganizationId OperatorId, Instant EndsAt, int RenewalsUsed);

/// <summary>Nodes that were announced.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="ReadyAt">From when the tenant can test.</param>
/// <param name="Nodes">The nodes; of a power pool, the block of kW.</param>
public sealed record LeaseDeliveryData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, DeliveryId DeliveryId, Instant ReadyAt, ImmutableArray<NodeId> Nodes);

/// <summary>A delivery that awaits the tenant's word.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="DeliveryId">The delivery.</param>
/// <param name="DeemedAcceptedAt">When silence accepts it.</param>
public sealed record LeaseAcceptanceData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, DeliveryId DeliveryId, Instant DeemedAcceptedAt);

/// <summary>Nodes for which rent runs.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Nodes">The nodes, at most the first 1,000.</param>
/// <param name="Count">How many there are.</param>
/// <param name="BySilence">Whether the acceptance period passed without a word.</param>
/// <param name="AcceptedAt">From when rent runs for them.</param>
/// <param name="RentCommencement">The first day rent accrued under the lease, in its zone.</param>
public sealed record LeaseNodesAcceptedData(
    LeaseId Id,
    LeaseStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    ImmutableArray<NodeId> Nodes,
    int Count,
    bool BySilence,
    Instant AcceptedAt,
    LocalDate? RentCommencement);

/// <summary>Nodes the tenant rejected.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Nodes">The nodes; they are the operator's again.</param>
/// <param name="Reason">The tenant's words.</param>
public sealed record LeaseNodesRejectedData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, ImmutableArray<NodeId> Nodes, string Reason);

/// <summary>A node that was taken out of service.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="NodeId">The node.</param>
/// <param name="ReplacementId">The node in its place; null when none is.</param>
/// <param name="Reason">The operator's words.</param>
public sealed record LeaseNodeOutData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, NodeId NodeId, NodeId? ReplacementId, string Reason);

/// <summary>Maintenance of a node that was announced.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="NodeId">The node.</param>
/// <param name="From">When it starts.</param>
/// <param name="Until">When it ends; minutes in between leave the reckoning of availability.</param>
/// <param name="Reason">The operator's words.</param>
public sealed record LeaseMaintenanceData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, NodeId NodeId, Instant From, Instant Until, string Reason);

/// <summary>Nodes the tenant gave up before the end.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="BilledUntil">Until when they are billed as in service.</param>
public sealed record LeaseNodesHandedBackData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, ImmutableArray<NodeId> Nodes, Instant BilledUntil);

/// <summary>A statement of rent, from which an invoice follows.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Kind">What is billed.</param>
/// <param name="From">First day billed, in the lease's zone.</param>
/// <param name="Until">First day no longer billed.</param>
/// <param name="Revision">Which statement of the period; each later one bills only what changed.</param>
public sealed record LeaseRentData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, RentKind Kind, LocalDate From, LocalDate Until, int Revision);

/// <summary>The price of leaving early.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="ExitQuoteId">The quote.</param>
/// <param name="ExitsOn">First day without the lease, in its zone.</param>
/// <param name="Fee">What leaving costs.</param>
/// <param name="ValidUntil">First instant the quote no longer binds.</param>
public sealed record LeaseExitData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, ExitQuoteId ExitQuoteId, LocalDate ExitsOn, Money Fee, Instant ValidUntil);

/// <summary>An overdue invoice of a lease, or one that no longer is.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="InvoiceId">The invoice.</param>
/// <param name="Overdue">How many invoices of the lease are overdue now.</param>
public sealed record LeaseArrearsData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, InvoiceId InvoiceId, int Overdue);

/// <summary>A lease that is over.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">That it ended.</param>
/// <param name="TenantId">Who leased.</param>
/// <param name="OperatorId">Who let.</param>
/// <param name="EndedAt">The contractual end.</param>
/// <param name="NodesReturned">How many nodes went back to the pool.</param>
public sealed record LeaseEndedData(LeaseId Id, LeaseStatus Status, OrganizationId TenantId, OrganizationId OperatorId, Instant EndedAt, int NodesReturned);

/// <summary>Nodes that failed their acceptance test.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who leases.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="BenchmarkRunId">The test, with all its evidence.</param>
/// <param name="CureBy">When a first failure's cure period ends.</param>
/// <param name="Reason">Why the first of them failed.</param>
public sealed record LeaseAcceptanceFailedData(
    LeaseId Id,
    LeaseStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    ImmutableArray<NodeId> Nodes,
    BenchmarkRunId BenchmarkRunId,
    Instant CureBy,
    string Reason);
