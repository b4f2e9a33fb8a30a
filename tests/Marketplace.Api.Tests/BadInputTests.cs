using System.Text;
using System.Text.Json.Nodes;
using Marketplace.Api.Http;
using Marketplace.Api.OpenApi;
using Marketplace.Api.Organizations;
using Marketplace.Api.Tests.Identity;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Routing;

namespace Marketplace.Api.Tests;

/// <summary>
/// Sends what does not fit to every operation there is. Whatever comes, the answer is a problem document with a code the
/// operation documents, never a failure of the service, and a refused request writes nothing.
/// </summary>
[Trait("Store", "any")]
public sealed class BadInputTests(BadInputTests.Market market) : IClassFixture<BadInputTests.Market>
{
    private const string Nowhere = "4k2m7qz3v5xw6a2bc4d5e6f7ga";

    private static readonly Dictionary<string, (string Method, string Pattern, ApiOperation Contract)> Operations = Find();

    public static TheoryData<string> All => [.. Operations.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> WithBody => [.. Operations.Where(it => it.Value.Contract.Takes is not (null or byte[])).Select(it => it.Key).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Creating => [.. Operations.Where(it => it.Value.Contract.Takes is not (null or byte[]) && Gate.NeedsKey(it.Value.Method, it.Value.Contract)).Select(it => it.Key).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task A_faulty_body_is_refused_with_every_fault_named(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, exact) = For(contract, pattern);
        var odd = new List<string>();
        var before = await market.WritesAsync();
        foreach (var body in BadBodies.Broken().Concat(BadBodies.Faulty(contract.Takes!)))
        {
            var reply = await client.SendTextAsync(new HttpMethod(method), path, body.Json, NewKey());
            if (Oddity(contract, method, pattern, reply) is { } oddity)
            {
                odd.Add($"{body.What}: {oddity}");
            }
            else if (exact && (reply.Code != "invalid_request" || (body.Field is { } field && !reply.Faults.Any(fault => fault.StartsWith(field + " ", StringComparison.Ordinal)))))
            {
                odd.Add($"{body.What}: expected the field '{body.Field}' to be named, got {reply.Body}");
            }
        }

        Assert.Empty(odd);
        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task Nobody_stumbles_over_absurd_values(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, _) = For(contract, pattern);
        var odd = new List<string>();
        foreach (var body in BadBodies.Absurd(contract.Takes!))
        {
            var reply = await client.SendTextAsync(new HttpMethod(method), path, body.Json, NewKey());
            if (reply.Status >= 300 && Oddity(contract, method, pattern, reply) is { } oddity)
            {
                odd.Add($"{body.What}: {oddity}");
            }
        }

        Assert.Empty(odd);
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task An_oversized_body_and_another_media_type_are_refused(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, exact) = For(contract, pattern);
        var before = await market.WritesAsync();

        var large = await client.SendTextAsync(new HttpMethod(method), path, "{\"a\":\"" + new string('x', contract.BodyLimit) + "\"}", NewKey());
        using var xml = new StringContent("<a/>", Encoding.UTF8, "application/xml");
        var other = await client.SendAsync(new HttpMethod(method), path, xml, NewKey());
        using var latin = new ByteArrayContent([(byte)'"', 0xff, 0xfe, (byte)'"']);
        latin.Headers.ContentType = new("application/json");
        var bytes = await client.SendAsync(new HttpMethod(method), path, latin, NewKey());

        Assert.Null(Oddity(contract, method, pattern, large));
        Assert.Null(Oddity(contract, method, pattern, other));
        Assert.Null(Oddity(contract, method, pattern, bytes));
        if (exact)
        {
            Assert.Equal((413, "body_too_large"), (large.Status, large.Code));
            Assert.Equal((415, "unsupported_media_type"), (other.Status, other.Code));
            Assert.Equal((400, "invalid_request"), (bytes.Status, bytes.Code));
        }

        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_idempotency_key_is_asked_for_before_anything_is_done(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        if (!Gate.NeedsKey(method, contract))
        {
            return;
        }

        var (client, path, _) = For(contract, pattern);
        var before = await market.WritesAsync();
        var body = contract.Takes is { } example and not byte[]? BadBodies.Node(example).ToJsonString() : null;

        Assert.Equal((400, "idempotency_key_missing"), await CodeAsync(client.SendTextAsync(new HttpMethod(method), path, body, null)));
        Assert.Equal((400, "idempotency_key_invalid"), await CodeAsync(client.SendTextAsync(new HttpMethod(method), path, body, new string('k', 256))));
        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    [Theory]
    [MemberData(nameof(Creating))]
    public async Task A_key_used_for_one_body_is_not_taken_for_another(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, _) = For(contract, pattern);
        var body = BadBodies.Node(contract.Takes!);
        var key = NewKey();
        var first = await client.SendTextAsync(new HttpMethod(method), path, body.ToJsonString(), key);
        Assert.Null(first.Status < 300 ? null : Oddity(contract, method, pattern, first));
        foreach (var (name, value) in body.ToList())
        {
            var other = (JsonObject)body.DeepClone();
            other[name] = value is JsonValue text && text.TryGetValue<string>(out var old) ? old + "x" : null;

            var reply = await client.SendTextAsync(new HttpMethod(method), path, other.ToJsonString(), key);

            Assert.True(
                (first.Status >= 300 || contract.Id == "advanceClock") ? reply.Status < 500 || reply.Code is "busy" : reply.Status is 400 or 409,
                $"{name} changed under the same key: {reply.Status} {reply.Body}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_foreign_or_no_id_does_not_exist(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        if (!pattern.Contains('{', StringComparison.Ordinal))
        {
            return;
        }

        var client = contract.Permission switch
        {
            { OfPerson: true } => market.Person,
            { Area: "admin" } => market.Api.Platform,
            _ => market.Owner,
        };
        var body = contract.Takes is { } example and not byte[]? BadBodies.Node(example).ToJsonString() : null;
        var before = await market.WritesAsync();
        foreach (var id in new[] { null, "nonsense", "org_UPPER", "%F0%9F%A6%86", "..%2F..", new string('x', 600) })
        {
            var path = Filled(pattern, id, market.Other);
            var reply = await client.SendTextAsync(new HttpMethod(method), path, body, NewKey());

            Assert.True(reply.Status is 404 or 400 or 409 or 405 or 403, $"{path}: {reply.Status} {reply.Body}");
            Assert.True(method != "GET" || reply.Status is 404 or 400 or 405, $"{path}: {reply.Status} {reply.Body}");
            Assert.Equal("application/problem+json", reply.MediaType);
        }

        Assert.Empty((await market.WritesAsync()).Except(before));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_query_that_does_not_fit_is_refused(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, exact) = For(contract, pattern);
        var queries = new List<string> { "colour=red" };
        if (contract.Pages)
        {
            queries.AddRange(["limit=0", "limit=-1", "limit=201", "limit=x", "limit=1&limit=2", "limit=99999999999999999999", "startingAfter=%00", "startingAfter=***", "startingAfter=Lw"]);
        }

        if (contract.Query is { } query)
        {
            queries.AddRange(ModelReader.FieldsOf(query.GetType())
                .Where(field => (field.Item ?? field.Type) != typeof(string))
                .SelectMany(field => new[] { $"{field.Name}=no%20such%20thing", $"{field.Name}=", $"{field.Name}=%00", field.Item is null ? $"{field.Name}=1&{field.Name}=2" : $"{field.Name}=%F0%9F%A6%86" }));
        }

        foreach (var text in queries)
        {
            var body = contract.Takes is { } example and not byte[]? BadBodies.Node(example).ToJsonString() : null;
            var reply = await client.SendTextAsync(new HttpMethod(method), path + "?" + text, body, NewKey());

            Assert.True(Oddity(contract, method, pattern, reply) is null, $"{text}: {Oddity(contract, method, pattern, reply)}");
            Assert.True(!exact || (reply.Status, reply.Code) == (400, "invalid_request"), $"{text}: {reply.Status} {reply.Body}");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Only_who_may_is_let_in(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        if (contract.Permission.IsPublic)
        {
            return;
        }

        var (_, path, _) = For(contract, pattern);
        var body = contract.Takes is { } example and not byte[]? BadBodies.Node(example).ToJsonString() : null;
        var before = await market.WritesAsync();

        Assert.Equal((401, "unauthorized"), await CodeAsync(market.Api.Nobody.SendTextAsync(new HttpMethod(method), path, body, NewKey())));
        if (contract.Permission.Write || contract.Permission.Area == "admin")
        {
            Assert.Equal((403, "forbidden"), await CodeAsync(market.Viewer.SendTextAsync(new HttpMethod(method), path, body, NewKey())));
        }

        // That somebody was refused stands in the organization's access log, and nowhere else.
        Assert.DoesNotContain((await market.WritesAsync()).Except(before), place => !place.StartsWith(AccessRows.Table + " ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task The_example_is_a_request_that_fits(string operationId)
    {
        var (method, pattern, contract) = Operations[operationId];
        var (client, path, _) = For(contract, pattern);

        if (contract.SignedByNode)
        {
            return; // Its example is the envelope; what is inside is a node's own to write and sign.
        }

        var reply = await client.SendTextAsync(new HttpMethod(method), path, BadBodies.Node(contract.Takes!).ToJsonString(), NewKey());

        // What it names, such as a pool or the token of a letter, need not exist; a signature is looked at before all else;
        // and market time may have passed the example's, which the other tests of this market move it to.
        Assert.False(reply.Status == 400 && reply.Code is not ("token_invalid" or "webhook_signature_invalid" or "clock_in_past"), $"{reply.Status} {reply.Body}");
    }

    [Fact]
    public void There_are_operations_to_try() => Assert.True(Operations.Count >= 15);

    [Fact]
    public async Task A_key_that_is_missing_and_one_that_is_unknown_are_told_apart()
    {
        Assert.Equal("No valid API key was sent, and nobody is signed in.", (await market.Api.Nobody.GetAsync("/v1/quotes")).With(401).Text("detail"));
        foreach (var header in new[] { "Bearer", "Bearer ", "Basic dXNlcjpwYXNz" })
        {
            var reply = (await market.Api.Nobody.GetAsync("/v1/quotes", ("Authorization", header))).With(401);
            Assert.StartsWith("The API key is missing", reply.Text("detail"), StringComparison.Ordinal);
        }

        Assert.Equal("The API key is unknown, expired or revoked.", (await market.Api.Client("mk_nobodys").GetAsync("/v1/quotes")).With(401).Text("detail"));
    }

    [Fact]
    public async Task An_unknown_query_parameter_is_answered_with_those_there_are()
    {
        Assert.Equal(
            "There is no such query parameter here. Expected: limit, poolId, startingAfter, status.",
            (await market.Owner.GetAsync("/v1/quotes?colour=red")).With(400).Json.GetProperty("errors")[0].GetProperty("message").GetString());
        Assert.Equal(
            "There is no such query parameter here: this takes none.",
            (await market.Api.Platform.GetAsync("/v1/clock?colour=red")).With(400).Json.GetProperty("errors")[0].GetProperty("message").GetString());
    }

    private static async Task<(int Status, string? Code)> CodeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);

    private static string NewKey() => Guid.NewGuid().ToString();

    /// <summary>What is odd about a refusal; null when nothing is.</summary>
    private string? Oddity(ApiOperation contract, string method, string pattern, ApiReply reply)
    {
        var documented = OperationDescriber.CodesOf(contract, method, pattern).Append(ProblemCode.NotFound).Select(code => $"{code.Status} {code.Code}");
        return reply.Status is < 400 or >= 500 ? $"answered {reply.Status} {reply.Body} {market.Api.LastError}"
            : reply.MediaType != "application/problem+json" ? $"is no problem document but {reply.MediaType}"
            : !documented.Contains($"{reply.Status} {reply.Code}") ? $"answered {reply.Status} {reply.Code}, which the operation does not document: {reply.Body}"
            : null;
    }

    /// <summary>Who may call it, where, and whether nothing but the body decides: every part of the address exists for that caller, and no signature is looked at first.</summary>
    private (ApiClient Client, string Path, bool Exact) For(ApiOperation contract, string pattern)
    {
        var client = contract.Permission switch
        {
            { OfPerson: true } => market.Person,
            { Area: "admin" } => market.Api.Platform,
            _ => market.Owner,
        };
        var path = Filled(pattern.Replace("{organizationId}", market.Owner.Organization, StringComparison.Ordinal), null, "");
        var signed = contract.Refuses.Any(refusal => ProblemCode.Of(refusal).Code == "webhook_signature_invalid");
        return (client, path, !signed && !pattern.Replace("{organizationId}", "", StringComparison.Ordinal).Contains('{', StringComparison.Ordinal));
    }

    private static string Filled(string pattern, string? id, string organization)
    {
        var parts = pattern.Split('{', '}');
        for (var i = 1; i < parts.Length; i += 2)
        {
            parts[i] = id ?? (parts[i] == "organizationId" ? organization : (OperationDescriber.PrefixOf(parts[i]) is { } prefix ? prefix + "_" : "") + Nowhere);
        }

        return string.Concat(parts);
    }

    private static Dictionary<string, (string, string, ApiOperation)> Find()
    {
        IEndpointRouteBuilder app = ApiDocumentTests.Application();
        return app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToDictionary(
            endpoint => endpoint.Metadata.GetMetadata<ApiOperation>()!.Id,
            endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0], endpoint.RoutePattern.RawText!, endpoint.Metadata.GetMetadata<ApiOperation>()!),
            StringComparer.Ordinal);
    }

    /// <summary>One market for all of it.</summary>
    public sealed class Market : IAsyncLifetime
    {
        internal ApiMarket Api { get; private set; } = null!;

        internal ApiClient Owner { get; private set; } = null!;

        internal ApiClient Viewer { get; private set; } = null!;

        /// <summary>Somebody who is signed in.</summary>
        internal ApiClient Person { get; private set; } = null!;

        internal string Other { get; private set; } = "";

        /// <summary>
        /// What was written so far, by place, once everything said has been delivered. Tidying up after what was done before
        /// (delivered outbox entries leave a record, cursors move and searches follow a pool, a moment later) is no new place.
        /// </summary>
        internal async Task<IReadOnlyList<string>> WritesAsync()
        {
            await Api.SettleAsync();
            return [.. Api.Market.Faults.Writes.Where(write => write.Table is not ("cursors" or "service-minutes" or PoolRows.Availability or KeyUses.Table)).Select(write => $"{write.Table} {write.Key}").Distinct()];
        }

        public async ValueTask InitializeAsync()
        {
            Api = await ApiMarket.StartAsync();
            Owner = await Api.OrganizationAsync(OrganizationKind.OperatorAndTenant);
            Viewer = await Api.KeyAsync(Owner.Organization, OrganizationRole.Viewer);
            using var browser = new Browser(Api.Address);
            (await browser.RegisterAsync("someone@bad.example")).With(201);
            Person = browser.AsClient();
            Other = (await Api.OrganizationAsync(OrganizationKind.Tenant, "Other")).Organization;
            await Api.SettleAsync();
        }

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
