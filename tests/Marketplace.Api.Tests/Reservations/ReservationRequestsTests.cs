using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Sites;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Reservations;

/// <summary>Who may ask for what, and what an operator's word does to those who asked.</summary>
public sealed class ReservationRequestsTests : IAsyncLifetime
{
    private readonly ExamplePool example = new("Abilene");
    private ApiMarket api = null!;
    private ApiClient tenant = null!;
    private ApiClient provider = null!;

    public async ValueTask InitializeAsync()
    {
        api = await ApiMarket.StartAsync();
        tenant = await OrganizationAsync(example.Tenant, OrganizationKind.Tenant);
        provider = await OrganizationAsync(example.Operator, OrganizationKind.Operator);
        await example.PublishAsync(api.Market, 40, new LocalDate(2026, 6, 1));
        await api.SettleAsync();
    }

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Only_tenants_are_quoted_and_reserve()
    {
        var both = await api.OrganizationAsync(OrganizationKind.OperatorAndTenant, "Both");
        (await both.PostAsync("/v1/quotes", Quote(64))).With(201);
        foreach (var other in new[] { await api.OrganizationAsync(OrganizationKind.Operator, "Rival"), provider, api.Platform })
        {
            Assert.Equal("tenants_only", (await other.PostAsync("/v1/quotes", Quote(64))).With(403).Code);
            Assert.Equal("tenants_only", (await other.PostAsync("/v1/reservations", new { poolIds = new[] { example.Pool.Value }, demand = Demand(64) })).With(403).Code);
        }
    }

    [Fact]
    public async Task Nothing_is_quoted_above_the_greatest_supply()
    {
        (await tenant.PostAsync("/v1/quotes", Quote(320))).With(201);

        var refused = (await tenant.PostAsync("/v1/quotes", Quote(328))).With(409);

        Assert.Equal("quantity_above_supply", refused.Code);
        Assert.Contains("at most 320 GPUs from 2026-06-01T05:00:00Z", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2025-07-01T05:00:00Z", "2025-08-01T05:00:00Z", "term_in_past")]
    [InlineData("2090-07-01T05:00:00Z", "2090-08-01T05:00:00Z", "term_too_far_ahead")]
    public async Task Search_refuses_the_terms_that_quoting_refuses(string start, string end, string code)
    {
        Assert.Equal(code, (await api.Nobody.GetAsync($"/v1/search?quantity=64&start={start}&end={end}")).With(400).Code);
        Assert.Equal(code, (await tenant.PostAsync("/v1/quotes", new { poolId = example.Pool.Value, demand = new { term = new { start, end }, quantity = 64 } })).With(400).Code);
    }

    [Fact]
    public async Task A_withdrawn_site_ends_what_was_not_handed_over_in_its_operators_words()
    {
        var reservation = (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { example.Pool.Value }, demand = Demand(64) })).With(201);

        (await provider.PostAsync($"/v1/sites/{example.Site}/withdraw", new { reason = "The utility cut us off." })).With(200);
        await api.SettleAsync();

        var ended = (await tenant.GetAsync($"/v1/reservations/{reservation.Text("id")}")).With(200);
        Assert.Equal(
            ("cancelled", "withdrawn", example.Operator.Value, "The utility cut us off."),
            (ended.Text("status"), ended.Text("end.cause"), ended.Text("end.by"), ended.Text("end.reason")));
    }

    [Fact]
    public async Task A_report_of_readiness_is_not_taken_back_under_a_tenant()
    {
        var correction = new { milestone = "readyForService", actual = (string?)null, reason = "Wrong hall." };
        var path = $"/v1/sites/{example.Site}/phases/{example.Phase}/milestone-corrections";
        var made = (await tenant.PostAsync("/v1/reservations", new { poolIds = new[] { example.Pool.Value }, demand = Demand(8) })).With(201);
        await api.SettleAsync();
        var payment = PaymentId.From((await tenant.GetAsync($"/v1/reservations/{made.Text("id")}")).Text("payment.id"));
        await api.Market.Grains.GetGrain<IPaymentGrain>(payment.Value).ReportAsync(api.Market.Gateway.Move(payment, GatewayOutcome.Succeeded));
        await api.SettleAsync();
        var nodes = (await provider.PostAsync($"/v1/gpu-pools/{example.Pool}/nodes", new { nodes = new[] { new { serial = "SN-1" } } })).With(201);
        await example.ReadyAsync(api.Market);
        var node = nodes.Json.GetProperty("nodes")[0].GetProperty("id").GetString();
        (await provider.PostAsync($"/v1/reservations/{made.Text("id")}/deliveries", new { nodes = new[] { node } })).With(201);

        var refused = (await provider.PostAsync(path, correction)).With(409);

        Assert.Equal("units_handed_over", refused.Code);
        Assert.NotNull((await api.Market.Grains.GetGrain<ISiteGrain>(example.Site.Value).GetAsync())!.State.Phase(example.Phase)!.ActualRfs);
    }

    private static object Demand(int gpus) => new { term = new { start = "2026-07-01T05:00:00Z", end = "2026-08-01T05:00:00Z" }, quantity = gpus };

    private object Quote(int gpus) => new { poolId = example.Pool.Value, demand = Demand(gpus) };

    private async Task<ApiClient> OrganizationAsync(OrganizationId id, OrganizationKind kind)
    {
        var grain = api.Market.Grains.GetGrain<IOrganizationGrain>(id.Value);
        Assert.Null((await grain.RegisterAsync(new Operation("register", "register"), new RegisterOrganization(id, id.Value, kind, "US", Currency.Usd))).Refusal);
        return await api.KeyAsync(id.Value, OrganizationRole.Owner);
    }
}
