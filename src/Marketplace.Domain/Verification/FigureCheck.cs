using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>Looks at figures: whether the hardware offered can have them, and whether they are those of another.</summary>
internal static class FigureCheck
{
    private const string DeviceCopy = "device_local_copy";
    private const string Bf16 = "bf16";

    public static NodeFigures FiguresOf(ReportCase given, ImmutableArray<OutputReading> readings, decimal? workSeconds)
    {
        var tokens = Values(readings, Tool.MlperfSummary, measure => measure.Unit == MeasureUnit.TokensPerSecond && measure.Name.StartsWith("Offline", StringComparison.Ordinal));
        return new NodeFigures(
            Mean(Compute(readings)),
            Mean(Memory(given, readings)),
            tokens.IsEmpty || given.Run.GpusPerNode == 0 ? null : Math.Round(tokens.Max() / given.Run.GpusPerNode, 1),
            workSeconds,
            given.Report.Clock.LatencyMilliseconds);
    }

    public static IEnumerable<Finding> Plausible(ReportCase given, ImmutableArray<OutputReading> readings, NodeFigures figures)
    {
        var model = given.Model;
        var gpu = model.Gpu!;
        foreach (var finding in Worst(Compute(readings).Select(value => ModelBands.Bf16(model, value))))
        {
            yield return finding;
        }

        foreach (var finding in Worst(Memory(given, readings).Select(value => ModelBands.MemoryBandwidth(model, value))))
        {
            yield return finding;
        }

        if (figures.TokensPerSecond is { } tokens && ModelBands.Mlperf(model, tokens) is { } published)
        {
            yield return published;
        }

        foreach (var (name, peak) in new[] { ("tf32", gpu.Tf32Teraflops), ("fp8", gpu.Fp8Teraflops), ("fp4", gpu.Fp4Teraflops) })
        {
            if (Values(readings, Tool.GemmSweep, measure => measure.Name == name).Where(value => value > peak).Cast<decimal?>().FirstOrDefault() is { } above)
            {
                yield return new Finding(FindingKind.Compute, FindingWeight.Reject, $"{ModelBands.Shown(above)} {name} TFLOPS is more than the {ModelBands.Shown(peak!.Value)} of a {model.Name} at its dense peak.", above, peak);
            }
        }

        // gpu-burn multiplies in FP32, through TF32 where it is told to.
        var burn = Values(readings, Tool.GpuBurn, measure => measure.Unit == MeasureUnit.Teraflops);
        var most = new[] { gpu.Fp32Teraflops, gpu.Tf32Teraflops, gpu.Fp64MatrixTeraflops }.Max();
        if (most is { } limit && burn.Any(value => value > limit))
        {
            yield return new Finding(FindingKind.Compute, FindingWeight.Reject, $"gpu-burn shows {ModelBands.Shown(burn.Max())} TFLOPS; a {model.Name} has at most {ModelBands.Shown(limit)} in the modes it uses.", burn.Max(), limit);
        }

        var bus = Values(readings, Tool.NcclTests, measure => measure.Name.StartsWith("busbw", StringComparison.Ordinal));
        if (bus.Any(value => value > gpu.ScaleUpGigabytesPerSecond))
        {
            yield return new Finding(FindingKind.Interconnect, FindingWeight.Reject, $"{ModelBands.Shown(bus.Max())} GB/s of bus bandwidth is more than both directions of {gpu.ScaleUpLink} together, {ModelBands.Shown(gpu.ScaleUpGigabytesPerSecond)}.", bus.Max(), gpu.ScaleUpGigabytesPerSecond);
        }

        // One figure alone outside its band is a slow node; both outside, and inside another's, are another model.
        if (figures is { Bf16Teraflops: { } compute, MemoryBandwidth: { } memory } && !ModelBands.FitsBf16(model, compute) && !ModelBands.FitsMemoryBandwidth(model, memory)
            && OtherRow(model, compute, memory) is { } other)
        {
            yield return new Finding(FindingKind.Compute, FindingWeight.Reject, $"{ModelBands.Shown(compute)} BF16 TFLOPS with {ModelBands.Shown(memory)} GB/s are together the figures of a {other.Name}, and not of a {model.Name}.", compute, ModelBands.UsualBf16(gpu));
        }

        if (figures is { Bf16Teraflops: null, TokensPerSecond: null })
        {
            yield return new Finding(FindingKind.Compute, FindingWeight.Downgrade, "No arithmetic throughput was shown: add a BF16 GEMM sweep or an MLPerf summary.");
        }

        if (figures.MemoryBandwidth is null)
        {
            yield return new Finding(FindingKind.MemoryBandwidth, FindingWeight.Downgrade, "No memory bandwidth was shown: add gpu_stream, nvbandwidth or CUDA's bandwidthTest.");
        }

        foreach (var finding in Covered(given, readings, figures))
        {
            yield return finding;
        }
    }

    /// <summary>One good GPU does not stand for the others of its node: each has to have figures of its own.</summary>
    private static IEnumerable<Finding> Covered(ReportCase given, ImmutableArray<OutputReading> readings, NodeFigures figures)
    {
        var all = given.Run.GpusPerNode;
        var computed = readings.Where(reading => reading.Tool == Tool.GemmSweep && reading.Reading.Measures.Any(measure => measure.Name == Bf16))
            .SelectMany(reading => DevicesOf(given, reading)).Distinct().Count();

        // MLPerf ran on all of them at once: its rate is divided by all.
        if (figures is { Bf16Teraflops: not null, TokensPerSecond: null } && computed < all)
        {
            yield return new Finding(FindingKind.Compute, FindingWeight.Downgrade, $"BF16 throughput was shown of {computed} of {all} GPUs: run the sweep on each by itself, as the agent does, and name the device of each output.", computed, all);
        }

        var streamed = readings.Where(reading => reading.Reading.Measures.Any(measure => IsMemory(reading, measure))).SelectMany(reading => DevicesOf(given, reading)).Distinct().Count();
        if (figures.MemoryBandwidth is not null && streamed < all)
        {
            yield return new Finding(FindingKind.MemoryBandwidth, FindingWeight.Downgrade, $"Memory bandwidth was shown of {streamed} of {all} GPUs: run the tool on all of them, or on each by itself.", streamed, all);
        }
    }

    /// <summary>The devices an output is of: the one it is named for, or else as many as it shows, from the first.</summary>
    private static ImmutableArray<string> DevicesOf(ReportCase given, OutputReading reading) => reading.Output.Device is { } device
        ? [.. Challenge.DevicesOf(given.Run.GpusPerNode).Where(known => known == device)]
        : Challenge.DevicesOf(Math.Min(given.Run.GpusPerNode, GpusOf(given, reading)));

    /// <summary>GPUs an output shows. nvbandwidth's JSON names none: it runs on all there are.</summary>
    private static int GpusOf(ReportCase given, OutputReading reading) =>
        reading.Reading.Gpus.Length > 0 ? reading.Reading.Gpus.Length
        : reading is { Tool: Tool.Nvbandwidth, Output.Device: null } ? Math.Max(1, given.Run.GpusPerNode)
        : 1;

    private static HardwareModel? OtherRow(HardwareModel claimed, decimal compute, decimal memory) => HardwareCatalogue.All.FirstOrDefault(model =>
        model.Id != claimed.Id && ModelBands.FitsBf16(model, compute) && ModelBands.FitsMemoryBandwidth(model, memory)
        && model.Gpu!.MeasuredBf16Teraflops != claimed.Gpu!.MeasuredBf16Teraflops);

    /// <summary>BF16 TFLOPS, one for each run.</summary>
    private static ImmutableArray<decimal> Compute(ImmutableArray<OutputReading> readings) =>
        Values(readings, Tool.GemmSweep, measure => measure.Name == Bf16);

    /// <summary>
    /// Memory bandwidth in GB/s: the best of each GPU and run, since tools print many block sizes. nvbandwidth and bandwidthTest
    /// print the sum over the GPUs they ran on.
    /// </summary>
    private static ImmutableArray<decimal> Memory(ReportCase given, ImmutableArray<OutputReading> readings) =>
    [
        .. from reading in readings
           from measure in reading.Reading.Measures
           where IsMemory(reading, measure)
           group measure.Gpu is null ? measure.Value / GpusOf(given, reading) : measure.Value by (reading.Output.Sha256, measure.Gpu) into one
           select one.Max(),
    ];

    private static bool IsMemory(OutputReading reading, Measure measure) => measure.Unit == MeasureUnit.GigabytesPerSecond && reading.Tool switch
    {
        Tool.GpuStream => true,
        Tool.Nvbandwidth => measure.Name.StartsWith(DeviceCopy, StringComparison.Ordinal),
        Tool.CudaBandwidth => measure.Name.StartsWith("D2D", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static ImmutableArray<decimal> Values(ImmutableArray<OutputReading> readings, Tool tool, Func<Measure, bool> counts) =>
        [.. readings.Where(reading => reading.Tool == tool).SelectMany(reading => reading.Reading.Measures).Where(counts).Select(measure => measure.Value)];

    private static decimal? Mean(ImmutableArray<decimal> values) => values.IsEmpty ? null : Math.Round(values.Average(), 3);

    /// <summary>The heaviest finding alone: eight GPUs need not say the same eight times.</summary>
    private static IEnumerable<Finding> Worst(IEnumerable<Finding?> findings) => findings.OfType<Finding>().OrderByDescending(finding => finding.Weight).Take(1);
}
