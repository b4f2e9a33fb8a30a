using Marketplace.Api.Capacity;
using Marketplace.Api.Http;
using Marketplace.Domain.Market;
using Marketplace.Domain.Quotes;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Market;

namespace Marketplace.Api.Market;

/// <summary>Search and published listings, open to everyone.</summary>
internal static class SearchEndpoints
{
    public static IEndpointRouteBuilder MapMarket(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Search");
        room.Get("/v1/search", new("search", "Search the market", "Finds published pools that have the quantity free throughout the term, cheapest first. When none fits it says what stands in the way, and what comes nearest. Prices are indicative; ask for a quote to make one firm.", Permission.Public)
        {
            Query = SearchFilter.Example,
            Gives = SearchResultModel.Example,
            Refuses = [QuoteRefusal.TermInPast, QuoteRefusal.TermTooFarAhead],
        }, SearchAsync);

        room.Get("/v1/listings", new("listListings", "List published pools", "Every published pool, newest first.", Permission.Public)
        {
            Query = ListingFilter.Example,
            Gives = Page.Of(PoolModel.Example),
            Pages = true,
        }, request =>
        {
            var filter = request.ReadQuery<ListingFilter>();
            return request.PageAsync<PoolSummary, PoolModel>(PoolRows.Listings, PoolRows.Everyone, PoolModel.Of, filter.Covers);
        });
        return routes;
    }

    private static async Task<IResult> SearchAsync(ApiRequest request)
    {
        var filter = request.ReadQuery<SearchFilter>();
        var faults = new Faults();
        var query = filter.ToQuery(faults);
        faults.ThrowIfAny();
        if (Quote.RefuseStart(query.Term, request.MarketNow) is { } refusal)
        {
            throw new ProblemException(Problem.Of(refusal with { Field = "start" }));
        }

        return request.Ok(SearchResultModel.Of(await request.Grain<ISearchGrain>(ISearchGrain.Everywhere).SearchAsync(query)));
    }
}
