using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;

namespace Marketplace.Grains.Market;

/// <summary>
/// A silo's copy of the published listings, for all searches together. It holds no truth. It is read again when it is a second old;
/// of a large market, where reading takes its time, beside the searches and at most a twentieth of the time. Rows that did not change
/// are not parsed again.
/// </summary>
internal sealed class SearchIndex(IRowStore rows, TimeProvider time) : IDisposable
{
    private const int Page = 1_000;
    private const int Rest = 20;
    private const int MostPrices = 4;
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>Reading that takes no longer is waited for.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim reading = new(1);
    private readonly RowCopy<PoolSummary> pools = new(rows, PoolRows.Listings, PoolRows.Everyone);
    private readonly RowCopy<Site> sites = new(rows, SiteRows.Table, SiteRows.Everyone);
    private readonly RowCopy<PoolAvailability> availability = new(rows, PoolRows.Availability, PoolRows.Everyone);
    private readonly List<(PriceKey Key, Lazy<ImmutableArray<PricedListing>> Prices)> priced = [];
    private volatile Copy? copy;
    private int isRefreshing;

    /// <summary>The listings.</summary>
    public async ValueTask<ImmutableArray<SearchListing>> ListingsAsync()
    {
        var now = time.GetTimestamp();
        if (copy is { } standing)
        {
            var age = time.GetElapsedTime(standing.ReadAt, now);
            if (age < Freshness)
            {
                return standing.Listings;
            }

            if (standing.Took > Short)
            {
                if (age > standing.Took * Rest && Interlocked.Exchange(ref isRefreshing, 1) == 0)
                {
                    _ = Task.Run(RefreshBesideAsync);
                }

                return standing.Listings;
            }
        }

        await RefreshAsync(now);
        return copy!.Listings;
    }

    /// <summary>The listings at the price of a quantity and term, cheapest first: worked out once for all searches that ask for the same.</summary>
    public ImmutableArray<PricedListing> Prices(SearchQuery query, ImmutableArray<SearchListing> listings)
    {
        var key = new PriceKey(query.Kind, query.Quantity, query.Term, listings);
        Lazy<ImmutableArray<PricedListing>> prices;
        lock (priced)
        {
            prices = priced.Find(it => it.Key == key).Prices ?? new(() => Search.Price(query, listings));

            // Prices of a copy that is no longer the newest are of no more use.
            priced.RemoveAll(it => it.Key == key || it.Key.Listings != listings);
            priced.Insert(0, (key, prices));
            if (priced.Count > MostPrices)
            {
                priced.RemoveAt(MostPrices);
            }
        }

        return prices.Value;
    }

    /// <inheritdoc/>
    public void Dispose() => reading.Dispose();

    private async Task RefreshBesideAsync()
    {
        try
        {
            await RefreshAsync(time.GetTimestamp());
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The copy that stands goes on answering; the next search tries again.
            Trace.TraceWarning("The search's copy of the listings could not be read: {0}", error.Message);
        }
        finally
        {
            Volatile.Write(ref isRefreshing, 0);
        }
    }

    private async Task RefreshAsync(long asked)
    {
        await reading.WaitAsync();
        try
        {
            if (copy is { } newer && newer.ReadAt >= asked)
            {
                return;
            }

            var began = time.GetTimestamp();
            var changed = await sites.ReadAsync();
            changed |= await availability.ReadAsync();
            changed |= await pools.ReadAsync();
            var listings = copy is { } standing && !changed ? standing.Listings : Listings();
            copy = new Copy(listings, began, time.GetElapsedTime(began));
        }
        finally
        {
            reading.Release();
        }
    }

    private ImmutableArray<SearchListing> Listings()
    {
        var places = sites.Items.ToDictionary(site => site.Id);
        var free = availability.Items.ToDictionary(it => it.Id, it => it.Free);
        var before = (copy?.Listings ?? []).ToDictionary(listing => listing.Pool.Id);
        return [.. pools.Items.Select(pool =>
        {
            var site = places.GetValueOrDefault(pool.SiteId);
            var steps = free.TryGetValue(pool.Id, out var known) ? known : default;
            return before.TryGetValue(pool.Id, out var same) && ReferenceEquals(same.Pool, pool) && ReferenceEquals(same.Site, site) && same.Free == (steps.IsDefault ? pool.Supply : steps)
                ? same
                : new SearchListing(pool, site, steps);
        })];
    }

    private sealed record Copy(ImmutableArray<SearchListing> Listings, long ReadAt, TimeSpan Took);

    private sealed record PriceKey(PoolKind Kind, int Quantity, Term Term, ImmutableArray<SearchListing> Listings);

    /// <summary>The rows of one partition, of which only those that changed are parsed when they are read again.</summary>
    private sealed class RowCopy<T>(IRowStore rows, string table, string partition)
    {
        private Dictionary<string, (long Version, T Item)> known = new(StringComparer.Ordinal);

        public IEnumerable<T> Items => known.Values.Select(it => it.Item);

        /// <returns>Whether anything is otherwise than before.</returns>
        public async Task<bool> ReadAsync()
        {
            var read = new Dictionary<string, (long Version, T Item)>(known.Count, StringComparer.Ordinal);
            var isChanged = false;
            string? from = null;
            do
            {
                var page = await rows.ScanAsync(table, partition, from, null, Page);
                foreach (var row in page.Rows)
                {
                    if (!known.TryGetValue(row.Key, out var it) || it.Version != row.Version)
                    {
                        it = (row.Version, JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!);
                        isChanged = true;
                    }

                    read.Add(row.Key, it);
                }

                from = page.NextFrom;
            }
            while (from is not null);
            isChanged |= read.Count != known.Count;
            known = read;
            return isChanged;
        }
    }
}
