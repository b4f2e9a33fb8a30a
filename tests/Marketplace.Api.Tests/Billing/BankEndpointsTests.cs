using System.Text.Json;
using Marketplace.Domain.Billing;

namespace Marketplace.Api.Tests.Billing;

public sealed class BankEndpointsTests
{
    [Fact]
    public async Task A_months_invoice_is_paid_by_bank_transfer_and_closed_from_the_API_alone()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();
        var invoice = (await market.Tenant.GetAsync($"/v1/invoices/{id}")).With(200);
        Assert.Equal(("1190400", "1488000", "PO-4500012345", "exclusive"), (invoice.Text("net.amountMinor"), invoice.Text("total.amountMinor"), invoice.Text("purchaseOrder"), invoice.Text("tax.treatment")));

        var camt = Camt(("e1", 14_000.00m, CreditorReference.ForPeople(invoice.Text("paymentReference"))), ("e2", 99.95m, "no reference"));
        var imported = (await market.Platform.PostAsync("/v1/admin/bank-statements", new { format = "camt053", content = camt })).With(201);
        Assert.Equal(("2", "1", "1"), (imported.Text("credits"), imported.Text("referenced"), imported.Text("debits")));
        (await market.Platform.PostAsync("/v1/admin/bank-statements", new { format = "camt053", content = camt })).With(201);
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/invoices/{id}")).Text("outstanding.amountMinor") == "88000");

        await ImportCsvAsync(market, "c1", 1_000m, invoice.Text("paymentReference"));
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/invoices/{id}")).Text("status") == "paid");
        await market.EventuallyAsync(async () => (await ReceiptsAsync(market, "overpaid")).Count == 1);

        var over = (await ReceiptsAsync(market, "overpaid"))[0];
        Assert.Equal(12_000, over.GetProperty("left").GetProperty("amountMinor").GetInt64());
        (await market.Platform.PostAsync($"/v1/admin/bank-receipts/{over.GetProperty("id").GetString()}/assignments", new { invoiceId = id.Value, keepRest = true })).With(201);
        await market.EventuallyAsync(async () => (await ReceiptsAsync(market, "kept")).Count == 1);
        var strange = (await ReceiptsAsync(market, "unmatched"))[0].GetProperty("id").GetString();
        (await market.Platform.PostAsync($"/v1/admin/bank-receipts/{strange}/returns", new { reference = "back-1" }, "same")).With(201);
        Assert.Equal("returned", (await market.Platform.PostAsync($"/v1/admin/bank-receipts/{strange}/returns", new { reference = "back-1" }, "same")).With(201).Text("status"));

        await market.EventuallyAsync(async () =>
        {
            // The list of entries follows the books a moment later.
            var statement = (await market.Platform.GetAsync("/v1/billing/statement?from=2025-01-01&until=2029-01-01")).With(200);
            var bank = statement.Json.GetProperty("accounts").EnumerateArray().Single(account => account.GetProperty("account").GetString() == "bank");
            return (Minor(bank, "debits"), Minor(bank, "credits"), Minor(bank, "closing")) == (1_509_995, 9_995, 1_500_000);
        });
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Document>&e;</Document>", "malformed_json")]
    [InlineData("<Other/>", "invalid_format")]
    [InlineData("<Document><BkToCstmrStmt><Stmt><Id>1</Id></Stmt></BkToCstmrStmt></Document>", "invalid_format")]
    [InlineData("not xml", "malformed_json")]
    public async Task A_file_that_is_no_plain_statement_is_refused(string content, string code)
    {
        await using var market = await FinanceMarket.StartAsync();

        var refused = (await market.Platform.PostAsync("/v1/admin/bank-statements", new { format = "camt053", content })).With(400);

        Assert.Equal(code, refused.Json.GetProperty("errors")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Only_the_marketplace_imports_statements()
    {
        await using var market = await FinanceMarket.StartAsync();

        Assert.Equal(403, (await market.Tenant.PostAsync("/v1/admin/bank-statements", new { format = "camt053", content = "<x/>" })).Status);
        Assert.Equal(403, (await market.Operator.GetAsync("/v1/admin/bank-receipts")).Status);
    }

    private static int Minor(JsonElement account, string name) => account.GetProperty(name).GetProperty("amountMinor").GetInt32();

    private static async Task<List<JsonElement>> ReceiptsAsync(FinanceMarket market, string status) =>
        [.. (await market.Platform.GetAsync($"/v1/admin/bank-receipts?status={status}")).With(200).Json.GetProperty("data").EnumerateArray()];

    private static async Task ImportCsvAsync(FinanceMarket market, string reference, decimal amount, string text)
    {
        var content = FormattableString.Invariant($"date,amount,currency,reference,payer,payerAccount,text\n2026-02-20,{amount:F2},USD,{reference},\"Lumen, Labs\",NO83,Rent {text}\n");
        (await market.Platform.PostAsync("/v1/admin/bank-statements", new { format = "csv", content, account = "NO9386011117947", statement = "s2" })).With(201);
    }

    private static string Camt(params (string Reference, decimal Amount, string Text)[] entries) => FormattableString.Invariant($"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>s1</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id></Acct>
        {string.Concat(entries.Select(entry => Entry(entry.Reference, "CRDT", entry.Amount, entry.Text)))}{Entry("d1", "DBIT", 7, "bank fee")}
        </Stmt></BkToCstmrStmt></Document>
        """);

    private static string Entry(string reference, string side, decimal amount, string text) => FormattableString.Invariant($"""
        <Ntry><Amt Ccy="USD">{amount:F2}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-10</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
        <NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Lumen Labs AS</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>NO8330001234567</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
        """);
}
