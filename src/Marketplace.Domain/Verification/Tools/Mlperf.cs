using System.Collections.Immutable;
using System.Text.Json;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>MLPerf: LoadGen's summary of a run, and the description of the system it ran on.</summary>
internal static class Mlperf
{
    public static ToolReading ReadSummary(Lines lines)
    {
        lines.Require("MLPerf Results Summary", "this is no summary of LoadGen.");
        var errors = lines.Find(line => line.EndsWith("encountered during test.", StringComparison.Ordinal) && line.Contains("rror", StringComparison.Ordinal));
        if (errors < 0)
        {
            throw new ToolFormatException(null, "The line on errors is missing: the output is cut off.");
        }

        var result = Value(lines, "Result is");
        var valid = result == "VALID" && lines[errors].StartsWith("No ", StringComparison.Ordinal);
        var scenario = Value(lines, "Scenario");
        ImmutableArray<Measure> measures =
        [
            .. Rate(lines, "Samples per second", scenario, MeasureUnit.SamplesPerSecond),
            .. Rate(lines, "Tokens per second", scenario, MeasureUnit.TokensPerSecond),
            .. Rate(lines, "Completed samples per second", scenario, MeasureUnit.SamplesPerSecond),
            .. Rate(lines, "Completed tokens per second", scenario, MeasureUnit.TokensPerSecond),
        ];
        return new ToolReading(Tool.MlperfSummary, valid ? ToolVerdict.Passed : ToolVerdict.Failed)
        {
            Measures = measures.IsEmpty ? throw new ToolFormatException(null, "There is no rate.") : measures,
            Remarks = valid ? [] : [$"Result is {Figures.Shown(result)}. {Figures.Shown(lines[errors])}"],
        };
    }

    public static ToolReading ReadSystem(JsonElement root)
    {
        var model = root.Text("accelerator_model_name");
        var memory = root.OptionalText("accelerator_memory_capacity");
        var count = root.Find("accelerators_per_node") switch
        {
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var whole) => whole,
            { ValueKind: JsonValueKind.String } text when int.TryParse(text.GetString(), out var whole) => whole,
            _ => throw JsonOutput.Wrong("'accelerators_per_node' should be a whole number."),
        };
        return count is < 0 or > 1024
            ? throw JsonOutput.Wrong("'accelerators_per_node' is not of sensible size.")
            : new ToolReading(Tool.MlperfSystem, ToolVerdict.None)
            {
                Gpus = [.. Enumerable.Range(0, count).Select(index => new GpuReading { Index = index, Model = model })],
                Remarks = [.. new[] { root.Text("system_name"), memory, root.OptionalText("accelerator_interconnect"), root.OptionalText("host_processor_model_name") }.OfType<string>().Where(text => text.Length > 0)],
            };
    }

    private static IEnumerable<Measure> Rate(Lines lines, string name, string scenario, MeasureUnit unit)
    {
        var at = lines.Find(line => line.StartsWith(name, StringComparison.Ordinal));
        return at < 0 ? [] : [new Measure($"{scenario}: {name}", Lines.Number(at, After(lines, at)), unit)];
    }

    private static string Value(Lines lines, string name) => After(lines, lines.Require(name, "the summary is not whole."));

    private static string After(Lines lines, int at) => lines[at].Split(':', 2) is [_, var value] ? value.Trim() : throw Lines.Wrong(at, "A value is missing.");
}
