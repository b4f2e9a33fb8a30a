using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Api.Billing;

/// <summary>A stretch of time in UTC days, half-open.</summary>
/// <param name="From">First day.</param>
/// <param name="Until">First day after.</param>
internal sealed record ReportPeriod(LocalDate From, LocalDate Until)
{
    public static ReportPeriod Example { get; } = new(new LocalDate(2027, 3, 1), new LocalDate(2027, 4, 1));

    public Interval Read()
    {
        if (Until <= From || Until > From.PlusYears(5))
        {
            throw Problem.Invalid("until", Faults.Inconsistent, "Expected a day after the first, at most five years later.");
        }

        return new Interval(From.AtMidnight().InUtc().ToInstant(), Until.AtMidnight().InUtc().ToInstant());
    }
}

/// <summary>What one account of the books came to over a period.</summary>
/// <param name="Account">The account's kind.</param>
/// <param name="Subject">Whom or what it is kept for; null where there is only one.</param>
/// <param name="Opening">Debits less credits before the period.</param>
/// <param name="Debits">Debits in the period.</param>
/// <param name="Credits">Credits in the period.</param>
/// <param name="Closing">Opening plus debits less credits.</param>
internal sealed record StatementAccountModel(LedgerAccountKind Account, string? Subject, MoneyModel Opening, MoneyModel Debits, MoneyModel Credits, MoneyModel Closing);

/// <summary>An account statement: what every account of the caller's books came to over a period.</summary>
/// <param name="OrganizationId">Whose books.</param>
/// <param name="From">First day, in UTC.</param>
/// <param name="Until">First day after.</param>
/// <param name="Entries">Entries in the period.</param>
/// <param name="Accounts">Accounts with a balance or a movement; openings, movements and closings each add up to zero in every currency.</param>
internal sealed record BillingStatementModel(OrganizationId OrganizationId, LocalDate From, LocalDate Until, int Entries, ImmutableArray<StatementAccountModel> Accounts)
{
    public static BillingStatementModel Example { get; } = new(
        OrganizationId.From("org_tenant"),
        ReportPeriod.Example.From,
        ReportPeriod.Example.Until,
        1,
        [
            new(LedgerAccountKind.Receivables, "org_operator", Usd(0), Usd(1_188_800), Usd(0), Usd(1_188_800)),
            new(LedgerAccountKind.UncollectedRent, "org_operator", Usd(0), Usd(0), Usd(1_188_800), Usd(-1_188_800)),
        ]);

    private static MoneyModel Usd(long cents) => MoneyModel.Of(new Money(Currency.Usd, cents));
}

/// <summary>What finance takes out: the account statement, the journal, and costs in the FOCUS form.</summary>
internal static class BillingReportEndpoints
{
    private const int Batch = 500;

    public static IEndpointRouteBuilder MapBillingReports(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Billing");
        var read = Permission.Read("billing");
        room.Get("/v1/billing/statement", new(
            "getBillingStatement",
            "Read the account statement of a period",
            "Opening balance, movements and closing balance of every account in the caller's own books. Days are UTC, as entries are dated by instant.",
            read)
        {
            Query = ReportPeriod.Example,
            Gives = BillingStatementModel.Example,
        }, StateAsync);

        room.Get("/v1/billing/exports/journal", new(
            "exportJournal",
            "Export the journal of a period",
            "Every posting in the caller's own books as CSV, oldest first: one line a posting, debits and credits in columns of their own. The two columns are equal for each entry.",
            read)
        {
            Query = ReportPeriod.Example,
            Gives = JournalExport.Header,
            Produces = "text/csv",
        }, request => StreamAsync(request, JournalExport.Header, EntriesAsync(request, request.ReadQuery<ReportPeriod>().Read()), JournalExport.Lines));

        room.Get("/v1/billing/exports/focus", new(
            "exportFocus",
            "Export costs of a period in the FOCUS form",
            "Every line of the invoices and credit notes issued to the caller in the period, as CSV with the columns of FOCUS 1.2, and a line for each document's tax. Amounts are decimals in the billing currency.",
            read)
        {
            Query = ReportPeriod.Example,
            Gives = FocusExport.Header,
            Produces = "text/csv",
        }, FocusAsync);
        return routes;
    }

    private static async Task<IResult> StateAsync(ApiRequest request)
    {
        var query = request.ReadQuery<ReportPeriod>();
        var period = query.Read();
        var organization = request.Caller.Organization;
        var sums = new SortedDictionary<string, (LedgerAccount Account, Money Opening, Money Debits, Money Credits)>(StringComparer.Ordinal);
        var entries = 0;
        await foreach (var posted in EntriesAsync(request, new Interval(Instant.MinValue, period.End)))
        {
            var inside = posted.Entry.At >= period.Start;
            entries += inside ? 1 : 0;
            foreach (var (account, amount) in posted.Entry.Postings)
            {
                var nothing = Money.Zero(amount.Currency);
                var key = $"{account}|{amount.Currency}";
                var sum = sums.TryGetValue(key, out var known) ? known : (Account: account, Opening: nothing, Debits: nothing, Credits: nothing);
                sums[key] = !inside ? sum with { Opening = sum.Opening + amount }
                    : amount.Minor > 0 ? sum with { Debits = sum.Debits + amount }
                    : sum with { Credits = sum.Credits - amount };
            }
        }

        return request.Ok(new BillingStatementModel(
            organization,
            query.From,
            query.Until,
            entries,
            [
                .. sums.Values
                    .Where(sum => !sum.Opening.IsZero || !sum.Debits.IsZero || !sum.Credits.IsZero)
                    .Select(sum => new StatementAccountModel(
                        sum.Account.Kind,
                        sum.Account.Subject.Length == 0 ? null : sum.Account.Subject,
                        MoneyModel.Of(sum.Opening),
                        MoneyModel.Of(sum.Debits),
                        MoneyModel.Of(sum.Credits),
                        MoneyModel.Of(sum.Opening + sum.Debits - sum.Credits))),
            ]));
    }

    private static async Task<IResult> FocusAsync(ApiRequest request)
    {
        var period = request.ReadQuery<ReportPeriod>().Read();
        var organization = request.Caller.Organization;
        var places = new FocusPlaces(request);
        request.Http.Response.ContentType = "text/csv; charset=utf-8";
        await request.Http.Response.WriteAsync(FocusExport.Header, request.Cancellation);
        await foreach (var invoice in RowsAsync<Invoice>(request, BillingRows.Invoices))
        {
            if (invoice.Tenant == organization && period.Contains(invoice.IssuedAt))
            {
                await WriteAsync(request, FocusExport.Lines(invoice, await places.OfAsync(invoice.Lease)));
            }
        }

        await foreach (var note in RowsAsync<CreditNote>(request, BillingRows.CreditNotes))
        {
            if (note.Tenant == organization && period.Contains(note.IssuedAt))
            {
                await WriteAsync(request, FocusExport.Lines(note, await places.OfAsync(note.Lease)));
            }
        }

        return Results.Empty;
    }

    private static async Task<IResult> StreamAsync<T>(ApiRequest request, string header, IAsyncEnumerable<T> items, Func<T, IEnumerable<string>> lines)
    {
        request.Http.Response.ContentType = "text/csv; charset=utf-8";
        await request.Http.Response.WriteAsync(header, request.Cancellation);
        await foreach (var item in items)
        {
            await WriteAsync(request, lines(item));
        }

        return Results.Empty;
    }

    private static Task WriteAsync(ApiRequest request, IEnumerable<string> lines) =>
        request.Http.Response.WriteAsync(string.Concat(lines), request.Cancellation);

    private static async IAsyncEnumerable<PostedEntry> EntriesAsync(ApiRequest request, Interval period)
    {
        await foreach (var posted in RowsAsync<PostedEntry>(request, BillingRows.Entries))
        {
            if (posted.Entry.At >= period.End)
            {
                yield break;
            }

            if (posted.Entry.At >= period.Start)
            {
                yield return posted;
            }
        }
    }

    /// <summary>Rows of the caller's partition, oldest first.</summary>
    private static async IAsyncEnumerable<T> RowsAsync<T>(ApiRequest request, string table)
    {
        string? from = null;
        do
        {
            var page = await request.Rows.ScanAsync(table, request.Caller.Organization.Value, from, null, Batch, cancellation: request.Cancellation);
            foreach (var row in page.Rows)
            {
                yield return JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!;
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}
