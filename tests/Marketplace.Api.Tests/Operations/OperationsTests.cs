using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Api.Operations;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Operations;

public sealed class OperationsTests
{
    [Fact]
    public async Task Ready_only_when_nothing_is_pending()
    {
        var starting = new Starting { Pending = "seeding" };
        await using var api = await ApiMarket.StartAsync(services => services.AddSingleton<IReadiness>(starting));

        (await api.Nobody.GetAsync("/health/live")).With(200);
        var pending = (await api.Nobody.GetAsync("/health/ready")).With(503);
        Assert.Equal("unavailable", pending.Code);
        Assert.Equal("1", pending.Headers["Retry-After"]);

        starting.Pending = null;
        (await api.Nobody.GetAsync("/health/ready")).With(200);
    }

    [Fact]
    public async Task Invariants_are_checked_for_administrators()
    {
        await using var api = await ApiMarket.StartAsync(services => services.AddSingleton<IInvariant>(new Broken()));
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant);

        Assert.Equal("forbidden", (await owner.GetAsync("/v1/admin/invariants")).Code);
        var report = (await api.Platform.GetAsync("/v1/admin/invariants")).With(200);
        Assert.False(report.Json.GetProperty("holds").GetBoolean());
        var broken = Assert.Single(report.Json.GetProperty("invariants").EnumerateArray(), it => !it.GetProperty("holds").GetBoolean());
        Assert.Equal("two_is_three", broken.GetProperty("name").GetString());
        Assert.Equal("2 is not 3.", broken.GetProperty("violations")[0].GetString());
    }

    [Fact]
    public async Task An_export_is_all_of_ones_own_and_nothing_of_others_or_secrets()
    {
        await using var api = await ApiMarket.StartAsync();
        var owner = await api.OrganizationAsync(OrganizationKind.Tenant, "Mine");
        var other = await api.OrganizationAsync(OrganizationKind.Tenant, "Theirs");
        (await owner.PostAsync($"/v1/organizations/{owner.Organization}/members", new { name = "Ada", email = "a@x.example", role = "viewer" })).With(201);
        await api.SettleAsync();

        var export = (await owner.GetAsync("/v1/export")).With(200);

        Assert.Equal("application/x-ndjson", export.MediaType);
        var kinds = export.Body.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("kind").GetString()).ToList();
        Assert.Equal(["organization", "member", "apiKey", "event", "event", "event"], kinds);
        Assert.All(export.Body.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement), IsDescribed);
        Assert.DoesNotContain(other.Organization, export.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("secretHash", export.Body, StringComparison.OrdinalIgnoreCase);

        // Scopes that open one area do not open all.
        var narrow = await api.KeyAsync(owner.Organization, OrganizationRole.Owner, "organizations:write");
        Assert.Equal("forbidden", (await narrow.GetAsync("/v1/export")).With(403).Code);
        var wide = await api.KeyAsync(owner.Organization, OrganizationRole.Viewer, [.. Scope.Areas.Where(area => area != "admin").Select(area => area + ":read")]);
        (await wide.GetAsync("/v1/export")).With(200);
    }

    /// <summary>What an organization can list and read of its own is in its export, or stands here with the reason why not.</summary>
    [Fact]
    public void Whatever_one_can_list_of_ones_own_is_exported()
    {
        Dictionary<string, string> elsewhere = new(StringComparer.Ordinal)
        {
            ["listListings"] = "The market's, not one's own.",
            ["getRentSchedule"] = "Computed anew from a quote.",
            ["listTaxRates"] = "Published for everybody.",
            ["listIndices"] = "Published for everybody.",
            ["listNotices"] = "One person's view of the events.",
            ["listConversations"] = "Counts of the messages, for one reader.",
            ["listLeaseHealth"] = "Computed anew from the nodes' heartbeats.",
            ["listAccessLog"] = "A record about people, kept for those who guard the organization.",
            ["listWebhookDeliveries"] = "Attempts of the last days to tell what the events tell.",
        };
        var exported = ExportLines.Kinds.Select(kind => kind.Data).ToHashSet();

        var missing = ((IEndpointRouteBuilder)ApiDocumentTests.Application()).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<ApiOperation>()!)
            .Where(operation => operation is { Permission: { IsPublic: false, OfPerson: false } permission, Gives: { } gives }
                && permission.Area != "admin"
                && gives.GetType() is { IsGenericType: true } page && page.GetGenericTypeDefinition() == typeof(Page<>)
                && !exported.Contains(page.GetGenericArguments()[0]))
            .Select(operation => operation.Id)
            .Except(elsewhere.Keys);

        Assert.Empty(missing);
    }

    /// <summary>Holds when a line's data has exactly the members that the specification promises for its kind.</summary>
    internal static void IsDescribed(JsonElement line)
    {
        Assert.Equal(["kind", "parentId", "data"], line.EnumerateObject().Select(member => member.Name));
        var model = ExportLines.Kinds.Single(kind => kind.Kind == line.GetProperty("kind").GetString()).Data;
        Assert.Equal(ModelReader.FieldsOf(model).Select(field => field.Name), line.GetProperty("data").EnumerateObject().Select(member => member.Name));
    }

    private sealed class Starting : IReadiness
    {
        public string? Pending { get; set; }
    }

    private sealed class Broken : IInvariant
    {
        public string Name => "two_is_three";

        public string Meaning => "2 is 3.";

        public Task<System.Collections.Immutable.ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation) => Task.FromResult<System.Collections.Immutable.ImmutableArray<string>>(["2 is not 3."]);
    }
}
