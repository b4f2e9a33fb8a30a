using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>gpu-burn: progress in place on one line, a verdict per GPU at the end.</summary>
internal static partial class GpuBurn
{
    public static ToolReading Read(Lines lines)
    {
        var end = lines.Require("Tested ", "the run did not end, or its output is cut off.");
        var tested = Lines.Whole(end, lines.Words(end)[1]);
        var verdicts = ImmutableArray.CreateBuilder<bool>();
        for (var at = end + 1; at < lines.Count; at++)
        {
            if (lines[at].Trim().Length == 0)
            {
                continue;
            }

            var verdict = Verdict().Match(lines[at]);
            if (!verdict.Success || verdict.Groups[1].Value != verdicts.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                throw Lines.Wrong(at, $"Expected the verdict of GPU {verdicts.Count}.");
            }

            verdicts.Add(verdict.Groups[2].Value == "OK");
        }

        if (verdicts.Count != tested)
        {
            throw new ToolFormatException(null, $"{tested} GPUs were tested, but {verdicts.Count} have a verdict.");
        }

        ImmutableArray<GpuReading> gpus = [.. Enumerable.Range(0, end).Select(at => Device().Match(lines[at])).Where(match => match.Success)
            .Select((match, index) => new GpuReading { Index = index, Model = match.Groups[1].Value, Uuid = match.Groups[2].Value })];
        return new ToolReading(Tool.GpuBurn, verdicts.All(ok => ok) ? ToolVerdict.Passed : ToolVerdict.Failed)
        {
            Gpus = gpus,
            Measures = [.. Enumerable.Range(0, end).Select(at => Progress(lines[at])).LastOrDefault(progress => progress is not null) is { } last
                ? Rate().Matches(last).Select((rate, gpu) => new Measure("gflops", Lines.Number(end, rate.Groups[1].Value) / 1000, MeasureUnit.Teraflops, gpu))
                : []],
            Remarks = [.. verdicts.Select((ok, gpu) => (ok, gpu)).Where(verdict => !verdict.ok).Select(verdict => $"GPU {verdict.gpu}: FAULTY")],
        };
    }

    /// <summary>The newest rates on a line, or null when it holds none.</summary>
    private static string? Progress(string line)
    {
        var end = line.LastIndexOf("errors:", StringComparison.Ordinal);
        var start = end < 0 ? -1 : line.LastIndexOf("proc'd:", end, StringComparison.Ordinal);
        return start >= 0 && !line.AsSpan(start, end - start).Contains('%') ? line[start..end] : null;
    }

    [GeneratedRegex(@"^\s*GPU (\d+): (OK|FAULTY)\s*$")]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^GPU \d+: (.+) \(UUID: (GPU-[0-9a-f-]{36})\)\s*$")]
    private static partial Regex Device();

    [GeneratedRegex(@"\((\d{1,12}) Gflop/s\)")]
    private static partial Regex Rate();
}
