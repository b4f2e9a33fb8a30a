using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>
/// What a site's phases bring and what its pools plan on, over time. Power is allocated phase by phase and counts from the
/// same hour on both sides, so the pools together never plan more than is energised, whatever slips.
/// </summary>
public static class PowerEnvelope
{
    /// <summary>kW of critical IT load of one phase that pools plan on.</summary>
    public static decimal AllocatedKilowatts(Site site, PhaseId phase) =>
        site.Allocations.Where(allocation => allocation.Phase == phase).Sum(allocation => allocation.Kilowatts);

    /// <summary>kW of one phase that no pool plans on; 0 for an unknown phase.</summary>
    public static decimal FreeKilowatts(Site site, PhaseId phase) =>
        (site.Phase(phase)?.CriticalIt.Kilowatts ?? 0) - AllocatedKilowatts(site, phase);

    /// <summary>kW of critical IT load energised at <paramref name="at"/>, by actual and forecast days of readiness.</summary>
    public static decimal EnergisedKilowatts(Site site, Instant at) => Live(site, at).Sum(phase => phase.CriticalIt.Kilowatts);

    /// <summary>kW that all pools of the site plan on at <paramref name="at"/>.</summary>
    public static decimal PlannedKilowatts(Site site, Instant at) => Live(site, at).Sum(phase => AllocatedKilowatts(site, phase.Id));

    /// <summary>The energised envelope as steps: from each instant on, this many kW. Empty without phases.</summary>
    public static ImmutableArray<(Instant From, decimal Kilowatts)> Steps(Site site) =>
    [
        .. site.Phases.Select(site.ReadyFrom).Distinct().Order().Select(from => (from, EnergisedKilowatts(site, from))),
    ];

    private static IEnumerable<BuildPhase> Live(Site site, Instant at) => site.Phases.Where(phase => site.ReadyFrom(phase) <= at);
}
