using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>How a bank statement is written.</summary>
internal enum BankStatementFormat
{
    /// <summary>CAMT.053 (ISO 20022 XML), any version.</summary>
    Camt053,

    /// <summary>CSV with the header <c>date,amount,currency,reference,payer,payerAccount,text</c>.</summary>
    Csv,
}

/// <summary>A bank statement to import.</summary>
/// <param name="Format">How it is written.</param>
/// <param name="Content">The file's text. XML with a document type is refused.</param>
/// <param name="Account">The account it is of (IBAN); for CSV, which does not name it.</param>
/// <param name="Statement">The statement's id; for CSV, which does not name it.</param>
internal sealed record NewBankStatement(
    BankStatementFormat Format, [Length(1, 8_000_000)] string Content, [Length(1, 40)] string? Account, [Length(1, 60)] string? Statement)
{
    public static NewBankStatement Example { get; } = new(
        BankStatementFormat.Csv,
        "date,amount,currency,reference,payer,payerAccount,text\n2027-04-20,11888.00,USD,000183,Lumen Labs AS,NO8330001234567,RF18 5390 0754 7034\n",
        "NO9386011117947",
        "2027-04-20");

    public ImmutableArray<BankStatement> Read(Faults faults)
    {
        if (Format == BankStatementFormat.Camt053)
        {
            return BankStatementReader.Camt(Content, faults);
        }

        faults.Require(Account is not null, "account", Faults.Inconsistent, "A CSV file does not name its account.");
        return BankStatementReader.Csv(Content, Account ?? "", Statement ?? "", faults);
    }
}

/// <summary>A bank transfer received, and what became of it.</summary>
/// <param name="Id">Public id: the same for the same entry in another file.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="BookedOn">The day it was booked.</param>
/// <param name="Amount">How much.</param>
/// <param name="Payer">Who paid, as the bank has it.</param>
/// <param name="PayerAccount">From which account.</param>
/// <param name="Text">What the payer wrote.</param>
/// <param name="Reference">The valid creditor reference found in it; null when there is none.</param>
/// <param name="InvoiceId">The invoice it is for; null while none is known.</param>
/// <param name="TenantId">Whose invoice.</param>
/// <param name="Applied">Taken for invoices or as credit.</param>
/// <param name="Returned">Sent back.</param>
/// <param name="Left">What waits for a decision.</param>
/// <param name="Account">The marketplace's account.</param>
/// <param name="Statement">The statement it came with.</param>
/// <param name="Note">What a person should know.</param>
internal sealed record BankReceiptModel(
    BankReceiptId Id,
    BankReceiptStatus Status,
    LocalDate BookedOn,
    MoneyModel Amount,
    string Payer,
    string PayerAccount,
    string Text,
    string? Reference,
    InvoiceId? InvoiceId,
    OrganizationId? TenantId,
    MoneyModel Applied,
    MoneyModel Returned,
    MoneyModel Left,
    string Account,
    string Statement,
    string? Note)
{
    public static BankReceiptModel Example { get; } = Of(new BankReceipt
    {
        Entry = new BankEntry(
            BankReceiptId.From("brc_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
            "NO9386011117947",
            "2027-04-20",
            "000183",
            new LocalDate(2027, 4, 20),
            new Money(Currency.Usd, 1_200_000),
            "Lumen Labs AS",
            "NO8330001234567",
            CreditorReference.ForPeople(CreditorReference.Of(InvoiceModel.Example.Id)),
            CreditorReference.Of(InvoiceModel.Example.Id)),
        TakenAt = Instant.FromUtc(2027, 4, 21, 6, 0),
        Status = BankReceiptStatus.Overpaid,
        For = new ReferencedInvoice(InvoiceModel.Example.TenantId, InvoiceModel.Example.OperatorId, InvoiceModel.Example.Id),
        Offers = 1,
        Applied = new Money(Currency.Usd, 1_188_800),
        Returned = Money.Zero(Currency.Usd),
    });

    public static BankReceiptModel Of(BankReceipt receipt) => new(
        receipt.Entry.Id,
        receipt.Status,
        receipt.Entry.BookedOn,
        MoneyModel.Of(receipt.Entry.Amount),
        receipt.Entry.Payer,
        receipt.Entry.PayerAccount,
        receipt.Entry.Remittance,
        receipt.Entry.Reference,
        receipt.For?.Invoice,
        receipt.For?.Tenant,
        MoneyModel.Of(receipt.Applied),
        MoneyModel.Of(receipt.Returned),
        MoneyModel.Of(receipt.Left),
        receipt.Entry.Account,
        receipt.Entry.Statement,
        receipt.Note);
}

/// <summary>What an import came to. Entries known from another file change nothing.</summary>
/// <param name="Statements">Statements in the file.</param>
/// <param name="Credits">Booked credit entries in them.</param>
/// <param name="Debits">Debit entries passed over.</param>
/// <param name="Referenced">Credits whose reference names an invoice.</param>
/// <param name="Unreferenced">Credits that wait for a person.</param>
internal sealed record BankImportModel(int Statements, int Credits, int Debits, int Referenced, int Unreferenced)
{
    public static BankImportModel Example { get; } = new(1, 14, 3, 13, 1);
}

/// <summary>Which bank receipts to list.</summary>
/// <param name="Status">Only receipts that stand here.</param>
internal sealed record BankReceiptFilter(BankReceiptStatus? Status)
{
    public static BankReceiptFilter Example { get; } = new(BankReceiptStatus.Unmatched);

    public bool Takes(BankReceipt receipt) => Status is null || receipt.Status == Status;
}

/// <summary>What a receipt is for, as a person decides.</summary>
/// <param name="InvoiceId">An invoice: it takes what is left to pay of it.</param>
/// <param name="KeepRest">Whether what the invoice does not take becomes the tenant's credit with that operator; otherwise it goes on waiting.</param>
internal sealed record NewAssignment(InvoiceId InvoiceId, bool KeepRest = false)
{
    public static NewAssignment Example { get; } = new(InvoiceModel.Example.Id, true);
}

/// <summary>Bank transfers on the marketplace's account: imported, matched by their reference, and decided by hand where that fails.</summary>
internal static class BankEndpoints
{
    private static readonly Permission Change = Permission.Change("admin");

    public static IEndpointRouteBuilder MapBank(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        room.Post("/v1/admin/bank-statements", new(
            "importBankStatement",
            "Import a bank statement",
            "Takes every booked credit into the books and offers it to the invoice that its creditor reference names: paid exactly, in part, or with a rest that waits. What names no invoice waits for a person. Importing the same entries again changes nothing.",
            Change)
        {
            Takes = NewBankStatement.Example,
            Gives = BankImportModel.Example,
            Status = 201,
            BodyLimit = 16 << 20,
        }, ImportAsync);

        room.Get("/v1/admin/bank-receipts", new("listBankReceipts", "List bank receipts", "Bank transfers received, newest first.", Permission.Read("admin"))
        {
            Query = BankReceiptFilter.Example,
            Gives = Page.Of(BankReceiptModel.Example),
            Pages = true,
        }, request => request.PageAsync<BankReceipt, BankReceiptModel>(
            BillingRows.Receipts, Organization.Platform.Value, BankReceiptModel.Of, request.ReadQuery<BankReceiptFilter>().Takes));

        room.Post("/v1/admin/bank-receipts/{bankReceiptId}/assignments", new(
            "assignBankReceipt",
            "Assign a bank receipt by hand",
            "Says which invoice the rest of a receipt is for. The tenant's account takes what is left to pay a moment later; the rest waits, or becomes credit.",
            Change)
        {
            Takes = NewAssignment.Example,
            Gives = BankReceiptModel.Example with { Status = BankReceiptStatus.Matching },
            Status = 201,
            Refuses = [BillingAccountRefusal.InvoiceNotFound, BillingAccountRefusal.ReceiptNotFound, BillingAccountRefusal.ReceiptSettled, BillingAccountRefusal.ReceiptMatching],
        }, AssignAsync);

        room.Post("/v1/admin/bank-receipts/{bankReceiptId}/returns", new(
            "returnBankReceipt",
            "Record that a bank receipt was sent back",
            "What was left of it went back to its payer, by the bank's own reference.",
            Change)
        {
            Takes = BankReferenceModel.Example,
            Gives = BankReceiptModel.Example with { Status = BankReceiptStatus.Returned },
            Status = 201,
            Refuses = [BillingAccountRefusal.ReceiptNotFound, BillingAccountRefusal.ReceiptSettled, BillingAccountRefusal.ReceiptMatching],
        }, ReturnAsync);
        return routes;
    }

    private static IBillingAccountGrain AccountOf(ApiRequest request) => request.Grain<IBillingAccountGrain>(Organization.Platform.Value);

    private static async Task<IResult> ImportAsync(ApiRequest request)
    {
        var statements = await request.ReadAsync<NewBankStatement, ImmutableArray<BankStatement>>((body, faults) => body.Read(faults));
        await request.BindKeyAsync();
        var referenced = 0;
        foreach (var batch in statements.SelectMany(statement => statement.Credits).Chunk(200))
        {
            var entries = ImmutableArray.CreateBuilder<NamedBankEntry>(batch.Length);
            foreach (var entry in batch)
            {
                var found = await NamedAsync(request, entry.Reference);
                referenced += found is null ? 0 : 1;
                entries.Add(new NamedBankEntry(entry, found));
            }

            request.Granted(await AccountOf(request).ManageAsync(new TakeBankEntries(entries.ToImmutable())));
        }

        var credits = statements.Sum(statement => statement.Credits.Length);
        return request.Ok(new BankImportModel(statements.Length, credits, statements.Sum(statement => statement.Debits), referenced, credits - referenced));
    }

    private static async Task<IResult> AssignAsync(ApiRequest request)
    {
        var id = request.Id<BankReceiptId>("bankReceiptId");
        var body = await request.ReadAsync<NewAssignment>();
        var row = await request.Rows.GetAsync(BillingRows.InvoicesById, body.InvoiceId.Value, BillingRows.InvoiceKey, request.Cancellation);
        if (row is not { } found)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(BillingAccountRefusal.InvoiceNotFound, $"There is no invoice {body.InvoiceId}.", "invoiceId")));
        }

        await BindKeyAsync(request, id);
        var invoice = JsonSerializer.Deserialize<Invoice>(found.Data.Span, MarketJson.Options)!;
        request.Granted(await AccountOf(request).ManageAsync(new AssignReceipt(id, new ReferencedInvoice(invoice.Tenant, invoice.Operator, invoice.Id), body.KeepRest, request.Operation.Id)));
        return request.Ok(BankReceiptModel.Of(await FindAsync(request, id)));
    }

    private static async Task<IResult> ReturnAsync(ApiRequest request)
    {
        var id = request.Id<BankReceiptId>("bankReceiptId");
        var body = await request.ReadAsync<BankReferenceModel>();
        await BindKeyAsync(request, id);
        request.Granted(await AccountOf(request).ManageAsync(new ReturnReceipt(id, body.Reference)));
        return request.Ok(BankReceiptModel.Of(await FindAsync(request, id)));
    }

    /// <summary>Only for a receipt that can still change: about any other the account says which it is, unknown or settled, and nothing is written.</summary>
    private static async Task BindKeyAsync(ApiRequest request, BankReceiptId id)
    {
        if (await AccountOf(request).GetReceiptAsync(id) is not null)
        {
            await request.BindKeyAsync();
        }
    }

    private static async Task<BankReceipt> FindAsync(ApiRequest request, BankReceiptId id) =>
        await AccountOf(request).GetReceiptAsync(id) ?? throw Problem.NotFound($"There is no bank receipt {id}.");

    private static async Task<ReferencedInvoice?> NamedAsync(ApiRequest request, string? reference)
    {
        var row = reference is null ? null : await request.Rows.GetAsync(BillingRows.References, reference, BillingRows.InvoiceKey, request.Cancellation);
        return row is { } found ? JsonSerializer.Deserialize<ReferencedInvoice>(found.Data.Span, MarketJson.Options) : null;
    }
}
