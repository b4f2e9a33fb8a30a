using System.Collections.Immutable;
using Marketplace.Domain.Market;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Orleans.Concurrency;

namespace Marketplace.Grains.Market;

/// <summary>
/// Runs searches over the silo's <see cref="SearchIndex"/>. In a market of up to <see cref="MostAsked"/> listings every pool that may fit
/// is asked what is free at this moment. In a larger one counts and order follow what pools last said, some seconds ago, and those that
/// are shown are asked.
/// </summary>
[StatelessWorker]
[GrainType("search")]
internal sealed class SearchGrain(GrainServices services, SearchIndex index) : Grain, ISearchGrain
{
    private const int MostAsked = 1_000;

    // Every pool asked is one grain call; they are made side by side, so many at a time.
    private const int MostAskedAtOnce = 32;

    public async Task<SearchResult> SearchAsync(SearchQuery query)
    {
        var listings = await index.ListingsAsync();
        if (listings.Length <= MostAsked)
        {
            return Search.Run(query, await SideBySideAsync(listings, listing => CandidateAsync(query, listing)));
        }

        // Not in the grain's own turn, which others wait for.
        var result = await Task.Run(() => Search.Find(query, index.Prices(query, listings)));
        var shown = await SideBySideAsync(result.Offers, offer => AskAsync(query, offer));
        var fitting = shown.Where(offer => offer.FreeUnits >= offer.Units).ToImmutableArray();
        return result with { Offers = fitting, Total = result.Total - (shown.Count - fitting.Length) };
    }

    private static async Task<List<TResult>> SideBySideAsync<T, TResult>(ImmutableArray<T> all, Func<T, Task<TResult>> ask)
    {
        var answers = new List<TResult>(all.Length);
        foreach (var some in all.Chunk(MostAskedAtOnce))
        {
            answers.AddRange(await Task.WhenAll(some.Select(ask)));
        }

        return answers;
    }

    private async Task<SearchCandidate> CandidateAsync(SearchQuery query, SearchListing listing)
    {
        if (!Search.IsWorthAsking(query, listing))
        {
            return new SearchCandidate(listing, 0, null);
        }

        var free = await PoolOf(listing.Pool).GetFreeAsync(query.Term, Search.UnitsOf(listing.Pool, query.Quantity));
        return new SearchCandidate(listing, free.Units, free.From);
    }

    private async Task<SearchOffer> AskAsync(SearchQuery query, SearchOffer offer)
    {
        var free = await PoolOf(offer.Pool).GetFreeAsync(query.Term, offer.Units);
        return offer with { FreeUnits = free.Units, FreeFrom = free.From };
    }

    private IGpuPoolGrain PoolOf(PoolSummary pool) => services.Grains.GetGrain<IGpuPoolGrain>(pool.Id.Value);
}
