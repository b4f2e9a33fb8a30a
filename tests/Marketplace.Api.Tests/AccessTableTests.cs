using System.Net.Http.Headers;
using System.Text;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Organizations;
using YamlDotNet.RepresentationModel;

namespace Marketplace.Api.Tests;

/// <summary>
/// The one table of who may do what, in <c>access-table.txt</c>: every operation of the specification, every role, on what is its
/// organization's own and on what is another's. Each row is asked of the running API.
/// </summary>
[Trait("Store", "any")]
public sealed class AccessTableTests(AccessTableTests.Market market) : IClassFixture<AccessTableTests.Market>
{
    private const string Everyone = "everyone";
    private const string Person = "person";
    private const string Platform = "platform";
    private static readonly string File = Path.Combine(ApiDocumentTests.Root(), "tests", "Marketplace.Api.Tests", "access-table.txt");
    private static readonly string[] Roles = [.. Enum.GetNames<OrganizationRole>().Select(role => role.ToLowerInvariant())];

    /// <summary>What may be asked of another's by its id, because it is on the market.</summary>
    private static readonly string[] OnTheMarket = ["createQuote", "claimSite"];

    /// <summary>Answered item by item, with 200, whatever the items.</summary>
    private static readonly string[] ItemByItem = ["createGpuPools", "createPowerPools"];

    public static TheoryData<string> Rows => [.. Table().Keys];

    [Fact]
    public void Every_operation_of_the_specification_has_a_row_that_says_the_same()
    {
        var expected = Specification().Select(it => Row(it.Id, it.Access, it.TakesIds)).ToList();
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1")
        {
            System.IO.File.WriteAllLines(File, ["# operation | who may | what belongs to another organization; reviewed like code, written anew with MARKETPLACE_ACCEPT=1", .. expected]);
        }

        Assert.Equal(expected, System.IO.File.ReadAllLines(File).Where(line => !line.StartsWith('#')));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Whoever_may_may_and_nobody_else_and_what_is_anothers_does_not_exist(string operation)
    {
        var (who, foreign) = Table()[operation];
        var (_, _, _, method, path, hasBody) = Specification().Single(it => it.Id == operation);
        var body = hasBody ? "{}" : null;
        if (who == Everyone)
        {
            Assert.NotEqual("unauthorized", (await market.AskAsync(null, method, path, body)).Code);
            return;
        }

        Assert.Equal("unauthorized", (await market.AskAsync(null, method, path, body)).Code);
        foreach (var role in Roles)
        {
            var may = who.Split(' ').Contains(role) && !who.StartsWith(Platform, StringComparison.Ordinal);
            var own = new[] { await market.AskAsync("operator " + role, method, path, body), await market.AskAsync("tenant " + role, method, path, body) };
            if (who == Person)
            {
                Assert.All(own, reply => Assert.Equal("unauthorized", reply.Code));
                continue;
            }

            Assert.All(own, reply => Assert.True(may ? reply.Code is not ("forbidden" or "unauthorized") : reply.Code == "forbidden", $"{role}, own: {reply}"));
            if (foreign == "404")
            {
                var reply = await market.AskAsync("stranger " + role, method, path, market.World.Body(operation));
                Assert.True(may ? reply.Status == 404 : reply.Code == "forbidden", $"{role}, another's: {reply}");
            }
        }

        if (who.StartsWith(Platform, StringComparison.Ordinal))
        {
            foreach (var role in Roles)
            {
                var reply = await market.AskAsync("platform " + role, method, path, body);
                Assert.True(who.Split(' ').Contains(role) ? reply.Code is not ("forbidden" or "unauthorized") : reply.Code == "forbidden", $"{role} of the marketplace: {reply}");
            }
        }
    }

    private static string Row(string id, string access, bool takesIds) =>
        $"{id} | {access} | {(access is Everyone or Person || access.StartsWith(Platform, StringComparison.Ordinal) || !takesIds ? "-" : OnTheMarket.Contains(id) ? "open" : ItemByItem.Contains(id) ? "item by item" : "404")}";

    private static Dictionary<string, (string Who, string Foreign)> Table() => System.IO.File.ReadAllLines(File).Where(line => !line.StartsWith('#'))
        .Select(line => line.Split(" | ")).ToDictionary(parts => parts[0], parts => (parts[1], parts[2]), StringComparer.Ordinal);

    /// <summary>The operations of the checked-in specification.</summary>
    private static IEnumerable<(string Id, string Access, bool TakesIds, string Method, string Path, bool HasBody)> Specification()
    {
        var stream = new YamlStream();
        using (var text = System.IO.File.OpenText(Path.Combine(ApiDocumentTests.Root(), "api-spec", "marketplace.v1.yaml")))
        {
            stream.Load(text);
        }

        return (from path in ((YamlMappingNode)((YamlMappingNode)stream.Documents[0].RootNode)["paths"]).Children
                let address = ((YamlScalarNode)path.Key).Value!
                from operation in ((YamlMappingNode)path.Value).Children
                let contract = (YamlMappingNode)operation.Value
                let id = contract["operationId"].ToString()
                select (id, contract["x-access"].ToString(), ForeignIdTests.TakesIds(id), ((YamlScalarNode)operation.Key).Value!.ToUpperInvariant(), address + Query(contract), contract.Children.ContainsKey("requestBody")))
            .OrderBy(it => it.id, StringComparer.Ordinal);
    }

    /// <summary>What must stand in the query, by the specification's own examples.</summary>
    private static string Query(YamlMappingNode contract)
    {
        var required = contract.Children.TryGetValue("parameters", out var parameters)
            ? ((YamlSequenceNode)parameters).OfType<YamlMappingNode>().Where(it => it.Children.TryGetValue("in", out var place) && place.ToString() == "query" && it.Children.TryGetValue("required", out var must) && must.ToString() == "true").ToList()
            : [];
        return required.Count == 0 ? "" : "?" + string.Join('&', required.Select(it => $"{it["name"]}={Uri.EscapeDataString(it["example"].ToString())}"));
    }

    /// <summary>An answer: its status, and its code when it is a problem.</summary>
    internal sealed record Reply(int Status, string? Code);

    /// <summary>A market with keys of every role: of those whose its nouns are, of a stranger, and of the marketplace itself.</summary>
    public sealed class Market : IAsyncLifetime
    {
        private readonly Dictionary<string, string> keys = [];
        private readonly HttpClient http = new();

        internal ForeignIdTests.Market World { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await World.InitializeAsync();
            foreach (var (who, organization) in new[] { ("operator", World.Owners.Operator), ("tenant", World.Owners.Tenant), ("stranger", World.Stranger.Organization), ("platform", "org_platform") })
            {
                foreach (var role in Roles)
                {
                    keys[$"{who} {role}"] = (await World.Api.Platform.PostAsync($"/v1/organizations/{organization}/api-keys", new { name = role, role })).With(201).Text("secret");
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            await World.DisposeAsync();
        }

        internal async Task<Reply> AskAsync(string? who, string method, string path, string? body)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(World.Api.Address, World.FilledOrWord(path)))
            {
                Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            if (who is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", keys[who]);
            }

            // A stream of events has no end to wait for.
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            var status = (int)response.StatusCode;
            return new Reply(status, status < 400 ? null : System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("code").GetString());
        }
    }
}
