using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Market;

/// <summary>A copy of the listings per silo and worker, read again when it is older than <see cref="Freshness"/>. It holds no truth.</summary>
[StatelessWorker]
[GrainType("search")]
internal sealed class SearchGrain(GrainServices services) : Grain, ISearchGrain
{
    private const int Page = 1_000;

    // Every pool asked is one grain call; they are made side by side, so many at a time.
    private const int MostAskedAtOnce = 32;
    private static readonly Duration Freshness = Duration.FromSeconds(1);

    private ImmutableArray<PoolSummary> listings = [];
    private Dictionary<SiteId, Site> sites = [];
    private Instant readAt = Instant.MinValue;

    public async Task<SearchResult> SearchAsync(SearchQuery query)
    {
        await RefreshAsync();
        var candidates = new List<SearchCandidate>(listings.Length);
        foreach (var some in listings.Chunk(MostAskedAtOnce))
        {
            candidates.AddRange(await Task.WhenAll(some.Select(pool => CandidateAsync(query, pool))));
        }

        return Search.Run(query, candidates);
    }

    private async Task<SearchCandidate> CandidateAsync(SearchQuery query, PoolSummary pool)
    {
        var site = sites.GetValueOrDefault(pool.SiteId);
        if (!Search.IsWorthAsking(query, pool, site))
        {
            return new SearchCandidate(pool, site, 0, null);
        }

        var free = await services.Grains.GetGrain<IGpuPoolGrain>(pool.Id.Value).GetFreeAsync(query.Term, Search.UnitsOf(pool, query.Quantity));
        return new SearchCandidate(pool, site, free.Units, free.From);
    }

    private async Task RefreshAsync()
    {
        var now = services.RealNow;
        if (now - readAt < Freshness)
        {
            return;
        }

        listings = [.. await ReadAsync<PoolSummary>(PoolRows.Listings, PoolRows.Everyone)];
        sites = (await ReadAsync<Site>(SiteRows.Table, SiteRows.Everyone)).ToDictionary(site => site.Id);
        readAt = now;
    }

    private async Task<List<T>> ReadAsync<T>(string table, string partition)
    {
        var read = new List<T>();
        string? from = null;
        do
        {
            var page = await services.Rows.ScanAsync(table, partition, from, null, Page);
            read.AddRange(page.Rows.Select(row => JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!));
            from = page.NextFrom;
        }
        while (from is not null);
        return read;
    }
}
