using System.Collections.Frozen;
using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>
/// PCI device ids, chips and highest clocks of the catalogue's models, where they are known. Ids are those of the drivers'
/// own lists; what is not in them is not compared.
/// </summary>
public static class ModelDevices
{
    /// <summary>A model's highest clock never differs by more between firmwares.</summary>
    private const decimal ClockTolerance = 0.02m;

    private static readonly FrozenDictionary<string, Known> Models = new Dictionary<string, Known>
    {
        ["nvidia-a100-sxm4-40gb"] = new("20b0", "GA100", 1410),
        ["nvidia-a100-sxm4-80gb"] = new("20b2", "GA100", 1410),
        ["nvidia-a100-pcie-80gb"] = new("20b5", "GA100", 1410),
        ["nvidia-h100-sxm5-80gb"] = new("2330", "GH100", 1980),
        ["nvidia-h100-pcie-80gb"] = new("2331", "GH100", 1755),
        ["nvidia-h100-nvl-94gb"] = new("2321", "GH100"),
        ["nvidia-h200-sxm5-141gb"] = new("2335", "GH100", 1980),
        ["nvidia-h200-nvl-141gb"] = new("233b", "GH100"),
        ["nvidia-b200-sxm6-180gb"] = new("2901", "GB100"),
        ["nvidia-gb200-nvl-186gb"] = new("2941", "GB100"),
        ["nvidia-l40s-48gb"] = new("26b9", "AD102"),
        ["nvidia-rtx-4090-24gb"] = new("2684", "AD102"),
        ["nvidia-rtx-5090-32gb"] = new("2b85", "GB202"),
        ["nvidia-rtx-pro-6000-96gb"] = new("2bb5", "GB202"),
        ["amd-mi300x-192gb"] = new("74a1"),
        ["amd-mi325x-256gb"] = new("74a5"),
        ["amd-mi355x-288gb"] = new("75a3"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether the chip under a maker's evidence is the model's; null where the model's is not known. Models share chips: an H100 and an H200 have the same.</summary>
    /// <param name="model">The model offered.</param>
    /// <param name="chip">As the evidence names it, such as <c>GH100 A01 GSP BROM</c>.</param>
    public static bool? HasChip(HardwareModel model, string chip)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(chip);
        return Models.GetValueOrDefault(model.Id.Value)?.Chip is { } own ? chip.Split(' ').Contains(own, StringComparer.OrdinalIgnoreCase) : null;
    }

    /// <summary>What an inventory's ids and clocks say of the model, once for all its GPUs.</summary>
    internal static IEnumerable<Finding> Look(HardwareModel model, ImmutableArray<GpuReading> gpus)
    {
        if (Models.GetValueOrDefault(model.Id.Value) is not { } known)
        {
            yield break;
        }

        if (gpus.FirstOrDefault(gpu => gpu.PciDeviceId is { } id && id != known.PciId) is { PciDeviceId: { } other } strange)
        {
            var named = Models.FirstOrDefault(entry => entry.Value.PciId == other).Key;
            yield return named is not null
                ? new Finding(FindingKind.Inventory, FindingWeight.Reject, $"GPU {strange.Index} has the PCI device id {other}: it is {named}, and not {model.Id}.")
                : new Finding(FindingKind.Inventory, FindingWeight.Review, $"GPU {strange.Index} has the PCI device id {Figures.Shown(other)}; a {model.Name} has {known.PciId}.");
        }

        if (known.Megahertz is { } clock && gpus.FirstOrDefault(gpu => gpu.MostClockMegahertz is { } most && Math.Abs(most - clock) > clock * ClockTolerance) is { } odd)
        {
            yield return new Finding(FindingKind.Power, FindingWeight.Review, $"GPU {odd.Index} may be clocked at {odd.MostClockMegahertz} MHz at most; a {model.Name} at {clock} MHz.", odd.MostClockMegahertz, clock);
        }
    }

    private sealed record Known(string PciId, string? Chip = null, int? Megahertz = null);
}
