using System.Security.Cryptography;
using System.Text;
using Marketplace.Api.Tests.Events;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Reservations;

public sealed class ReservationEndpointsTests : IAsyncLifetime
{
    private static readonly object July = new { start = "2026-07-01T05:00:00Z", end = "2026-08-01T05:00:00Z" };
    private readonly ExamplePool example = new("Abilene");
    private ApiMarket api = null!;
    private ApiClient tenant = null!;
    private ApiClient provider = null!;
    private ApiClient stranger = null!;

    public async ValueTask InitializeAsync()
    {
        api = await ApiMarket.StartAsync();
        tenant = await OrganizationAsync(example.Tenant, OrganizationKind.Tenant);
        provider = await OrganizationAsync(example.Operator, OrganizationKind.Operator);
        stranger = await api.OrganizationAsync(OrganizationKind.Tenant, "Stranger");
        var offer = ExamplePool.Offer with
        {
            Clauses = ExamplePool.Offer.Clauses with { Signatures = new SignatureTerms(true, false, true, true) },
        };
        await example.PublishAsync(api.Market, 40, new LocalDate(2026, 6, 1), offer);
        await api.SettleAsync();
    }

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task A_quote_itemises_everything_and_its_schedule_adds_up()
    {
        var quote = (await QuoteAsync()).With(201);

        Assert.Equal("open", quote.Text("status"));
        Assert.Equal(["baseRent", "preBuildDiscount"], quote.Json.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("kind").GetString()));
        Assert.Contains("Tax", quote.Text("tax"), StringComparison.Ordinal);
        var schedule = (await tenant.GetAsync($"/v1/quotes/{quote.Text("id")}/rent-schedule")).With(200);
        Assert.Equal(
            quote.Json.GetProperty("total").GetProperty("amountMinor").GetInt64(),
            schedule.Json.GetProperty("data").EnumerateArray().Sum(line => line.GetProperty("amount").GetProperty("amountMinor").GetInt64()));
        (await stranger.GetAsync($"/v1/quotes/{quote.Text("id")}")).With(404);
        await api.SettleAsync();
        Assert.Equal(quote.Text("id"), (await tenant.GetAsync("/v1/quotes?status=open")).With(200).Json.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("PO-A")]
    public async Task A_key_used_again_with_other_references_changes_none(string? order)
    {
        var quote = (await QuoteAsync()).Text("id");
        var created = (await tenant.PostAsync("/v1/reservations", new { quoteId = quote, purchaseOrder = order }, "key-1")).With(201);
        var references = $"/v1/reservations/{created.Text("id")}/billing-references";
        var before = (await tenant.GetAsync(references)).Body;

        Assert.Equal("idempotency_key_reused", (await tenant.PostAsync("/v1/reservations", new { quoteId = quote, purchaseOrder = "PO-B" }, "key-1")).With(409).Code);

        Assert.Equal(before, (await tenant.GetAsync(references)).Body);
        Assert.Equal(created.Body, (await tenant.PostAsync("/v1/reservations", new { quoteId = quote, purchaseOrder = order }, "key-1")).With(201).Body);
    }

    [Fact]
    public async Task From_a_quote_through_approval_signatures_and_deposit_to_confirmed()
    {
        var quote = await QuoteAsync();
        var created = (await tenant.PostAsync("/v1/reservations", new { quoteId = quote.Text("id") }, "key-1")).With(201);
        var address = $"/v1/reservations/{created.Text("id")}";
        Assert.Equal(address, created.Headers["Location"]);
        Assert.Equal("awaitingApproval", created.Text("status"));
        Assert.Equal(quote.Text("total.amountMinor"), created.Text("total.amountMinor"));
        Assert.Equal("operator", created.Json.GetProperty("approvalsMissing").EnumerateArray().Single().GetString());
        Assert.Equal("America/Chicago", created.Text("terms.clauses.leaseZone"));

        var again = (await tenant.PostAsync("/v1/reservations", new { quoteId = quote.Text("id") }, "key-1")).With(201);
        Assert.True(again.Replayed);
        Assert.Equal(created.Body, again.Body);
        Assert.Equal("idempotency_key_reused", (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { example.Pool.Value }, demand = Demand(64) }, "key-1")).With(409).Code);

        var person = new { name = "Edmund Cartwright", authority = "Managing Director" };
        var early = (await tenant.PostAsync(address + "/approvals", person)).With(409);
        Assert.Equal(("approval_not_awaited", "The reservation is awaitingApproval, by the operator."), (early.Code, early.Text("detail")));
        Assert.Equal("awaitingSignature", (await provider.PostAsync(address + "/approvals", person)).With(201).Text("status"));

        var form = (await tenant.GetAsync(address + "/order-form")).With(200);
        Assert.Equal(form.Text("digest"), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(form.Text("text")))));
        var signature = new { name = "Ada Lovelace", authority = "CTO", digest = form.Text("digest") };
        Assert.Contains("(" + example.Pool.Value + ")", form.Text("text"), StringComparison.Ordinal);
        Assert.Contains("NVIDIA", form.Text("text"), StringComparison.Ordinal);
        Assert.Equal(form.Body, (await tenant.GetAsync(address + "/order-form?version=1")).With(200).Body);
        Assert.Equal("document_missing", (await tenant.GetAsync(address + "/order-form?version=2")).With(404).Code);
        Assert.Equal("document_differs", (await tenant.PostAsync(address + "/signatures", signature with { digest = new string('0', 64) })).With(409).Code);
        (await tenant.PostAsync(address + "/signatures", signature)).With(201);
        var signed = (await provider.PostAsync(address + "/signatures", signature)).With(201);
        Assert.Equal("awaitingDeposit", signed.Text("status"));
        Assert.Equal(2, signed.Json.GetProperty("signatures").GetArrayLength());
        (await tenant.GetAsync(address + "/amendment/order-form")).With(404);
        await ChangingWhoIsCalledWhatLeavesTheDocumentAsync(address, form.Text("text"));

        await api.SettleAsync();
        var payment = PaymentId.From(signed.Text("payment.id"));
        var report = api.Market.Gateway.Move(payment, GatewayOutcome.Succeeded);
        await api.Market.Grains.GetGrain<IPaymentGrain>(payment.Value).ReportAsync(report);
        await api.SettleAsync();

        var confirmed = (await provider.GetAsync(address)).With(200);
        Assert.Equal("confirmed", confirmed.Text("status"));
        Assert.Equal("succeeded", confirmed.Text("payment.status"));
        Assert.Equal("confirmed", confirmed.Text("hold"));
        Assert.Equal("reservation_binding", (await tenant.PostAsync(address + "/cancellations", new { reason = "Changed plans." })).With(409).Code);
        Assert.Equal("confirmed", (await provider.GetAsync("/v1/reservations?status=confirmed")).Json.GetProperty("data")[0].GetProperty("status").GetString());
        var events = (await tenant.GetAsync("/v1/events")).With(200).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Contains("reservation.confirmed", events.Select(item => item.GetProperty("type").GetString()));
        Assert.All(events, EventCatalogueTests.IsDescribed);
        await AnAmendmentSaysWhatItWouldChangeAsync(address);
    }

    private async Task AnAmendmentSaysWhatItWouldChangeAsync(string address)
    {
        var quote = (await QuoteAsync(gpus: 72)).With(201);
        var deposit = (await tenant.GetAsync(address)).With(200).Text("deposit.amount.amountMinor");
        (await tenant.PostAsync(address + "/amendments", new { quoteId = quote.Text("id"), name = "Ada Lovelace", authority = "CTO" })).With(201);

        // Both sides read it; the quote itself is the tenant's alone.
        var proposed = (await provider.GetAsync(address)).With(200);
        Assert.Equal(quote.Json.GetProperty("terms").GetRawText(), proposed.Json.GetProperty("amendment").GetProperty("terms").GetRawText());
        Assert.Equal(quote.Text("total.amountMinor"), proposed.Text("amendment.total.amountMinor"));
        Assert.Equal(deposit, proposed.Text("amendment.deposit.amountMinor"));
        Assert.Equal("tenant", proposed.Json.GetProperty("amendment").GetProperty("signatures").EnumerateArray().Single().GetProperty("party").GetString());
        Assert.True(string.CompareOrdinal(proposed.Text("amendment.proposedAt"), proposed.Text("amendment.answerBy")) < 0);
        (await provider.PostAsync(address + "/signatures", new { name = "Edmund Cartwright", authority = "MD", digest = proposed.Text("amendment.digest") })).With(201);
        await api.SettleAsync();
        Assert.Equal(quote.Text("total.amountMinor"), (await provider.GetAsync(address)).With(200).Text("total.amountMinor"));
    }

    private async Task ChangingWhoIsCalledWhatLeavesTheDocumentAsync(string address, string text)
    {
        (await tenant.PutAsync("/v1/billing/profile", new { legalName = "Renamed AS", address = new[] { "Storgata 1" } })).With(200);
        var listed = (await provider.GetAsync(address + "/order-forms")).With(200).Json.GetProperty("data");
        var signed = Assert.Single(listed.EnumerateArray());
        Assert.Equal((text, 2), (signed.GetProperty("text").GetString(), signed.GetProperty("signatures").GetArrayLength()));
    }

    [Fact]
    public async Task Pools_are_quoted_and_tried_in_order()
    {
        var other = new ExamplePool("Midland");
        await other.PublishAsync(api.Market, 40, new LocalDate(2026, 6, 1));
        var pools = new[] { example.Pool.Value, other.Pool.Value };
        (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) })).With(201);

        var second = (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) })).With(201);
        Assert.Equal(other.Pool.Value, second.Text("poolId"));
        Assert.Equal("units_not_free", second.Json.GetProperty("attempts")[0].GetProperty("refusedCode").GetString());

        var third = await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) }, "third");
        Assert.Equal("no_capacity", third.With(409).Code);
        Assert.Equal(["poolIds[0] units_not_free", "poolIds[1] units_not_free"], third.Faults);
        Assert.Equal(
            $"{example.Pool} has 0 GPUs (0 nodes) free throughout the term; 320 GPUs (40 nodes) are free for as long from 2026-08-01T05:00:00Z.",
            third.Json.GetProperty("errors")[0].GetProperty("message").GetString());
        Assert.Equal("True", third.Text("retryable"));
        Assert.Equal(third.Body, (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) }, "third")).With(409).Body);
    }

    [Fact]
    public async Task Every_pool_asked_for_is_answered_for()
    {
        var small = new ExamplePool("Midland");
        await small.PublishAsync(api.Market, 1, new LocalDate(2026, 6, 1));
        var pools = new[] { "pool_mistyped", example.Pool.Value, small.Pool.Value };
        var first = (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) })).With(201);
        Assert.Equal(
            ["pool_mistyped pool_not_found", $"{small.Pool} quantity_above_supply"],
            first.Json.GetProperty("passedOver").EnumerateArray().Select(pool => $"{pool.GetProperty("poolId").GetString()} {pool.GetProperty("code").GetString()}"));

        var second = (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) }, "second")).With(409);
        Assert.Equal("no_capacity", second.Code);
        Assert.Equal(["poolIds[0] pool_not_found", "poolIds[1] units_not_free", "poolIds[2] quantity_above_supply"], second.Faults);
        Assert.Equal("False", second.Text("retryable"));
        Assert.Equal(second.Body, (await tenant.PostAsync("/v1/reservations", new { poolIds = pools, demand = Demand(320) }, "second")).With(409).Body);

        var none = (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { pools[0], pools[2] }, demand = Demand(320) })).With(409);
        Assert.Equal("no_capacity", none.Code);
        Assert.Equal(["poolIds[0] pool_not_found", "poolIds[1] quantity_above_supply"], none.Faults);
        Assert.Equal(["poolIds[0] pool_not_found"], (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { pools[0] }, demand = Demand(320) })).With(404).Faults);
    }

    [Fact]
    public async Task A_limit_that_is_passed_leaves_no_quote_behind()
    {
        var other = new ExamplePool("Midland");
        await other.PublishAsync(api.Market, 40, new LocalDate(2026, 6, 1));
        var pools = new[] { example.Pool.Value, other.Pool.Value };
        var cheap = new { poolIds = pools, demand = Demand(8), maximumTotal = new { amountMinor = 100, currency = "USD" } };
        var refused = (await tenant.PostAsync("/v1/reservations", cheap)).With(409);
        Assert.Equal("total_above_limit", refused.Code);
        Assert.Equal(["poolIds[0] total_above_limit", "poolIds[1] total_above_limit"], refused.Faults);
        var euro = cheap with { maximumTotal = new { amountMinor = 100_000_000, currency = "EUR" } };
        Assert.Equal("total_above_limit", (await tenant.PostAsync("/v1/reservations", euro)).With(409).Code);
        var one = cheap with { poolIds = [pools[0]] };
        Assert.Equal(["maximumTotal total_above_limit"], (await tenant.PostAsync("/v1/reservations", one)).With(409).Faults);
        await api.SettleAsync();
        Assert.Empty((await tenant.GetAsync("/v1/quotes")).With(200).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Quotes_that_cannot_be_used_write_nothing()
    {
        var quote = await QuoteAsync();
        var id = quote.Text("id");
        Assert.Equal("quote_not_found", (await stranger.PostAsync("/v1/reservations", new { quoteId = id })).With(404).Code);
        Assert.Equal("quote_not_found", (await tenant.PostAsync("/v1/reservations", new { quoteId = "qt_nothing" })).With(404).Code);
        (await tenant.PostAsync("/v1/reservations", new { quoteId = id })).With(201);
        Assert.Equal("quote_used", (await tenant.PostAsync("/v1/reservations", new { quoteId = id })).With(409).Code);

        var late = await QuoteAsync();
        await api.Market.Time.AdvanceAsync(api.Market.Clock.Now + Duration.FromHours(49));
        Assert.Equal("quote_expired", (await tenant.PostAsync("/v1/reservations", new { quoteId = late.Text("id") })).With(410).Code);
        await api.SettleAsync();
        Assert.Single((await tenant.GetAsync("/v1/reservations")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Bad_demands_name_their_fields()
    {
        Assert.Equal(["demand.quantity quantity_does_not_fit_node"], (await QuoteAsync(gpus: 65)).With(400).Faults);
        var ramp = new[] { new { from = "2026-07-01T05:00:00Z", quantity = 8 }, new { from = "2026-07-02T05:00:00Z", quantity = 9 } };
        Assert.Equal(
            ["demand.ramp[1].quantity quantity_does_not_fit_node"],
            (await tenant.PostAsync("/v1/quotes", new { poolId = example.Pool.Value, demand = new { term = July, ramp } })).With(400).Faults);
        Assert.Equal(
            ["demand.quantity quantity_does_not_fit_node"],
            (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { example.Pool.Value }, demand = Demand(65) })).With(400).Faults);
        Assert.Equal("pool_not_found", (await tenant.PostAsync("/v1/quotes", new { poolId = "pool_nowhere", demand = Demand(64) })).With(404).Code);
        var upsideDown = new { poolId = example.Pool.Value, demand = new { term = new { start = "2026-08-01T05:00:00Z", end = "2026-07-01T05:30:00Z" }, quantity = 8 } };
        Assert.Equal(["demand.term.end out_of_range", "demand.term.end inconsistent"], (await tenant.PostAsync("/v1/quotes", upsideDown)).With(400).Faults);
        var both = new { quoteId = "qt_1", poolIds = new[] { "pool_a", "pool_a" } };
        Assert.Equal(["quoteId inconsistent", "demand inconsistent", "poolIds inconsistent"], (await tenant.PostAsync("/v1/reservations", both)).With(400).Faults);
        var past = new { poolId = example.Pool.Value, demand = new { term = new { start = "2025-01-01T00:00:00Z", end = "2025-02-01T00:00:00Z" }, quantity = 8 } };
        var late = (await tenant.PostAsync("/v1/quotes", past)).With(400);
        Assert.Equal(("term_in_past", "demand.term.start"), (late.Code, late.Json.GetProperty("errors")[0].GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Strangers_find_nothing_and_a_cancelled_reservation_is_free_again()
    {
        var created = (await tenant.PostAsync("/v1/reservations", new { quoteId = (await QuoteAsync(gpus: 320)).Text("id") })).With(201);
        var address = $"/v1/reservations/{created.Text("id")}";

        (await stranger.GetAsync(address)).With(404);
        (await stranger.PostAsync(address + "/cancellations", new { reason = "x" })).With(404);
        (await api.Nobody.GetAsync(address)).With(401);
        Assert.Equal("cancelled", (await tenant.PostAsync(address + "/cancellations", new { reason = "Changed plans." })).With(201).Text("status"));
        (await tenant.PostAsync("/v1/reservations", new { quoteId = (await QuoteAsync(gpus: 320)).Text("id") })).With(201);
    }

    private static object Demand(int gpus) => new { term = July, quantity = gpus };

    private Task<ApiReply> QuoteAsync(int gpus = 64) => tenant.PostAsync("/v1/quotes", new { poolId = example.Pool.Value, demand = Demand(gpus) });

    private async Task<ApiClient> OrganizationAsync(OrganizationId id, OrganizationKind kind)
    {
        var grain = api.Market.Grains.GetGrain<IOrganizationGrain>(id.Value);
        Assert.Null((await grain.RegisterAsync(new Operation("register", "register"), new RegisterOrganization(id, id.Value, kind, "US", Currency.Usd))).Refusal);
        return await api.KeyAsync(id.Value, OrganizationRole.Owner);
    }
}
