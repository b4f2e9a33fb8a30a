using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Marketplace.Domain.Capacity;

/// <summary>
/// Published figures of the hardware that pools are made of. Every entry names its source and how far to trust it; a figure
/// is a claim of its maker until a benchmark run on the node itself has measured it.
/// </summary>
public static partial class HardwareCatalogue
{
    /// <summary>Every model: GPUs, then miners.</summary>
    public static ImmutableArray<HardwareModel> All => Index.All;

    /// <summary>The model with this id, or null.</summary>
    public static HardwareModel? Find(SkuId id) => Index.ById.GetValueOrDefault(id);

    /// <summary>Looks <paramref name="id"/> up, taking any text.</summary>
    public static bool TryFind(string? id, [NotNullWhen(true)] out HardwareModel? model)
    {
        model = SkuId.IsWellFormed(id) ? Find(SkuId.From(id!)) : null;
        return model is not null;
    }

    // A class of its own: the order in which fields of a partial class's files are initialised is undefined.
    private static class Index
    {
        internal static readonly ImmutableArray<HardwareModel> All = [.. Gpus, .. Miners];

        internal static readonly FrozenDictionary<SkuId, HardwareModel> ById = All.ToFrozenDictionary(model => model.Id);
    }
}
