using System.Text.Json;
using Marketplace.Api.Webhooks;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>Webhooks through the whole API, to a real receiver on this machine.</summary>
public sealed class WebhookEndpointsTests : IAsyncLifetime
{
    private ApiMarket api = null!;
    private ApiClient tenant = null!;
    private WebhookReceiver receiver = null!;

    public async ValueTask InitializeAsync()
    {
        api = await ApiMarket.StartAsync(
            services => services.Configure<WebhookOptions>(options => options.AllowLoopback = true),
            silo =>
            {
                silo.Services.RemoveAll<IWebhookSender>();
                silo.Services.AddWebhooks().Configure<WebhookOptions>(options => options.AllowLoopback = true);
            });
        tenant = await api.OrganizationAsync(OrganizationKind.Tenant);
        receiver = await WebhookReceiver.StartAsync();
        await api.SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Events_arrive_signed_in_order_and_under_the_ids_of_the_feed()
    {
        var (_, secret) = await RegisterAsync("member.*");
        await AddMembersAsync(3);
        await receiver.UntilAsync(received => received.Count == 3);

        var feed = (await tenant.GetAsync("/v1/events?limit=200")).With(200).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.All(receiver.Received, message => Assert.Equal(
            StandardSignature.Of(secret, message.Id, long.Parse(message.Headers["webhook-timestamp"]), message.Body),
            message.Headers["webhook-signature"]));
        Assert.Equal(receiver.Received.Select(message => message.Number).Order(), receiver.Received.Select(message => message.Number));
        foreach (var message in receiver.Received)
        {
            var listed = feed.Single(it => it.GetProperty("number").GetInt64() == message.Number);
            Assert.Equal(listed.GetProperty("id").GetString(), message.Id);
            Assert.Equal(message.Id, message.Json.GetProperty("id").GetString());
            Assert.Equal(listed.GetProperty("type").GetString(), message.Type);
            Assert.Equal(listed.GetProperty("subject").GetString(), message.Json.GetProperty("subject").GetString());
            Assert.Equal(listed.GetProperty("occurredAt").GetString(), message.Json.GetProperty("timestamp").GetString());
            Assert.True(JsonElement.DeepEquals(listed.GetProperty("data"), message.Json.GetProperty("data")));
            Assert.Equal("v1", message.Json.GetProperty("version").GetString());
        }
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_no_other_answer_or_row_has_it()
    {
        var body = new { url = new Uri(receiver.Address, "/hooks"), events = new[] { "*" } };
        var first = (await tenant.PostAsync("/v1/webhook-endpoints", body, "one")).With(201);
        var secret = first.Text("secret");
        var again = (await tenant.PostAsync("/v1/webhook-endpoints", body, "one")).With(201);
        Assert.True(again.Replayed);
        Assert.Equal(first.Text("endpoint.id"), again.Text("endpoint.id"));
        Assert.Equal(JsonValueKind.Null, again.Json.GetProperty("secret").ValueKind);
        Assert.Equal($"/v1/webhook-endpoints/{first.Text("endpoint.id")}", first.Headers["Location"]);

        await api.SettleAsync();
        var one = await tenant.GetAsync(first.Headers["Location"]);
        var all = await tenant.GetAsync("/v1/webhook-endpoints");
        var export = await tenant.GetAsync("/v1/export");
        var events = await tenant.GetAsync("/v1/events");
        Assert.All([one, all, export, events], reply => Assert.DoesNotContain(secret, reply.With(200).Body, StringComparison.Ordinal));
        Assert.DoesNotContain("sealed", export.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Single(all.Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task While_a_secret_is_rotated_both_sign_and_afterwards_the_new_one_alone()
    {
        var (id, first) = await RegisterAsync("member.*");
        var rotated = (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/rotate-secret", new { overlapHours = 24 })).With(200);
        var second = rotated.Text("secret");
        Assert.Equal(2, rotated.Json.GetProperty("endpoint").GetProperty("secrets").GetArrayLength());
        await AddMembersAsync(1);
        await receiver.UntilAsync(received => received.Count == 1);
        Assert.Equal([Sign(second, receiver.Received[0]), Sign(first, receiver.Received[0])], receiver.Received[0].Headers["webhook-signature"].Split(' '));

        var third = (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/rotate-secret", new { overlapHours = 0 })).Text("secret");
        await AddMembersAsync(1);
        await receiver.UntilAsync(received => received.Count == 2);
        Assert.Equal(Sign(third, receiver.Received[1]), receiver.Received[1].Headers["webhook-signature"]);

        Assert.Equal(["overlapHours out_of_range"], (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/rotate-secret", new { overlapHours = 200 })).With(400).Faults);
    }

    [Fact]
    public async Task A_test_message_says_what_came_of_it_and_stands_in_the_log()
    {
        var (id, _) = await RegisterAsync("invoice.*");
        var good = (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/ping")).With(200);
        Assert.Equal(("True", "200", "ok", "ping"), (good.Text("delivered"), good.Text("response.status"), good.Text("response.body"), good.Text("lane")));
        Assert.Equal("webhook_endpoint.pinged", receiver.Received.Single().Type);

        receiver.Answers = (http, _) =>
        {
            http.Response.StatusCode = 500;
            return http.Response.WriteAsync("out of order");
        };
        var bad = (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/ping")).With(200);
        Assert.Equal(("False", "500", "out of order"), (bad.Text("delivered"), bad.Text("response.status"), bad.Text("response.body")));

        var log = (await tenant.GetAsync($"/v1/webhook-endpoints/{id}/deliveries")).With(200).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal([2, 1], log.Select(delivery => delivery.GetProperty("number").GetInt32()));
        Assert.Equal(receiver.Received[0].Headers["webhook-signature"], log[1].GetProperty("request").GetProperty("signature").GetString());
        Assert.Equal(receiver.Received[0].Body, System.Text.Encoding.UTF8.GetBytes(log[1].GetProperty("request").GetProperty("body").GetString()!));
        var failed = (await tenant.GetAsync($"/v1/webhook-endpoints/{id}/deliveries?delivered=false")).Json.GetProperty("data");
        Assert.Equal("out of order", Assert.Single(failed.EnumerateArray()).GetProperty("response").GetProperty("body").GetString());
    }

    [Fact]
    public async Task A_paused_endpoint_gets_nothing_until_it_is_resumed_and_may_skip_what_it_missed()
    {
        var (id, _) = await RegisterAsync("member.*");
        Assert.Equal("paused", (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/pause")).With(200).Text("status"));
        await AddMembersAsync(2);
        Assert.Equal("active", (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/resume", new { })).With(200).Text("status"));
        await receiver.UntilAsync(received => received.Count == 2);

        await tenant.PostAsync($"/v1/webhook-endpoints/{id}/pause");
        await AddMembersAsync(2);
        await tenant.PostAsync($"/v1/webhook-endpoints/{id}/resume", new { skipMissed = true });
        await AddMembersAsync(1);
        await receiver.UntilAsync(received => received.Count == 3);
        Assert.Equal("member_5", receiver.Received[2].Json.GetProperty("data").GetProperty("name").GetString());

        // What was skipped can be had after all.
        await tenant.PostAsync($"/v1/webhook-endpoints/{id}/replays", new { eventNumber = receiver.Received[2].Number - 1 });
        await receiver.UntilAsync(received => received.Count == 4);
    }

    [Fact]
    public async Task Gone_disables_with_a_notice_in_the_answer_in_the_feed_and_at_other_endpoints()
    {
        var (id, _) = await RegisterAsync("member.*");
        var (_, _) = await RegisterAsync("webhook_endpoint.disabled");
        receiver.Answers = (http, message) =>
        {
            http.Response.StatusCode = message.Type == "member.added" ? 410 : 200;
            return Task.CompletedTask;
        };
        await AddMembersAsync(1);
        await receiver.UntilAsync(received => received.Any(message => message.Type == "webhook_endpoint.disabled"));

        var endpoint = (await tenant.GetAsync($"/v1/webhook-endpoints/{id}")).With(200);
        Assert.Equal("disabled", endpoint.Text("status"));
        Assert.Contains("410", endpoint.Text("notice"), StringComparison.Ordinal);
        Assert.Equal(endpoint.Text("notice"), receiver.Received.Single(message => message.Type == "webhook_endpoint.disabled").Json.GetProperty("data").GetProperty("message").GetString());

        receiver.Answers = (http, _) => http.Response.WriteAsync("back");
        await tenant.PostAsync($"/v1/webhook-endpoints/{id}/resume", new { });
        await receiver.UntilAsync(received => received.Count(message => message.Type == "member.added") == 2);
        Assert.Equal(JsonValueKind.Null, (await tenant.GetAsync($"/v1/webhook-endpoints/{id}")).Json.GetProperty("notice").ValueKind);
    }

    [Fact]
    public async Task Changes_are_taken_and_a_deleted_endpoint_is_not_there()
    {
        var (id, _) = await RegisterAsync("member.*");
        var changed = (await tenant.PatchAsync($"/v1/webhook-endpoints/{id}", new { url = new Uri(receiver.Address, "/elsewhere"), description = "Books", events = new[] { "api_key.issued" } })).With(200);
        Assert.Equal("Books", changed.Text("description"));
        await AddMembersAsync(1);
        await api.Platform.PostAsync($"/v1/organizations/{tenant.Organization}/api-keys", new { name = "build", role = "viewer" });
        await receiver.UntilAsync(received => received.Count == 1);
        Assert.Equal(("/elsewhere", "api_key.issued"), (receiver.Received[0].Path, receiver.Received[0].Type));

        (await tenant.DeleteAsync($"/v1/webhook-endpoints/{id}")).With(204);
        (await tenant.GetAsync($"/v1/webhook-endpoints/{id}")).With(404);
        (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/ping")).With(404);
        await api.SettleAsync();
        Assert.Empty((await tenant.GetAsync("/v1/webhook-endpoints")).Json.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_with_every_fault_at_once()
    {
        var refused = (await tenant.PostAsync("/v1/webhook-endpoints", new { url = "https://10.0.0.1/hooks", events = new[] { "invoice.*", "nothing.happened", "lease." } })).With(400);
        Assert.Equal(["url not_allowed", "events[1] not_allowed", "events[2] not_allowed"], refused.Faults);

        var (id, _) = await RegisterAsync("member.*");
        Assert.Equal(["eventNumber inconsistent"], (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/replays", new { })).With(400).Faults);
        Assert.Equal("webhook_event_not_found", (await tenant.PostAsync($"/v1/webhook-endpoints/{id}/replays", new { eventNumber = 99_999 })).With(404).Code);
    }

    [Fact]
    public async Task An_endpoint_belongs_to_its_organization_and_to_roles_that_may()
    {
        var (id, _) = await RegisterAsync("member.*");
        var stranger = await api.OrganizationAsync(OrganizationKind.Tenant, "Other");
        (await stranger.GetAsync($"/v1/webhook-endpoints/{id}")).With(404);
        (await stranger.PostAsync($"/v1/webhook-endpoints/{id}/ping")).With(404);
        (await stranger.GetAsync($"/v1/webhook-endpoints/{id}/deliveries")).With(404);

        var viewer = await api.KeyAsync(tenant.Organization, OrganizationRole.Viewer);
        (await viewer.GetAsync($"/v1/webhook-endpoints/{id}")).With(200);
        (await viewer.PostAsync("/v1/webhook-endpoints", new { url = new Uri(receiver.Address, "/hooks") })).With(403);
    }

    [Fact]
    public async Task An_organization_has_at_most_fifty_endpoints()
    {
        for (var i = 0; i < 50; i++)
        {
            (await tenant.PostAsync("/v1/webhook-endpoints", new { url = new Uri(receiver.Address, $"/{i}"), events = new[] { "lease.ended" } }, $"key-{i}")).With(201);
        }

        await api.SettleAsync();
        Assert.Equal("webhook_endpoints_full", (await tenant.PostAsync("/v1/webhook-endpoints", new { url = receiver.Address })).With(409).Code);

        // A repeated request is no new one.
        (await tenant.PostAsync("/v1/webhook-endpoints", new { url = new Uri(receiver.Address, "/49"), events = new[] { "lease.ended" } }, "key-49")).With(201);
    }

    private static string Sign(string secret, WireWebhook message) =>
        StandardSignature.Of(secret, message.Id, long.Parse(message.Headers["webhook-timestamp"]), message.Body);

    private async Task<(string Id, string Secret)> RegisterAsync(params string[] events)
    {
        var registered = (await tenant.PostAsync("/v1/webhook-endpoints", new { url = new Uri(receiver.Address, "/hooks"), events })).With(201);
        await api.SettleAsync();
        return (registered.Text("endpoint.id"), registered.Text("secret"));
    }

    private int members;

    private async Task AddMembersAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++members;
            (await tenant.PostAsync($"/v1/organizations/{tenant.Organization}/members", new { name = $"member_{number}", email = $"m{number}@example.com", role = "viewer" })).With(201);
        }

        await api.SettleAsync();
    }
}
