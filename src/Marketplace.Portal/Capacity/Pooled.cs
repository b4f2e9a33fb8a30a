using Marketplace.Client;

namespace Marketplace.Portal.Capacity;

/// <summary>Pools by their ids, which do not say whether they hold GPUs or power.</summary>
internal static class Pooled
{
    /// <summary>A pool of either kind; null when there is none to be seen.</summary>
    public static async Task<Pool?> FindAsync(MarketplaceClient api, string id)
    {
        try
        {
            return (await api.GetGpuPoolAsync(id)).Result;
        }
        catch (MarketplaceException gpu) when (gpu.StatusCode == 404)
        {
            try
            {
                return (await api.GetPowerPoolAsync(id)).Result;
            }
            catch (MarketplaceException power) when (power.StatusCode == 404)
            {
                return null;
            }
        }
    }

    /// <summary>Supply and use of a pool of either kind.</summary>
    public static async Task<Availability> AvailabilityAsync(MarketplaceClient api, Pool pool, DateTimeOffset from, DateTimeOffset until) => pool.Kind == PoolKind.Gpu
        ? (await api.GetGpuPoolAvailabilityAsync(pool.Id, from, until)).Result
        : (await api.GetPowerPoolAvailabilityAsync(pool.Id, from, until)).Result;
}
