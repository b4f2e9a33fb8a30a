using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Api.Terms;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Reservations;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A letter of credit to register.</summary>
/// <param name="Reference">The bank's number of it.</param>
/// <param name="Issuer">The bank.</param>
/// <param name="Amount">What it promises; at least the deposit.</param>
/// <param name="Expires">Last day it can be drawn; not before the end of the term.</param>
internal sealed record NewLetterOfCredit([Length(1, 100)] string Reference, [Length(1, 200)] string Issuer, MoneyInput Amount, LocalDate Expires)
{
    public static NewLetterOfCredit Example { get; } = new("LC-2027-000418", "First Bank NA", new MoneyInput(66_666_666, Currency.Usd), new LocalDate(2029, 3, 31));
}

/// <summary>A letter of credit in place of a deposit.</summary>
/// <param name="Reference">The bank's number of it.</param>
/// <param name="Issuer">The bank.</param>
/// <param name="Amount">What it promises.</param>
/// <param name="Expires">Last day it can be drawn.</param>
/// <param name="RegisteredAt">When the tenant registered it, in market time.</param>
/// <param name="ConfirmedAt">When the operator confirmed to have it; null until then.</param>
internal sealed record LetterOfCreditModel(string Reference, string Issuer, MoneyModel Amount, LocalDate Expires, Instant RegisteredAt, Instant? ConfirmedAt)
{
    public static LetterOfCreditModel? Of(LetterOfCredit? letter) => letter is null
        ? null
        : new(letter.Reference, letter.Issuer, MoneyModel.Of(letter.Amount), letter.Expires, letter.RegisteredAt, letter.ConfirmedAt);
}

/// <summary>Where a deposit is held, and until when it may be.</summary>
/// <param name="Custodian">The custody that the contract names.</param>
/// <param name="NeededUntil">End of the term it secures.</param>
/// <param name="Swept">Whether a standing instruction moves money to the custodian and back by itself.</param>
/// <param name="MustLeaveBy">When the payment provider lets it rest no longer; null where nothing limits it.</param>
/// <param name="WarnedAt">When the parties were warned of that; null before.</param>
/// <param name="MovedTo">Who holds it after a recorded move; null before.</param>
/// <param name="MovedAt">When it was moved; null before.</param>
/// <param name="LetterOfCredit">The letter of credit registered; null without one.</param>
internal sealed record DepositCustodyModel(
    CustodyModel Custodian,
    Instant NeededUntil,
    bool Swept,
    Instant? MustLeaveBy,
    Instant? WarnedAt,
    string? MovedTo,
    Instant? MovedAt,
    LetterOfCreditModel? LetterOfCredit)
{
    public static DepositCustodyModel? Of(DepositCustody? custody) => custody is null ? null : new(
        CustodyModel.Of(custody.Terms)!,
        custody.NeededUntil,
        custody.Swept,
        custody.MustLeaveBy,
        custody.WarnedAt,
        custody.MovedTo,
        custody.MovedAt,
        LetterOfCreditModel.Of(custody.Letter));
}

/// <summary>A deposit that was moved to its custodian.</summary>
/// <param name="Holder">Who holds it now.</param>
/// <param name="Reference">The custodian's reference.</param>
internal sealed record NewCustodyMove([Length(1, 200)] string Holder, [Length(1, 140)] string Reference)
{
    public static NewCustodyMove Example { get; } = new("First Trust Company", "FT-2027-0091");
}

/// <summary>Custody of deposits: letters of credit of tenant and operator, moves and returns recorded by the marketplace.</summary>
internal static class CustodyEndpoints
{
    public static IEndpointRouteBuilder MapCustody(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        var change = Permission.Change("billing");
        room.Post("/v1/deposits/{reservationId}/letter-of-credit", new(
            "registerLetterOfCredit",
            "Register a letter of credit",
            "By the tenant, where the contract takes a letter of credit in place of a deposit. The reservation goes on when the operator confirms to have it.",
            change)
        {
            Takes = NewLetterOfCredit.Example,
            Gives = DepositModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.DepositNotFound, BillingAccountRefusal.CustodyUnfit, BillingAccountRefusal.LetterUnfit],
        }, async request =>
        {
            var body = await request.ReadAsync<NewLetterOfCredit>();
            return await ManageAsync(request, request.Caller.Organization, reservation => new RegisterLetter(
                reservation, new LetterOfCredit(body.Reference, body.Issuer, body.Amount.ToMoney(), body.Expires, request.MarketNow)));
        });

        room.Post("/v1/deposits/{reservationId}/letter-of-credit/confirmations", new(
            "confirmLetterOfCredit",
            "Confirm a letter of credit",
            "By the operator, who has checked the letter with its bank. The deposit then counts as held.",
            change)
        {
            Gives = DepositModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.DepositNotFound, BillingAccountRefusal.CustodyUnfit],
        }, async request => await ManageAsync(request, await TenantAsync(request), reservation => new ConfirmLetter(reservation, request.Caller.Organization)));

        room.Post("/v1/admin/deposits/{reservationId}/moves", new(
            "recordDepositMove",
            "Record that a deposit was moved to its custodian",
            "By the marketplace. From then on the payment provider's holding limit no longer runs, and the custodian gives the deposit back.",
            Permission.Change("admin"))
        {
            Takes = NewCustodyMove.Example,
            Gives = DepositModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.DepositNotFound, BillingAccountRefusal.CustodyUnfit],
        }, async request =>
        {
            var body = await request.ReadAsync<NewCustodyMove>();
            return await ManageAsync(request, await TenantAsync(request), reservation => new MoveDeposit(reservation, body.Holder, body.Reference));
        });

        room.Post("/v1/admin/deposits/{reservationId}/returns", new(
            "recordDepositReturn",
            "Record that the custodian gave a deposit back",
            "By the marketplace, for a deposit that was moved to a custodian and is being given back; also for what the gateway declined to give back and the marketplace sent from its bank account.",
            Permission.Change("admin"))
        {
            Takes = BankReferenceModel.Example,
            Gives = DepositModel.Example with { Status = DepositStatus.Returned },
            Status = 201,
            Refuses = [BillingAccountRefusal.DepositNotFound, BillingAccountRefusal.CustodyUnfit],
        }, async request =>
        {
            var body = await request.ReadAsync<BankReferenceModel>();
            return await ManageAsync(request, await TenantAsync(request), reservation => new RecordDepositReturn(reservation, body.Reference));
        });

        room.Post("/v1/admin/deposits/{reservationId}/return-attempts", new(
            "retryDepositReturn",
            "Ask the gateway to give a deposit back again",
            "By the marketplace, after the gateway declined to give a deposit, or part of it, back: it is asked once more. Where it declined nothing, nothing changes.",
            Permission.Change("admin"))
        {
            Gives = DepositModel.Example with { Status = DepositStatus.Returning },
            Status = 201,
            Refuses = [BillingAccountRefusal.DepositNotFound],
        }, async request => await ManageAsync(request, await TenantAsync(request), reservation => new RetryDepositReturn(reservation)));
        return routes;
    }

    /// <summary>The tenant of the reservation in the address, for its operator and the marketplace.</summary>
    public static async Task<OrganizationId> TenantAsync(ApiRequest request)
    {
        var reservation = (await request.Grain<IReservationGrain>(request.Id<ReservationId>("reservationId").Value).GetAsync())?.State;
        return reservation is not null && (request.Caller.IsPlatform || reservation.Agreement?.OperatorId == request.Caller.Organization)
            ? reservation.TenantId
            : throw Problem.NotFound("There is no such reservation, or not for this caller.");
    }

    private static async Task<IResult> ManageAsync(ApiRequest request, OrganizationId tenant, Func<ReservationId, BillingCommand> command)
    {
        var reservation = request.Id<ReservationId>("reservationId");
        var account = request.Grain<IBillingAccountGrain>(tenant.Value);
        if (await account.GetDepositAsync(reservation) is not null)
        {
            await request.BindKeyAsync();
        }

        request.Granted(await account.ManageAsync(command(reservation)));
        return request.Ok(DepositModel.Of((await account.GetDepositAsync(reservation))!, await request.Subjects().OfAsync(reservation.Value)));
    }
}
