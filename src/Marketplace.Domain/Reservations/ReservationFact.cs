using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>Something that happened to a reservation.</summary>
/// <param name="At">When.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(ReservationRequested), "requested")]
[JsonDerivedType(typeof(AttemptStarted), "attemptStarted")]
[JsonDerivedType(typeof(AttemptRefused), "attemptRefused")]
[JsonDerivedType(typeof(HoldPlaced), "holdPlaced")]
[JsonDerivedType(typeof(RequirementAwaited), "requirementAwaited")]
[JsonDerivedType(typeof(ReservationApproved), "approved")]
[JsonDerivedType(typeof(OrderFormSigned), "orderFormSigned")]
[JsonDerivedType(typeof(DepositChanged), "depositChanged")]
[JsonDerivedType(typeof(ReservationConfirmed), "confirmed")]
[JsonDerivedType(typeof(HoldDisplaced), "holdDisplaced")]
[JsonDerivedType(typeof(HoldRestored), "holdRestored")]
[JsonDerivedType(typeof(AmendmentProposed), "amendmentProposed")]
[JsonDerivedType(typeof(AmendmentSigned), "amendmentSigned")]
[JsonDerivedType(typeof(AmendmentApplied), "amendmentApplied")]
[JsonDerivedType(typeof(AmendmentRefused), "amendmentRefused")]
[JsonDerivedType(typeof(UnitsDelivered), "unitsDelivered")]
[JsonDerivedType(typeof(DeliveryCeased), "deliveryCeased")]
[JsonDerivedType(typeof(EndDecided), "endDecided")]
[JsonDerivedType(typeof(ReservationEnded), "ended")]
[JsonDerivedType(typeof(EndAverted), "endAverted")]
[JsonDerivedType(typeof(HoldReleased), "holdReleased")]
[JsonDerivedType(typeof(LeaseClosed), "leaseClosed")]
public abstract record ReservationFact(Instant At);

/// <summary>It was asked for.</summary>
public sealed record ReservationRequested(Instant At, ReservationId Id, OrganizationId TenantId, ImmutableArray<ReservationCandidate> Candidates) : ReservationFact(At)
{
    /// <summary>True where the tenant must approve because of its own spend limits; null otherwise.</summary>
    public bool? AboveSpendLimit { get; init; }

    /// <summary>Pools the tenant asked for that gave no quote; null where every one did.</summary>
    public ImmutableArray<PassedOverPool>? PassedOver { get; init; }
}

/// <summary>A candidate's turn began; nothing has been asked of it yet.</summary>
public sealed record AttemptStarted(Instant At, ReservationCandidate Candidate) : ReservationFact(At);

/// <summary>The running attempt came to nothing.</summary>
public sealed record AttemptRefused(Instant At, string Code) : ReservationFact(At);

/// <summary>The quote was used, and the pool holds the capacity.</summary>
/// <param name="At">When.</param>
/// <param name="Agreement">What the quote makes the parties agree on.</param>
public sealed record HoldPlaced(Instant At, Agreement Agreement) : ReservationFact(At);

/// <summary>The next thing missing is an approval, a signature or the deposit.</summary>
/// <param name="At">When.</param>
/// <param name="Status">What is awaited.</param>
/// <param name="Deadline">Until when.</param>
public sealed record RequirementAwaited(Instant At, ReservationStatus Status, Instant Deadline) : ReservationFact(At);

/// <summary>A side approved.</summary>
public sealed record ReservationApproved(Instant At, Approval Approval) : ReservationFact(At);

/// <summary>A side signed the order form.</summary>
public sealed record OrderFormSigned(Instant At, Signature Signature) : ReservationFact(At);

/// <summary>The deposit moved.</summary>
public sealed record DepositChanged(Instant At, ReservationDeposit Deposit) : ReservationFact(At);

/// <summary>The pool confirmed the hold; the reservation is binding.</summary>
public sealed record ReservationConfirmed(Instant At) : ReservationFact(At);

/// <summary>Supply no longer covers part of it.</summary>
public sealed record HoldDisplaced(Instant At, ImmutableArray<RampSegment> Segments) : ReservationFact(At);

/// <summary>Supply covers all of it again.</summary>
public sealed record HoldRestored(Instant At) : ReservationFact(At);

/// <summary>An amendment was proposed.</summary>
public sealed record AmendmentProposed(Instant At, Amendment Amendment) : ReservationFact(At);

/// <summary>A side signed the amendment.</summary>
public sealed record AmendmentSigned(Instant At, Signature Signature, bool Applying) : ReservationFact(At);

/// <summary>The amendment is in force.</summary>
public sealed record AmendmentApplied(Instant At) : ReservationFact(At);

/// <summary>The amendment came to nothing; what was agreed stays.</summary>
public sealed record AmendmentRefused(Instant At, string Code) : ReservationFact(At);

/// <summary>The operator handed over units.</summary>
/// <param name="At">When.</param>
/// <param name="Delivery">What.</param>
/// <param name="Complete">Whether all of the quantity has now been handed over.</param>
public sealed record UnitsDelivered(Instant At, Delivery Delivery, bool Complete) : ReservationFact(At);

/// <summary>No more will be handed over.</summary>
public sealed record DeliveryCeased(Instant At) : ReservationFact(At);

/// <summary>It is to end; the deposit may have to be cancelled first.</summary>
public sealed record EndDecided(Instant At, ReservationEnd End) : ReservationFact(At);

/// <summary>It has ended; what is still out there (hold, deposit) is being taken back.</summary>
public sealed record ReservationEnded(Instant At, ReservationStatus Status) : ReservationFact(At);

/// <summary>The end was decided because the deposit was late, but it turned out to be paid or on its way.</summary>
public sealed record EndAverted(Instant At) : ReservationFact(At);

/// <summary>The pool released the hold.</summary>
public sealed record HoldReleased(Instant At) : ReservationFact(At);

/// <summary>The lease that came from it has ended.</summary>
public sealed record LeaseClosed(Instant At) : ReservationFact(At);
