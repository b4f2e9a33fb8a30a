using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Reservations;

/// <summary>What the parties' event feeds say of a reservation.</summary>
internal static class ReservationEvents
{
    /// <summary>Adds the fact's event for the tenant and, once a pool holds the capacity, for the operator.</summary>
    public static void Publish(Reservation reservation, ReservationFact fact, Effects effects)
    {
        if (Of(reservation, fact) is not var (type, data))
        {
            return;
        }

        effects.Publish(reservation.TenantId, type, data);
        if (reservation.Agreement is { } agreement)
        {
            effects.Publish(agreement.OperatorId, type, data);
        }
    }

    private static (string Type, object Data)? Of(Reservation reservation, ReservationFact fact) => fact switch
    {
        ReservationRequested => ("reservation.requested", new { reservation.Status, reservation.TenantId, Pools = reservation.Candidates.Select(candidate => candidate.PoolId) }),
        AttemptRefused refused => ("reservation.attempt_refused", new { reservation.Status, reservation.Attempts[^1].Candidate.PoolId, refused.Code }),
        HoldPlaced => ("reservation.held", new { reservation.Status, reservation.TenantId, PoolId = Pool(reservation), reservation.Agreement!.Total, reservation.Agreement.Deposit }),
        RequirementAwaited awaited => ("reservation." + Snake(awaited.Status), new { reservation.Status, awaited.Deadline }),
        ReservationApproved approved => ("reservation.approved", new { reservation.Status, approved.Approval.Party, approved.Approval.By.Name }),
        OrderFormSigned signed => ("reservation.signed", new { reservation.Status, signed.Signature.Party, signed.Signature.By.Name, signed.Signature.By.Authority, signed.Signature.Digest }),
        ReservationConfirmed => ("reservation.confirmed", new { reservation.Status, PoolId = Pool(reservation), reservation.Agreement!.Digest }),
        HoldDisplaced displaced => ("reservation.delayed", new { reservation.Status, Displaced = displaced.Segments }),
        HoldRestored => ("reservation.restored", new { reservation.Status }),
        AmendmentProposed proposed => ("reservation.amendment_proposed", new { reservation.Status, proposed.Amendment.Agreement.QuoteId, proposed.Amendment.Agreement.Digest }),
        AmendmentApplied => ("reservation.amended", new { reservation.Status, reservation.Agreement!.QuoteId, reservation.Agreement.Digest, reservation.Agreement.Total }),
        AmendmentRefused refused => ("reservation.amendment_refused", new { reservation.Status, refused.Code }),
        UnitsDelivered delivered => ("reservation.delivered", new { reservation.Status, DeliveryId = delivered.Delivery.Id, delivered.Delivery.Units, DeliveredUnits = reservation.DeliveredUnits() }),
        DeliveryCeased => ("reservation.partially_fulfilled", new { reservation.Status, DeliveredUnits = reservation.DeliveredUnits() }),
        ReservationEnded ended => ("reservation." + Snake(ended.Status), new { reservation.Status, reservation.End!.Cause, reservation.End.Reason }),
        _ => null,
    };

    private static PoolId? Pool(Reservation reservation) => reservation.Agreement?.PoolId;

    private static string Snake(ReservationStatus status) => status switch
    {
        ReservationStatus.AwaitingApproval => "awaiting_approval",
        ReservationStatus.AwaitingSignature => "awaiting_signature",
        ReservationStatus.AwaitingDeposit => "awaiting_deposit",
        ReservationStatus.Cancelled => "cancelled",
        ReservationStatus.Expired => "expired",
        _ => "refused",
    };
}
