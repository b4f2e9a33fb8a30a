using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Capacity;

/// <summary>A hardware configuration of the catalogue: vendor, model and memory in lower case, such as <c>nvidia-h100-sxm5-80gb</c>.</summary>
public readonly record struct SkuId : IScalar<SkuId, string>
{
    /// <summary>Longest id, in characters.</summary>
    public const int Longest = 60;

    private SkuId(string value) => Value = value;

    /// <summary>The id as it stands in the API.</summary>
    public string Value { get; }

    /// <summary>The id, whether or not the catalogue knows it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not lower-case words of letters and digits joined by single hyphens.</exception>
    public static SkuId From(string value) => IsWellFormed(value)
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected at most {Longest} lower-case letters and digits in words joined by hyphens.");

    /// <summary>Whether <see cref="From"/> accepts this text.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: > 0 and <= Longest } && text[0] != '-' && text[^1] != '-' &&
        !text.Contains("--", StringComparison.Ordinal) &&
        text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>What a piece of hardware is for.</summary>
public enum HardwareKind
{
    /// <summary>A GPU or accelerator, rented in nodes.</summary>
    Gpu,

    /// <summary>A miner built for one hash algorithm.</summary>
    AsicMiner,
}

/// <summary>How far published figures can be trusted.</summary>
public enum FigureConfidence
{
    /// <summary>Read on the maker's own page or sheet.</summary>
    High,

    /// <summary>From trade sources that quote the maker, or the maker's page in part; see the caveat.</summary>
    Medium,

    /// <summary>Re-check with the maker before relying on it.</summary>
    Low,
}

/// <summary>Where the figures of a model come from.</summary>
/// <param name="Reference">Address or title of the document that states them.</param>
/// <param name="Basis">What sort of document that is and how it was read.</param>
/// <param name="Confidence">How far to trust them.</param>
/// <param name="Caveat">What to know before quoting them; null when there is nothing.</param>
public sealed record FigureSource(string Reference, string Basis, FigureConfidence Confidence, string? Caveat);

/// <summary>Published figures of one GPU. Compute peaks are dense TFLOPS (no sparsity); null means not supported or not published.</summary>
public sealed record GpuFigures
{
    /// <summary>FP64 vector TFLOPS.</summary>
    public decimal? Fp64Teraflops { get; init; }

    /// <summary>FP64 matrix TFLOPS.</summary>
    public decimal? Fp64MatrixTeraflops { get; init; }

    /// <summary>FP32 vector TFLOPS.</summary>
    public decimal? Fp32Teraflops { get; init; }

    /// <summary>TF32 dense TFLOPS.</summary>
    public decimal? Tf32Teraflops { get; init; }

    /// <summary>BF16 dense TFLOPS.</summary>
    public decimal? Bf16Teraflops { get; init; }

    /// <summary>FP8 dense TFLOPS.</summary>
    public decimal? Fp8Teraflops { get; init; }

    /// <summary>FP4 dense TFLOPS.</summary>
    public decimal? Fp4Teraflops { get; init; }

    /// <summary>BF16 TFLOPS that an open matrix-multiply benchmark reached; below the peak by nature.</summary>
    public decimal? MeasuredBf16Teraflops { get; init; }

    /// <summary>Memory in GB (10^9 bytes), as the maker sells it.</summary>
    public required int MemoryGigabytes { get; init; }

    /// <summary>Memory technology, such as HBM3e.</summary>
    public required string MemoryType { get; init; }

    /// <summary>Memory bandwidth in GB/s.</summary>
    public required decimal MemoryBandwidthGigabytesPerSecond { get; init; }

    /// <summary>Link between the GPUs of one node or domain, such as NVLink 4.</summary>
    public required string ScaleUpLink { get; init; }

    /// <summary>Bandwidth of that link per GPU in GB/s, both directions added.</summary>
    public required decimal ScaleUpGigabytesPerSecond { get; init; }
}

/// <summary>Published figures of one ASIC miner.</summary>
/// <param name="TerahashesPerSecond">Hashrate in TH/s.</param>
/// <param name="JoulesPerTerahash">Efficiency in J/TH.</param>
/// <param name="Algorithm">Hash algorithm, such as SHA-256.</param>
public sealed record MinerFigures(decimal TerahashesPerSecond, decimal JoulesPerTerahash, string Algorithm);

/// <summary>One entry of the catalogue.</summary>
public sealed record HardwareModel
{
    /// <summary>Id by which pools name it.</summary>
    public required SkuId Id { get; init; }

    /// <summary>Maker.</summary>
    public required string Vendor { get; init; }

    /// <summary>The maker's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>Form factor of a GPU (SXM5, PCIe, OAM) or cooling of a miner (air, hydro, immersion).</summary>
    public required string FormFactor { get; init; }

    /// <summary>Year it came to market.</summary>
    public required int Year { get; init; }

    /// <summary>Rated power of one GPU or one miner in watts; the share of host, fabric and cooling is not in it.</summary>
    public required int PowerWatts { get; init; }

    /// <summary>Figures of a GPU; null for a miner.</summary>
    public GpuFigures? Gpu { get; init; }

    /// <summary>Figures of a miner; null for a GPU.</summary>
    public MinerFigures? Miner { get; init; }

    /// <summary>Where the figures come from.</summary>
    public required FigureSource Source { get; init; }

    /// <summary>What it is for.</summary>
    [JsonIgnore]
    public HardwareKind Kind => Gpu is null ? HardwareKind.AsicMiner : HardwareKind.Gpu;
}
