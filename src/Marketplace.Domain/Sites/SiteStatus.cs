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

    /// <summary>Withdrawn: no new business, running commitments go on to their own ends.</summary>
    Decommissioning,

    /// <summary>Closed, or cancelled before it was built. Nothing follows.</summary>
    Retired,
}

/// <summary>The one table of legal steps between site statuses.</summary>
public static class SiteStatusTable
{
    /// <summary>From each status, the statuses that may follow.</summary>
    public static FrozenDictionary<SiteStatus, ImmutableArray<SiteStatus>> Next { get; } = new Dictionary<SiteStatus, ImmutableArray<SiteStatus>>
    {
        [SiteStatus.Planned] = [SiteStatus.UnderConstruction, SiteStatus.Commissioning, SiteStatus.InService, SiteStatus.Decommissioning, SiteStatus.Retired],
        [SiteStatus.UnderConstruction] = [SiteStatus.Commissioning, SiteStatus.InService, SiteStatus.Decommissioning, SiteStatus.Retired],
        [SiteStatus.Commissioning] = [SiteStatus.InService, SiteStatus.Decommissioning, SiteStatus.Retired],
        [SiteStatus.InService] = [SiteStatus.Decommissioning, SiteStatus.Retired],
        [SiteStatus.Decommissioning] = [SiteStatus.Retired],
        [SiteStatus.Retired] = [],
    }.ToFrozenDictionary();

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool Allows(SiteStatus from, SiteStatus to) => Next[from].Contains(to);
}
