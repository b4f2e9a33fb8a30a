using System.Text.RegularExpressions;
using Marketplace.Api.Http;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Microsoft.AspNetCore.Routing;

namespace Marketplace.Api.Tests.Http;

/// <summary>A refusal names a field only as the caller's request names it.</summary>
public sealed partial class FieldNamesTests
{
    private static readonly List<(ApiOperation Operation, RouteEndpoint Endpoint)> Operations =
    [
        .. ((IEndpointRouteBuilder)ApiDocumentTests.Application()).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => (endpoint.Metadata.GetMetadata<ApiOperation>()!, endpoint)),
    ];

    [Theory]
    [InlineData("replaceNode", "nodes", "nodeId")]
    [InlineData("replaceNode", "replacementId", "replacementId")]
    [InlineData("createQuote", "term.start", "demand.term.start")]
    [InlineData("createGpuPool", "sku", "sku")]
    [InlineData("createGpuPool", "phases[3].units", "phases[3].units")]
    [InlineData("setGpuPoolOffer", "takeOrPay", "clauses.takeOrPay")]
    [InlineData("publishGpuPool", "status", null)]
    [InlineData("publishGpuPool", "poolId", "poolId")]
    [InlineData("createSite", "location.country", "location.country")]
    [InlineData("createSite", "location.street", "location")]
    public void A_field_is_named_as_the_request_names_it(string operationId, string field, string? named)
    {
        var (operation, endpoint) = Operations.Single(it => it.Operation.Id == operationId);

        Assert.Equal(named, FieldNames.InRequest(operation, endpoint, field));
    }

    /// <summary>What a room names and no request that it can refuse has is a slip of the room's: it would never be shown.</summary>
    [Fact]
    public void Every_field_that_a_refusal_names_is_in_a_request_it_refuses()
    {
        var slips = new List<string>();
        var named = 0;
        foreach (var (refusal, field, file) in Named())
        {
            named++;
            var refusing = Operations.Where(it => it.Operation.Refuses.Contains(refusal)).ToList();
            if (refusing.Count > 0 && !refusing.Exists(it => FieldNames.InRequest(it.Operation, it.Endpoint, field) is not null))
            {
                slips.Add($"{file}: {refusal.GetType().Name}.{refusal} names '{field}', which is in none of {string.Join(", ", refusing.Select(it => it.Operation.Id))}");
            }
        }

        Assert.True(slips.Count == 0, string.Join("\n", slips));
        Assert.True(named > 60, $"Only {named} named fields were found.");
    }

    /// <summary>The refusals that sources make with a literal field.</summary>
    private static IEnumerable<(Enum Refusal, string Field, string File)> Named()
    {
        var lists = new[] { "Marketplace.Domain", "Marketplace.Grains", "Marketplace.Api" }
            .SelectMany(name => Refusal.All(System.Reflection.Assembly.Load(name)))
            .Select(pair => pair.Value)
            .Where(value => value is not FacilityRefusal)
            .ToDictionary(value => $"{value.GetType().Name}.{value}");
        var source = Path.Combine(ApiDocumentTests.Root(), "src");
        foreach (var path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(path);
            foreach (Match made in Made().Matches(text))
            {
                if (lists.TryGetValue(made.Groups[1].Value, out var refusal) && Literal().Match(Arguments(text, made.Index + made.Length)) is { Success: true } field)
                {
                    yield return (refusal, field.Groups[1].Value.Replace("{i}", "0", StringComparison.Ordinal), Path.GetRelativePath(source, path));
                }
            }
        }
    }

    /// <summary>The text from a call's first argument to its closing bracket.</summary>
    private static string Arguments(string text, int from)
    {
        var (depth, quoted) = (1, false);
        for (var i = from; ; i++)
        {
            (depth, quoted) = text[i] switch
            {
                '\\' when quoted && i++ > 0 => (depth, quoted),
                '"' => (depth, !quoted),
                '(' when !quoted => (depth + 1, quoted),
                ')' when !quoted => (depth - 1, quoted),
                _ => (depth, quoted),
            };
            if (depth == 0)
            {
                return text[from..i];
            }
        }
    }

    [GeneratedRegex(@"\b(?:Refusal\.Of|Refuse)\(\s*(\w+Refusal\.\w+)")]
    private static partial Regex Made();

    // The detail, then the field as the last argument.
    [GeneratedRegex("""",\s*.*,\s*\$?"([a-zA-Z][\w.{}\[\]]*)"\s*$"""", RegexOptions.Singleline)]
    private static partial Regex Literal();
}
