using Marketplace.Client;

namespace Marketplace.Portal.Sites;

/// <summary>
/// How much of what is being built is leased before it is ready, by both definitions in use: over all megawatts under
/// construction, where what the owner keeps counts as taken, and over what is offered to others alone.
/// </summary>
internal static class PreLease
{
    private static readonly ReservationStatus[] Bound = [ReservationStatus.Confirmed, ReservationStatus.Delayed];

    /// <summary>Both ratios in percent; null where nothing is being built.</summary>
    /// <param name="sites">The operator's sites. Megawatts of a phase that no pool offers are the owner's own.</param>
    /// <param name="pools">Its pools.</param>
    /// <param name="reservations">Its reservations, of which the binding ones that await delivery count, up to what is being built.</param>
    public static (decimal? Without, decimal? With) Of(IReadOnlyList<Site> sites, IReadOnlyList<Pool> pools, IReadOnlyList<Reservation> reservations)
    {
        var phases = sites.SelectMany(site => site.Phases).Where(phase => phase.ActualRfs is null).ToList();
        var building = phases.Sum(phase => phase.CriticalItMw) * 1000;
        var own = phases.Sum(phase => phase.FreeKw);
        decimal leased = 0;
        foreach (var pool in pools)
        {
            var coming = pool.Phases.Where(part => !part.Delivered).Sum(part => part.Units);
            var bound = reservations.Where(it => it.PoolId == pool.Id && Bound.Contains(it.Status)).Sum(it => it.Terms?.Ramp[^1].Units ?? 0);
            leased += Math.Min(coming, bound) * pool.KilowattsPerUnit;
        }

        return (building - own > 0 ? leased / (building - own) * 100 : null, building > 0 ? (leased + own) / building * 100 : null);
    }
}
