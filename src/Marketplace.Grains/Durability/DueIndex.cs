using System.Globalization;
using System.Text;
using Marketplace.Grains.Ports;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Grains.Durability;

/// <summary>The rows that say which aggregate is due when: partition by shard, key by market time and address.</summary>
internal static class DueIndex
{
    public const string Table = "due";

    /// <summary>Stands for "open, nothing planned": later than any contract.</summary>
    public static readonly Instant Never = Instant.FromUtc(9990, 1, 1, 0, 0);

    public static string KeyFor(AggregateAddress address, Instant due) => TimePart(due) + "|" + address;

    /// <summary>The first key after everything due at or before <paramref name="now"/>.</summary>
    public static string KeyAfter(Instant now) => TimePart(now) + "}";

    public static Row RowFor(AggregateAddress address, Instant due, Instant writtenAt) =>
        new(KeyFor(address, due), 0, Encoding.UTF8.GetBytes(InstantPattern.ExtendedIso.Format(writtenAt)));

    public static (Instant Due, AggregateAddress Address) Parse(string key)
    {
        var bar = key.IndexOf('|', StringComparison.Ordinal);
        return (Instant.FromUnixTimeTicks(long.Parse(key.AsSpan(0, bar), CultureInfo.InvariantCulture)), AggregateAddress.Parse(key[(bar + 1)..]));
    }

    public static Instant WrittenAt(Row row) => InstantPattern.ExtendedIso.Parse(Encoding.UTF8.GetString(row.Data.Span)).Value;

    // Clamped so that ordinal order of the keys is order in time.
    private static string TimePart(Instant due) => Math.Clamp(due.ToUnixTimeTicks(), 0, Never.ToUnixTimeTicks()).ToString("D19", CultureInfo.InvariantCulture);
}
