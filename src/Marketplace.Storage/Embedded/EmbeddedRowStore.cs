using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Embedded;

/// <summary>Rows in the embedded store. A tombstone is a row without data.</summary>
internal sealed class EmbeddedRowStore(EmbeddedStore store) : IRowStore
{
    // A page ends early here, so that a scan of large rows stays a bounded piece of work; the caller goes on as with any page.
    private const int LargestPage = 4 * 1024 * 1024;

    private const string SelectOne = "SELECT version, data FROM row WHERE tab = ?1 AND partition = ?2 AND key = ?3 AND data IS NOT NULL";
    private const string SelectUp = "SELECT key, version, data FROM row WHERE tab = ?1 AND partition = ?2 AND key >= ?3 AND data IS NOT NULL ORDER BY key LIMIT ?4";
    private const string SelectUpUntil = "SELECT key, version, data FROM row WHERE tab = ?1 AND partition = ?2 AND key >= ?3 AND key < ?5 AND data IS NOT NULL ORDER BY key LIMIT ?4";
    private const string SelectDown = "SELECT key, version, data FROM row WHERE tab = ?1 AND partition = ?2 AND key >= ?3 AND data IS NOT NULL ORDER BY key DESC LIMIT ?4";
    private const string SelectDownUntil = "SELECT key, version, data FROM row WHERE tab = ?1 AND partition = ?2 AND key >= ?3 AND key < ?5 AND data IS NOT NULL ORDER BY key DESC LIMIT ?4";
    private const string Insert = "INSERT INTO row(tab, partition, key, version, data) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET version = excluded.version, data = excluded.data";
    private const string Upsert = Insert + " WHERE excluded.version > row.version";
    private const string Delete = "INSERT INTO row(tab, partition, key, version, data) VALUES(?1, ?2, ?3, ?4, NULL) ON CONFLICT DO UPDATE SET version = excluded.version, data = NULL WHERE excluded.version >= row.version";
    private const string Remove = "DELETE FROM row WHERE tab = ?1 AND partition = ?2 AND key = ?3";

    public ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        RowLimits.CheckKey(table, key);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(store.Read((table, partition, key), static (connection, at) =>
        {
            var select = connection.Prepare(SelectOne).Bind(1, at.table).Bind(2, at.partition).Bind(3, at.key);
            try
            {
                return select.Step() ? new Row(at.key, select.Int64(0), select.Bytes(1)) : (Row?)null;
            }
            finally
            {
                select.Reset();
            }
        }));
    }

    public ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.MostRowsInPage);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(store.Read((table, partition, from, until, limit, descending), static (connection, at) => Page(connection, at.table, at.partition, at.from, at.until, at.limit, at.descending)));
    }

    public async ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, rows);
        cancellation.ThrowIfCancellationRequested();
        return await store.WriteAsync(rows.Sum(row => row.Data.Length), connection =>
        {
            // Only this thread writes, so what is absent now is absent until the commit.
            foreach (var row in rows)
            {
                if (Exists(connection, table, partition, row.Key))
                {
                    return false;
                }
            }

            foreach (var row in rows)
            {
                Put(connection.Prepare(Insert), table, partition, row);
            }

            return true;
        });
    }

    public async ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, [row]);
        cancellation.ThrowIfCancellationRequested();
        await store.WriteAsync(row.Data.Length, connection => Put(connection.Prepare(Upsert), table, partition, row));
    }

    public async ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, [new Row(key, version, default)]);
        cancellation.ThrowIfCancellationRequested();
        await store.WriteAsync(0, connection => Remember(connection.Prepare(Delete), table, partition, key, version));
    }

    public async ValueTask WriteAllAsync(IReadOnlyList<RowChange> changes, CancellationToken cancellation = default)
    {
        foreach (var change in changes)
        {
            RowLimits.Check(change.Table, change.Partition, [new Row(change.Key, change.Version, change.Data ?? default)]);
        }

        cancellation.ThrowIfCancellationRequested();
        await store.WriteAsync(changes.Sum(change => change.Data?.Length ?? 0), connection =>
        {
            foreach (var (table, partition, key, version, data) in changes)
            {
                _ = data is { } bytes
                    ? Put(connection.Prepare(Upsert), table, partition, new Row(key, version, bytes))
                    : Remember(connection.Prepare(Delete), table, partition, key, version);
            }

            return changes.Count;
        });
    }

    public async ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        foreach (var key in keys)
        {
            RowLimits.CheckKey(table, key);
        }

        cancellation.ThrowIfCancellationRequested();
        foreach (var chunk in keys.Chunk(RowLimits.MostRowsInBatch))
        {
            await store.WriteAsync(0, connection => chunk.Sum(key => connection.Prepare(Remove).Bind(1, table).Bind(2, partition).Bind(3, key).Run()));
        }
    }

    private static int Put(Statement statement, string table, string partition, Row row) =>
        statement.Bind(1, table).Bind(2, partition).Bind(3, row.Key).Bind(4, row.Version).Bind(5, row.Data.Span).Run();

    private static int Remember(Statement statement, string table, string partition, string key, long version) =>
        statement.Bind(1, table).Bind(2, partition).Bind(3, key).Bind(4, version).Run();

    private static bool Exists(Connection connection, string table, string partition, string key)
    {
        var select = connection.Prepare(SelectOne).Bind(1, table).Bind(2, partition).Bind(3, key);
        try
        {
            return select.Step();
        }
        finally
        {
            select.Reset();
        }
    }

    private static RowPage Page(Connection connection, string table, string partition, string? from, string? until, int limit, bool descending)
    {
        var sql = (descending, until) switch
        {
            (false, null) => SelectUp,
            (false, _) => SelectUpUntil,
            (true, null) => SelectDown,
            (true, _) => SelectDownUntil,
        };

        // One row more than asked for tells whether there is a next page.
        var select = connection.Prepare(sql).Bind(1, table).Bind(2, partition).Bind(3, from ?? "").Bind(4, limit + 1);
        if (until is not null)
        {
            select.Bind(5, until);
        }

        try
        {
            var rows = new List<Row>();
            var bytes = 0;
            while (select.Step())
            {
                if (rows.Count == limit || bytes >= LargestPage)
                {
                    return new RowPage(rows, descending ? rows[^1].Key : select.Text(0));
                }

                var row = new Row(select.Text(0), select.Int64(1), select.Bytes(2));
                rows.Add(row);
                bytes += row.Data.Length;
            }

            return new RowPage(rows, null);
        }
        finally
        {
            select.Reset();
        }
    }
}
