using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;

namespace Marketplace.Api.Tests.Billing;

/// <summary>Credit given back as money, from the API alone: through the gateway, and by bank.</summary>
public sealed class RefundEndpointsTests
{
    [Fact]
    public async Task A_credit_on_a_paid_invoice_goes_back_the_way_the_money_came_and_the_books_say_so()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();
        var invoice = (await market.Tenant.GetAsync($"/v1/invoices/{id}")).With(200);
        await PayByCardAndBankAsync(market, id, invoice.Text("paymentReference"));
        await market.EventuallyAsync(async () => (await market.Operator.GetAsync($"/v1/invoices/{id}")).Text("status") == "paid");
        (await market.Operator.PostAsync($"/v1/invoices/{id}/credit-notes", new { net = Usd(1_190_400), reason = "Never delivered" })).With(201);

        Assert.Equal("refund_above_credit", (await market.Operator.PostAsync($"/v1/invoices/{id}/refunds", Refund(1_488_001))).With(409).Code);
        Assert.Equal(404, (await market.Tenant.PostAsync($"/v1/invoices/{id}/refunds", Refund(100))).Status);
        var asked = (await market.Operator.PostAsync($"/v1/invoices/{id}/refunds", Refund(1_488_000), "refund")).With(201);
        Assert.Equal(asked.Text("id"), (await market.Operator.PostAsync($"/v1/invoices/{id}/refunds", Refund(1_488_000), "refund")).With(201).Text("id"));
        Assert.Equal(("asked", "1000000"), (asked.Text("status"), asked.Text("withPerson.amountMinor")));

        await market.EventuallyAsync(async () => await StatusAsync(market, asked.Text("id"), "paid.amountMinor") == "488000");
        var sent = (await market.Platform.PostAsync($"/v1/admin/refunds/{asked.Text("id")}/transfers", new { reference = "BANK-1" })).With(201);
        Assert.Equal(("paid", "0"), (sent.Text("status"), sent.Text("withPerson.amountMinor")));
        Assert.Equal("refund_not_with_person", (await market.Platform.PostAsync($"/v1/admin/refunds/{asked.Text("id")}/transfers", new { reference = "BANK-2" })).With(409).Code);

        await market.EventuallyAsync(async () => await BalanceAsync(market, "bank") == 0 && await BalanceAsync(market, "platformFees") == 0);
        foreach (var account in (await market.Tenant.GetAsync("/v1/ledger/balances")).With(200).Json.GetProperty("balances").EnumerateArray())
        {
            Assert.StartsWith("receivables", account.GetProperty("account").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_gateway_declines_is_an_incident_that_a_person_resolves_by_bank()
    {
        await using var market = await FinanceMarket.StartAsync();
        var id = await market.BillAsync();
        var payment = await PayByCardAsync(market, id);
        await market.EventuallyAsync(async () => (await market.Operator.GetAsync($"/v1/invoices/{id}")).Text("status") == "paid");
        (await market.Operator.PostAsync($"/v1/invoices/{id}/credit-notes", new { net = Usd(80_000), reason = "Late" })).With(201);
        var asked = (await market.Operator.PostAsync($"/v1/invoices/{id}/refunds", Refund(100_000))).With(201).Text("id");

        // A notification says that the refund, made before, came back from the payer's bank.
        await market.EventuallyAsync(async () => await StatusAsync(market, asked, "status") == "paid");
        var grain = market.Market.Api.Market.Grains.GetGrain<IPaymentGrain>(payment);
        await grain.ReportAsync(new GatewayReport("evt_back", new GatewayAnswer(GatewayOutcome.Declined, null, "closed card"), true, null, $"{payment}:{asked}:0"));
        await market.EventuallyAsync(async () =>
        {
            await grain.DrainAsync();
            return await StatusAsync(market, asked, "status") == "declined";
        });
        await market.EventuallyAsync(async () => (await IncidentsAsync(market, "open")).Count == 1);

        (await market.Platform.PostAsync($"/v1/admin/refunds/{asked}/transfers", new { reference = "BANK-3" })).With(201);
        await market.EventuallyAsync(async () => (await IncidentsAsync(market, "resolved")).Count == 1);
        Assert.Empty(await IncidentsAsync(market, "open"));
    }

    private static object Usd(long cents) => new { amountMinor = cents, currency = "USD" };

    private static object Refund(long cents) => new { amount = Usd(cents), reason = "Paid back" };

    private static async Task<string> StatusAsync(FinanceMarket market, string refund, string member) =>
        (await market.Tenant.GetAsync($"/v1/refunds/{refund}")).With(200).Text(member);

    private static async Task<List<JsonElement>> IncidentsAsync(FinanceMarket market, string status) =>
        [.. (await market.Platform.GetAsync($"/v1/admin/incidents?kind=refund&status={status}")).With(200).Json.GetProperty("data").EnumerateArray()];

    private static async Task<long> BalanceAsync(FinanceMarket market, string account) =>
        (await market.Platform.GetAsync("/v1/ledger/balances")).With(200).Json.GetProperty("balances").EnumerateArray()
            .Where(balance => balance.GetProperty("account").GetString() == account).Sum(balance => balance.GetProperty("balance").GetProperty("amountMinor").GetInt64());

    private static async Task PayByCardAndBankAsync(FinanceMarket market, InvoiceId invoice, string reference)
    {
        var content = $"date,amount,currency,reference,payer,payerAccount,text\n2026-02-20,10000.00,USD,c1,Lumen,NO83,Rent {reference}\n";
        (await market.Platform.PostAsync("/v1/admin/bank-statements", new { format = "csv", content, account = "NO9386011117947", statement = "s1" })).With(201);
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/invoices/{invoice}")).Text("outstanding.amountMinor") == 488_000.ToString(CultureInfo.InvariantCulture));
        await PayByCardAsync(market, invoice);
    }

    private static async Task<string> PayByCardAsync(FinanceMarket market, InvoiceId invoice)
    {
        var payment = (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" })).With(201).Text("payment.id");
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/payments/{payment}")) is { Status: 200 } found && found.Text("status") == "awaitingPayer");
        (await market.Tenant.PostAsync($"/v1/sandbox/payments/{payment}/pay", new { })).With(200);
        return payment;
    }
}
