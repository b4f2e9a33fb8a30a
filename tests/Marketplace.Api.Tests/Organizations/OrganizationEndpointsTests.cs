using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Organizations;

public sealed class OrganizationEndpointsTests : IAsyncLifetime
{
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync() => _api = await ApiMarket.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task An_administrator_registers_an_organization_that_then_acts_by_its_own_key()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Operator, "Northern Compute AS");

        var me = (await owner.GetAsync("/v1/me")).With(200);
        Assert.Equal("Northern Compute AS", me.Text("organizationName"));
        Assert.Equal("owner", me.Text("role"));
        var read = (await owner.GetAsync($"/v1/organizations/{owner.Organization}")).With(200);
        Assert.Equal("operator", read.Text("kind"));
        Assert.Equal("403 forbidden", await CodeAsync(owner.GetAsync("/v1/organizations")));
        await _api.SettleAsync();
        var all = (await _api.Platform.GetAsync("/v1/organizations?limit=1")).With(200);
        Assert.True(all.Json.GetProperty("hasMore").GetBoolean());
        var rest = (await _api.Platform.GetAsync($"/v1/organizations?limit=1&startingAfter={all.Text("nextCursor")}")).With(200);
        Assert.Equal(
            new[] { owner.Organization, "org_platform" }.Order(),
            new[] { all, rest }.Select(page => Assert.Single(page.Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString()).Order());
        Assert.False(rest.Json.GetProperty("hasMore").GetBoolean());
    }

    [Fact]
    public async Task A_repeated_request_is_the_same_request_and_says_so()
    {
        var body = new { name = "Twice", kind = "tenant", country = "DE" };

        var first = (await _api.Platform.PostAsync("/v1/organizations", body, "k1")).With(201);
        var again = (await _api.Platform.PostAsync("/v1/organizations", new { country = "DE", kind = "tenant", name = "Twice", currency = (string?)null }, "k1")).With(201);
        var other = await _api.Platform.PostAsync("/v1/organizations", body with { name = "Other" }, "k1");

        Assert.Equal(first.Text("id"), again.Text("id"));
        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal((409, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal("400 idempotency_key_missing", await CodeAsync(_api.Platform.SendTextAsync(HttpMethod.Post, "/v1/organizations", "{}", null)));
    }

    [Fact]
    public async Task The_secret_of_a_key_is_shown_once()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        var path = $"/v1/organizations/{owner.Organization}/api-keys";
        var body = new { name = "ci", role = "viewer" };

        var first = (await owner.PostAsync(path, body, "once")).With(201);
        var again = (await owner.PostAsync(path, body, "once")).With(201);

        Assert.StartsWith("mk_", first.Text("secret"), StringComparison.Ordinal);
        Assert.Equal("", again.Text("secret"));
        Assert.True(again.Replayed);
        Assert.Equal(first.Text("apiKey.id"), again.Text("apiKey.id"));
        Assert.DoesNotContain(first.Text("secret").Split('_')[3], (await owner.GetAsync(path)).With(200).Body, StringComparison.Ordinal);

        var viewer = _api.Client(first.Text("secret"));
        (await viewer.GetAsync("/v1/me")).With(200);
        Assert.Equal("403 forbidden", await CodeAsync(viewer.PostAsync(path, body)));
        (await owner.DeleteAsync($"{path}/{first.Text("apiKey.id")}")).With(204);
        Assert.Equal("401 unauthorized", await CodeAsync(viewer.GetAsync("/v1/me")));
    }

    [Fact]
    public async Task A_scoped_key_stays_within_its_scopes()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        var scoped = await _api.KeyAsync(owner.Organization, OrganizationRole.Owner, "organizations:write");
        var path = $"/v1/organizations/{owner.Organization}/api-keys";

        Assert.Equal("403 forbidden", await CodeAsync(scoped.PostAsync(path, new { name = "wide", role = "owner" })));
        Assert.Equal("403 forbidden", await CodeAsync(scoped.PostAsync(path, new { name = "wide", role = "owner", scopes = new[] { "billing:read" } })));
        (await scoped.PostAsync(path, new { name = "narrow", role = "owner", scopes = new[] { "organizations:read" } })).With(201);
        var reader = await _api.KeyAsync(owner.Organization, OrganizationRole.Owner, "sites:read");
        Assert.Equal("403 forbidden", await CodeAsync(reader.GetAsync(path)));
    }

    [Fact]
    public async Task Another_organization_does_not_exist()
    {
        var one = await _api.OrganizationAsync(OrganizationKind.Tenant, "One");
        var other = await _api.OrganizationAsync(OrganizationKind.Tenant, "Other");

        Assert.Equal("404 not_found", await CodeAsync(one.GetAsync($"/v1/organizations/{other.Organization}")));
        Assert.Equal("404 not_found", await CodeAsync(one.PatchAsync($"/v1/organizations/{other.Organization}", new { name = "Mine" })));
        Assert.Equal("404 not_found", await CodeAsync(one.GetAsync("/v1/organizations/nonsense")));
        Assert.Equal("404 not_found", await CodeAsync(one.GetAsync("/v1/nowhere")));
        Assert.Equal("405 method_not_allowed", await CodeAsync(one.DeleteAsync("/v1/me")));
    }

    [Fact]
    public async Task A_change_names_the_version_it_builds_on()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        var path = $"/v1/organizations/{owner.Organization}";
        var tag = (await owner.GetAsync(path)).With(200).Headers["ETag"];

        Assert.Equal(304, (await owner.GetAsync(path, ("If-None-Match", tag))).Status);
        var changed = (await owner.PatchAsync(path, new { name = "New" }, ("If-Match", tag))).With(200);
        Assert.Equal("New", changed.Text("name"));
        Assert.Equal("412 precondition_failed", await CodeAsync(owner.PatchAsync(path, new { name = "Newer" }, ("If-Match", tag))));
        Assert.Equal("400 invalid_request", await CodeAsync(owner.PatchAsync(path, new { name = "Newer" }, ("If-Match", "W/1"))));

        // A repetition whose first answer was lost is a repetition, not a change on top of itself.
        var newest = (await owner.GetAsync(path)).Headers["ETag"];
        (await owner.PatchAsync(path, new { name = "Newest" }, ("If-Match", newest), ("Idempotency-Key", "p"))).With(200);
        Assert.True((await owner.PatchAsync(path, new { name = "Newest" }, ("If-Match", newest), ("Idempotency-Key", "p"))).With(200).Replayed);
    }

    [Fact]
    public async Task Members_join_change_and_leave_but_the_last_owner_stays()
    {
        var owner = await _api.OrganizationAsync(OrganizationKind.Tenant);
        var path = $"/v1/organizations/{owner.Organization}/members";
        var ada = (await owner.PostAsync(path, new { name = "Ada", email = "ada@x.example", role = "owner" })).With(201).Text("id");

        Assert.Equal("409 member_exists", await CodeAsync(owner.PostAsync(path, new { name = "Ada", email = "ADA@x.example", role = "viewer" })));
        Assert.Equal("409 last_owner", await CodeAsync(owner.DeleteAsync($"{path}/{ada}")));
        var bo = (await owner.PostAsync(path, new { name = "Bo", email = "bo@x.example", role = "viewer" })).With(201).Text("id");
        Assert.Equal("owner", (await owner.PatchAsync($"{path}/{bo}", new { role = "owner" })).With(200).Text("role"));
        (await owner.DeleteAsync($"{path}/{ada}")).With(204);
        Assert.Equal("404 member_not_found", await CodeAsync(owner.DeleteAsync($"{path}/{ada}")));
        Assert.Equal(bo, Assert.Single((await owner.GetAsync(path)).Json.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Every_fault_of_a_body_is_named_at_once()
    {
        var reply = (await _api.Platform.SendTextAsync(HttpMethod.Post, "/v1/organizations", """{"name":"","kind":"emperor","currency":"XXX","colour":1}""", "k")).With(400);

        Assert.Equal("application/problem+json", reply.MediaType);
        Assert.Equal("invalid_request", reply.Code);
        Assert.Equal(["colour unknown_field", "country missing", "currency invalid_format", "kind not_allowed", "name out_of_range"], reply.Faults.Order());
    }

    [Fact]
    public async Task Without_a_valid_key_there_is_nothing_to_see()
    {
        Assert.Equal("401 unauthorized", await CodeAsync(_api.Nobody.GetAsync("/v1/me")));
        Assert.Equal("401 unauthorized", await CodeAsync(_api.Client("mk_platform_x_" + new string('a', 52)).GetAsync("/v1/me")));
        Assert.Equal("401 unauthorized", await CodeAsync(_api.Client("nonsense").GetAsync("/v1/me")));
    }

    private static async Task<string> CodeAsync(Task<ApiReply> reply) => $"{(await reply).Status} {(await reply).Code}";
}
