using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Reservations;

/// <summary>What feeds say of a reservation: the tenant's and, once a pool holds the capacity, the operator's.</summary>
internal static class ReservationEvents
{
    public static readonly EventType<ReservationData> Requested = new("reservation.requested", "A reservation was asked for.");
    public static readonly EventType<ReservationAttemptData> AttemptRefused = new("reservation.attempt_refused", "A pool did not hold the capacity; the next one is asked.");
    public static readonly EventType<ReservationAgreementData> Held = new("reservation.held", "A pool holds the capacity.");
    public static readonly EventType<ReservationAwaitingData> AwaitingApproval = new("reservation.awaiting_approval", "A reservation waits for approvals.");
    public static readonly EventType<ReservationAwaitingData> AwaitingSignature = new("reservation.awaiting_signature", "A reservation waits for signatures.");
    public static readonly EventType<ReservationAwaitingData> AwaitingDeposit = new("reservation.awaiting_deposit", "A reservation waits for its deposit.");
    public static readonly EventType<ReservationPaperData> Approved = new("reservation.approved", "A party approved.");
    public static readonly EventType<ReservationPaperData> Signed = new("reservation.signed", "A party signed the order form.");
    public static readonly EventType<ReservationAgreementData> Confirmed = new("reservation.confirmed", "A reservation is binding.");
    public static readonly EventType<ReservationDelayedData> Delayed = new("reservation.delayed", "Supply no longer covers a reservation.");
    public static readonly EventType<ReservationData> Restored = new("reservation.restored", "Supply covers a reservation again.");
    public static readonly EventType<ReservationAgreementData> AmendmentProposed = new("reservation.amendment_proposed", "The tenant proposed another quantity or term; the data is what would be agreed.");
    public static readonly EventType<ReservationAgreementData> Amended = new("reservation.amended", "An amendment is in force.");
    public static readonly EventType<ReservationAmendmentRefusedData> AmendmentRefused = new("reservation.amendment_refused", "An amendment came to nothing.");
    public static readonly EventType<ReservationDeliveryData> Delivered = new("reservation.delivered", "The operator handed over units.");
    public static readonly EventType<ReservationDeliveryData> PartiallyFulfilled = new("reservation.partially_fulfilled", "The term or the lease ended before the rest was handed over.");
    public static readonly EventType<ReservationEndedData> Cancelled = new("reservation.cancelled", "A reservation was cancelled.");
    public static readonly EventType<ReservationEndedData> Expired = new("reservation.expired", "Something a reservation waited for did not come in time.");
    public static readonly EventType<ReservationEndedData> Refused = new("reservation.refused", "No pool held the capacity, or a party declined.");

    /// <summary>Adds the fact's event for the tenant and, once a pool holds the capacity, for the operator.</summary>
    public static void Publish(Reservation reservation, ReservationFact fact, Effects effects)
    {
        switch (fact)
        {
            case ReservationRequested:
                Tell(Requested, new(reservation.Id, reservation.Status, reservation.TenantId, null, null));
                break;
            case AttemptRefused refused:
                Tell(AttemptRefused, new(reservation.Id, reservation.Status, reservation.TenantId, reservation.Attempts[^1].Candidate.PoolId, refused.Code));
                break;
            case HoldPlaced:
                Tell(Held, Agreed(reservation, reservation.Agreement!));
                break;
            case RequirementAwaited awaited:
                Tell(
                    awaited.Status switch
                    {
                        ReservationStatus.AwaitingApproval => AwaitingApproval,
                        ReservationStatus.AwaitingSignature => AwaitingSignature,
                        _ => AwaitingDeposit,
                    },
                    new(reservation.Id, reservation.Status, reservation.TenantId, reservation.Agreement!.OperatorId, reservation.Agreement.PoolId, awaited.Deadline));
                break;
            case ReservationApproved { Approval: var approval }:
                Tell(Approved, Paper(reservation, approval.Party, approval.By, reservation.Agreement!.Digest));
                break;
            case OrderFormSigned { Signature: var signature }:
                Tell(Signed, Paper(reservation, signature.Party, signature.By, signature.Digest));
                break;
            case ReservationConfirmed:
                Tell(Confirmed, Agreed(reservation, reservation.Agreement!));
                break;
            case HoldDisplaced displaced:
                Tell(Delayed, new(
                    reservation.Id,
                    reservation.Status,
                    reservation.TenantId,
                    reservation.Agreement!.OperatorId,
                    reservation.Agreement.PoolId,
                    [.. displaced.Segments.Select(segment => new DisplacedData(segment.Term.Start, segment.Term.End, segment.Units))]));
                break;
            case HoldRestored:
                Tell(Restored, new(reservation.Id, reservation.Status, reservation.TenantId, reservation.Agreement!.OperatorId, reservation.Agreement.PoolId));
                break;
            case AmendmentProposed proposed:
                Tell(AmendmentProposed, Agreed(reservation, proposed.Amendment.Agreement));
                break;
            case AmendmentSigned { Signature: var signature }:
                Tell(Signed, Paper(reservation, signature.Party, signature.By, signature.Digest));
                break;
            case AmendmentApplied:
                Tell(Amended, Agreed(reservation, reservation.Agreement!));
                break;
            case AmendmentRefused refused:
                Tell(AmendmentRefused, new(reservation.Id, reservation.Status, reservation.TenantId, reservation.Agreement!.OperatorId, reservation.Agreement.PoolId, refused.Code));
                break;
            case UnitsDelivered { Delivery: var delivery }:
                Tell(Delivered, Handed(reservation, delivery));
                break;
            case DeliveryCeased:
                Tell(PartiallyFulfilled, Handed(reservation, null));
                break;
            case ReservationEnded ended:
                Tell(
                    ended.Status switch { ReservationStatus.Cancelled => Cancelled, ReservationStatus.Expired => Expired, _ => Refused },
                    new(
                        reservation.Id,
                        reservation.Status,
                        reservation.TenantId,
                        reservation.Agreement?.OperatorId,
                        reservation.Agreement?.PoolId,
                        reservation.End!.Cause,
                        reservation.End.Reason,
                        reservation.End.By));
                break;
        }

        void Tell<TData>(EventType<TData> type, TData data)
            where TData : class
        {
            effects.Publish(reservation.TenantId, type, data);
            if (reservation.Agreement is { } agreement && agreement.OperatorId != reservation.TenantId)
            {
                effects.Publish(agreement.OperatorId, type, data);
            }
        }
    }

    private static ReservationAgreementData Agreed(Reservation reservation, Agreement agreement) => new(
        reservation.Id,
        reservation.Status,
        reservation.TenantId,
        agreement.OperatorId,
        agreement.PoolId,
        agreement.QuoteId,
        agreement.Total,
        agreement.Deposit,
        agreement.Digest);

    private static ReservationPaperData Paper(Reservation reservation, ContractParty party, Signatory by, string digest) => new(
        reservation.Id,
        reservation.Status,
        reservation.TenantId,
        reservation.Agreement!.OperatorId,
        reservation.Agreement.PoolId,
        party,
        by.Name,
        by.Authority,
        digest);

    private static ReservationDeliveryData Handed(Reservation reservation, Delivery? delivery) => new(
        reservation.Id,
        reservation.Status,
        reservation.TenantId,
        reservation.Agreement!.OperatorId,
        reservation.Agreement.PoolId,
        delivery?.Id,
        delivery?.Units ?? 0,
        reservation.DeliveredUnits());
}
