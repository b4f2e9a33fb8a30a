using System.Collections.Immutable;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;

namespace Marketplace.Api.Billing;

/// <summary>The organization's own books and deposits.</summary>
internal static class LedgerEndpoints
{
    public static IEndpointRouteBuilder MapLedger(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Ledger");
        var read = Permission.Read("billing");
        room.Get("/v1/ledger/entries", new("listLedgerEntries", "List ledger entries", "Every entry in the caller's own books, newest first. Entries are never changed.", read)
        {
            Gives = Page.Of(LedgerEntryModel.Example),
            Pages = true,
        }, request => request.PageAsync<PostedEntry, LedgerEntryModel>(BillingRows.Entries, request.Caller.Organization.Value, LedgerEntryModel.Of));

        room.Get("/v1/ledger/balances", new("getBalances", "Read account balances", "What every account in the caller's own books comes to, straight from the ledger: positive what the caller owes or where its money lies, negative what is owed to it or held for it.", read)
        {
            Gives = BillingAccountModel.Example,
        }, async request =>
        {
            var organization = request.Caller.Organization;
            return await request.Grain<IBillingAccountGrain>(organization.Value).GetAsync() is { } account
                ? request.Ok(account, BillingAccountModel.Of)
                : request.Ok(new BillingAccountModel(organization, 0, 0, 0, ImmutableArray<AccountBalanceModel>.Empty));
        });

        room.Get("/v1/deposits", new("listDeposits", "List deposits", "Deposits the caller has paid as tenant, or that secure it as operator, newest first.", read)
        {
            Gives = Page.Of(DepositModel.Example),
            Pages = true,
        }, request =>
        {
            var subjects = request.Subjects();
            return request.PageAsync<Deposit, DepositModel>(
                BillingRows.Deposits, request.Caller.Organization.Value, async deposit => DepositModel.Of(deposit, await subjects.OfAsync(deposit.Reservation.Value)));
        });

        room.Get("/v1/deposits/{reservationId}", new("getDeposit", "Read a deposit", "The deposit of a reservation, for the tenant who pays it.", read)
        {
            Gives = DepositModel.Example,
        }, async request =>
        {
            var reservation = request.Id<ReservationId>("reservationId");
            var deposit = await request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value).GetDepositAsync(reservation)
                ?? throw Problem.NotFound("There is no deposit of that reservation, or not for this caller.");
            return request.Ok(DepositModel.Of(deposit, await request.Subjects().OfAsync(reservation.Value)));
        });
        return routes;
    }
}
