using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Grains.Durability;

/// <summary>Row keys of lists: ordinal order is order of time, ties by id.</summary>
public static class SortKeys
{
    private static readonly InstantPattern Pattern = InstantPattern.Create("uuuuMMdd'T'HHmmssfffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The key of a noun created at an instant (year 0 to 9999), such as <c>20270301T0000000000000Z-rsv_4k2m…</c>.</summary>
    public static string Of(Instant createdAt, string id) => Pattern.Format(createdAt) + "-" + id;
}
