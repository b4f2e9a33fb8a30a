using System.Collections.Immutable;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Energy;

/// <summary>Where a site's electricity comes from.</summary>
public enum EnergySource
{
    /// <summary>The public grid at its local mix, where no closer source is stated.</summary>
    Grid,

    /// <summary>Hydropower.</summary>
    Hydro,

    /// <summary>Wind.</summary>
    Wind,

    /// <summary>Photovoltaics.</summary>
    Solar,

    /// <summary>Nuclear.</summary>
    Nuclear,

    /// <summary>Geothermal.</summary>
    Geothermal,

    /// <summary>Biomass or biogas.</summary>
    Biomass,

    /// <summary>Natural gas from a pipeline or field.</summary>
    NaturalGas,

    /// <summary>Gas that would be flared or is stranded at the well.</summary>
    FlaredGas,

    /// <summary>Coal or coal refuse.</summary>
    Coal,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>One source's part of a site's electricity.</summary>
/// <param name="Source">The source.</param>
/// <param name="Share">Above 0 and up to 100 %.</param>
public sealed record EnergyShare(EnergySource Source, Percentage Share);

/// <summary>A site's electricity by source, and how much of it is renewable by both accounting methods of the GHG Protocol.</summary>
public sealed record EnergyMix
{
    /// <summary>Shares by source, each source once, adding to exactly 100 %.</summary>
    public required ImmutableArray<EnergyShare> Shares { get; init; }

    /// <summary>Renewable share of the physical supply (location-based), 0 to 100 %; null when not stated.</summary>
    public Percentage? RenewableLocationBased { get; init; }

    /// <summary>Renewable share by contracts and certificates (market-based), 0 to 100 %; null when not stated.</summary>
    public Percentage? RenewableMarketBased { get; init; }

    /// <summary>What is wrong with this mix, for people; null when nothing is.</summary>
    public string? Fault()
    {
        if (Shares.IsDefaultOrEmpty)
        {
            return "An energy mix names at least one source.";
        }

        if (Shares.FirstOrDefault(share => !Enum.IsDefined(share.Source) || share.Share.Value is <= 0 or > 100) is { } wrong)
        {
            return $"The share of {wrong.Source} is {wrong.Share}; a share is above 0 % and at most 100 %.";
        }

        if (Shares.GroupBy(share => share.Source).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            return $"{twice.Key} is named more than once; add its shares up.";
        }

        var sum = Shares.Sum(share => share.Share.Value);
        if (sum != 100)
        {
            return $"The shares add to {Percentage.From(sum)}, not to 100%.";
        }

        return IsShare(RenewableLocationBased) && IsShare(RenewableMarketBased) ? null : "A renewable share is 0 % to 100 %.";
    }

    private static bool IsShare(Percentage? share) => share is null or { Value: >= 0 and <= 100 };
}
