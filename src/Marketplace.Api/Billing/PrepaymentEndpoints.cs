using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Terms;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>One instalment.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">What it is tied to.</param>
/// <param name="Amount">How much, without tax.</param>
/// <param name="InvoicedOn">The day it is invoiced, in the lease's zone.</param>
/// <param name="InvoiceId">Its invoice; null until it was issued.</param>
internal sealed record InstalmentModel(int Number, string Name, MoneyModel Amount, LocalDate InvoicedOn, InvoiceId? InvoiceId);

/// <summary>Rent of one reservation that is paid before it is due.</summary>
/// <param name="ReservationId">The reservation.</param>
/// <param name="OperatorId">Whose rent it prepays.</param>
/// <param name="Custodian">Who holds it.</param>
/// <param name="Instalments">The instalments.</param>
/// <param name="Paid">Paid in so far, without tax.</param>
/// <param name="Credited">Credited back on invoices so far.</param>
/// <param name="Released">Given to the operator so far.</param>
/// <param name="Returned">Given back to the tenant.</param>
/// <param name="Held">What the custody holds.</param>
/// <param name="EndedAt">When the contract ended; null while it runs.</param>
internal sealed record PrepaymentModel(
    ReservationId ReservationId,
    OrganizationId OperatorId,
    CustodyModel Custodian,
    ImmutableArray<InstalmentModel> Instalments,
    MoneyModel Paid,
    MoneyModel Credited,
    MoneyModel Released,
    MoneyModel Returned,
    MoneyModel Held,
    Instant? EndedAt)
{
    public static PrepaymentModel Example { get; } = new(
        ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        OrganizationId.From("org_operator"),
        new CustodyModel(Domain.Terms.Custodian.ExternalCustodian, "First Trust Company", 730),
        [new InstalmentModel(1, "Phase 1", Usd(30_000_000), new LocalDate(2026, 12, 2), InvoiceModel.Example.Id)],
        Usd(30_000_000),
        Usd(5_000_000),
        Usd(5_000_000),
        Usd(0),
        Usd(25_000_000),
        null);

    public static PrepaymentModel Of(Prepayment prepayment) => new(
        prepayment.Reservation,
        prepayment.Operator,
        CustodyModel.Of(prepayment.Clause.Custody)!,
        [.. prepayment.Instalments.Select(instalment => new InstalmentModel(instalment.Instalment, instalment.Name, MoneyModel.Of(instalment.Amount), instalment.InvoicedOn, instalment.Invoice))],
        MoneyModel.Of(prepayment.Paid),
        MoneyModel.Of(prepayment.Credited),
        MoneyModel.Of(prepayment.Released),
        MoneyModel.Of(prepayment.Returned),
        MoneyModel.Of(prepayment.Held),
        prepayment.EndedAt);

    private static MoneyModel Usd(long cents) => MoneyModel.Of(new Money(Currency.Usd, cents));
}

/// <summary>Prepaid rent to give to the operator early.</summary>
/// <param name="Amount">How much; at most what is held.</param>
/// <param name="Reason">Why, such as the milestone reached.</param>
internal sealed record NewRelease(MoneyInput Amount, [Length(1, 500)] string Reason)
{
    public static NewRelease Example { get; } = new(new MoneyInput(10_000_000, Currency.Usd), "Energisation of hall 2, evidenced on 2 December.");
}

/// <summary>What a bank or custodian did, by its own reference.</summary>
/// <param name="Reference">The reference.</param>
internal sealed record BankReferenceModel([Length(1, 140)] string Reference)
{
    public static BankReferenceModel Example { get; } = new("2027-05-04/000183");
}

/// <summary>Prepayments: read by both parties, released by the tenant, given back by the marketplace.</summary>
internal static class PrepaymentEndpoints
{
    public static IEndpointRouteBuilder MapPrepayments(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        var read = Permission.Read("billing");
        room.Get("/v1/prepayments", new("listPrepayments", "List prepayments", "Rent paid before it is due, as tenant and as operator, by reservation.", read)
        {
            Gives = Page.Of(PrepaymentModel.Example),
            Pages = true,
        }, request => request.PageAsync<Prepayment, PrepaymentModel>(BillingRows.Prepayments, request.Caller.Organization.Value, PrepaymentModel.Of));

        room.Get("/v1/prepayments/{reservationId}", new("getPrepayment", "Read a prepayment", "The prepayment of a reservation, for the tenant who pays it.", read)
        {
            Gives = PrepaymentModel.Example,
        }, async request => request.Ok(PrepaymentModel.Of(await FindAsync(request, request.Caller.Organization))));

        room.Post("/v1/prepayments/{reservationId}/releases", new(
            "releasePrepayment",
            "Release prepaid rent early",
            "By the tenant, such as for a milestone it accepts as reached: the operator gets it now. It is credited back on later invoices all the same.",
            Permission.Change("billing"))
        {
            Takes = NewRelease.Example,
            Gives = PrepaymentModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.PrepaymentNotFound, BillingAccountRefusal.PrepaymentNotHeld],
        }, async request =>
        {
            var body = await request.ReadAsync<NewRelease>();
            var tenant = request.Caller.Organization;
            var prepayment = await FindAsync(request, tenant);
            await request.BindKeyAsync();
            var command = new ReleasePrepayment(prepayment.Reservation, body.Amount.ToMoney(), body.Reason, request.Operation.Id);
            request.Granted(await request.Grain<IBillingAccountGrain>(tenant.Value).ManageAsync(command));
            return request.Ok(PrepaymentModel.Of(await FindAsync(request, tenant)));
        });

        room.Post("/v1/admin/prepayments/{reservationId}/returns", new(
            "recordPrepaymentReturn",
            "Record that prepaid rent was given back",
            "By the marketplace, after a contract has ended with rent prepaid and not used, when the custodian or bank has paid the tenant.",
            Permission.Change("admin"))
        {
            Takes = BankReferenceModel.Example,
            Gives = PrepaymentModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.PrepaymentNotFound, BillingAccountRefusal.PrepaymentNotHeld],
        }, async request =>
        {
            var body = await request.ReadAsync<BankReferenceModel>();
            var tenant = await CustodyEndpoints.TenantAsync(request);
            var prepayment = await FindAsync(request, tenant);
            await request.BindKeyAsync();
            request.Granted(await request.Grain<IBillingAccountGrain>(tenant.Value).ManageAsync(new RecordPrepaymentReturn(prepayment.Reservation, body.Reference)));
            return request.Ok(PrepaymentModel.Of(await FindAsync(request, tenant)));
        });
        return routes;
    }

    private static async Task<Prepayment> FindAsync(ApiRequest request, OrganizationId tenant) =>
        await request.Grain<IBillingAccountGrain>(tenant.Value).GetPrepaymentAsync(request.Id<ReservationId>("reservationId"))
        ?? throw Problem.NotFound("There is no prepayment of that reservation, or not for this caller.");
}
