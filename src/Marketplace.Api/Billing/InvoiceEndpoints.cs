using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Billing;

/// <summary>Invoices: read by both parties, paid by the tenant.</summary>
internal static class InvoiceEndpoints
{
    public static IEndpointRouteBuilder MapInvoices(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Invoices");
        room.Get("/v1/invoices", new("listInvoices", "List invoices", "The caller's invoices, as tenant and as operator, newest first.", Permission.Read("billing"))
        {
            Query = InvoiceFilter.Example,
            Gives = Page.Of(InvoiceModel.Example),
            Pages = true,
        }, request => request.PageAsync<Invoice, InvoiceModel>(
            BillingRows.Invoices, request.Caller.Organization.Value, InvoiceModel.Of, request.ReadQuery<InvoiceFilter>().Takes));

        room.Get("/v1/invoices/{invoiceId}", new("getInvoice", "Read an invoice", "The invoice with every line and its working, for its two parties.", Permission.Read("billing"))
        {
            Gives = InvoiceModel.Example,
        }, async request => request.Ok(InvoiceModel.Of(await FindAsync(request))));

        room.Get("/v1/invoices/{invoiceId}/document", new(
            "getInvoiceDocument",
            "Print an invoice",
            "The invoice as a page to print or to save as PDF from a browser. It holds no scripts and loads nothing.",
            Permission.Read("billing"))
        {
            Gives = "<!doctype html><html lang=\"en\"><head><title>Invoice INV-Q7ZK2M-000003</title></head></html>",
            Produces = "text/html",
        }, async request => BillingDocument.Answer(BillingDocument.Of(await FindAsync(request))));

        room.Post("/v1/invoices/{invoiceId}/payments", new(
            "payInvoice",
            "Pay an invoice",
            "Starts a payment of what is left, or answers the one under way. With a kept method it is made at once; otherwise it waits for its payer. The payment is a resource of its own: read it for what came of it, and for the bank's page where one wants a confirmation.",
            Permission.Change("billing"))
        {
            Takes = NewInvoicePayment.Example,
            Gives = InvoiceModel.Example with { Payment = new(PaymentModel.Example.Id, NewInvoicePayment.Example.Method, true) },
            Status = 201,
            Refuses =
            [
                BillingAccountRefusal.InvoiceNotFound, BillingAccountRefusal.InvoicePaid, BillingAccountRefusal.PaymentUnderWay,
                PaymentMethodsRefusal.NotFound, PaymentMethodsRefusal.Elsewhere, PaymentMethodsRefusal.Unusable, PaymentRefusal.NotPayable, PaymentRefusal.Confirming,
            ],
        }, PayAsync);
        return routes;
    }

    private static async Task<IResult> PayAsync(ApiRequest request)
    {
        var id = request.Id<InvoiceId>("invoiceId");
        var (method, kept, returnTo) = await request.ReadAsync<NewInvoicePayment, (PaymentMethod, PaymentMethodId?, Uri)>(
            (body, faults) => body.ToCommand(PaymentMethodEndpoints.HomeOf(request), faults));
        var account = request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value);
        if (await account.GetInvoiceAsync(id) is { } invoice)
        {
            await request.BindKeyAsync();
            if (kept is { } named && !invoice.PaymentRequests.Contains(request.Operation.Id))
            {
                // Before anything is started: a payment that nobody can make would only be in the way.
                await PaymentMethodEndpoints.UseAsync(request, named, invoice.Operator, invoice.Total.Currency, returnTo);
            }
        }

        var started = request.Granted(await account.PayInvoiceAsync(new PayInvoice(id, method, request.Operation.Id)));
        if (kept is { } with && started is { Payment: { } under, PaymentUnderWay: true }
            && (await PaymentEndpoints.FindAsync(request, under)).State is var payment && IsMeant(request, started, payment))
        {
            await PaymentEndpoints.ConfirmAsync(request, payment, with, returnTo);
            started = await account.GetInvoiceAsync(id) ?? started;
        }

        return request.Ok(InvoiceModel.Of(started));
    }

    // A request that is repeated long after makes the payment that it started, and none that was started since by somebody else, or by itself.
    private static bool IsMeant(ApiRequest request, Invoice invoice, Payment payment) => !request.IsRepeated
        || (payment.Order.Use is null && invoice.PaymentRequests is [.., var last] && last == request.Operation.Id);

    /// <summary>The invoice named in the address, for its two parties and the marketplace.</summary>
    public static async Task<Invoice> FindAsync(ApiRequest request)
    {
        var id = request.Id<InvoiceId>("invoiceId");
        var own = await request.Grain<IBillingAccountGrain>(request.Caller.Organization.Value).GetInvoiceAsync(id);
        if (own is not null)
        {
            return own;
        }

        // The operator's copy, and the marketplace's: a row that follows the tenant's account at once.
        var row = await request.Rows.GetAsync(BillingRows.InvoicesById, id.Value, BillingRows.InvoiceKey, request.Cancellation);
        var invoice = row is { } found ? JsonSerializer.Deserialize<Invoice>(found.Data.Span, MarketJson.Options) : null;
        return invoice is not null && (request.Caller.IsPlatform || invoice.Operator == request.Caller.Organization || invoice.Tenant == request.Caller.Organization)
            ? invoice
            : throw Problem.NotFound("There is no such invoice, or not for this caller.");
    }
}
