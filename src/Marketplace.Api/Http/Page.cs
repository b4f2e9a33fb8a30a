using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Marketplace.Api.Http;

/// <summary>One page of a list.</summary>
/// <param name="Data">The items.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="NextCursor">Pass as <c>startingAfter</c> for the next page; null at the end.</param>
internal sealed record Page<T>(ImmutableArray<T> Data, bool HasMore, string? NextCursor);

/// <summary>Makes pages.</summary>
internal static class Page
{
    public const int DefaultLimit = 50;
    public const int MostItems = 200;

    /// <summary>A page with everything there is; also the way to write an example.</summary>
    public static Page<T> Of<T>(params ImmutableArray<T> items) => new(items, false, null);

    public static string CursorOf(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    public static string? KeyOf(string cursor)
    {
        try
        {
            var key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
            return key.Length is > 0 and <= Grains.Ports.RowLimits.LongestKey && !key.AsSpan().ContainsAny(Grains.Ports.RowLimits.ForbiddenInKeys) && !key.Any(char.IsControl) ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
