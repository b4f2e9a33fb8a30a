using System.Text.Json;
using Marketplace.Api.Tests.Events;
using Marketplace.Api.Tests.Operations;
using Marketplace.Api.Tests.Verification;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Marketplace.Api.Tests.Leases;

public sealed class LeaseEndpointsTests : IAsyncLifetime
{
    private static readonly Term Summer = new(Instant.FromUtc(2026, 6, 1, 5, 0), Instant.FromUtc(2026, 9, 1, 5, 0));
    private readonly TestGateway _gateway = new();
    private ApiMarket _api = null!;
    private MarketplaceWorld _world = null!;
    private ApiClient _operator = null!;
    private ApiClient _tenant = null!;
    private ApiClient _stranger = null!;

    private string Lease => "/v1/leases/" + _world.LeaseId;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiMarket.StartAsync(configureSilo: silo => silo.Services.AddSingleton<IPaymentGateway>(_gateway));
        var clauses = ExamplePool.Offer.Clauses with { Renewal = new Renewal(1, 1, 30), EarlyTermination = new EarlyTermination(Percentage.From(50), 30) };
        _world = await MarketplaceWorld.InAsync(_api.Market, _gateway, 6, new LocalDate(2026, 6, 1), ExamplePool.Offer with { Clauses = clauses });
        _operator = await RegisterAsync(_world.Example.Operator, OrganizationKind.Operator);
        _tenant = await RegisterAsync(_world.Example.Tenant, OrganizationKind.Tenant);
        _stranger = await _api.OrganizationAsync(OrganizationKind.OperatorAndTenant);
        await _world.ReserveAsync(Summer, 16);
        await _world.PayDepositAsync();
        await _world.AdvanceAsync(Summer.Start);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_unpaid_invoice_shows_what_has_followed_and_what_follows_next()
    {
        await _world.DeliverAsync(1, 2);
        await _api.SettleAsync();
        (await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1", "node_2" } })).With(201);
        await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 7, 25, 5, 0));

        var lease = (await _operator.GetAsync(Lease)).With(200);
        Assert.Equal(("inArrears", "suspensionNoticed", "False"), (lease.Text("status"), lease.Text("dunning.stage"), lease.Text("suspended")));
        Assert.Equal(("suspension", lease.Text("dunning.suspendsAt")), (lease.Text("dunning.next.step"), lease.Text("dunning.next.at")));
        var overdue = Assert.Single(lease.Json.GetProperty("dunning").GetProperty("overdue").EnumerateArray());
        Assert.Equal(4, overdue.GetProperty("reminders").GetInt32());
        var invoice = (await _tenant.GetAsync($"/v1/invoices/{overdue.GetProperty("invoiceId").GetString()}")).With(200);
        Assert.Equal([0, 3, 7, 14], invoice.Json.GetProperty("reminders").EnumerateArray().Select(reminder => reminder.GetProperty("day").GetInt32()));
        Assert.Equal([0, 3, 7, 14], lease.Json.GetProperty("terms").GetProperty("clauses").GetProperty("dunning").GetProperty("reminderDays").EnumerateArray().Select(day => day.GetInt32()));

        await _api.Market.Time.AdvanceAsync(Instant.FromUtc(2026, 7, 31, 5, 0));
        lease = (await _tenant.GetAsync(Lease)).With(200);
        Assert.Equal(("suspended", "True", "termination"), (lease.Text("dunning.stage"), lease.Text("suspended"), lease.Text("dunning.next.step")));
        Assert.Equal(1, lease.Json.GetProperty("suspensions").GetArrayLength());
    }

    [Fact]
    public async Task A_delivery_opens_a_lease_that_both_parties_and_nobody_else_see()
    {
        var path = $"/v1/reservations/{_world.ReservationId}/deliveries";
        Assert.Equal((409, "supply_not_in_service"), Outcome(await _operator.PostAsync(path, new { nodes = new[] { "node_1", "node_2" } })));
        await _world.Example.ReadyAsync(_api.Market);
        var delivery = (await _operator.PostAsync(path, new { nodes = new[] { "node_1", "node_2" } }, "d1")).With(201);
        Assert.Equal(_world.LeaseId.Value, delivery.Text("leaseId"));
        Assert.True((await _operator.PostAsync(path, new { nodes = new[] { "node_1", "node_2" } }, "d1")).Replayed);
        Assert.Equal("idempotency_key_reused", (await _operator.PostAsync(path, new { nodes = new[] { "node_1" } }, "d1")).Code);
        await _api.SettleAsync();

        foreach (var party in new[] { _operator, _tenant })
        {
            var lease = (await party.GetAsync(Lease)).With(200);
            Assert.Equal(("inAcceptance", "2", "0"), (lease.Text("status"), lease.Text("units.awaitingAcceptance"), lease.Text("units.inService")));
            Assert.Equal(_world.LeaseId.Value, Assert.Single((await party.GetAsync("/v1/leases?status=inAcceptance")).With(200).Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
            Assert.Equal(2, (await party.GetAsync(Lease + "/nodes")).With(200).Json.GetProperty("data").GetArrayLength());
        }

        Assert.Equal(404, (await _stranger.GetAsync(Lease)).Status);
        Assert.Equal(404, (await _stranger.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1" } })).Status);
        Assert.Equal(404, (await _stranger.PostAsync(path, new { nodes = new[] { "node_3" } })).Status);
        Assert.Empty((await _stranger.GetAsync("/v1/leases")).With(200).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Nodes_are_accepted_rejected_delivered_again_and_replaced()
    {
        await _world.DeliverAsync(1, 2);

        Assert.Equal((403, "lease_not_tenant"), Outcome(await _operator.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1" } })));
        var accepted = (await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1" } })).With(201);
        Assert.Equal(("active", "2026-06-01", "1"), (accepted.Text("status"), accepted.Text("rentCommencement"), accepted.Text("units.inService")));

        (await _tenant.PostAsync(Lease + "/rejections", new { nodes = new[] { "node_2" }, reason = "Dead link." })).With(201);
        Assert.Equal((409, "lease_node_not_offered"), Outcome(await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_2" } })));
        Assert.Equal((403, "lease_not_operator"), Outcome(await _tenant.PostAsync(Lease + "/deliveries", new { nodes = new[] { "node_3" } })));
        (await _operator.PostAsync(Lease + "/deliveries", new { nodes = new[] { "node_3" } })).With(201);
        (await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_3" } })).With(201);

        var replaced = (await _operator.PostAsync(Lease + "/replacements", new { nodeId = "node_1", replacementId = "node_4", reason = "Failed board." })).With(201);
        Assert.Equal(("1", "1"), (replaced.Text("units.inService"), replaced.Text("units.awaitingAcceptance")));
        Assert.Equal((404, "node_not_found"), Outcome(await _operator.PostAsync(Lease + "/replacements", new { nodeId = "node_3", replacementId = "node_99", reason = "Failed board." })));

        var back = (await _tenant.PostAsync(Lease + "/hand-backs", new { nodes = new[] { "node_3" } })).With(201);
        Assert.Equal("0", back.Text("units.inService"));
        Assert.Equal(
            ["out", "rejected", "handedBack", "offered"],
            (await _tenant.GetAsync(Lease + "/nodes")).Json.GetProperty("data").EnumerateArray().Select(node => node.GetProperty("standing").GetString()));
    }

    [Fact]
    public async Task Both_parties_see_the_availability_of_what_serves_from_its_acceptance_on()
    {
        var window = $"/health?from={Summer.Start}&until={Summer.Start + Duration.FromDays(32)}";
        await _world.DeliverAsync(1, 2);
        using var beating = await new NodeAgentDouble(_api.Nobody, MarketplaceWorld.Node(1)).EnrolAsync(_operator, _world.Example.Pool.Value);
        await BeatAsync(beating, 1);
        Assert.Empty((await _tenant.GetAsync(Lease + window)).With(200).Json.GetProperty("data").EnumerateArray());
        await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + Duration.FromMinutes(1));
        (await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1", "node_2" } })).With(201);
        for (var beat = 2; beat <= 40; beat++)
        {
            await BeatAsync(beating, beat);
            await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + Duration.FromMinutes(1));
        }

        var health = (await _tenant.GetAsync(Lease + window)).With(200);
        Assert.Equal(health.Body, (await _operator.GetAsync(Lease + window)).With(200).Body);
        Assert.Equal(404, (await _stranger.GetAsync(Lease + window)).Status);

        var nodes = health.Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["node_1", "node_2"], nodes.Select(node => node.GetProperty("nodeId").GetString()));
        Assert.Equal((39, 39, 100m), (nodes[0].GetProperty("upMinutes").GetInt32(), nodes[0].GetProperty("countedMinutes").GetInt32(), nodes[0].GetProperty("availabilityPercent").GetDecimal()));
        Assert.Equal((0, JsonValueKind.Null), (nodes[1].GetProperty("upMinutes").GetInt32(), nodes[1].GetProperty("availabilityPercent").ValueKind));
        Assert.Equal("until", (await _tenant.GetAsync($"{Lease}/health?from={Summer.Start}&until={Summer.End}")).With(400).Json.GetProperty("errors")[0].GetProperty("field").GetString());

        var first = (await _tenant.GetAsync($"{Lease}{window}&limit=1")).With(200);
        Assert.Equal("node_2", (await _tenant.GetAsync($"{Lease}{window}&limit=1&startingAfter={first.Text("nextCursor")}")).With(200).Json.GetProperty("data")[0].GetProperty("nodeId").GetString());

        async Task BeatAsync(NodeAgentDouble agent, long sequence) =>
            (await agent.SendAsync($"/v1/nodes/{agent.Node.Id}/heartbeats", agent.Node.Beat(sequence, _api.Market.Clock.Now))).With(200);
    }

    [Fact]
    public async Task A_lease_is_renewed_once_or_its_option_given_up()
    {
        await _world.DeliverAsync(1, 2);
        Assert.Equal((409, "lease_not_running"), Outcome(await _tenant.PostAsync(Lease + "/renewals")));
        await _world.AcceptAsync(1, 2);

        var renewed = (await _tenant.PostAsync(Lease + "/renewals", idempotencyKey: "r1")).With(201);
        Assert.Equal("2026-10-01T05:00:00Z", renewed.Text("endsAt"));
        Assert.Equal(renewed.Body, (await _tenant.PostAsync(Lease + "/renewals", idempotencyKey: "r1")).With(201).Body);
        Assert.Equal((409, "lease_no_renewal_left"), Outcome(await _tenant.PostAsync(Lease + "/renewals")));
        Assert.Equal((409, "lease_no_renewal_left"), Outcome(await _tenant.PostAsync(Lease + "/renewal-declines")));
    }

    [Fact]
    public async Task An_exit_is_priced_first_and_given_notice_of_against_its_quote()
    {
        await _world.DeliverAsync(1, 2);
        await _world.AcceptAsync(1, 2);

        Assert.Equal((400, "lease_exit_too_soon"), Outcome(await _tenant.PostAsync(Lease + "/exit-quotes", new { exitsOn = "2026-06-15" })));
        Assert.Equal((400, "lease_exit_after_end"), Outcome(await _tenant.PostAsync(Lease + "/exit-quotes", new { exitsOn = "2026-09-01" })));
        var quote = (await _tenant.PostAsync(Lease + "/exit-quotes", new { exitsOn = "2026-07-15" })).With(201);
        Assert.Equal(MinorOf(quote, "rentLeft") / 2.0, MinorOf(quote, "fee"), tolerance: 0.5);
        Assert.Equal((404, "lease_exit_quote_unknown"), Outcome(await _tenant.PostAsync(Lease + "/terminations", new { exitQuoteId = "exit_other" })));

        var notice = (await _tenant.PostAsync(Lease + "/terminations", new { exitQuoteId = quote.Text("id") })).With(201);
        Assert.Equal(("terminating", "2026-07-15T05:00:00Z"), (notice.Text("status"), notice.Text("endsAt")));
        Assert.Equal((409, "lease_terminating"), Outcome(await _tenant.PostAsync(Lease + "/renewals")));

        await _world.AdvanceAsync(Instant.FromUtc(2026, 7, 16, 0, 0));
        Assert.Equal("ended", (await _tenant.GetAsync(Lease)).Text("status"));
        Assert.Equal((409, "lease_ended"), Outcome(await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1" } })));
        foreach (var party in new[] { _tenant, _operator })
        {
            var events = (await party.GetAsync("/v1/events?limit=200")).With(200).Json.GetProperty("data").EnumerateArray().ToList();
            Assert.Contains("lease.ended", events.Select(it => it.GetProperty("type").GetString()));
            Assert.All(events, EventCatalogueTests.IsDescribed);
            var export = (await party.GetAsync("/v1/export")).With(200).Body.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Contains("leaseNode", export.Select(line => line.GetProperty("kind").GetString()));
            Assert.All(export, OperationsTests.IsDescribed);
        }
    }

    [Fact]
    public async Task Faults_of_a_request_are_named()
    {
        await _world.DeliverAsync(1, 2);
        var deliveries = $"/v1/reservations/{_world.ReservationId}/deliveries";

        Assert.Equal(["nodes inconsistent"], (await _operator.PostAsync(deliveries, new { })).With(400).Faults);
        Assert.Equal(["nodes inconsistent"], (await _operator.PostAsync(deliveries, new { nodes = new[] { "node_3" }, kilowatts = 5 })).With(400).Faults);
        Assert.Equal((409, "reservation_ended"), Outcome(await _operator.PostAsync(deliveries, new { nodes = new[] { "node_3" } })));
        Assert.Equal(["nodes out_of_range"], (await _tenant.PostAsync(Lease + "/acceptances", new { nodes = Array.Empty<string>() })).With(400).Faults);
        Assert.Equal((400, "lease_node_named_twice"), Outcome(await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_1", "node_1" } })));
        Assert.Equal((404, "lease_node_unknown"), Outcome(await _tenant.PostAsync(Lease + "/acceptances", new { nodes = new[] { "node_5" } })));
        Assert.Equal(404, (await _tenant.GetAsync("/v1/leases/rsv_1")).Status);
        Assert.Equal(404, (await _tenant.GetAsync("/v1/leases/lease_none")).Status);
    }

    private static long MinorOf(ApiReply reply, string amount) => reply.Json.GetProperty(amount).GetProperty("amountMinor").GetInt64();

    private static (int, string?) Outcome(ApiReply reply) => (reply.Status, reply.Code);

    private async Task<ApiClient> RegisterAsync(OrganizationId id, OrganizationKind kind)
    {
        var command = new RegisterOrganization(id, id.Value, kind, "US", Currency.Usd);
        Assert.True((await _api.Market.Grains.GetGrain<IOrganizationGrain>(id.Value).RegisterAsync(new Operation(id.Value, id.Value), command)).IsGranted);
        return await _api.KeyAsync(id.Value, OrganizationRole.Owner);
    }
}
