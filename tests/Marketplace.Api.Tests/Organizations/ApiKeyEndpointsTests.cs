using Marketplace.Domain.Organizations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Marketplace.Api.Tests.Organizations;

public sealed class ApiKeyEndpointsTests
{
    [Fact]
    public async Task A_rotated_key_works_through_its_grace_and_its_successor_at_once()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var api = await ApiMarket.StartAsync(services => services.AddSingleton<TimeProvider>(time));
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant);
        var issued = (await owner.PostAsync($"/v1/organizations/{owner.Organization}/api-keys", new { name = "ci", role = "engineer", scopes = new[] { "pools:write" } })).With(201);
        var old = api.Client(issued.Text("secret"));

        var path = $"/v1/organizations/{owner.Organization}/api-keys/{issued.Text("apiKey.id")}/rotations";
        var rotated = (await owner.PostAsync(path, new { graceHours = 2 }, "r1")).With(201);
        var repeated = (await owner.PostAsync(path, new { graceHours = 2 }, "r1")).With(201);
        Assert.Equal((rotated.Text("apiKey.id"), ""), (repeated.Text("apiKey.id"), repeated.Text("secret")));
        Assert.Equal(("ci", "engineer"), (rotated.Text("apiKey.name"), rotated.Text("apiKey.role")));
        var fresh = api.Client(rotated.Text("secret"));

        (await old.GetAsync("/v1/gpu-pools")).With(200);
        (await fresh.GetAsync("/v1/gpu-pools")).With(200);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("unauthorized", (await old.GetAsync("/v1/gpu-pools")).With(401).Code);
        (await fresh.GetAsync("/v1/gpu-pools")).With(200);
        Assert.Equal("api_key_ended", (await owner.PostAsync(path, new { graceHours = 2 })).With(409).Code);
    }

    [Fact]
    public async Task A_key_with_scopes_rotates_none_that_has_more()
    {
        await using var api = await ApiMarket.StartAsync();
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant);
        var narrow = await api.KeyAsync(owner.Organization, OrganizationRole.Owner, "organizations:write");
        var wide = (await owner.PostAsync($"/v1/organizations/{owner.Organization}/api-keys", new { name = "all", role = "owner" })).With(201).Text("apiKey.id");

        Assert.Equal("forbidden", (await narrow.PostAsync($"/v1/organizations/{owner.Organization}/api-keys/{wide}/rotations", new { })).With(403).Code);
    }

    [Fact]
    public async Task When_a_key_was_last_used_stands_in_the_list()
    {
        await using var api = await ApiMarket.StartAsync();
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant);
        var unused = (await owner.PostAsync($"/v1/organizations/{owner.Organization}/api-keys", new { name = "unused", role = "viewer" })).With(201).Text("apiKey.id");

        var listed = (await owner.GetAsync($"/v1/organizations/{owner.Organization}/api-keys")).With(200).Json.GetProperty("data").EnumerateArray().ToList();

        Assert.All(listed, key => Assert.Equal(key.GetProperty("id").GetString() == unused, key.GetProperty("lastUsedAt").ValueKind == System.Text.Json.JsonValueKind.Null));
    }
}
