using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace Marketplace.Infra.Tests;

/// <summary>azure.yaml and the parameters leave the Azure Developer CLI nothing to guess. Keys are those of its schema, version 1.0, for this host.</summary>
public sealed partial class AzdTests
{
    /// <summary>What azd itself asks for, or knows, and puts into the environment.</summary>
    private static readonly string[] OfAzd = ["AZURE_ENV_NAME", "AZURE_LOCATION"];

    private static readonly Dictionary<string, object> Project = new DeserializerBuilder().Build()
        .Deserialize<Dictionary<string, object>>(File.ReadAllText(Path.Combine(Templates.Root, "azure.yaml")));

    [Fact]
    public void OnlyKnownKeys()
    {
        Assert.Equal(["infra", "name", "services"], Project.Keys.Order());
        Assert.Equal(["module", "path", "provider"], Map(Project["infra"]).Keys.Order());
        Assert.All(Services(), service => Assert.Equal(["host", "language", "project"], service.Value.Keys.Order()));
        Assert.Matches("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", (string)Project["name"]);
    }

    [Fact]
    public void TheTemplateIsThere()
    {
        var infra = Map(Project["infra"]);
        var template = Path.Combine(Templates.Root, (string)infra["path"], (string)infra["module"]);

        Assert.Equal("bicep", infra["provider"]);
        Assert.True(File.Exists(template + ".bicep") && File.Exists(template + ".bicepparam"));
    }

    [Fact]
    public void EveryServiceIsAProjectAndHasASiteThatCarriesItsName()
    {
        var tagged = Templates.Resources("small", "Microsoft.Web/sites").Select(site => (string?)site["tags"]!["azd-service-name"]);

        Assert.Equal(Services().Keys, tagged);
        Assert.All(Services().Values, service =>
        {
            Assert.Equal(("appservice", "dotnet"), (service["host"], service["language"]));
            var project = Path.Combine(Templates.Root, (string)service["project"]);
            var assembly = Path.GetFileName(project);
            Assert.True(File.Exists(Path.Combine(project, assembly + ".csproj")));
            Assert.Contains(assembly + ".dll", (string)Templates.Resources("small", "Microsoft.Web/sites").Single()["properties"]!["siteConfig"]!["appCommandLine"]!, StringComparison.Ordinal);
        });

        // The CLI takes a tagged slot for the site itself.
        Assert.All(Templates.Resources("small", "Microsoft.Web/sites/slots"), slot => Assert.Null(slot["tags"]!["azd-service-name"]));
    }

    [Fact]
    public void EveryParameterHasAValueAndSaysWhatItIs()
    {
        var given = Given().Matches(File.ReadAllText(Path.Combine(Templates.Folder, "main.bicepparam"))).Select(match => match.Groups[1].Value);
        var taken = Taken().Matches(File.ReadAllText(Path.Combine(Templates.Folder, "main.bicep"))).ToDictionary(match => match.Groups[2].Value, match => match.Groups[1].Value);

        Assert.Equal(taken.Keys.Order(StringComparer.Ordinal), given.Order(StringComparer.Ordinal));
        Assert.All(taken, parameter => Assert.Contains("@description('", parameter.Value, StringComparison.Ordinal));

        // What a person leaves unset is what the pages say it is.
        Assert.Contains("readEnvironmentVariable('MARKETPLACE_SIZE', 'small')", File.ReadAllText(Path.Combine(Templates.Folder, "main.bicepparam")), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatAPersonMaySetIsExplained()
    {
        var page = File.ReadAllText(Path.Combine(Templates.Root, "docs", "deploy.md"));
        var read = Variable().Matches(File.ReadAllText(Path.Combine(Templates.Folder, "main.bicepparam"))).Select(match => match.Groups[1].Value).ToList();

        Assert.All(OfAzd, name => Assert.Contains(name, read));
        Assert.All(read.Except(OfAzd), name => Assert.Contains($"azd env set {name} ", page, StringComparison.Ordinal));

        // The other way round: nothing is explained that nobody reads.
        Assert.All(Explained().Matches(page), name => Assert.Contains(name.Groups[1].Value, read));
    }

    [GeneratedRegex(@"^param (\w+) =", RegexOptions.Multiline)]
    private static partial Regex Given();

    [GeneratedRegex(@"((?:^@.*\n)*)^param (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Taken();

    [GeneratedRegex(@"readEnvironmentVariable\('(\w+)'")]
    private static partial Regex Variable();

    [GeneratedRegex(@"azd env set (\w+) ")]
    private static partial Regex Explained();

    private static Dictionary<string, Dictionary<string, object>> Services() => Map(Project["services"]).ToDictionary(service => service.Key, service => Map(service.Value));

    private static Dictionary<string, object> Map(object node) => ((Dictionary<object, object>)node).ToDictionary(entry => (string)entry.Key, entry => entry.Value);
}
