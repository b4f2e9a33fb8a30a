using Marketplace.Grains.Ports;

namespace Marketplace.Testing.Faults;

/// <summary>Rows with the faults of a plan.</summary>
public sealed class FaultyRowStore(IRowStore inner, FaultPlan plan) : IRowStore
{
    /// <inheritdoc/>
    public ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default) =>
        inner.GetAsync(table, partition, key, cancellation);

    /// <inheritdoc/>
    public ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default) =>
        inner.ScanAsync(table, partition, from, until, limit, descending, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default) => new(plan.RunAsync(
        "TryInsert",
        table,
        $"{partition}/{(rows.Count > 0 ? rows[0].Key : "")}",
        () => inner.TryInsertAsync(table, partition, rows, cancellation).AsTask(),
        _ => false));

    /// <inheritdoc/>
    public ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default) =>
        RunAsync("UpsertIfNewer", table, $"{partition}/{row.Key}", () => inner.UpsertIfNewerAsync(table, partition, row, cancellation));

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default) =>
        RunAsync("Delete", table, $"{partition}/{key}", () => inner.DeleteAsync(table, partition, key, version, cancellation));

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default) =>
        RunAsync("Remove", table, $"{partition}/{(keys.Count > 0 ? keys[0] : "")}", () => inner.RemoveAsync(table, partition, keys, cancellation));

    private ValueTask RunAsync(string operation, string table, string key, Func<ValueTask> write) => new(plan.RunAsync(
        operation,
        table,
        key,
        async () =>
        {
            await write();
            return true;
        },
        _ => true));
}
