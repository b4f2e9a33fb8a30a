using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Reservations;

namespace Marketplace.Api.Leases;

/// <summary>Deliveries: what the operator hands over, under a reservation and, when some of it did not pass, under its lease.</summary>
internal static class DeliveryEndpoints
{
    private static readonly Permission Change = Permission.Change("leases");

    public static IEndpointRouteBuilder MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Deliveries");
        room.Post("/v1/reservations/{reservationId}/deliveries", new(
            "createDelivery",
            "Deliver under a reservation",
            "The operator's notice that nodes (or kW of a power pool) are ready. The nodes are assigned to the reservation; the first notice opens its lease, in which the tenant accepts or rejects them.",
            Change)
        {
            Takes = NewDelivery.Example,
            Gives = DeliveryModel.Example,
            Status = 201,
            Refuses =
            [
                ReservationRefusal.Ended, ReservationRefusal.OperatorOnly, ReservationRefusal.DeliveryNotPossible, ReservationRefusal.AmendmentPending,
                ReservationRefusal.DeliveryInvalid, ReservationRefusal.DeliveryExceedsReservation, ReservationRefusal.DeliveryReadyTooLate, ReservationRefusal.DeliveryExists,
                PoolRefusal.NodeNotFound, PoolRefusal.NodeNotFree, PoolRefusal.NodesExceedHold, PoolRefusal.SupplyNotInService, PoolRefusal.HoldNotConfirmed,
            ],
        }, DeliverAsync);

        room.Post("/v1/leases/{leaseId}/deliveries", new(
            "createLeaseDelivery",
            "Deliver again under a lease",
            "For nodes put right after a rejection, and for others in the place of nodes rejected or taken out. They await the tenant's word like any delivery.",
            Change)
        {
            Takes = NewDelivery.Example,
            Gives = LeaseModel.Example,
            Status = 201,
            Refuses =
            [
                LeaseRefusal.Ended, LeaseRefusal.NotOperator, LeaseRefusal.NodeNamedTwice, LeaseRefusal.NodeAlreadyDelivered, LeaseRefusal.ReadyTooLate,
                PoolRefusal.NodeNotFound, PoolRefusal.NodeNotFree, PoolRefusal.NodesExceedHold, PoolRefusal.SupplyNotInService, PoolRefusal.HoldNotConfirmed,
            ],
        }, DeliverAgainAsync);
        return routes;
    }

    private static async Task<IResult> DeliverAsync(ApiRequest request)
    {
        var reservation = request.Id<ReservationId>("reservationId");
        var id = request.NewId<DeliveryId>();
        var body = await ReadAsync(request);
        var grain = request.Grain<IReservationGrain>(reservation.Value);
        request.Visible(
            await grain.GetAsync(),
            state => state.TenantId == request.Caller.Organization || state.Agreement?.OperatorId == request.Caller.Organization);
        var command = new DeliverUnits(request.Caller.Organization, id, body.CountUnits(), body.Nodes ?? []);
        request.Granted(await grain.DeliverAsync(request.Operation, command, body.ReadyAt));
        return request.Ok(DeliveryModel.Of(id, reservation, body));
    }

    private static async Task<IResult> DeliverAgainAsync(ApiRequest request)
    {
        var body = await ReadAsync(request);
        var delivery = body.ToDelivery(request.NewId<DeliveryId>(), request.MarketNow);
        return await LeaseEndpoints.CommandAsync(request, grain => grain.DeliverAsync(request.Operation, new DeliverNodes(request.Caller.Organization, delivery)));
    }

    private static Task<NewDelivery> ReadAsync(ApiRequest request) => request.ReadAsync<NewDelivery, NewDelivery>((body, faults) =>
    {
        body.Check(faults);
        return body;
    });
}
