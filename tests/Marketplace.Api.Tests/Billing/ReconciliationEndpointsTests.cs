using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Billing;

public sealed class ReconciliationEndpointsTests : IAsyncLifetime
{
    private const string Runs = "/v1/admin/reconciliation/runs";
    private readonly TestGateway _gateway = new();
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync(
        configureSilo: silo => silo.Services.AddSingleton<IPaymentGateway>(_gateway)
            .Configure<ReconciliationOptions>(options => (options.UnderWay, options.Period) = (TimeSpan.Zero, TimeSpan.FromDays(1))));

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_drift_is_shown_with_both_sides_explained_and_resolved_by_itself()
    {
        var platform = _api.Platform;
        _gateway.MoveForeign("pay_9", new Money(Currency.Usd, 700));

        var run = (await platform.PostAsync(Runs)).With(201);
        Assert.Equal(("True", "1", "1"), (run.Text("gatewayAnswered"), run.Text("differences"), run.Text("incidents")));
        await _api.SettleAsync();
        var incident = Assert.Single((await platform.GetAsync("/v1/admin/incidents?status=open")).With(200).Json.GetProperty("data").EnumerateArray());
        var id = incident.GetProperty("id").GetString()!;
        var path = $"/v1/admin/incidents/{id}";
        var found = (await platform.GetAsync(path)).With(200);
        Assert.Equal(("gateway", "pay_9", "700", "700", "0"), (found.Text("kind"), found.Text("subjectId"), found.Text("drift.amountMinor"), found.Text("other.amount.amountMinor"), found.Text("books.amount.amountMinor")));
        var red = (await platform.GetAsync("/v1/admin/reconciliation")).With(200);
        Assert.Equal(("False", "test"), (red.Text("green"), red.Text("gateway")));
        Assert.Equal(700, red.Json.GetProperty("totals")[0].GetProperty("drift").GetProperty("amountMinor").GetInt64());

        var explained = (await platform.PostAsync(path + "/explanations", new { text = "A test by hand." }, "e1")).With(201);
        Assert.Equal(("explained", "A test by hand."), (explained.Text("status"), explained.Text("explanation.text")));
        (await platform.PostAsync(path + "/explanations", new { text = "A test by hand." }, "e1")).With(201);
        Assert.Equal("idempotency_key_reused", (await platform.PostAsync(path + "/explanations", new { text = "Other." }, "e1")).Code);
        Assert.Equal("True", (await platform.GetAsync("/v1/admin/reconciliation")).Text("green"));

        _gateway.MoveForeign("pay_9", new Money(Currency.Usd, -700));
        var late = _api.Market.Faults.At(FaultKind.Delay, write => write.Table == IncidentRows.ById);
        (await platform.PostAsync(Runs)).With(201);
        await late.Reached;
        Assert.Equal("resolved", (await platform.GetAsync(path)).Text("status"));
        late.Release();
        Assert.Equal("incident_resolved", (await platform.PostAsync(path + "/explanations", new { text = "Late." })).Code);
        Assert.Empty((await platform.GetAsync("/v1/admin/reconciliation")).Json.GetProperty("incidents").EnumerateArray());
    }

    [Fact]
    public async Task Only_the_marketplace_reconciles()
    {
        var tenant = await _api.OrganizationAsync(OrganizationKind.Tenant);

        Assert.Equal(403, (await tenant.GetAsync("/v1/admin/reconciliation")).Status);
        Assert.Equal(403, (await tenant.GetAsync("/v1/admin/incidents")).Status);
        Assert.Equal(403, (await tenant.PostAsync(Runs)).Status);
        Assert.Equal(404, (await _api.Platform.GetAsync("/v1/admin/incidents/inc_9")).Status);
        Assert.Equal("incident_not_found", (await _api.Platform.PostAsync("/v1/admin/incidents/inc_9/explanations", new { text = "?" })).Code);
    }

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_said_and_judged_nothing()
    {
        _gateway.IsDown = true;

        Assert.Equal("False", (await _api.Platform.PostAsync(Runs)).With(201).Text("gatewayAnswered"));
    }
}
