using Marketplace.Api.Http;
using Marketplace.Api.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using YamlDotNet.RepresentationModel;

namespace Marketplace.Api.Tests.OpenApi;

[Trait("Store", "any")]
public sealed class ApiDocumentTests
{
    private const string Accept = "MARKETPLACE_ACCEPT";

    [Fact]
    public async Task The_checked_in_specification_is_what_the_code_says()
    {
        var path = Path.Combine(Root(), "api-spec", "marketplace.v1.yaml");
        var written = (await ApiDocument.WriteYamlAsync()).ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, written);
        }

        var stored = File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
        Assert.True(stored == written, $"{path} is not what the code says; run this test with {Accept}=1 and review the difference. {FirstDifference(stored, written)}");
    }

    [Fact]
    public async Task Every_operation_is_documented_whole()
    {
        var lacks = new List<string>();
        foreach (var (path, method, operation) in Operations(await DocumentAsync()))
        {
            var name = $"{method} {path}";
            lacks.AddRange(new[] { "operationId", "summary", "description", "tags" }.Where(key => Text(operation, key).Length == 0).Select(key => $"{name} has no {key}"));
            if (operation.Children.TryGetValue("requestBody", out var body) && !HasExample(body))
            {
                lacks.Add($"{name} has a body without an example");
            }

            var responses = (YamlMappingNode)operation["responses"];
            var success = responses.Children.Where(response => ((YamlScalarNode)response.Key).Value!.StartsWith('2')).Select(response => (YamlMappingNode)response.Value).ToList();
            if (success.Count != 1 || (success[0].Children.ContainsKey("content") && !HasExample(success[0])))
            {
                lacks.Add($"{name} has not one success with an example");
            }

            lacks.AddRange(responses.Children
                .Where(response => ((YamlScalarNode)response.Key).Value!.StartsWith('4') && !((YamlMappingNode)response.Value).Children.Keys.Any(key => key.ToString() is "x-problem-codes" or "$ref"))
                .Select(response => $"{name} {response.Key} names no problem codes"));
            if (!responses.Children.Keys.Any(status => ((YamlScalarNode)status).Value!.StartsWith('4')))
            {
                lacks.Add($"{name} refuses nothing");
            }
        }

        Assert.Empty(lacks);
    }

    [Fact]
    public async Task Operation_ids_are_unique_and_every_tag_says_what_it_is_about()
    {
        var document = await DocumentAsync();

        var ids = Operations(document).Select(operation => Text(operation.Operation, "operationId")).ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.All((YamlSequenceNode)document["tags"], tag => Assert.NotEmpty(Text((YamlMappingNode)tag, "description")));
    }

    [Fact]
    public async Task Groups_follow_the_main_job()
    {
        var tags = ((YamlSequenceNode)(await DocumentAsync())["tags"]).Select(tag => Text((YamlMappingNode)tag, "name")).ToList();

        Assert.Equal(ApiDocument.Tags.Keys.Where(tags.Contains), tags);
        string[] job = ["Organizations", "Sites", "Build phases", "Pools", "Search", "Quotes", "Reservations", "Payments", "Deliveries", "Leases", "Ledger"];
        Assert.Equal(job, tags.Where(job.Contains));
    }

    [Fact]
    public async Task Every_endpoint_carries_its_contract_and_stands_in_the_document()
    {
        await using var app = Application();

        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.All(endpoints, endpoint => Assert.True(endpoint.Metadata.GetMetadata<ApiOperation>() is not null, $"{endpoint.DisplayName} has no {nameof(ApiOperation)}: map it through a {nameof(Room)}."));
        Assert.Equal(endpoints.Count, Operations(await DocumentAsync()).Count());
        Assert.All(endpoints, endpoint => Assert.Contains(endpoint.Metadata.GetMetadata<ITagsMetadata>()!.Tags, ApiDocument.Tags.ContainsKey));
    }

    [Fact]
    public async Task Addresses_are_plural_kebab_case_nouns_under_v1()
    {
        var odd = Operations(await DocumentAsync()).Select(operation => operation.Path).Distinct()
            .Where(path => !System.Text.RegularExpressions.Regex.IsMatch(path, @"^/(v1|health|identity)(/([a-z0-9]+(-[a-z0-9]+)*|\{[a-zA-Z]+\}))+$"));

        Assert.Empty(odd);
    }

    internal static WebApplication Application()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddMarketplaceApi();
        var app = builder.Build();
        app.MapMarketplaceApi();
        return app;
    }

    private static async Task<YamlMappingNode> DocumentAsync()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(await ApiDocument.WriteYamlAsync()));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static IEnumerable<(string Path, string Method, YamlMappingNode Operation)> Operations(YamlMappingNode document) =>
        from path in ((YamlMappingNode)document["paths"]).Children
        from operation in ((YamlMappingNode)path.Value).Children
        select (((YamlScalarNode)path.Key).Value!, ((YamlScalarNode)operation.Key).Value!, (YamlMappingNode)operation.Value);

    private static bool HasExample(YamlNode body) => ((YamlMappingNode)((YamlMappingNode)body)["content"]).Children.Values.All(media => ((YamlMappingNode)media).Children.ContainsKey("example"));

    private static string Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value.ToString() : "";

    private static string FirstDifference(string stored, string written)
    {
        var (old, now) = (stored.Split('\n'), written.Split('\n'));
        var line = Enumerable.Range(0, Math.Min(old.Length, now.Length)).FirstOrDefault(i => old[i] != now[i], Math.Min(old.Length, now.Length));
        return $"First difference in line {line + 1}: {now.ElementAtOrDefault(line)}";
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Marketplace.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Not inside the repository.");
        }

        return folder.FullName;
    }
}
