using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Power for pools.</content>
public sealed partial record Site
{
    /// <summary>
    /// Sets a pool's share of a phase. Refuses: not the operator's, retired, withdrawn (for more than the pool has), no such
    /// phase, malformed kW, <see cref="SiteRefusal.PowerExceeded"/>. The last pool to free its power retires a withdrawn site.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, AllocatePower command, Instant now)
    {
        // A pool frees its share once its own commitments have ended, and may repeat that after the site has retired.
        if (command.Kilowatts == 0 && site is not null && site.Operator == command.Actor && Allocated(site, command) == 0)
        {
            return Decision<SiteFact>.Nothing;
        }

        if (FaultOf(site, command.Actor) is { } foreign)
        {
            return foreign;
        }

        var before = Allocated(site!, command);
        if (before == command.Kilowatts)
        {
            return Decision<SiteFact>.Nothing;
        }

        if (command.Kilowatts > before && FaultOfNewBusiness(site, command.Actor) is { } withdrawn)
        {
            return withdrawn;
        }

        if (FaultOf(site!, command.Phase) is { } unknown)
        {
            return unknown;
        }

        if (command.Kilowatts < 0 || command.Kilowatts > 1_000_000_000 || decimal.Round(command.Kilowatts, 3) != command.Kilowatts)
        {
            return Refusal.Of(SiteRefusal.PowerInvalid, $"{command.Kilowatts} kW is not an amount of power to the watt.");
        }

        var free = PowerEnvelope.FreeKilowatts(site!, command.Phase) + before;
        if (command.Kilowatts > free)
        {
            return Refusal.Of(SiteRefusal.PowerExceeded, $"{command.Kilowatts:0.###} kW asked for, {free:0.###} kW of {site!.Phase(command.Phase)!.Name} can still be planned on.");
        }

        if (before == 0 && site!.Allocations.Length == MostAllocations)
        {
            return Refusal.Of(SiteRefusal.PoolLimit, $"{site.Id} feeds {MostAllocations} pools and phases already.");
        }

        var allocated = new PowerAllocated(command.Pool, command.Phase, command.Kilowatts, now);
        return site!.WithdrawnAt is not null && command.Kilowatts == 0 && site.Allocations.Length == 1
            ? Decision<SiteFact>.Of(allocated, new SiteStatusChanged(SiteStatus.Retired, now))
            : allocated;
    }

    private static decimal Allocated(Site site, AllocatePower command) =>
        site.Allocations.FirstOrDefault(each => each.Pool == command.Pool && each.Phase == command.Phase)?.Kilowatts ?? 0;
}
