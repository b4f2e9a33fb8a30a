using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Marketplace.Domain.Sites;

/// <summary>Where a site stands between plan and end.</summary>
public enum SiteStatus
{
    /// <summary>Announced, permitted or listed; nothing is built.</summary>
    Planned,

    /// <summary>Ground is broken, nothing is energised.</summary>
    UnderConstruction,

    /// <summary>At least one phase is energised or under test, none is ready for service.</summary>
    Commissioning,

    /// <summary>At least one phase is ready for service.</summary>
    InService,

    /// <summary>Withdrawn: no new business; what was handed over goes on to its own end.</summary>
    Decommissioning,

    /// <summary>Closed, or cancelled before it was built. Nothing follows.</summary>
    Retired,
}

/// <summary>A legal step.</summary>
/// <param name="To">The status after it.</param>
/// <param name="By">What takes it there, in words for the page.</param>
public sealed record SiteStep(SiteStatus To, string By);

/// <summary>The legal steps between site statuses, in one table; the page docs/sites.md is generated from it.</summary>
public static class SiteStatuses
{
    private const string Tested = "a phase is energised or passes a commissioning level";
    private const string Ready = "a phase is ready for service";
    private const string WithdrawnWithPools = "it is withdrawn while pools are on it";
    private const string WithdrawnEmpty = "it is withdrawn and no pool is on it";

    /// <summary>From each status, the statuses that may follow.</summary>
    public static FrozenDictionary<SiteStatus, ImmutableArray<SiteStep>> Next { get; } = new Dictionary<SiteStatus, ImmutableArray<SiteStep>>
    {
        [SiteStatus.Planned] =
        [
            new(SiteStatus.UnderConstruction, "its operator says that building has begun"),
            new(SiteStatus.Commissioning, Tested),
            new(SiteStatus.InService, Ready),
            new(SiteStatus.Decommissioning, WithdrawnWithPools),
            new(SiteStatus.Retired, WithdrawnEmpty),
        ],
        [SiteStatus.UnderConstruction] =
        [
            new(SiteStatus.Commissioning, Tested),
            new(SiteStatus.InService, Ready),
            new(SiteStatus.Decommissioning, WithdrawnWithPools),
            new(SiteStatus.Retired, WithdrawnEmpty),
        ],
        [SiteStatus.Commissioning] =
        [
            new(SiteStatus.InService, Ready),
            new(SiteStatus.Decommissioning, WithdrawnWithPools),
            new(SiteStatus.Retired, WithdrawnEmpty),
        ],
        [SiteStatus.InService] =
        [
            new(SiteStatus.Decommissioning, WithdrawnWithPools),
            new(SiteStatus.Retired, WithdrawnEmpty),
        ],
        [SiteStatus.Decommissioning] = [new(SiteStatus.Retired, "the last pool has freed its power")],
        [SiteStatus.Retired] = [],
    }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool Allows(SiteStatus from, SiteStatus to) => Next[from].Any(step => step.To == to);
}
