using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;

namespace Marketplace.Domain.Market;

/// <summary>What a tenant looks for. What is null is not asked for.</summary>
public sealed record SearchQuery
{
    /// <summary>GPU nodes, or power for the tenant's own hardware.</summary>
    public required PoolKind Kind { get; init; }

    /// <summary>GPUs, or kW of critical IT load; at least 1, throughout the term.</summary>
    public required int Quantity { get; init; }

    /// <summary>When.</summary>
    public required Term Term { get; init; }

    /// <summary>A model of the hardware catalogue.</summary>
    public SkuId? Sku { get; init; }

    /// <summary>ISO 3166-1 alpha-2 code of the site's country.</summary>
    public string? Country { get; init; }

    /// <summary>State, province or comparable, as the site states it; capitals do not matter.</summary>
    public string? Region { get; init; }

    /// <summary>The lowest level of verification.</summary>
    public VerificationLevel? Level { get; init; }

    /// <summary>The highest price per GPU-hour, or per kW-month of power; other currencies do not match.</summary>
    public UnitPrice? HighestPrice { get; init; }

    /// <summary>The lowest renewable share of the site's electricity, by contracts where stated, else by the physical supply.</summary>
    public Percentage? Renewable { get; init; }

    /// <summary>Words that the listing, its hardware, site, operator, place or energy has to mention, all of them; capitals do not matter.</summary>
    public string? Words { get; init; }

    /// <summary>Whether it relies on a phase that is not in service.</summary>
    public bool? PreBuild { get; init; }

    /// <summary>Most offers to answer with; all that fit are counted in any case.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>What a listing can fail a query by, in the order in which a search names them.</summary>
public enum SearchConstraint
{
    /// <summary>Another model of hardware.</summary>
    Hardware,

    /// <summary>Another country or region.</summary>
    Region,

    /// <summary>Less was verified.</summary>
    Verification,

    /// <summary>Less of its electricity is renewable, or it states none.</summary>
    Energy,

    /// <summary>The quantity is no whole number of nodes.</summary>
    NodeSize,

    /// <summary>It is let for longer or shorter terms only.</summary>
    TermLength,

    /// <summary>It is priced in another currency.</summary>
    Currency,

    /// <summary>It costs more.</summary>
    Price,

    /// <summary>It never supplies as much.</summary>
    Quantity,

    /// <summary>Too few units are free throughout the term.</summary>
    Availability,

    /// <summary>It does not mention the words.</summary>
    Words,

    /// <summary>It is in service where capacity to be built was asked for, or the other way round.</summary>
    Readiness,
}
