using Marketplace.Domain.Capacity;

namespace Marketplace.Api.Capacity;

/// <summary>Which hardware to list.</summary>
/// <param name="Kind">Only GPUs or only miners.</param>
/// <param name="Vendor">Only this maker's.</param>
/// <param name="LeastMemoryGb">Only GPUs with at least this much memory.</param>
internal sealed record HardwareFilter(HardwareKind? Kind, string? Vendor, int? LeastMemoryGb)
{
    public static HardwareFilter Example { get; } = new(HardwareKind.Gpu, "NVIDIA", 80);

    public bool Takes(HardwareModel model) =>
        (Kind is null || model.Kind == Kind) &&
        (Vendor is null || string.Equals(model.Vendor, Vendor, StringComparison.OrdinalIgnoreCase)) &&
        (LeastMemoryGb is null || model.Gpu?.MemoryGigabytes >= LeastMemoryGb);
}

/// <summary>A hardware configuration that pools are made of.</summary>
/// <param name="Sku">Id by which pools name it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Vendor">Maker.</param>
/// <param name="Name">The maker's name for it.</param>
/// <param name="FormFactor">Form factor of a GPU, cooling of a miner.</param>
/// <param name="Year">Year it came to market.</param>
/// <param name="PowerWatts">Rated power of one GPU or miner; host, fabric and cooling not included.</param>
/// <param name="Gpu">Figures of a GPU.</param>
/// <param name="Miner">Figures of a miner.</param>
/// <param name="Source">Where the figures come from and how far to trust them.</param>
internal sealed record HardwareItem(
    SkuId Sku, HardwareKind Kind, string Vendor, string Name, string FormFactor, int Year, int PowerWatts, GpuFiguresModel? Gpu, MinerFiguresModel? Miner, FigureSourceModel Source)
{
    public static HardwareItem Example { get; } = Of(HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!);

    public static HardwareItem Of(HardwareModel model) => new(
        model.Id,
        model.Kind,
        model.Vendor,
        model.Name,
        model.FormFactor,
        model.Year,
        model.PowerWatts,
        model.Gpu is { } gpu
            ? new GpuFiguresModel(
                gpu.MemoryGigabytes, gpu.MemoryType, gpu.MemoryBandwidthGigabytesPerSecond, gpu.ScaleUpLink, gpu.ScaleUpGigabytesPerSecond, gpu.Fp64Teraflops, gpu.Fp64MatrixTeraflops,
                gpu.Fp32Teraflops, gpu.Tf32Teraflops, gpu.Bf16Teraflops, gpu.Fp8Teraflops, gpu.Fp4Teraflops, gpu.MeasuredBf16Teraflops)
            : null,
        model.Miner is { } miner ? new MinerFiguresModel(miner.TerahashesPerSecond, miner.JoulesPerTerahash, miner.Algorithm) : null,
        new FigureSourceModel(model.Source.Reference, model.Source.Basis, model.Source.Confidence, model.Source.Caveat));
}

/// <summary>Published figures of one GPU; compute peaks are dense TFLOPS without sparsity, null where not supported or not published.</summary>
/// <param name="MemoryGb">Memory in GB (10^9 bytes).</param>
/// <param name="MemoryType">Memory technology.</param>
/// <param name="MemoryGBps">Memory bandwidth in GB/s.</param>
/// <param name="ScaleUpLink">Link between the GPUs of a node or domain.</param>
/// <param name="ScaleUpGBps">Its bandwidth per GPU in GB/s, both directions added.</param>
/// <param name="Fp64Tflops">FP64 vector.</param>
/// <param name="Fp64MatrixTflops">FP64 matrix.</param>
/// <param name="Fp32Tflops">FP32 vector.</param>
/// <param name="Tf32Tflops">TF32.</param>
/// <param name="Bf16Tflops">BF16.</param>
/// <param name="Fp8Tflops">FP8.</param>
/// <param name="Fp4Tflops">FP4.</param>
/// <param name="MeasuredBf16Tflops">BF16 that an open matrix-multiply benchmark reached.</param>
internal sealed record GpuFiguresModel(
    int MemoryGb,
    string MemoryType,
    decimal MemoryGBps,
    string ScaleUpLink,
    decimal ScaleUpGBps,
    decimal? Fp64Tflops,
    decimal? Fp64MatrixTflops,
    decimal? Fp32Tflops,
    decimal? Tf32Tflops,
    decimal? Bf16Tflops,
    decimal? Fp8Tflops,
    decimal? Fp4Tflops,
    decimal? MeasuredBf16Tflops);

/// <summary>Published figures of one miner.</summary>
/// <param name="TerahashesPerSecond">Hashrate in TH/s.</param>
/// <param name="JoulesPerTerahash">Efficiency in J/TH.</param>
/// <param name="Algorithm">Hash algorithm.</param>
internal sealed record MinerFiguresModel(decimal TerahashesPerSecond, decimal JoulesPerTerahash, string Algorithm);

/// <summary>Where figures come from.</summary>
/// <param name="Reference">Address or title of the document.</param>
/// <param name="Basis">What sort of document it is and how it was read.</param>
/// <param name="Confidence">How far to trust the figures.</param>
/// <param name="Caveat">What to know before quoting them.</param>
internal sealed record FigureSourceModel(string Reference, string Basis, FigureConfidence Confidence, string? Caveat);
