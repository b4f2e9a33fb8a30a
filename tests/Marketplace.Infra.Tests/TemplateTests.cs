using System.Text.Json;
using System.Text.Json.Nodes;

namespace Marketplace.Infra.Tests;

/// <summary>The templates compile without a word, and what they would make is reviewed as a diff.</summary>
public sealed class TemplateTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("main.bicep")]
    [InlineData("main.bicepparam")]
    public void CompileAndLintWithoutAWord(string file)
    {
        var (code, output, complaints) = Templates.Bicep(Templates.Folder, "small", "lint", file);

        // A misspelt property is a warning, and warnings leave the exit code at zero.
        Assert.Equal((0, "", ""), (code, output.Trim(), complaints.Trim()));
    }

    [Fact]
    public void EveryModuleIsUsed()
    {
        var main = File.ReadAllText(Path.Combine(Templates.Folder, "main.bicep"));

        Assert.All(Directory.GetFiles(Path.Combine(Templates.Folder, "modules")), module =>
            Assert.Contains($"'modules/{Path.GetFileName(module)}'", main, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("small")]
    [InlineData("large")]
    public void MakeWhatWasReviewed(string size)
    {
        var path = Path.Combine(Templates.Root, "tests", "golden", "infra", size + ".json");
        var predicted = Sorted(Templates.Predicted(size))!.ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("MARKETPLACE_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, predicted);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == predicted,
            $"What infra/ makes in size {size} is not what {path} holds. If the change is meant, run the tests with MARKETPLACE_ACCEPT=1 and review the diff.");
    }

    /// <summary>The compiler gives members in no lasting order.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
