using System.Runtime.CompilerServices;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Embedded;

/// <summary>Reads every row of the embedded store, a page at a time.</summary>
internal sealed class EmbeddedRowScan(EmbeddedStore store) : IRowScan
{
    private const int Page = 500;
    private const string SelectTables = "SELECT DISTINCT tab FROM row ORDER BY tab";
    private const string SelectRows = "SELECT partition, key, version, data FROM row WHERE tab = ?1 AND (partition, key) > (?2, ?3) AND data IS NOT NULL ORDER BY partition, key LIMIT ?4";

    public async IAsyncEnumerable<PlacedRow> AllAsync(IReadOnlySet<string> without, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var table in store.Read(0, static (connection, _) => Tables(connection)).Where(table => !without.Contains(table)))
        {
            var (partition, key) = ("", "");
            List<PlacedRow> page;
            do
            {
                cancellation.ThrowIfCancellationRequested();
                page = store.Read((table, partition, key), static (connection, at) => Rows(connection, at.table, at.partition, at.key));
                foreach (var row in page)
                {
                    yield return row;
                    (partition, key) = (row.Partition, row.Row.Key);
                }
            }
            while (page.Count == Page);
        }

        await Task.CompletedTask;
    }

    private static List<string> Tables(Connection connection)
    {
        var select = connection.Prepare(SelectTables);
        try
        {
            var tables = new List<string>();
            while (select.Step())
            {
                tables.Add(select.Text(0));
            }

            return tables;
        }
        finally
        {
            select.Reset();
        }
    }

    private static List<PlacedRow> Rows(Connection connection, string table, string partition, string key)
    {
        var select = connection.Prepare(SelectRows).Bind(1, table).Bind(2, partition).Bind(3, key).Bind(4, Page);
        try
        {
            var rows = new List<PlacedRow>();
            while (select.Step())
            {
                rows.Add(new PlacedRow(table, select.Text(0), new Row(select.Text(1), select.Int64(2), select.Bytes(3))));
            }

            return rows;
        }
        finally
        {
            select.Reset();
        }
    }
}
