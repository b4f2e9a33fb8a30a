using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>Looks at figures: whether the hardware offered can have them, and whether they are those of another.</summary>
internal static class FigureCheck
{
    private const string DeviceCopy = "device_local_copy";

    public static NodeFigures FiguresOf(ReportCase given, ImmutableArray<OutputReading> readings, decimal? workSeconds)
    {
        var tokens = Values(readings, Tool.MlperfSummary, measure => measure.Unit == MeasureUnit.TokensPerSecond && measure.Name.StartsWith("Offline", StringComparison.Ordinal));
        return new NodeFigures(
            Mean(Compute(readings)),
            Mean(Memory(readings)),
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

        foreach (var finding in Worst(Memory(readings).Select(value => ModelBands.MemoryBandwidth(model, value))))
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
    }

    private static HardwareModel? OtherRow(HardwareModel claimed, decimal compute, decimal memory) => HardwareCatalogue.All.FirstOrDefault(model =>
        model.Id != claimed.Id && ModelBands.FitsBf16(model, compute) && ModelBands.FitsMemoryBandwidth(model, memory)
        && model.Gpu!.MeasuredBf16Teraflops != claimed.Gpu!.MeasuredBf16Teraflops);

    /// <summary>BF16 TFLOPS, one for each run.</summary>
    private static ImmutableArray<decimal> Compute(ImmutableArray<OutputReading> readings) =>
        Values(readings, Tool.GemmSweep, measure => measure.Name == "bf16");

    /// <summary>Memory bandwidth in GB/s: the best of each GPU and run, since tools print many block sizes.</summary>
    private static ImmutableArray<decimal> Memory(ImmutableArray<OutputReading> readings) =>
    [
        .. from reading in readings
           where reading.Tool is Tool.GpuStream or Tool.CudaBandwidth or Tool.Nvbandwidth
           from measure in reading.Reading.Measures
           where measure.Unit == MeasureUnit.GigabytesPerSecond && (reading.Tool switch
           {
               Tool.Nvbandwidth => measure.Name.StartsWith(DeviceCopy, StringComparison.Ordinal),
               Tool.CudaBandwidth => measure.Name.StartsWith("D2D", StringComparison.OrdinalIgnoreCase),
               _ => true,
           })
           group measure.Value by (reading.Output.Sha256, measure.Gpu) into one
           select one.Max(),
    ];

    private static ImmutableArray<decimal> Values(ImmutableArray<OutputReading> readings, Tool tool, Func<Measure, bool> counts) =>
        [.. readings.Where(reading => reading.Tool == tool).SelectMany(reading => reading.Reading.Measures).Where(counts).Select(measure => measure.Value)];

    private static decimal? Mean(ImmutableArray<decimal> values) => values.IsEmpty ? null : Math.Round(values.Average(), 3);

    /// <summary>The heaviest finding alone: eight GPUs need not say the same eight times.</summary>
    private static IEnumerable<Finding> Worst(IEnumerable<Finding?> findings) => findings.OfType<Finding>().OrderByDescending(finding => finding.Weight).Take(1);
}
