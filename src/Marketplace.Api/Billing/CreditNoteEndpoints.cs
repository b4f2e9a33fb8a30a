using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A credit to grant on an invoice.</summary>
/// <param name="Net">How much without tax; more than zero, in the invoice's currency. Tax is treated as on the invoice.</param>
/// <param name="Reason">Why: the text of the credit note's line.</param>
internal sealed record NewCreditNote(MoneyInput Net, [Length(1, 500)] string Reason)
{
    public static NewCreditNote Example { get; } = new(new MoneyInput(21_500, Currency.Usd), "100 GPU-hours reported too many.");
}

/// <summary>Takes back part or all of an invoice.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Number">Number in the series of this operator and tenant, without gaps.</param>
/// <param name="InvoiceId">The invoice it takes back from.</param>
/// <param name="InvoiceNumber">That invoice's number.</param>
/// <param name="TenantId">Who is credited.</param>
/// <param name="OperatorId">Who credits.</param>
/// <param name="LeaseId">The lease.</param>
/// <param name="IssuedAt">When it was issued, in market time.</param>
/// <param name="Lines">What is credited; negative.</param>
/// <param name="Tax">Its tax, treated as on the invoice; null where that bears none.</param>
/// <param name="Total">What is credited, tax included.</param>
/// <param name="Applied">The part that lowered what was left to pay.</param>
/// <param name="ToBalance">The part that became credit for later invoices.</param>
/// <param name="OperatorShare">What the operator bears of money already collected.</param>
/// <param name="FeeShare">The fee on it, which the marketplace gives up.</param>
/// <param name="PurchaseOrder">The invoice's purchase order.</param>
internal sealed record CreditNoteModel(
    CreditNoteId Id,
    string Number,
    InvoiceId InvoiceId,
    string InvoiceNumber,
    OrganizationId TenantId,
    OrganizationId OperatorId,
    LeaseId LeaseId,
    Instant IssuedAt,
    ImmutableArray<InvoiceLineModel> Lines,
    InvoiceTaxModel? Tax,
    MoneyModel Total,
    MoneyModel Applied,
    MoneyModel ToBalance,
    MoneyModel OperatorShare,
    MoneyModel FeeShare,
    string? PurchaseOrder)
{
    public static CreditNoteModel Example { get; } = Of(Sample());

    public static CreditNoteModel Of(CreditNote note) => new(
        note.Id,
        note.Number,
        note.Invoice,
        note.InvoiceNumber,
        note.Tenant,
        note.Operator,
        note.Lease,
        note.IssuedAt,
        [.. note.Lines.Select(InvoiceLineModel.Of)],
        note.Tax is { } tax ? InvoiceTaxModel.Of(tax) : null,
        MoneyModel.Of(note.Total),
        MoneyModel.Of(note.Applied),
        MoneyModel.Of(note.ToBalance),
        MoneyModel.Of(note.OperatorShare),
        MoneyModel.Of(note.FeeShare),
        note.PurchaseOrder);

    private static CreditNote Sample()
    {
        var invoice = InvoiceModel.Sample();
        return new CreditNote
        {
            Id = CreditNoteId.From("cn_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
            Number = "CN-Q7ZK2M-000001",
            IssuedAt = Instant.FromUtc(2027, 4, 20, 9, 0),
            Invoice = invoice.Id,
            InvoiceNumber = invoice.Number,
            Tenant = invoice.Tenant,
            Operator = invoice.Operator,
            Lease = invoice.Lease,
            Zone = invoice.Zone,
            Lines = [new InvoiceLine { Kind = InvoiceLineKind.Credit, Text = NewCreditNote.Example.Reason, Period = invoice.Period, Amount = -NewCreditNote.Example.Net.ToMoney() }],
            Total = NewCreditNote.Example.Net.ToMoney(),
            Applied = Money.Zero(Currency.Usd),
            OperatorShare = new Money(Currency.Usd, 20_425),
            FeeShare = new Money(Currency.Usd, 1_075),
            PurchaseOrder = invoice.PurchaseOrder,
        };
    }
}

/// <summary>Credit notes: granted by the operator, read by both parties.</summary>
internal static class CreditNoteEndpoints
{
    public static IEndpointRouteBuilder MapCreditNotes(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Invoices");
        var read = Permission.Read("billing");
        room.Post("/v1/invoices/{invoiceId}/credit-notes", new(
            "createCreditNote",
            "Credit part or all of an invoice",
            "By the operator. The invoice stays as it was issued: the credit lowers what is left to pay, and what is above that becomes the tenant's credit for later invoices.",
            Permission.Change("billing"))
        {
            Takes = NewCreditNote.Example,
            Names = new Dictionary<string, string> { ["amount"] = "net" },
            Gives = CreditNoteModel.Example,
            Status = 201,
            Refuses = [BillingAccountRefusal.InvoiceNotFound, BillingAccountRefusal.CreditNotPositive, BillingAccountRefusal.CreditAboveInvoice],
        }, CreateAsync);

        room.Get("/v1/credit-notes", new("listCreditNotes", "List credit notes", "The caller's credit notes, as tenant and as operator, newest first.", read)
        {
            Gives = Page.Of(CreditNoteModel.Example),
            Pages = true,
        }, request => request.PageAsync<CreditNote, CreditNoteModel>(BillingRows.CreditNotes, request.Caller.Organization.Value, CreditNoteModel.Of));

        room.Get("/v1/credit-notes/{creditNoteId}", new("getCreditNote", "Read a credit note", "The credit note, for its two parties.", read)
        {
            Gives = CreditNoteModel.Example,
        }, async request => request.Ok(CreditNoteModel.Of(await FindAsync(request))));

        room.Get("/v1/credit-notes/{creditNoteId}/document", new("getCreditNoteDocument", "Print a credit note", "The credit note as a page to print or to save as PDF from a browser.", read)
        {
            Gives = "<!doctype html><html lang=\"en\"><head><title>Credit note CN-Q7ZK2M-000001</title></head></html>",
            Produces = "text/html",
        }, async request => BillingDocument.Answer(BillingDocument.Of(await FindAsync(request))));
        return routes;
    }

    private static async Task<IResult> CreateAsync(ApiRequest request)
    {
        var id = request.NewId<CreditNoteId>();
        var body = await request.ReadAsync<NewCreditNote>();
        var invoice = await InvoiceEndpoints.FindAsync(request);
        await request.BindKeyAsync();
        var account = request.Grain<IBillingAccountGrain>(invoice.Tenant.Value);
        var note = await account.IssueCreditNoteAsync(new IssueCreditNote(id, request.Caller.Organization, invoice, body.Net.ToMoney(), body.Reason));
        return request.Ok(CreditNoteModel.Of(request.Granted(note)));
    }

    private static async Task<CreditNote> FindAsync(ApiRequest request)
    {
        var id = request.Id<CreditNoteId>("creditNoteId");
        var row = await request.Rows.GetAsync(BillingRows.CreditNotesById, id.Value, BillingRows.InvoiceKey, request.Cancellation);
        var note = row is { } found ? JsonSerializer.Deserialize<CreditNote>(found.Data.Span, MarketJson.Options) : null;
        return note is not null && (request.Caller.IsPlatform || note.Operator == request.Caller.Organization || note.Tenant == request.Caller.Organization)
            ? note
            : throw Problem.NotFound("There is no such credit note, or not for this caller.");
    }
}
