using System.Collections.Concurrent;
using Marketplace.Client;

namespace Marketplace.Portal.Market;

/// <summary>
/// What everyone may see and what many pages show: hardware by its id, and sites. Shared by all connections; a site is read
/// again after a short while, hardware when this process starts.
/// </summary>
internal sealed class Catalogue(IHttpClientFactory clients, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, (Site Site, DateTimeOffset At)> sites = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim reading = new(1);
    private Dictionary<string, HardwareItem>? hardware;

    private MarketplaceClient Client => new(clients.CreateClient(nameof(MarketplaceClient)));

    /// <summary>The catalogue of hardware, by id.</summary>
    public async Task<IReadOnlyDictionary<string, HardwareItem>> HardwareAsync()
    {
        if (hardware is { } known)
        {
            return known;
        }

        await reading.WaitAsync();
        try
        {
            if (hardware is null)
            {
                var items = new Dictionary<string, HardwareItem>(StringComparer.Ordinal);
                await foreach (var item in Pages.All(cursor => Client.ListHardwareAsync(limit: 100, startingAfter: cursor), page => page.Data, page => page.NextCursor))
                {
                    items[item.Sku] = item;
                }

                hardware = items;
            }

            return hardware;
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>A site.</summary>
    public async Task<Site> SiteAsync(string id)
    {
        if (sites.TryGetValue(id, out var kept) && time.GetUtcNow() - kept.At < Fresh)
        {
            return kept.Site;
        }

        var site = (await Client.GetSiteAsync(id)).Result;
        sites[id] = (site, time.GetUtcNow());
        return site;
    }

    /// <inheritdoc/>
    public void Dispose() => reading.Dispose();

    /// <summary>Sites by id; those that cannot be read are left out.</summary>
    public async Task<Dictionary<string, Site>> SitesAsync(IEnumerable<string> ids)
    {
        var found = await Task.WhenAll(ids.Distinct(StringComparer.Ordinal).Select(async id =>
        {
            try
            {
                return await SiteAsync(id);
            }
            catch (MarketplaceException)
            {
                return null;
            }
        }));
        return found.OfType<Site>().ToDictionary(site => site.Id, StringComparer.Ordinal);
    }
}
