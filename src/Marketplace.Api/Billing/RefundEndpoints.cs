using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Billing;

/// <summary>Refunds of credit: asked for by the operator, carried out by the gateway, or by a person at the bank.</summary>
internal static class RefundEndpoints
{
    public static IEndpointRouteBuilder MapRefunds(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Invoices");
        var (read, admin) = (Permission.Read("billing"), Permission.Change("admin"));
        room.Post("/v1/invoices/{invoiceId}/refunds", new(
            "createRefund",
            "Give credit back as money",
            "By the operator or the marketplace. Credit that the tenant has with the operator, such as from a credit note on a paid invoice, goes back the way this invoice was paid: through the gateway, at most what its payments brought in, and by bank, at most what bank transfers brought. The operator's share and the marketplace's fee on it go back with it.",
            Permission.Change("billing"))
        {
            Takes = NewRefund.Example,
            Gives = RefundModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.RefundNotPositive, BillingAccountRefusal.RefundAboveCredit, BillingAccountRefusal.RefundAbovePaid],
        }, CreateAsync);

        room.Get("/v1/refunds", new("listRefunds", "List refunds of credit", "The caller's refunds, as tenant and as operator, newest first; all of them for the marketplace.", read)
        {
            Query = RefundFilter.Example,
            Gives = Page.Of(RefundModel.Example),
            Pages = true,
        }, request => request.PageAsync<CreditRefund, RefundModel>(
            BillingRows.Refunds, request.Caller.Organization.Value, RefundModel.Of, request.ReadQuery<RefundFilter>().Takes));

        room.Get("/v1/refunds/{refundId}", new("getRefund", "Read a refund of credit", "The refund, for its two parties and the marketplace.", read)
        {
            Gives = RefundModel.Example,
        }, async request => request.Ok(RefundModel.Of(await FindAsync(request))));

        room.Post("/v1/admin/refunds/{refundId}/attempts", new(
            "retryRefund",
            "Ask the gateway for a refund again",
            "By the marketplace, after the gateway declined part of a refund: it is asked once more for that part. Without such a part nothing changes.",
            admin)
        {
            Gives = RefundModel.Example,
            Status = 201,
        }, request => ManageAsync(request, id => new RetryRefund(id)));

        room.Post("/v1/admin/refunds/{refundId}/transfers", new(
            "recordRefundTransfer",
            "Record that a refund was sent by bank",
            "By the marketplace: what came by bank, and what the gateway declined, was sent from the marketplace's bank account.",
            admin)
        {
            Takes = BankReferenceModel.Example,
            Gives = RefundModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.RefundNotWithPerson],
        }, async request =>
        {
            var body = await request.ReadAsync<BankReferenceModel>();
            return await ManageAsync(request, id => new RecordRefundTransfer(id, body.Reference));
        });
        return routes;
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<RefundId>();
        var body = await request.ReadAsync<NewRefund>();
        var invoice = await InvoiceEndpoints.FindAsync(request);
        if (!request.Caller.IsPlatform && invoice.Operator != request.Caller.Organization)
        {
            throw Problem.NotFound("Only the operator of an invoice, or the marketplace, gives credit back.");
        }

        await request.BindKeyAsync();
        var account = request.Grain<IBillingAccountGrain>(invoice.Tenant.Value);
        var refund = await account.RefundAsync(new RefundCredit(id, await account.GetInvoiceAsync(invoice.Id) ?? invoice, body.Amount.ToMoney(), body.Reason));
        return request.Ok(RefundModel.Of(request.Granted(refund)));
    }

    private static async Task<IResult> ManageAsync(ApiRequest request, Func<RefundId, BillingCommand> command)
    {
        var found = await FindAsync(request);
        await request.BindKeyAsync();
        var account = request.Grain<IBillingAccountGrain>(found.Tenant.Value);
        request.Granted(await account.ManageAsync(command(found.Id)));
        return request.Ok(RefundModel.Of((await account.GetRefundAsync(found.Id))!));
    }

    private static async Task<CreditRefund> FindAsync(ApiRequest request)
    {
        var id = request.Id<RefundId>("refundId");
        if (await request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value).GetRefundAsync(id) is { } own)
        {
            return own;
        }

        // The operator's copy, and the marketplace's: a row that follows the tenant's account at once.
        var row = await request.Rows.GetAsync(BillingRows.RefundsById, id.Value, BillingRows.InvoiceKey, request.Cancellation);
        var refund = row is { } found ? JsonSerializer.Deserialize<CreditRefund>(found.Data.Span, MarketJson.Options) : null;
        return refund is not null && (request.Caller.IsPlatform || refund.Operator == request.Caller.Organization || refund.Tenant == request.Caller.Organization)
            ? refund
            : throw Problem.NotFound("There is no such refund, or not for this caller.");
    }
}
