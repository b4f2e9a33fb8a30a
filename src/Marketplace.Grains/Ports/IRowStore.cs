namespace Marketplace.Grains.Ports;

/// <summary>
/// Rows outside grain records: indexes, journals, read copies. A row lives in a table, under a partition key and a row key,
/// and carries the version of the aggregate that wrote it. The contract is what Azure Tables can keep, so every store
/// refuses alike: see <see cref="RowLimits"/>. Every write is durable when its task completes; a failed write has an
/// unknown outcome.
/// </summary>
public interface IRowStore
{
    /// <summary>One row, or null. A deleted row is absent.</summary>
    ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default);

    /// <summary>
    /// Rows of one partition in ordinal order of their keys: at or after <paramref name="from"/> (null: the first), before
    /// <paramref name="until"/> (null: the last), at most <paramref name="limit"/> (1 to <see cref="RowLimits.MostRowsInPage"/>),
    /// newest key first when <paramref name="descending"/>. A page of large rows may end before the limit;
    /// <see cref="RowPage.NextFrom"/> alone says whether there is more.
    /// </summary>
    ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default);

    /// <summary>
    /// Inserts all rows, or none when one of them exists (a tombstone does not count as existing). One partition, at most
    /// 100 rows and what <see cref="RowLimits.LargestBatch"/> says.
    /// </summary>
    /// <returns>Whether they were inserted.</returns>
    ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default);

    /// <summary>Writes the row unless a row or tombstone of the same or a newer version stands there, so a late or repeated write changes nothing.</summary>
    ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default);

    /// <summary>
    /// Removes the row unless a newer version stands there, leaving a tombstone of <paramref name="version"/> that refuses
    /// older writes. Removing an absent row leaves the tombstone too.
    /// </summary>
    ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default);

    /// <summary>
    /// Writes several rows of any tables and partitions, each as <see cref="UpsertIfNewerAsync"/> or, without data, as
    /// <see cref="DeleteAsync"/> would. After a failure any of them may have been written.
    /// </summary>
    async ValueTask WriteAllAsync(IReadOnlyList<RowChange> changes, CancellationToken cancellation = default) => await Task.WhenAll(changes.Select(async change =>
    {
        await (change.Data is { } data
            ? UpsertIfNewerAsync(change.Table, change.Partition, new Row(change.Key, change.Version, data), cancellation)
            : DeleteAsync(change.Table, change.Partition, change.Key, change.Version, cancellation));
    }));

    /// <summary>Removes rows for good, tombstones too; absent ones are passed over. For rows that nothing late can write again, such as due rows and journal rows below a snapshot.</summary>
    ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default);
}

/// <summary>One row.</summary>
/// <param name="Key">Row key, at most <see cref="RowLimits.LongestKey"/> characters, none of <see cref="RowLimits.ForbiddenInKeys"/>.</param>
/// <param name="Version">The aggregate's version, or the journal's sequence; 0 or more.</param>
/// <param name="Data">Payload, at most <see cref="RowLimits.LargestData"/> bytes.</param>
public readonly record struct Row(string Key, long Version, ReadOnlyMemory<byte> Data);

/// <summary>A row to write or, with no data, to delete.</summary>
/// <param name="Table">Table.</param>
/// <param name="Partition">Partition key.</param>
/// <param name="Key">Row key.</param>
/// <param name="Version">The version that is written; what stands there in the same or a newer one stays.</param>
/// <param name="Data">Payload; null deletes.</param>
public readonly record struct RowChange(string Table, string Partition, string Key, long Version, ReadOnlyMemory<byte>? Data);

/// <summary>A page of rows.</summary>
/// <param name="Rows">The rows in the order asked for.</param>
/// <param name="NextFrom">Key to go on with: pass as <c>from</c> (ascending) or as <c>until</c> (descending); null at the end.</param>
public sealed record RowPage(IReadOnlyList<Row> Rows, string? NextFrom);

/// <summary>What every row store refuses, from the documented limits of Azure Tables.</summary>
public static class RowLimits
{
    /// <summary>Characters in a partition or row key: a key of Azure Tables has 512, of which a store may need some, such as for the table's name.</summary>
    public const int LongestKey = 400;

    /// <summary>Payload bytes in a row: 15 properties of 64 KiB, which leaves room for keys within the 1 MiB of an entity.</summary>
    public const int LargestData = 15 * 64 * 1024;

    /// <summary>Rows in one batch.</summary>
    public const int MostRowsInBatch = 100;

    /// <summary>Rows in one page.</summary>
    public const int MostRowsInPage = 1000;

    /// <summary>Payload bytes in one batch: three quarters of the 4 MiB of a request, in which bytes travel as base64, less room for keys.</summary>
    public const int LargestBatch = 3 * 1024 * 1024 - 128 * 1024;

    /// <summary>Characters no key may hold, beside control characters and those beyond U+FFFF.</summary>
    public const string ForbiddenInKeys = "/\\#?";

    /// <summary>Refuses keys and payloads outside the limits, naming the row.</summary>
    /// <exception cref="ArgumentException">A limit is exceeded; nothing was written.</exception>
    public static void Check(string table, string partition, IReadOnlyList<Row> rows)
    {
        CheckKey(table, partition);
        if (rows.Count is 0 or > MostRowsInBatch)
        {
            throw new ArgumentException($"{table}/{partition}: a batch holds 1 to {MostRowsInBatch} rows, not {rows.Count}.", nameof(rows));
        }

        long bytes = 0;
        var keys = new HashSet<string>(rows.Count, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            CheckKey(table, row.Key);
            if (!keys.Add(row.Key))
            {
                throw new ArgumentException($"{table}/{partition}/{row.Key}: a batch holds a row once.", nameof(rows));
            }

            ArgumentOutOfRangeException.ThrowIfNegative(row.Version, nameof(rows));
            if (row.Data.Length > LargestData)
            {
                throw new ArgumentException($"{table}/{partition}/{row.Key}: {row.Data.Length} bytes, at most {LargestData} fit a row.", nameof(rows));
            }

            bytes += row.Data.Length;
        }

        if (bytes > LargestBatch)
        {
            throw new ArgumentException($"{table}/{partition}: {bytes} bytes, at most {LargestBatch} fit a batch.", nameof(rows));
        }
    }

    /// <summary>Refuses a key that Azure Tables would refuse, or whose ordinal order would differ between UTF-8 and UTF-16.</summary>
    /// <exception cref="ArgumentException">The key is empty, too long, or holds a forbidden character.</exception>
    public static void CheckKey(string table, string key)
    {
        if (key.Length is 0 or > LongestKey || key.AsSpan().ContainsAny(ForbiddenInKeys) || key.Any(c => char.IsControl(c) || char.IsSurrogate(c)))
        {
            throw new ArgumentException($"{table}: '{key}' is not a key: 1 to {LongestKey} characters, none of {ForbiddenInKeys}, no control characters and none beyond U+FFFF.", nameof(key));
        }
    }
}
