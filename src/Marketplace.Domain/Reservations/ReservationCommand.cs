using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>What a reservation is asked to do, by a party or by its own process.</summary>
public abstract record ReservationCommand;

/// <summary>Reserve: the first command of every reservation.</summary>
/// <param name="Id">Derived from the tenant and its idempotency key.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="Candidates">Pools to ask in order, 1 to 8, each once; exactly one when the tenant named a quote.</param>
public sealed record RequestReservation(ReservationId Id, OrganizationId TenantId, ImmutableArray<ReservationCandidate> Candidates) : ReservationCommand
{
    /// <summary>Whether the tenant must approve whatever the terms say, because the total is above what the requester may commit to alone.</summary>
    public bool AboveSpendLimit { get; init; }

    /// <summary>Pools the tenant asked for that gave no quote, in its order; null where every one did.</summary>
    public ImmutableArray<PassedOverPool>? PassedOver { get; init; }
}

/// <summary>Approve for one side.</summary>
/// <param name="By">Who.</param>
public sealed record ApproveReservation(Signatory By) : ReservationCommand;

/// <summary>Decline to approve or sign.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record DeclineReservation(Signatory By, string Reason) : ReservationCommand;

/// <summary>Sign the order form, or that of a pending amendment.</summary>
/// <param name="By">Who.</param>
/// <param name="Digest">SHA-256 of the document that was shown, in lower-case hex.</param>
public sealed record SignReservation(Signatory By, string Digest) : ReservationCommand;

/// <summary>End it before delivery.</summary>
/// <param name="Actor">A party.</param>
/// <param name="Reason">Why, 1 to 500 characters.</param>
public sealed record CancelReservation(OrganizationId Actor, string Reason) : ReservationCommand;

/// <summary>Change quantity or term before delivery, at the price of a new quote for the same pool.</summary>
/// <param name="By">The tenant's signatory, who thereby signs the amended order form.</param>
/// <param name="Quote">The new quote.</param>
public sealed record AmendReservation(Signatory By, Quote Quote) : ReservationCommand
{
    /// <summary>Parties and capacity by name as they stand now; null where only ids are known.</summary>
    public ContractNames? Names { get; init; }
}

/// <summary>Hand over units.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="Id">The delivery.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
/// <param name="Nodes">The nodes handed over, as many as <paramref name="Units"/>; empty for a pool of power.</param>
public sealed record DeliverUnits(OrganizationId Actor, DeliveryId Id, int Units, ImmutableArray<NodeId> Nodes) : ReservationCommand
{
    /// <summary>From when the tenant can test; null, or an instant that has passed, for now.</summary>
    public Instant? ReadyAt { get; init; }
}

/// <summary>Process: the quote or the pool of the running attempt refused for good, and no hold remains there.</summary>
/// <param name="Candidate">The attempt's candidate.</param>
/// <param name="Code">The refusal's code.</param>
public sealed record RecordAttemptRefused(ReservationCandidate Candidate, string Code) : ReservationCommand;

/// <summary>Process: the quote of the running attempt was used, and its pool holds the capacity.</summary>
/// <param name="Quote">The quote, used by this reservation.</param>
public sealed record RecordHoldPlaced(Quote Quote) : ReservationCommand
{
    /// <summary>Parties and capacity by name as they stand now; null where only ids are known.</summary>
    public ContractNames? Names { get; init; }
}

/// <summary>Process: the billing account opened the deposit.</summary>
/// <param name="PaymentId">The payment.</param>
public sealed record RecordDepositOpened(PaymentId PaymentId) : ReservationCommand;

/// <summary>Notice: the deposit was paid.</summary>
/// <param name="PaymentId">The payment.</param>
public sealed record RecordDepositHeld(PaymentId PaymentId) : ReservationCommand;

/// <summary>Notice: a payment of the deposit failed for good.</summary>
/// <param name="PaymentId">The payment.</param>
public sealed record RecordDepositFailed(PaymentId PaymentId) : ReservationCommand;

/// <summary>Process: what the gateway said to cancelling the deposit.</summary>
/// <param name="Cancelled">True when it is durably cancelled; false when it is paid or being paid.</param>
public sealed record RecordDepositCancellation(bool Cancelled) : ReservationCommand;

/// <summary>Process: the billing account took over the return of the deposit.</summary>
public sealed record RecordDepositReturned : ReservationCommand;

/// <summary>Process: the pool confirmed the hold.</summary>
public sealed record RecordHoldConfirmed : ReservationCommand;

/// <summary>Process: the pool released the hold.</summary>
public sealed record RecordHoldReleased : ReservationCommand;

/// <summary>Process: the pool resized the hold to the amendment.</summary>
public sealed record RecordAmendmentApplied : ReservationCommand;

/// <summary>Process: the quote or the pool refused the amendment for good.</summary>
/// <param name="Code">The refusal's code.</param>
public sealed record RecordAmendmentRefused(string Code) : ReservationCommand;

/// <summary>Notice: supply no longer covers part of the hold.</summary>
/// <param name="Segments">What is not covered; replaces what was known.</param>
public sealed record DisplaceHold(ImmutableArray<RampSegment> Segments) : ReservationCommand;

/// <summary>Notice: supply covers all of the hold again.</summary>
public sealed record RestoreHold : ReservationCommand;

/// <summary>Notice: the pool, or its site, was withdrawn.</summary>
/// <param name="By">The operator.</param>
/// <param name="Reason">Why, in its words.</param>
public sealed record WithdrawCapacity(OrganizationId By, string Reason) : ReservationCommand;

/// <summary>Notice: the lease has ended.</summary>
public sealed record RecordLeaseEnded : ReservationCommand;

/// <summary>Process: time has passed; does what has fallen due.</summary>
public sealed record PassTime : ReservationCommand;
