using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using NodaTime;

namespace Marketplace.Grains.Reservations;

/// <summary>A reservation after the event.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets; null until a pool holds the capacity.</param>
/// <param name="PoolId">The pool that holds the capacity; null until one does.</param>
public sealed record ReservationData(ReservationId Id, ReservationStatus Status, OrganizationId TenantId, OrganizationId? OperatorId, PoolId? PoolId);

/// <summary>A pool that was asked in vain.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="PoolId">The pool that was asked.</param>
/// <param name="Code">Code of its refusal.</param>
public sealed record ReservationAttemptData(ReservationId Id, ReservationStatus Status, OrganizationId TenantId, PoolId PoolId, string Code);

/// <summary>What a reservation waits for.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">What is awaited.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="Deadline">Until when.</param>
public sealed record ReservationAwaitingData(ReservationId Id, ReservationStatus Status, OrganizationId TenantId, OrganizationId OperatorId, PoolId PoolId, Instant Deadline);

/// <summary>What a party approved or signed.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="Party">Which side.</param>
/// <param name="Name">The person who acted for it.</param>
/// <param name="Authority">By what authority.</param>
/// <param name="Digest">SHA-256 of the order form, in lower-case hex.</param>
public sealed record ReservationPaperData(
    ReservationId Id,
    ReservationStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    PoolId PoolId,
    ContractParty Party,
    string Name,
    string Authority,
    string Digest);

/// <summary>What a reservation agrees on, or would.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="QuoteId">The quote that prices it.</param>
/// <param name="Total">All rent over the term.</param>
/// <param name="Deposit">The security deposit; zero where none is asked for.</param>
/// <param name="Digest">SHA-256 of the order form, in lower-case hex.</param>
public sealed record ReservationAgreementData(
    ReservationId Id,
    ReservationStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    PoolId PoolId,
    QuoteId QuoteId,
    Money Total,
    Money Deposit,
    string Digest);

/// <summary>An amendment that came to nothing; what was agreed stays.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="Code">Code of the refusal.</param>
public sealed record ReservationAmendmentRefusedData(ReservationId Id, ReservationStatus Status, OrganizationId TenantId, OrganizationId OperatorId, PoolId PoolId, string Code);

/// <summary>What supply no longer covers.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="Displaced">Stretches and units that are not covered.</param>
public sealed record ReservationDelayedData(
    ReservationId Id,
    ReservationStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    PoolId PoolId,
    ImmutableArray<DisplacedData> Displaced);

/// <summary>Units that supply does not cover for a time.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
public sealed record DisplacedData(Instant From, Instant Until, int Units);

/// <summary>What was handed over.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets.</param>
/// <param name="PoolId">The pool that holds the capacity.</param>
/// <param name="DeliveryId">The delivery; null when nothing more will come.</param>
/// <param name="Units">Nodes, or kW of critical IT load, of this delivery.</param>
/// <param name="DeliveredUnits">Handed over so far, in all.</param>
public sealed record ReservationDeliveryData(
    ReservationId Id,
    ReservationStatus Status,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    PoolId PoolId,
    DeliveryId? DeliveryId,
    int Units,
    int DeliveredUnits);

/// <summary>A reservation that ended before delivery.</summary>
/// <param name="Id">The reservation.</param>
/// <param name="Status">How it ended.</param>
/// <param name="TenantId">Who reserved.</param>
/// <param name="OperatorId">Who would have let; null when no pool held the capacity.</param>
/// <param name="PoolId">The pool that held the capacity; null when none did.</param>
/// <param name="Cause">Why.</param>
/// <param name="Reason">In words, or the code of the last refusal.</param>
/// <param name="By">Who asked for it, or withdrew the capacity; null when time did.</param>
public sealed record ReservationEndedData(
    ReservationId Id, ReservationStatus Status, OrganizationId TenantId, OrganizationId? OperatorId, PoolId? PoolId, EndCause Cause, string Reason, OrganizationId? By);
