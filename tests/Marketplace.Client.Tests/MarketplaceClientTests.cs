using System.Net;

namespace Marketplace.Client.Tests;

/// <summary>What the client adds to the generated calls.</summary>
public sealed class MarketplaceClientTests
{
    private const string Acme = """{"id":"org_1","name":"Acme","kind":"tenant","country":"NO","currency":"USD","createdAt":"2027-01-04T09:00:00Z"}""";

    private static readonly NewOrganization Order = new() { Name = "Acme", Kind = OrganizationKind.Tenant, Country = "NO" };

    [Fact]
    public async Task Every_post_has_a_key_of_its_own()
    {
        var server = new ScriptedServer().Then(Created).Then(Created);
        var client = server.Client();

        await client.CreateOrganizationAsync(Order);
        await client.CreateOrganizationAsync(Order);

        Assert.All(server.Requests, request => Assert.Matches("^[0-9a-f]{32}$", request.Key));
        Assert.NotEqual(server.Requests[0].Key, server.Requests[1].Key);
    }

    [Fact]
    public async Task The_callers_key_is_sent_as_it_is_and_an_answer_says_that_it_is_a_repetition()
    {
        var server = new ScriptedServer().Then(() => ScriptedServer.Json(HttpStatusCode.Created, Acme, ("Idempotent-Replay", "true"), ("ETag", "\"7\"")));

        var created = await server.Client().Once("order-4711").CreateOrganizationAsync(Order);

        Assert.Equal("order-4711", Assert.Single(server.Requests).Key);
        Assert.True(created.IsReplay);
        Assert.Equal("\"7\"", created.Version);
        Assert.Equal("org_1", created.Result.Id);
    }

    [Fact]
    public async Task A_lost_answer_and_a_busy_server_are_met_with_the_same_key_and_body()
    {
        var server = new ScriptedServer()
            .Then(() => throw new HttpRequestException("cut"))
            .Then(() => ScriptedServer.Problem(HttpStatusCode.ServiceUnavailable, "busy", true, ("Retry-After", "0")))
            .Then(() => ScriptedServer.Problem(HttpStatusCode.TooManyRequests, "rate_limited", true, ("Retry-After", "0")))
            .Then(Created);

        await server.Client().CreateOrganizationAsync(Order);

        Assert.Equal(4, server.Requests.Count);
        Assert.Single(server.Requests.Distinct());
    }

    [Fact]
    public async Task A_refusal_is_thrown_at_once_with_its_code_and_every_field()
    {
        var server = new ScriptedServer().Then(() => ScriptedServer.Problem(HttpStatusCode.Conflict, "units_not_free", false));

        var refused = await Assert.ThrowsAnyAsync<MarketplaceException>(() => server.Client().CreateOrganizationAsync(Order));

        Assert.Single(server.Requests);
        Assert.Equal(409, refused.StatusCode);
        Assert.Equal("units_not_free", refused.Code);
        Assert.False(refused.IsRetryable);
        Assert.Equal("quantity", Assert.Single(refused.Problem!.Errors).Field);
        Assert.Equal("What is wrong. (units_not_free) quantity: At least 1.", refused.Message);
    }

    [Fact]
    public async Task What_is_no_problem_document_is_still_an_error_with_its_status()
    {
        var server = new ScriptedServer().Then(() => ScriptedServer.Json(HttpStatusCode.BadGateway, "<html>no</html>"));

        var refused = await Assert.ThrowsAnyAsync<MarketplaceException>(() => server.Client(retries: 0).CreateOrganizationAsync(Order));

        Assert.Null(refused.Problem);
        Assert.Equal(502, refused.StatusCode);
        Assert.True(refused.IsRetryable);
    }

    [Fact]
    public async Task What_has_no_value_is_left_out()
    {
        var server = new ScriptedServer().Then(Created);

        await server.Client().CreateOrganizationAsync(Order);

        Assert.Equal("""{"name":"Acme","kind":"tenant","country":"NO"}""", Assert.Single(server.Requests).Body);
    }

    [Fact]
    public async Task All_pages_are_read_one_after_the_other()
    {
        var server = new ScriptedServer()
            .Then(() => ScriptedServer.Json(HttpStatusCode.OK, $$"""{"data":[{{Acme}},{{Acme}}],"hasMore":true,"nextCursor":"b"}"""))
            .Then(() => ScriptedServer.Json(HttpStatusCode.OK, $$"""{"data":[{{Acme}}],"hasMore":false,"nextCursor":null}"""));
        var client = server.Client();

        var all = await Pages.All(cursor => client.ListOrganizationsAsync(startingAfter: cursor), page => page.Data, page => page.NextCursor)
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, all.Count);
        Assert.Equal(["/v1/organizations", "/v1/organizations?startingAfter=b"], server.Requests.Select(request => request.Path));
    }

    private static HttpResponseMessage Created() => ScriptedServer.Json(HttpStatusCode.Created, Acme);
}
