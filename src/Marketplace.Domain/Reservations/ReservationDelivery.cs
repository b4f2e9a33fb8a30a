using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Reservations;

public sealed partial record Reservation
{
    private static Refusal? Amend(Draft draft, AmendReservation amend)
    {
        var state = draft.State;
        if (state.RefuseParty(amend.By, out var party) is { } refusal)
        {
            return refusal;
        }

        if (party != ContractParty.Tenant)
        {
            return Refuse(ReservationRefusal.TenantOnly, "The tenant amends; the operator answers by signing.");
        }

        if (state.Amendment?.Agreement.QuoteId == amend.Quote.Id || state.Agreement!.QuoteId == amend.Quote.Id)
        {
            return null;
        }

        if (state.Status is not (ReservationStatus.AwaitingApproval or ReservationStatus.AwaitingSignature or ReservationStatus.Confirmed or ReservationStatus.Delayed))
        {
            return Refuse(ReservationRefusal.AmendmentNotPossible, $"The reservation is {state.Status.Spelled()}.");
        }

        if (state.Amendment is not null)
        {
            return Refuse(ReservationRefusal.AmendmentPending, "Another amendment is on its way.");
        }

        var documents = state.OrderForms();
        if (documents.Length >= MostOrderForms)
        {
            return Refuse(ReservationRefusal.AmendmentNotPossible, $"The reservation has had {documents.Length} order forms already.");
        }

        if (amend.Quote.RefuseUse(state.TenantId, state.Id, draft.Now) is { } unusable)
        {
            return unusable;
        }

        if (amend.Quote.PoolId != state.Agreement!.PoolId)
        {
            return Refuse(ReservationRefusal.AmendmentPoolDiffers, $"The reservation is for {state.Agreement.PoolId}.", "quoteId");
        }

        // What was paid stays: once the reservation is binding, an amendment does not move the deposit.
        var quote = state.ConfirmedAt is null ? amend.Quote : amend.Quote with { Deposit = state.Agreement.Deposit };
        var agreement = OrderForm.Agree(state.Id, quote, documents[^1].Agreement.DocumentVersion + 1, amend.Names);
        var signature = new Signature(ContractParty.Tenant, amend.By, draft.Now, agreement.Digest);
        var applying = state.ConfirmedAt is null || !agreement.Terms.Clauses.Signatures.OperatorSigns;
        draft.Add(new AmendmentProposed(draft.Now, new Amendment(agreement, [signature], draft.Now, applying)));
        return null;
    }

    private static Refusal? Deliver(Draft draft, DeliverUnits deliver)
    {
        var state = draft.State;
        if (!state.IsParty(deliver.Actor))
        {
            return Refuse(ReservationRefusal.NotFound, "There is no such reservation.");
        }

        if (deliver.Actor == state.TenantId)
        {
            return Refuse(ReservationRefusal.OperatorOnly, "The operator delivers.");
        }

        if (state.Deliveries.FirstOrDefault(delivery => delivery.Id == deliver.Id) is { } known)
        {
            return known.Units == deliver.Units && known.Nodes.AsSpan().SequenceEqual(deliver.Nodes.AsSpan())
                ? null
                : Refuse(ReservationRefusal.DeliveryExists, $"Delivery {deliver.Id} was made with other units.");
        }

        if (state.End is not null || ReservationStatuses.IsFinal(state.Status))
        {
            return Refuse(ReservationRefusal.Ended, $"The reservation is {state.Status.Spelled()}.");
        }

        if (state.Status is not (ReservationStatus.Confirmed or ReservationStatus.Delayed or ReservationStatus.Delivering))
        {
            return Refuse(ReservationRefusal.DeliveryNotPossible, $"The reservation is {state.Status.Spelled()}.");
        }

        if (state.Amendment is not null)
        {
            return Refuse(ReservationRefusal.AmendmentPending, "An amendment is on its way.");
        }

        var terms = state.Agreement!.Terms;
        var nodes = deliver.Nodes.Distinct().Count();
        var namesNodes = terms.GpusPerUnit > 0;
        if (deliver.Units < 1 || nodes != deliver.Nodes.Length || nodes != (namesNodes ? deliver.Units : 0) ||
            deliver.Nodes.Any(node => state.Deliveries.Any(delivery => delivery.Nodes.Contains(node))))
        {
            return Refuse(ReservationRefusal.DeliveryInvalid, namesNodes ? "Name the nodes, each once and none that was delivered before; GPU pools deliver no kilowatts." : "Expected at least 1 kW; power pools deliver no nodes.", namesNodes ? "nodes" : "kilowatts");
        }

        var delivered = state.DeliveredUnits() + deliver.Units;
        var peak = terms.Ramp.PeakUnits();
        if (delivered > peak)
        {
            return Refuse(ReservationRefusal.DeliveryExceedsReservation, $"{peak} units are reserved, {state.DeliveredUnits()} were delivered.", namesNodes ? "nodes" : "kilowatts");
        }

        var readyAt = Instant.Max(draft.Now, deliver.ReadyAt ?? draft.Now);
        if (readyAt >= terms.Ramp.Term.End)
        {
            return Refuse(ReservationRefusal.DeliveryReadyTooLate, $"The term ends at {terms.Ramp.Term.End}.", "readyAt");
        }

        draft.Add(new UnitsDelivered(draft.Now, new Delivery(deliver.Id, deliver.Units, deliver.Nodes, draft.Now, readyAt), delivered == peak));
        return null;
    }
}
