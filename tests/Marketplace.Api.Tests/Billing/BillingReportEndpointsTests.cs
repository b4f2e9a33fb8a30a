using Marketplace.Api.Billing;

namespace Marketplace.Api.Tests.Billing;

public sealed class BillingReportEndpointsTests
{
    [Fact]
    public async Task The_invoice_prints_as_one_page_that_runs_and_loads_nothing()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();

        var page = (await market.Tenant.GetAsync($"/v1/invoices/{id}/document")).With(200);

        Assert.StartsWith("<!doctype html>", page.Body, StringComparison.Ordinal);
        Assert.Contains("MVA 25% on USD 11,904.00", page.Body, StringComparison.Ordinal);
        Assert.Contains("Accounts &lt;payable&gt;", page.Body, StringComparison.Ordinal);
        Assert.Contains("@media print", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credit_note_is_issued_once_read_by_both_and_printed()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();
        var body = new { net = new { amountMinor = 100_000, currency = "USD" }, reason = "Node down" };

        var note = (await market.Operator.PostAsync($"/v1/invoices/{id}/credit-notes", body, "k")).With(201);
        var again = (await market.Operator.PostAsync($"/v1/invoices/{id}/credit-notes", body, "k")).With(201);
        Assert.Equal((note.Text("id"), "125000", "125000"), (again.Text("id"), note.Text("total.amountMinor"), note.Text("applied.amountMinor")));
        Assert.Equal("1363000", (await market.Tenant.GetAsync($"/v1/invoices/{id}")).Text("outstanding.amountMinor"));
        Assert.Equal("invoice_not_found", (await market.Tenant.PostAsync($"/v1/invoices/{id}/credit-notes", body)).Code);

        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/credit-notes/{note.Text("id")}")).Status == 200);
        Assert.Contains("Node down", (await market.Tenant.GetAsync($"/v1/credit-notes/{note.Text("id")}/document")).With(200).Body, StringComparison.Ordinal);
        Assert.Equal(1, (await market.Operator.GetAsync("/v1/credit-notes")).Json.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Exports_add_up_to_the_invoice()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync("/v1/ledger/entries")).Json.GetProperty("data").GetArrayLength() == 1);

        var journal = CsvFormat.Read((await market.Tenant.GetAsync("/v1/billing/exports/journal?from=2025-01-01&until=2029-01-01")).With(200).Body).ToList();
        Assert.Equal(["entryNumber", "entryId", "postedAt", "factId", "text", "account", "subject", "debit", "credit", "currency"], journal[0]);
        Assert.Equal((14_880m, 14_880m), (Sum(journal, 7), Sum(journal, 8)));

        var focus = CsvFormat.Read((await market.Tenant.GetAsync("/v1/billing/exports/focus?from=2025-01-01&until=2029-01-01")).With(200).Body).ToList();
        Assert.Equal(14_880m, Sum(focus, Array.IndexOf(focus[0], "BilledCost")));
        Assert.Equal(["Usage", "Tax"], focus.Skip(1).Select(row => row[Array.IndexOf(focus[0], "ChargeCategory")]));
        Assert.Contains("PO-4500012345", focus[1][^1], StringComparison.Ordinal);
        Assert.Single(CsvFormat.Read((await market.Operator.GetAsync("/v1/billing/exports/focus?from=2025-01-01&until=2029-01-01")).With(200).Body));
        Assert.Equal(400, (await market.Tenant.GetAsync("/v1/billing/statement?from=2027-01-01&until=2027-01-01")).Status);
        Assert.NotEqual(default, id);
    }

    private static decimal Sum(List<string[]> rows, int column) =>
        rows.Skip(1).Sum(row => row[column].Length == 0 ? 0 : decimal.Parse(row[column], System.Globalization.CultureInfo.InvariantCulture));
}
