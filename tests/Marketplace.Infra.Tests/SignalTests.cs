using System.Text.Json;

namespace Marketplace.Infra.Tests;

/// <summary>An alert on words that nobody says would stay silent for ever.</summary>
public sealed class SignalTests
{
    private static readonly JsonElement[] Signals =
        [.. JsonDocument.Parse(File.ReadAllText(Path.Combine(Templates.Folder, "signals.json"))).RootElement.EnumerateArray()];

    private static readonly string Sources = string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(Templates.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));

    [Fact]
    public void WhatIsMarkedAsEmittedIsWrittenInTheSourcesAndNothingElseIs() => Assert.All(Signals, signal =>
        Assert.All(Words(signal), word => Assert.True(
            Sources.Contains(word, StringComparison.Ordinal) == signal.GetProperty("emitted").GetBoolean(),
            $"{signal.GetProperty("name")}: is \"{word}\" emitted? Set \"emitted\" in infra/signals.json to what src does; a rule on a signal that is not emitted stays off.")));

    [Fact]
    public void EverySignalAsksForItsWords() => Assert.All(Signals, signal =>
    {
        var query = string.Join('\n', signal.GetProperty("query").EnumerateArray().Select(line => line.GetString()));
        Assert.All(Words(signal), word => Assert.Contains($"'{word}'", query, StringComparison.Ordinal));
        Assert.Contains("value", query, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("small")]
    [InlineData("large")]
    public void EveryAlertIsExplainedToWhoeverIsTold(string size)
    {
        var page = File.ReadAllText(Path.Combine(Templates.Root, "docs", "operate.md"));
        var alerts = Templates.Resources(size, "Microsoft.Insights/scheduledQueryRules")
            .Concat(Templates.Resources(size, "Microsoft.Insights/metricAlerts")).Select(rule => (string)rule["name"]!).ToList();

        Assert.Equal(Signals.Length + 2, alerts.Count);
        Assert.All(alerts, alert => Assert.Contains($"### {alert}\n", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Words(JsonElement signal) => signal.GetProperty("says").EnumerateArray().Select(word => word.GetString()!);
}
