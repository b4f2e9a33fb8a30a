using System.Collections.Immutable;
using System.Text.Json;

namespace Marketplace.Domain.Verification.Tools;

/// <summary><c>fio --output-format=json</c>: rates of every job, by direction.</summary>
internal static class Fio
{
    public static ToolReading Read(JsonElement root)
    {
        var measures = ImmutableArray.CreateBuilder<Measure>();
        var remarks = ImmutableArray.CreateBuilder<string>();
        foreach (var job in root.Items("jobs"))
        {
            var name = job.Text("jobname");
            if (job.Whole("error") is not 0 and var error)
            {
                remarks.Add($"{name}: error {error}");
            }

            foreach (var direction in new[] { "read", "write" })
            {
                var part = job.Object(direction);
                if (part.Number("total_ios") > 0)
                {
                    measures.Add(new Measure($"{name} {direction}", part.Number("bw_bytes") / 1_000_000_000, MeasureUnit.GigabytesPerSecond));
                    measures.Add(new Measure($"{name} {direction} iops", part.Number("iops"), MeasureUnit.OperationsPerSecond));
                }
            }
        }

        return measures.Count == 0 && remarks.Count == 0
            ? throw JsonOutput.Wrong("No job read or wrote anything.")
            : new ToolReading(Tool.Fio, remarks.Count == 0 ? ToolVerdict.Passed : ToolVerdict.Failed)
            {
                Version = root.OptionalText("fio version"),
                Measures = measures.ToImmutable(),
                Remarks = remarks.ToImmutable(),
            };
    }
}
