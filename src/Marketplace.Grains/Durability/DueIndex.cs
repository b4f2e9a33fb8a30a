using System.Globalization;
using System.Text;
using Marketplace.Grains.Ports;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Grains.Durability;

/// <summary>
/// One row of the due index. A row is never written twice: each commit that moves the due time has a row of its own, so a
/// removal that arrives late can only remove what it was meant for.
/// </summary>
/// <param name="At">Market time of the effect.</param>
/// <param name="Version">The commit that set it: the record's version or the journal's sequence.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.DueRow")]
public readonly record struct DueRow([property: Id(0)] Instant At, [property: Id(1)] long Version);

/// <summary>The rows that say which aggregate is due when: partition by shard, key by market time, address and version.</summary>
internal static class DueIndex
{
    public const string Table = "due";

    /// <summary>Stands for "open, nothing planned": later than any contract.</summary>
    public static readonly Instant Never = Instant.FromUtc(9990, 1, 1, 0, 0);

    public static string KeyFor(AggregateAddress address, DueRow row) => $"{TimePart(row.At)}|{address}|{row.Version}";

    /// <summary>The first key after everything due at or before <paramref name="now"/>.</summary>
    public static string KeyAfter(Instant now) => TimePart(now) + "}";

    public static Row RowFor(AggregateAddress address, DueRow row, Instant writtenAt) =>
        new(KeyFor(address, row), 0, Encoding.UTF8.GetBytes(InstantPattern.ExtendedIso.Format(writtenAt)));

    public static (DueRow Row, AggregateAddress Address) Parse(string key)
    {
        int first = key.IndexOf('|', StringComparison.Ordinal), last = key.LastIndexOf('|');
        var at = Instant.FromUnixTimeTicks(long.Parse(key.AsSpan(0, first), CultureInfo.InvariantCulture));
        return (new DueRow(at, long.Parse(key.AsSpan(last + 1), CultureInfo.InvariantCulture)), AggregateAddress.Parse(key[(first + 1)..last]));
    }

    public static Instant WrittenAt(Row row) => InstantPattern.ExtendedIso.Parse(Encoding.UTF8.GetString(row.Data.Span)).Value;

    // Clamped so that ordinal order of the keys is order in time.
    private static string TimePart(Instant due) => Math.Clamp(due.ToUnixTimeTicks(), 0, Never.ToUnixTimeTicks()).ToString("D19", CultureInfo.InvariantCulture);
}
