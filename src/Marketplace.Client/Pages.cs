using System.Runtime.CompilerServices;

namespace Marketplace.Client;

/// <summary>Lists of any length, a page at a time.</summary>
public static class Pages
{
    /// <summary>
    /// Every item of a list, asking for the next page when the one before is used up:
    /// <c>Pages.All(cursor => client.ListLeasesAsync(startingAfter: cursor), page => page.Data, page => page.NextCursor)</c>.
    /// </summary>
    /// <typeparam name="TPage">A page.</typeparam>
    /// <typeparam name="TItem">What it lists.</typeparam>
    /// <param name="page">Asks for the page after a cursor; null for the first.</param>
    /// <param name="items">A page's items.</param>
    /// <param name="next">The cursor after a page; null after the last.</param>
    /// <param name="cancellation">Ends it between two items.</param>
    public static async IAsyncEnumerable<TItem> All<TPage, TItem>(
        Func<string?, Task<Response<TPage>>> page,
        Func<TPage, IEnumerable<TItem>> items,
        Func<TPage, string?> next,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (string? cursor = null; ;)
        {
            var answered = (await page(cursor).ConfigureAwait(false)).Result;
            foreach (var item in items(answered))
            {
                cancellation.ThrowIfCancellationRequested();
                yield return item;
            }

            if (next(answered) is not { } following)
            {
                yield break;
            }

            cursor = following;
        }
    }
}
