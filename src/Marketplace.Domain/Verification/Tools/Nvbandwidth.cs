using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>nvbandwidth: a matrix per test case; the sums are what is compared, the cells are kept by device.</summary>
internal static partial class Nvbandwidth
{
    public static ToolReading Read(Lines lines)
    {
        var first = lines.Require("nvbandwidth Version", "this is no output of nvbandwidth.");
        lines.Require("NOTE: The reported results", "the run did not end, or its output is cut off.");
        var gpus = ImmutableArray.CreateBuilder<GpuReading>();
        var measures = ImmutableArray.CreateBuilder<Measure>();
        var waived = 0;
        string? running = null;
        for (var at = first + 1; at < lines.Count; at++)
        {
            var line = lines[at];
            if (Device().Match(line) is { Success: true } device)
            {
                gpus.Add(new GpuReading { Index = gpus.Count, Model = device.Groups[1].Value, PciAddress = device.Groups[2].Value.ToLowerInvariant() });
            }
            else if (line.StartsWith("Running ", StringComparison.Ordinal))
            {
                NothingRuns(lines, at, running);
                running = line["Running ".Length..].TrimEnd('.');
            }
            else if (line.StartsWith("Waived", StringComparison.Ordinal))
            {
                (waived, running) = (waived + 1, null);
            }
            else if (line.StartsWith("SUM ", StringComparison.Ordinal))
            {
                var words = lines.Words(at);
                if (words.Length != 3 || words[1] != running)
                {
                    throw Lines.Wrong(at, "This sum does not belong to the test that runs.");
                }

                measures.Add(Sum(running, Lines.Number(at, words[2])));
                running = null;
            }
        }

        NothingRuns(lines, lines.Count - 1, running);
        return Reading(lines[first].Split(':')[^1].Trim(), gpus.ToImmutable(), measures.ToImmutable(), waived);
    }

    public static ToolReading Read(JsonElement root)
    {
        var run = root.Object("nvbandwidth");
        var measures = ImmutableArray.CreateBuilder<Measure>();
        var waived = 0;
        foreach (var test in run.Items("testcases"))
        {
            var name = test.Text("name");
            switch (test.Text("status"))
            {
                case "Passed":
                    measures.Add(Sum(name, test.Number("sum")));
                    break;
                case "Waived":
                    waived++;
                    break;
                case var status:
                    return new ToolReading(Tool.Nvbandwidth, ToolVerdict.Failed) { Version = run.OptionalText("git_version"), Remarks = [$"{name}: {status}"] };
            }
        }

        return Reading(run.OptionalText("git_version"), [], measures.ToImmutable(), waived);
    }

    private static ToolReading Reading(string? version, ImmutableArray<GpuReading> gpus, ImmutableArray<Measure> measures, int waived) => measures.IsEmpty
        ? throw new ToolFormatException(null, "No test has a sum.")
        : new ToolReading(Tool.Nvbandwidth, ToolVerdict.Passed)
        {
            Version = version,
            Gpus = gpus,
            Measures = measures,
            Remarks = waived == 0 ? [] : [$"{waived} tests were waived: this machine cannot run them."],
        };

    private static Measure Sum(string test, decimal value) => test.Contains("latency", StringComparison.Ordinal)
        ? new Measure(test, value / 1000, MeasureUnit.Microseconds)
        : new Measure(test, value, MeasureUnit.GigabytesPerSecond);

    private static void NothingRuns(Lines lines, int at, string? running)
    {
        if (running is not null)
        {
            throw Lines.Wrong(at, $"{running} has no sum.");
        }
    }

    [GeneratedRegex(@"^Device \d+: (.+) \(([0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2})\)$")]
    private static partial Regex Device();
}
