using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>STREAM on the CPU, and SuperBench's gpu_stream on GPUs.</summary>
internal static partial class MemoryStream
{
    private static readonly string[] Kernels = ["Copy", "Scale", "Add", "Triad"];

    public static ToolReading ReadCpu(Lines lines)
    {
        var measures = Kernels.Select(kernel =>
        {
            var at = lines.Require(kernel + ":", "the run did not end, or its output is cut off.");
            var words = lines.Words(at);
            return words.Length >= 2 ? new Measure(kernel, Lines.Number(at, words[1]) / 1000, MeasureUnit.GigabytesPerSecond) : throw Lines.Wrong(at, "The rate is missing.");
        }).ToImmutableArray();
        var end = lines.Find(line => line.StartsWith("Solution Validates", StringComparison.Ordinal) || line.StartsWith("Failed Validation", StringComparison.Ordinal));
        return end < 0
            ? throw new ToolFormatException(null, "Whether the solution validates is missing: the output is cut off.")
            : new ToolReading(Tool.Stream, lines[end].StartsWith("Solution", StringComparison.Ordinal) ? ToolVerdict.Passed : ToolVerdict.Failed) { Measures = measures };
    }

    /// <remarks>It prints no last line: a run cut between two devices looks like a run on fewer devices.</remarks>
    public static ToolReading ReadGpu(Lines lines)
    {
        lines.Require("STREAM Benchmark", "this is no output of gpu_stream.");
        var gpus = ImmutableArray.CreateBuilder<GpuReading>();
        var measures = ImmutableArray.CreateBuilder<Measure>();
        for (var at = 0; at < lines.Count; at++)
        {
            if (Device().Match(lines[at]) is { Success: true } device)
            {
                gpus.Add(new GpuReading { Index = gpus.Count, Model = device.Groups[1].Value });
            }
            else if (lines[at].StartsWith("STREAM_", StringComparison.Ordinal))
            {
                var words = lines.Words(at);
                if (words.Length != 3 || Row().Match(words[0]) is not { Success: true } row || row.Groups[2].Value != (gpus.Count - 1).ToString(CultureInfo.InvariantCulture))
                {
                    throw Lines.Wrong(at, "Expected kernel, GB/s and share of the peak of the device above.");
                }

                Lines.Number(at, words[2]);
                measures.Add(new Measure(row.Groups[1].Value, Lines.Number(at, words[1]), MeasureUnit.GigabytesPerSecond, gpus.Count - 1, Lines.Whole(at, row.Groups[3].Value)));
            }
        }

        return gpus.Count == 0 || measures.Count == 0 || measures.Count % gpus.Count != 0
            ? throw new ToolFormatException(null, $"{gpus.Count} devices have {measures.Count} rows, not the same number each: the output is cut off.")
            : new ToolReading(Tool.GpuStream, ToolVerdict.None) { Gpus = gpus.ToImmutable(), Measures = measures.ToImmutable() };
    }

    [GeneratedRegex("^Device \\d+: \"(.+?)\"")]
    private static partial Regex Device();

    [GeneratedRegex(@"^STREAM_(COPY|SCALE|ADD|TRIAD)_\w+_gpu_(\d+)_buffer_(\d{1,15})_block_\d+$")]
    private static partial Regex Row();
}
