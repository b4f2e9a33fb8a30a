using Marketplace.Api.Http;
using Marketplace.Api.OpenApi;
using Marketplace.Domain.Organizations;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Http;

[Trait("Store", "any")]
public sealed class GateTests
{
    [Fact]
    public async Task Limits_stand_in_the_headers_and_a_refusal_says_when_to_come_again()
    {
        await using var api = await ApiMarket.StartAsync(services => services.Configure<ApiOptions>(options => options.RequestsPerMinutePerAddress = 2));

        var first = (await api.Nobody.GetAsync("/v1/clock")).With(200);
        Assert.Equal(("2", "1", "2;w=60"), (first.Headers["RateLimit-Limit"], first.Headers["RateLimit-Remaining"], first.Headers["RateLimit-Policy"]));
        (await api.Nobody.GetAsync("/v1/clock")).With(200);
        var refused = (await api.Nobody.GetAsync("/v1/clock")).With(429);
        Assert.Equal("rate_limited", refused.Code);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 30);
        (await api.Platform.GetAsync("/v1/clock")).With(200);
    }

    [Fact]
    public async Task An_unknown_outcome_is_said_so_and_the_same_key_clears_it()
    {
        await using var api = await ApiMarket.StartAsync();
        var body = new { name = "Once", kind = "tenant", country = "NO" };
        api.Market.Faults.At(FaultKind.ErrorAfterWrite, write => write.Table == "organization");

        var unknown = (await api.Platform.PostAsync("/v1/organizations", body, "k")).With(503);
        Assert.Equal("outcome_unknown", unknown.Code);
        Assert.Equal("1", unknown.Headers["Retry-After"]);
        var again = (await api.Platform.PostAsync("/v1/organizations", body, "k")).With(201);
        Assert.True(again.Replayed);

        await api.SettleAsync();
        var all = await api.Platform.GetAsync("/v1/organizations");
        Assert.Single(all.Json.GetProperty("data").EnumerateArray(), it => it.GetProperty("name").GetString() == "Once");
    }

    [Fact]
    public async Task Every_answer_carries_headers_that_keep_browsers_from_misusing_it()
    {
        await using var api = await ApiMarket.StartAsync();

        foreach (var reply in new[] { await api.Nobody.GetAsync("/v1/clock"), await api.Nobody.GetAsync("/v1/nowhere"), await api.Nobody.GetAsync("/v1/me") })
        {
            Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
            Assert.Equal("DENY", reply.Headers["X-Frame-Options"]);
            Assert.Equal("no-store", reply.Headers["Cache-Control"]);
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", reply.Headers["Content-Security-Policy"]);
        }

        var page = (await api.Nobody.GetAsync("/swagger/index.html")).With(200).Headers["Content-Security-Policy"];
        Assert.Contains("script-src 'self' 'unsafe-eval';", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", (await api.Nobody.GetAsync("/elsewhere")).Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe-inline'", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_the_api_needs_nothing_from_elsewhere_and_shows_the_document()
    {
        await using var api = await ApiMarket.StartAsync();

        var page = (await api.Nobody.GetAsync("/swagger/index.html")).With(200);
        Assert.DoesNotContain("//cdn", page.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", page.Body, StringComparison.OrdinalIgnoreCase);
        var script = (await api.Nobody.GetAsync("/swagger/index.js")).With(200).Body;
        Assert.Contains("requestInterceptor", script, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(ApiDocument.AnyKey, page.Body + script, StringComparison.Ordinal);
        Assert.StartsWith("3.1", (await api.Nobody.GetAsync("/swagger/v1/swagger.json")).With(200).Text("openapi"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OrganizationRole.Viewer, "pools", true, false)]
    [InlineData(OrganizationRole.Viewer, "pools", false, true)]
    [InlineData(OrganizationRole.Engineer, "pools", true, true)]
    [InlineData(OrganizationRole.Engineer, "billing", true, false)]
    [InlineData(OrganizationRole.Billing, "billing", true, true)]
    [InlineData(OrganizationRole.Member, "reservations", true, true)]
    [InlineData(OrganizationRole.Member, "organizations", true, false)]
    [InlineData(OrganizationRole.Owner, "organizations", true, true)]
    [InlineData(OrganizationRole.Owner, "admin", false, false)]
    public void A_role_opens_its_areas(OrganizationRole role, string area, bool write, bool allowed)
    {
        var caller = new Caller(Organization, "X", OrganizationKind.Operator, role, [], "key_1");

        Assert.Equal(allowed, (write ? Permission.Change(area) : Permission.Read(area)).Allows(caller));
        Assert.True(Permission.Read("admin").Allows(caller with { Kind = OrganizationKind.Platform }));
    }

    private static Domain.Primitives.OrganizationId Organization => Domain.Primitives.OrganizationId.From("org_x");
}
