using Marketplace.Domain.Market;

namespace Marketplace.Grains.Market;

/// <summary>
/// Searches the published listings. It reads a copy of them that is up to a second old, and asks the pools that may fit for
/// what is free at this moment. Key: <see cref="Everywhere"/>.
/// </summary>
[Alias("Marketplace.ISearchGrain"), GrainInterfaceType("Marketplace.ISearchGrain")]
public interface ISearchGrain : IGrainWithStringKey
{
    /// <summary>The one key.</summary>
    const string Everywhere = "everywhere";

    /// <summary>Runs a query.</summary>
    [Alias("Search")]
    Task<SearchResult> SearchAsync(SearchQuery query);
}
