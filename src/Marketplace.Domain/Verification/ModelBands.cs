using System.Collections.Frozen;
using System.Globalization;
using Marketplace.Domain.Capacity;

namespace Marketplace.Domain.Verification;

/// <summary>
/// What figures a model can have. Above the dense peak is impossible; more than 5 % above the best known goes to review; less
/// than 85 % of what the model usually reaches is downgraded.
/// </summary>
public static class ModelBands
{
    /// <summary>Above the best known by more than this is looked at.</summary>
    public const decimal ReviewAbove = 1.05m;

    /// <summary>Below this share of the usual figure is downgraded.</summary>
    public const decimal DowngradeBelow = 0.85m;

    /// <summary>
    /// Share of the published memory bandwidth that stream tests usually reach: 0.82 to 0.93 on the outputs at hand. There is
    /// no published table as there is for BF16.
    /// </summary>
    public const decimal UsualMemoryShare = 0.85m;

    /// <summary>Share of the BF16 peak taken as usual where nobody published a measurement of the model: the lowest published for any, MI300X's.</summary>
    public const decimal LowestKnownShare = 0.51m;

    private static readonly FrozenDictionary<string, (decimal Lowest, decimal Highest)> Tokens = new Dictionary<string, (decimal, decimal)>
    {
        ["nvidia-h100-sxm5-80gb"] = (3897, 3903),
        ["nvidia-h200-sxm5-141gb"] = (4306, 4415),
        ["nvidia-h200-nvl-141gb"] = (3764, 3908),
        ["nvidia-b200-sxm6-180gb"] = (9808, 12864),
        ["nvidia-gb200-nvl-186gb"] = (12421, 13015),
        ["amd-mi300x-192gb"] = (3348, 3482),
        ["amd-mi325x-256gb"] = (4083, 4319),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>MLPerf Inference v5.1, llama2-70b-99 Offline, closed division: published tokens a second per GPU, lowest to highest; null where nobody submitted.</summary>
    public static (decimal Lowest, decimal Highest)? TokensPerSecond(SkuId sku) => Tokens.TryGetValue(sku.Value, out var range) ? range : null;

    /// <summary>BF16 TFLOPS that the model usually reaches; null when its peak is not published.</summary>
    public static decimal? UsualBf16(GpuFigures gpu) => gpu.MeasuredBf16Teraflops ?? gpu.Bf16Teraflops * LowestKnownShare;

    /// <summary>Memory bandwidth that the model usually reaches, GB/s.</summary>
    public static decimal UsualMemoryBandwidth(GpuFigures gpu) => gpu.MemoryBandwidthGigabytesPerSecond * UsualMemoryShare;

    /// <summary>What a BF16 figure says of the model.</summary>
    public static Finding? Bf16(HardwareModel model, decimal teraflops)
    {
        var gpu = model.Gpu!;
        if (gpu.Bf16Teraflops is not { } peak)
        {
            return null;
        }

        var usual = UsualBf16(gpu)!.Value;
        return teraflops > peak
            ? new Finding(FindingKind.Compute, FindingWeight.Reject, $"{Shown(teraflops)} BF16 TFLOPS is more than the {Shown(peak)} that a {model.Name} can do at its dense peak. Vendors' sparse figures are twice that and count for nothing here.", teraflops, peak)
            : gpu.MeasuredBf16Teraflops is { } known && teraflops > known * ReviewAbove
                ? new Finding(FindingKind.Compute, FindingWeight.Review, $"{Shown(teraflops)} BF16 TFLOPS is above the best known of a {model.Name}, {Shown(known)}, by more than 5 %.", teraflops, known)
            : teraflops < usual * DowngradeBelow
                ? new Finding(FindingKind.Compute, FindingWeight.Downgrade, $"{Shown(teraflops)} BF16 TFLOPS is less than 85 % of the {Shown(usual)} that a {model.Name} usually reaches. Look for power caps, heat and other load.", teraflops, usual)
            : null;
    }

    /// <summary>What a memory bandwidth says of the model.</summary>
    public static Finding? MemoryBandwidth(HardwareModel model, decimal gigabytes)
    {
        var peak = model.Gpu!.MemoryBandwidthGigabytesPerSecond;
        var usual = UsualMemoryBandwidth(model.Gpu);
        return gigabytes > peak
            ? new Finding(FindingKind.MemoryBandwidth, FindingWeight.Reject, $"{Shown(gigabytes)} GB/s is more than the {Shown(peak)} of a {model.Name}'s memory.", gigabytes, peak)
            : gigabytes < usual * DowngradeBelow
                ? new Finding(FindingKind.MemoryBandwidth, FindingWeight.Downgrade, $"{Shown(gigabytes)} GB/s is less than 85 % of the {Shown(usual)} that a {model.Name} usually reaches.", gigabytes, usual)
            : null;
    }

    /// <summary>What an MLPerf figure per GPU says of the model.</summary>
    public static Finding? Mlperf(HardwareModel model, decimal tokens) => TokensPerSecond(model.Id) is not var (lowest, highest) ? null
        : tokens > highest * ReviewAbove
            ? new Finding(FindingKind.Compute, FindingWeight.Review, $"{Shown(tokens)} tokens/s per GPU is above the highest published for a {model.Name}, {Shown(highest)}, by more than 5 %.", tokens, highest)
        : tokens < lowest * DowngradeBelow
            ? new Finding(FindingKind.Compute, FindingWeight.Downgrade, $"{Shown(tokens)} tokens/s per GPU is less than 85 % of the lowest published for a {model.Name}, {Shown(lowest)}.", tokens, lowest)
        : null;

    /// <summary>Whether a figure lies where the model's lie.</summary>
    public static bool FitsBf16(HardwareModel model, decimal teraflops) =>
        model.Gpu is { Bf16Teraflops: { } peak } gpu && teraflops <= peak && teraflops >= UsualBf16(gpu) * DowngradeBelow;

    /// <summary>Whether a figure lies where the model's lie.</summary>
    public static bool FitsMemoryBandwidth(HardwareModel model, decimal gigabytes) =>
        model.Gpu is { } gpu && gigabytes <= gpu.MemoryBandwidthGigabytesPerSecond && gigabytes >= UsualMemoryBandwidth(gpu) * DowngradeBelow;

    /// <summary>A figure for people.</summary>
    internal static string Shown(decimal figure) => Math.Round(figure, figure < 10 ? 2 : 0).ToString("#,0.##", CultureInfo.InvariantCulture);
}
