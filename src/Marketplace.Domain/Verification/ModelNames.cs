using System.Collections.Immutable;
using Marketplace.Domain.Capacity;

namespace Marketplace.Domain.Verification;

/// <summary>Compares the names that tools print with the catalogue's.</summary>
public static class ModelNames
{
    private static readonly ImmutableHashSet<string> Variants = ["pcie", "nvl", "sxm", "sxm4", "sxm5", "sxm6"];

    /// <summary>Memory as tools print it, over what the maker sells: his GB are GiB, less what error correction takes.</summary>
    private const decimal LeastMemory = 0.92m;
    private const decimal MostMemory = 1.03m;

    /// <summary>
    /// Whether a printed name can be this model: it holds the family (H100, A100, 4090 …), and no word of another variant.
    /// "NVIDIA H100 80GB HBM3" is the SXM5 part, "NVIDIA H100 PCIe" and "NVIDIA H100 NVL" say what they are.
    /// </summary>
    public static bool Fits(HardwareModel model, string printed)
    {
        var words = Words(printed);
        var own = Words(model.Id.Value);
        var family = own.Last(word => word.Any(char.IsAsciiDigit) && !word.EndsWith("gb", StringComparison.Ordinal) && !Variants.Contains(word) && !word.StartsWith("nvl", StringComparison.Ordinal));
        if (!words.Contains(family))
        {
            return false;
        }

        ImmutableArray<string> variant = [.. words.Where(Variants.Contains).Select(Bare)];
        ImmutableArray<string> wanted = [.. own.Where(word => Variants.Contains(word) || word.StartsWith("nvl", StringComparison.Ordinal)).Select(Bare)];
        return variant.IsEmpty ? !wanted.Contains("pcie") && (!wanted.Contains("nvl") || family is "gb200" or "gb300") : variant.All(wanted.Contains) || (wanted.IsEmpty && variant.All(word => word == "pcie"));
    }

    /// <summary>Whether a memory size is the model's.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mebibytes">As tools print it, MiB.</param>
    public static bool FitsMemory(HardwareModel model, long mebibytes)
    {
        var share = mebibytes / 1024m / model.Gpu!.MemoryGigabytes;
        return share is >= LeastMemory and <= MostMemory;
    }

    private static string Bare(string word) => word.StartsWith("sxm", StringComparison.Ordinal) ? "sxm" : word.StartsWith("nvl", StringComparison.Ordinal) ? "nvl" : word;

    private static ImmutableArray<string> Words(string text) =>
        [.. new string([.. text.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
