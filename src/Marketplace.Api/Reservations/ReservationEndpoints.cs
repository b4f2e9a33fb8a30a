using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Quotes;
using Marketplace.Grains.Reservations;

namespace Marketplace.Api.Reservations;

/// <summary>Reservations: request, approval, signature, amendment, cancellation, and the document that is signed.</summary>
internal static class ReservationEndpoints
{
    private static readonly Permission Read = Permission.Read("reservations");
    private static readonly Permission Change = Permission.Change("reservations");

    public static IEndpointRouteBuilder MapReservations(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Reservations");
        room.Post("/v1/reservations", new(
            "createReservation",
            "Reserve capacity",
            "Uses a firm quote, or tries pools in order, and holds the capacity. The answer says what comes next: approval, signature or deposit, and until when. Without any of these it is confirmed at once.",
            Change)
        {
            Takes = NewReservation.Example,
            Names = DemandModel.Names,
            Gives = ReservationModel.Example,
            Status = 201,
            Refuses =
            [
                QuoteRefusal.NotFound, QuoteRefusal.Used, QuoteRefusal.Expired, QuoteRefusal.AboveLimit, .. QuoteEndpoints.MakeRefusals,
                ReservationRefusal.PurchaseOrderMissing,
                ReservationRefusal.NoCapacity, HoldRefusal.NotFree, HoldRefusal.BeyondCalendar, PoolRefusal.NotListed,
            ],
        }, ReservationRequests.CreateAsync);

        room.Get("/v1/reservations", new("listReservations", "List reservations", "The caller's reservations, as tenant and as operator, newest first.", Read)
        {
            Query = ReservationFilter.Example,
            Gives = Page.Of(ReservationModel.Example),
            Pages = true,
        }, request => request.PageAsync<Reservation, ReservationModel>(
            ReservationRows.Table, request.Caller.Organization.Value, ReservationModel.Of, request.ReadQuery<ReservationFilter>().Takes));

        room.Get("/v1/reservations/{reservationId}", new("getReservation", "Read a reservation", "The reservation as it stands, for its two parties.", Read)
        {
            Gives = ReservationModel.Example,
        }, async request => await ShowAsync(request, await FindAsync(request)));

        room.Get("/v1/reservations/{reservationId}/order-form", new(
            "getOrderForm",
            "Read the order form",
            "The exact document that both sides sign, with its digest: the one in force, or the version asked for. Versions that were replaced or came to nothing stay readable for ever.",
            Read)
        {
            Query = OrderFormQuery.Example,
            Gives = OrderFormModel.Example,
            Refuses = [ReservationRefusal.DocumentMissing],
        }, request =>
        {
            var version = request.ReadQuery<OrderFormQuery>().Version;
            return OrderFormAsync(request, form => version is null ? form.Standing == OrderFormStanding.InForce : form.DocumentVersion == version);
        });

        room.Get("/v1/reservations/{reservationId}/order-forms", new(
            "listOrderForms",
            "List the order forms",
            "Every version of the document, oldest first, word for word as it was signed.",
            Read)
        {
            Gives = Page.Of(OrderFormModel.Example),
            Pages = true,
        }, async request => request.PageOf(OrderFormModel.AllOf((await FindAsync(request)).State), form => form));

        room.Get("/v1/reservations/{reservationId}/amendment/order-form", new(
            "getAmendedOrderForm",
            "Read the order form of a pending amendment",
            "The exact document that the operator signs to agree to the amendment.",
            Read)
        {
            Gives = OrderFormModel.Example with { DocumentVersion = 2, Standing = OrderFormStanding.Proposed },
            Refuses = [ReservationRefusal.DocumentMissing],
        }, request => OrderFormAsync(request, form => form.Standing == OrderFormStanding.Proposed));

        room.Post("/v1/reservations/{reservationId}/approvals", new(
            "approveReservation", "Approve for one side", "By the operator or the tenant, where the terms ask for it. A reservation above its requester's spend limit waits for the tenant's approval by somebody whose limit covers it.", Change)
        {
            Takes = NewApproval.Example,
            Gives = ReservationModel.Example,
            Status = 201,
            Refuses = [ReservationRefusal.SignatoryInvalid, ReservationRefusal.Ended, ReservationRefusal.ApprovalNotAwaited, ReservationRefusal.DeadlinePassed, ReservationRefusal.AmendmentPending, ReservationRefusal.SpendLimitExceeded],
        }, async request =>
        {
            var body = await request.ReadAsync<NewApproval>();
            if ((await FindAsync(request)).State is { Agreement: { } agreement } reservation && reservation.TenantId == request.Caller.Organization)
            {
                await CheckSpendAsync(request, agreement.Total);
            }

            return await CommandAsync(request, grain => grain.ApproveAsync(request.Operation, new ApproveReservation(Person(request, body.Name, body.Authority))));
        });

        room.Post("/v1/reservations/{reservationId}/declines", new(
            "declineReservation", "Decline to approve or sign", "Ends the reservation as refused; while an amendment waits for a signature, ends only the amendment.", Change)
        {
            Takes = NewDecline.Example,
            Gives = ReservationModel.Example with { Status = ReservationStatus.Refused },
            Status = 201,
            Refuses = [ReservationRefusal.SignatoryInvalid, ReservationRefusal.ReasonInvalid, ReservationRefusal.Ended, ReservationRefusal.ApprovalNotAwaited],
        }, async request =>
        {
            var body = await request.ReadAsync<NewDecline>();
            return await CommandAsync(request, grain => grain.DeclineAsync(request.Operation, new DeclineReservation(Person(request, body.Name, body.Authority), body.Reason)));
        });

        room.Post("/v1/reservations/{reservationId}/signatures", new(
            "signReservation",
            "Sign the order form",
            "Records who signed, when, with what authority, and under which exact document. While an amendment waits, it is the amended order form that is signed.",
            Change)
        {
            Takes = NewSignature.Example,
            Gives = ReservationModel.Example,
            Status = 201,
            Refuses =
            [
                ReservationRefusal.SignatoryInvalid, ReservationRefusal.Ended, ReservationRefusal.SignatureNotAwaited, ReservationRefusal.DocumentDiffers, ReservationRefusal.DeadlinePassed,
                ReservationRefusal.AmendmentPending,
            ],
        }, async request =>
        {
            var body = await request.ReadAsync<NewSignature>();
            return await CommandAsync(request, grain => grain.SignAsync(request.Operation, new SignReservation(Person(request, body.Name, body.Authority), body.Digest)));
        });

        room.Post("/v1/reservations/{reservationId}/cancellations", new(
            "cancelReservation",
            "Cancel before delivery",
            "By the tenant until it is binding, and afterwards only while the capacity is late; by the operator until delivery begins, with the deposit returned. A deposit that was asked for is first called off at the gateway; money that still comes goes back.",
            Change)
        {
            Takes = NewCancellation.Example,
            Gives = ReservationModel.Example with { Status = ReservationStatus.Cancelled },
            Status = 201,
            Refuses = [ReservationRefusal.ReasonInvalid, ReservationRefusal.Ended, ReservationRefusal.Binding, ReservationRefusal.DeliveryBegun],
        }, async request =>
        {
            var body = await request.ReadAsync<NewCancellation>();
            return await CommandAsync(request, grain => grain.CancelAsync(request.Operation, new CancelReservation(request.Caller.Organization, body.Reason)));
        });

        room.Post("/v1/reservations/{reservationId}/amendments", new(
            "amendReservation",
            "Change quantity or term before delivery",
            "By the tenant, at the price of a new quote for the same pool. Before the reservation is binding, the paper starts again; afterwards the operator signs where the terms ask for it, and the deposit stays as paid. What the pool cannot hold is refused and all stays as agreed.",
            Change)
        {
            Takes = NewAmendment.Example,
            Gives = ReservationModel.Example,
            Status = 201,
            Refuses =
            [
                ReservationRefusal.SignatoryInvalid, ReservationRefusal.Ended, ReservationRefusal.TenantOnly, ReservationRefusal.AmendmentNotPossible, ReservationRefusal.AmendmentPending,
                ReservationRefusal.AmendmentPoolDiffers, ReservationRefusal.SpendLimitExceeded, QuoteRefusal.NotFound, QuoteRefusal.Used, QuoteRefusal.Expired,
            ],
        }, async request =>
        {
            var body = await request.ReadAsync<NewAmendment>();
            if ((await request.Grain<IQuoteGrain>(body.QuoteId.Value).GetAsync())?.State is { } quote && quote.TenantId == request.Caller.Organization)
            {
                await CheckSpendAsync(request, quote.Total);
            }

            return await CommandAsync(request, grain => grain.AmendAsync(request.Operation, Person(request, body.Name, body.Authority), body.QuoteId));
        });
        return routes;
    }

    /// <summary>A reservation with its payment as it stands.</summary>
    public static async Task<IResult> ShowAsync(ApiRequest request, Snapshot<Reservation> snapshot)
    {
        if (snapshot.State.Deposit is not { PaymentId: { } first } deposit)
        {
            return Show(request, snapshot, null);
        }

        // A deposit that is more than one payment takes is paid by several, each started once the one before has come.
        var id = (await request.Grain<IBillingAccountGrain>(snapshot.State.TenantId.Value).GetDepositAsync(snapshot.State.Id))?.Payment ?? first;
        var shown = new Snapshot<Reservation>(snapshot.State with { Deposit = deposit with { PaymentId = id } }, snapshot.Version);
        return Show(request, shown, (await request.Grain<IPaymentGrain>(id.Value).GetAsync())?.State.Status);
    }

    /// <summary>A reservation with its payment in this state, or in preparation.</summary>
    public static IResult Show(ApiRequest request, Snapshot<Reservation> snapshot, Domain.Billing.PaymentStatus? payment) =>
        request.Ok(snapshot, reservation => ReservationModel.Of(reservation, payment ?? Domain.Billing.PaymentStatus.Preparing));

    private static async Task CheckSpendAsync(ApiRequest request, Money total)
    {
        if (await ReservationRequests.RefuseSpendAsync(request, request.Caller.Organization, total) is { } refusal)
        {
            throw new ProblemException(Problem.Of(refusal));
        }
    }

    private static async Task<IResult> CommandAsync(ApiRequest request, Func<IReservationGrain, Task<Answer<Snapshot<Reservation>>>> command)
    {
        var reservation = await FindAsync(request);
        return await ShowAsync(request, request.Granted(await command(request.Grain<IReservationGrain>(reservation.State.Id.Value))));
    }

    private static async Task<IResult> OrderFormAsync(ApiRequest request, Func<OrderFormModel, bool> wanted)
    {
        var reservation = (await FindAsync(request)).State;
        return OrderFormModel.AllOf(reservation).FirstOrDefault(wanted) is { } form
            ? request.Ok(form)
            : throw new ProblemException(Problem.Of(Refusal.Of(ReservationRefusal.DocumentMissing, $"The reservation is {reservation.Status.Spelled()} and has no such document.")));
    }

    /// <summary>The reservation of the address, if the caller is a party to it, or the marketplace.</summary>
    internal static async Task<Snapshot<Reservation>> FindAsync(ApiRequest request) => request.Visible(
        await request.Grain<IReservationGrain>(request.Id<ReservationId>("reservationId").Value).GetAsync(),
        reservation => reservation.TenantId == request.Caller.Organization || reservation.Agreement?.OperatorId == request.Caller.Organization);

    private static Signatory Person(ApiRequest request, string name, string authority) => new(request.Caller.Organization, name, authority, request.Caller.Actor);
}
