using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;

namespace Marketplace.Api.Tests.Billing;

public class InvoiceEndpointsTests
{
    [Fact]
    public async Task Both_parties_read_an_invoice_and_nobody_else()
    {
        await using var market = await PaymentMarket.StartAsync();
        var invoice = await BillAsync(market);
        var stranger = await market.Api.OrganizationAsync(OrganizationKind.Tenant, "Stranger");
        await market.EventuallyAsync(async () => (await market.Operator.GetAsync($"/v1/invoices/{invoice}")).Status == 200);

        var read = (await market.Tenant.GetAsync($"/v1/invoices/{invoice}")).With(200);
        Assert.Equal(("open", "1190400", "2026-02-04"), (read.Text("status"), read.Text("outstanding.amountMinor"), read.Text("dueDate")));
        Assert.Equal("Rent, 2026-01-01 until 2026-01-31 (UTC): 5,952 GPU-hours at USD 2.00", read.Json.GetProperty("lines")[0].GetProperty("text").GetString());
        Assert.Equal(404, (await stranger.GetAsync($"/v1/invoices/{invoice}")).Status);
        Assert.Equal("invoice_not_found", (await market.Operator.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" })).Code);
        foreach (var party in new[] { market.Tenant, market.Operator })
        {
            await market.EventuallyAsync(async () => (await party.GetAsync("/v1/invoices?status=open")).Json.GetProperty("data").GetArrayLength() == 1);
            Assert.Equal(0, (await party.GetAsync("/v1/invoices?status=paid")).Json.GetProperty("data").GetArrayLength());
        }
    }

    [Fact]
    public async Task Paying_an_invoice_reaches_the_operators_books()
    {
        await using var market = await PaymentMarket.StartAsync();
        var invoice = await BillAsync(market);

        var started = (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "transfer" }, "key-1")).With(201);
        var again = (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "transfer" }, "key-1")).With(201);
        var payment = started.Text("payment.id");
        Assert.Equal(payment, again.Text("payment.id"));
        Assert.Equal("invoice_payment_under_way", (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" })).Code);
        Assert.Equal("idempotency_key_reused", (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" }, "key-1")).Code);
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/payments/{payment}")) is { Status: 200 } found && found.Text("status") == "awaitingPayer");

        (await market.Tenant.PostAsync($"/v1/sandbox/payments/{payment}/pay")).With(200);
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/invoices/{invoice}")).Text("status") == "paid");
        await market.EventuallyAsync(async () => (await market.Operator.GetAsync("/v1/ledger/balances")).Text("entries") == "1");

        Assert.Contains(
            (await market.Operator.GetAsync("/v1/ledger/balances")).Json.GetProperty("balances").EnumerateArray(),
            balance => balance.GetProperty("account").GetString() == "operatorPayable" && balance.GetProperty("balance").GetProperty("amountMinor").GetInt64() == -1_130_880);
        Assert.Equal("invoice_already_paid", (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" })).Code);
    }

    [Fact]
    public async Task A_payment_called_off_makes_room_for_another()
    {
        await using var market = await PaymentMarket.StartAsync();
        var invoice = await BillAsync(market);
        var first = (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "card" })).With(201).Text("payment.id");
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/payments/{first}")) is { Status: 200 } found && found.Text("status") == "awaitingPayer");

        var cancelled = (await market.Tenant.PostAsync($"/v1/payments/{first}/cancellations")).With(201);
        Assert.Equal("cancelled", cancelled.Text("status"));
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync($"/v1/invoices/{invoice}")).Text("payment.underWay") == "False");
        var second = (await market.Tenant.PostAsync($"/v1/invoices/{invoice}/payments", new { method = "transfer" })).With(201);

        Assert.NotEqual(first, second.Text("payment.id"));
    }

    /// <summary>The tenant owes rent, as a lease states it.</summary>
    private static async Task<InvoiceId> BillAsync(PaymentMarket market)
    {
        var statement = RentStatements.January(
            OrganizationId.From(market.Tenant.Organization), OrganizationId.From(market.Operator.Organization), PaymentMarket.Reservation);
        await market.Account.ReceiveAsync(new Envelope(GrainKeys.Lease(Lease.IdOf(PaymentMarket.Reservation)).ToString(), 1, new RentDue(statement)));
        return Invoice.IdOf(statement);
    }
}
