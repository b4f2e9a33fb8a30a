using Marketplace.Domain.Billing;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Leases;
using Marketplace.Testing;

namespace Marketplace.Api.Tests.Billing;

/// <summary>Kept cards in the sandbox, as the portal uses them.</summary>
public class PaymentMethodEndpointsTests
{
    [Fact]
    public async Task A_card_is_chosen_on_the_sandboxs_page_and_pays_a_deposit()
    {
        await using var market = await PaymentMarket.StartAsync();
        Assert.Empty(Data(await market.Tenant.GetAsync("/v1/payment-methods")));
        Assert.Empty(Data(await market.Tenant.GetAsync("/v1/automatic-payments")));
        await market.OpenDepositAsync();
        await market.EventuallyAsync(async () => Data(await market.Tenant.GetAsync("/v1/automatic-payments")) is [var plan] && plan.GetProperty("operatorName").GetString() == "Operator");

        var method = await CardAsync(market, "pays");
        (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = method })).With(201);

        await market.DepositBecomesAsync(DepositStatus.Held);
        await market.PaymentBecomesAsync("succeeded");
        Assert.Equal("payment_not_payable", (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = method })).Code);
    }

    [Fact]
    public async Task The_page_belongs_to_the_portal_and_setting_up_twice_with_one_key_is_one_set_up()
    {
        await using var market = await PaymentMarket.StartAsync();
        var body = new { operatorId = market.Operator.Organization, currency = "USD", returnUrl = "https://portal.example/billing?then=x" };

        var first = (await market.Tenant.PostAsync("/v1/payment-methods/setups", body, "key-1")).With(201);
        var again = (await market.Tenant.PostAsync("/v1/payment-methods/setups", body, "key-1")).With(201);

        Assert.Equal((first.Text("id"), "open"), (again.Text("id"), again.Text("status")));
        Assert.Equal($"https://portal.example/sandbox/payment-methods/{first.Text("id")}", first.Text("page"));
        Assert.Equal("idempotency_key_reused", (await market.Tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = market.Operator.Organization, currency = "EUR" }, "key-1")).Code);
        Assert.Equal(404, (await market.Tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = market.Tenant.Organization, currency = "USD" })).Status);
        Assert.Equal("returnUrl", (await market.Tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = market.Operator.Organization, currency = "USD", returnUrl = "javascript:alert(1)" }))
            .Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task Where_the_bank_asks_the_payer_confirms_on_its_page()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var method = await CardAsync(market, "asksToConfirm");

        var waits = (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = method, returnUrl = "https://portal.example/reservations/rsv_1" })).With(201);

        Assert.Equal(("awaitingPayer", $"https://portal.example/sandbox/bank/{PaymentMarket.Payment}"), (waits.Text("status"), waits.Text("actionPage")));
        await market.EventuallyAsync(async () => (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Code == "payment_method_in_use");
        (await market.Tenant.PostAsync($"/v1/sandbox/payments/{PaymentMarket.Payment}/pay")).With(200);
        await market.DepositBecomesAsync(DepositStatus.Held);
        await market.EventuallyAsync(async () => (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Status == 204);
        Assert.Empty(Data(await market.Tenant.GetAsync("/v1/payment-methods")));
    }

    [Fact]
    public async Task A_card_that_the_bank_declined_on_its_page_is_in_use_no_longer()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();
        var method = await CardAsync(market, "asksToConfirm");
        (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = method })).With(201);
        await market.EventuallyAsync(async () => (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Code == "payment_method_in_use");

        (await market.Tenant.PostAsync($"/v1/sandbox/payments/{PaymentMarket.Payment}/fail")).With(200);

        await market.EventuallyAsync(async () => (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Status == 204);
    }

    [Fact]
    public async Task The_providers_page_is_told_to_nobody_who_may_not_pay_and_only_operators_are_named()
    {
        await using var market = await PaymentMarket.StartAsync();
        var setup = (await market.Tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = market.Operator.Organization, currency = "USD" })).With(201).Text("id");
        var viewer = await market.Api.KeyAsync(market.Tenant.Organization, OrganizationRole.Viewer);

        Assert.NotNull((await market.Tenant.GetAsync($"/v1/payment-methods/setups/{setup}")).Text("page"));
        var seen = (await viewer.GetAsync($"/v1/payment-methods/setups/{setup}")).With(200);
        Assert.Equal(("open", System.Text.Json.JsonValueKind.Null), (seen.Text("status"), seen.Json.GetProperty("page").ValueKind));

        foreach (var stranger in new[] { (await market.Api.OrganizationAsync(OrganizationKind.Tenant, "Secret Labs")).Organization, "org_nobody" })
        {
            Assert.Equal(404, (await market.Tenant.PutAsync("/v1/automatic-payments", new { operatorId = stranger, currency = "USD", when = "never" })).Status);
        }

        (await market.Tenant.PutAsync("/v1/automatic-payments", new { operatorId = market.Operator.Organization, currency = "USD", when = "never" })).With(200);
    }

    [Theory]
    [InlineData("declines", "Your card was declined.")]
    [InlineData("expired", "Your card has expired.")]
    public async Task A_declined_card_says_why_and_another_one_pays(string card, string problem)
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();

        var declined = (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = await CardAsync(market, card) })).With(201);
        Assert.Equal(("awaitingPayer", problem), (declined.Text("status"), declined.Text("problem")));

        (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = await CardAsync(market, "pays") })).With(201);
        await market.DepositBecomesAsync(DepositStatus.Held);
    }

    [Fact]
    public async Task An_expired_card_and_one_of_another_currency_pay_nothing()
    {
        await using var market = await PaymentMarket.StartAsync();
        await market.OpenDepositAsync();

        Assert.Equal("payment_method_unusable", await RefusalAsync(await CardAsync(market, "pays", year: 2025)));
        Assert.Equal("payment_method_elsewhere", await RefusalAsync(await CardAsync(market, "pays", currency: "EUR")));
        Assert.Equal("payment_method_not_found", await RefusalAsync("pmt_none"));

        async Task<string?> RefusalAsync(string method) => (await market.Tenant.PostAsync($"/v1/payments/{PaymentMarket.Payment}/confirmations", new { paymentMethodId = method })).Code;
    }

    [Fact]
    public async Task Automatic_payment_needs_a_default_and_collects_at_issue()
    {
        await using var market = await PaymentMarket.StartAsync();
        var on = new { operatorId = market.Operator.Organization, currency = "USD", when = "onIssue" };
        Assert.Equal("no_default_payment_method", (await market.Tenant.PutAsync("/v1/automatic-payments", on)).Code);
        var method = await CardAsync(market, "pays");
        var set = (await market.Tenant.PutAsync("/v1/automatic-payments", on)).With(200);
        Assert.Equal(("onIssue", method), (set.Text("when"), set.Text("paymentMethodId")));
        Assert.Equal("payment_method_collects", (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Code);
        await market.Api.SettleAsync();

        var statement = RentStatements.January(OrganizationId.From(market.Tenant.Organization), OrganizationId.From(market.Operator.Organization), PaymentMarket.Reservation);
        await market.Account.ReceiveAsync(new Envelope(GrainKeys.Lease(Lease.IdOf(PaymentMarket.Reservation)).ToString(), 1, new RentDue(statement)));
        await market.EventuallyAsync(async () =>
        {
            await market.Account.VisitAsync(null);
            return (await market.Tenant.GetAsync($"/v1/invoices/{Invoice.IdOf(statement)}")).Text("status") == "paid";
        });

        var other = await CardAsync(market, "pays");
        (await market.Tenant.PostAsync($"/v1/payment-methods/{other}/default")).With(200);
        await market.EventuallyAsync(async () => (await market.Tenant.DeleteAsync($"/v1/payment-methods/{method}")).Status == 204);
        Assert.Equal(other, Assert.Single(Data(await market.Tenant.GetAsync("/v1/payment-methods"))).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_request_repeated_after_its_payment_was_called_off_charges_no_later_payment()
    {
        await using var market = await PaymentMarket.StartAsync();
        var statement = RentStatements.January(OrganizationId.From(market.Tenant.Organization), OrganizationId.From(market.Operator.Organization), PaymentMarket.Reservation);
        await market.Account.ReceiveAsync(new Envelope(GrainKeys.Lease(Lease.IdOf(PaymentMarket.Reservation)).ToString(), 1, new RentDue(statement)));
        var address = $"/v1/invoices/{Invoice.IdOf(statement)}";
        await market.EventuallyAsync(async () => (await market.Tenant.GetAsync(address)).Status == 200);
        var body = new { method = "card", paymentMethodId = await CardAsync(market, "declines") };

        var first = PaymentOf((await market.Tenant.PostAsync(address + "/payments", body, "first")).With(201));
        Assert.Equal("Your card was declined.", (await market.Tenant.GetAsync($"/v1/payments/{first}")).Text("problem"));
        Assert.Equal(first, PaymentOf((await market.Tenant.PostAsync(address + "/payments", body, "first")).With(201)));
        (await market.Tenant.PostAsync($"/v1/payments/{first}/cancellations")).With(201);
        await market.EventuallyAsync(async () => !(await market.Tenant.GetAsync(address)).Json.GetProperty("payment").GetProperty("underWay").GetBoolean());
        var second = PaymentOf((await market.Tenant.PostAsync(address + "/payments", new { method = "card" }, "second")).With(201));

        Assert.Equal(second, PaymentOf((await market.Tenant.PostAsync(address + "/payments", body, "first")).With(201)));

        var untouched = (await market.Tenant.GetAsync($"/v1/payments/{second}")).With(200).Json;
        Assert.Equal((System.Text.Json.JsonValueKind.Null, System.Text.Json.JsonValueKind.Null), (untouched.GetProperty("paymentMethodId").ValueKind, untouched.GetProperty("problem").ValueKind));
    }

    private static async Task<string> CardAsync(PaymentMarket market, string card, int year = 2090, string currency = "USD")
    {
        var setup = (await market.Tenant.PostAsync("/v1/payment-methods/setups", new { operatorId = market.Operator.Organization, currency })).With(201).Text("id");
        return (await market.Tenant.PostAsync($"/v1/sandbox/payment-methods/setups/{setup}/complete", new { card, expiryYear = year, expiryMonth = 12 })).With(200).Text("paymentMethodId");
    }

    private static string PaymentOf(ApiReply invoice) => invoice.Json.GetProperty("payment").GetProperty("id").GetString()!;

    private static System.Text.Json.JsonElement[] Data(ApiReply reply) => [.. reply.With(200).Json.GetProperty("data").EnumerateArray()];
}
