using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Azure;

/// <summary>Reads every row in Azure Tables. Where a table is left out, it goes on behind it.</summary>
internal sealed class AzureRowScan(LazyTable entities) : IRowScan
{
    public async IAsyncEnumerable<PlacedRow> AllAsync(IReadOnlySet<string> without, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var client = await entities.OpenAsync();
        string? after = "";
        while (after is not null)
        {
            var from = after;
            after = null;
            await foreach (var entity in client.QueryAsync<TableEntity>(RowEntity.RowsFrom(from), RowLimits.MostRowsInPage, cancellationToken: cancellation))
            {
                var (table, partition) = RowEntity.Placed(entity);
                if (without.Contains(table))
                {
                    after = RowEntity.Behind(table);
                    break;
                }

                if (!RowEntity.IsTombstone(entity))
                {
                    yield return new PlacedRow(table, partition, RowEntity.ToRow(entity));
                }
            }
        }
    }
}
