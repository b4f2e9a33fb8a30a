using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>CUDA's bandwidthTest with <c>--csv</c> rows.</summary>
internal static partial class CudaBandwidth
{
    public static ToolReading Read(Lines lines)
    {
        lines.Require("[CUDA Bandwidth Test]", "this is no output of bandwidthTest.");
        var end = lines.Require("Result =", "the run did not end, or its output is cut off.");
        var measures = ImmutableArray.CreateBuilder<Measure>();
        for (var at = 0; at < end; at++)
        {
            if (!lines[at].StartsWith("bandwidthTest-", StringComparison.Ordinal))
            {
                continue;
            }

            var row = Row().Match(lines[at]);
            measures.Add(row.Success
                ? new Measure(row.Groups[1].Value, Lines.Number(at, row.Groups[2].Value), MeasureUnit.GigabytesPerSecond, Bytes: Lines.Whole(at, row.Groups[3].Value))
                : throw Lines.Wrong(at, "Expected bandwidth, time and size."));
        }

        return measures.Count == 0
            ? throw new ToolFormatException(null, "There is no row of figures.")
            : new ToolReading(Tool.CudaBandwidth, lines.Words(end)[^1] == "PASS" ? ToolVerdict.Passed : ToolVerdict.Failed)
            {
                Gpus = [.. Enumerable.Range(0, end).Select(at => Device().Match(lines[at])).Where(match => match.Success)
                    .Select((match, index) => new GpuReading { Index = index, Model = match.Groups[1].Value.Trim() })],
                Measures = measures.ToImmutable(),
            };
    }

    [GeneratedRegex(@"^bandwidthTest-(\w+), Bandwidth = ([0-9.]+) GB/s, Time = [0-9.]+ s, Size = (\d{1,15}) bytes, NumDevsUsed = \d+$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^ Device \d+: (.+)$")]
    private static partial Regex Device();
}
