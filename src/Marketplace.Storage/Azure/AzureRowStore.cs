using Azure;
using Azure.Data.Tables;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Rows in Azure Tables. Every write is one request of one partition on condition of what it saw, so it lands whole or not at
/// all. What the service refuses because of a competing write is looked at again and decided anew.
/// </summary>
internal sealed partial class AzureRowStore(LazyTable entities) : IRowStore
{
    // Each attempt is lost to a writer that got through, so this is reached only where something else is wrong.
    private const int MostAttempts = 100;

    public async ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        RowLimits.CheckKey(table, key);
        var client = await entities.OpenAsync();
        var found = await client.GetEntityIfExistsAsync<TableEntity>(RowEntity.Partition(table, partition), RowEntity.Key(key), cancellationToken: cancellation);
        return found.HasValue && !RowEntity.IsTombstone(found.Value!) ? RowEntity.ToRow(found.Value!) : null;
    }

    public async ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, rows);
        var at = RowEntity.Partition(table, partition);
        var client = await entities.OpenAsync();
        var write = Guid.NewGuid();
        var tombstones = new ETag?[rows.Count];
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var actions = rows.Zip(tombstones, (row, tombstone) => Put(RowEntity.Of(at, row.Key, row.Version, row.Data, write), tombstone)).ToList();
            actions.AddRange(rows.Select(row => RowEntity.Milestone(at, row.Key)).OfType<TableEntity>()
                .Take(RowLimits.MostRowsInBatch - rows.Count)
                .Select(milestone => new TableTransactionAction(TableTransactionActionType.UpsertReplace, milestone)));
            var trace = new RetryTrace();
            try
            {
                using (trace.Begin())
                {
                    await SubmitAsync(client, actions, cancellation);
                }

                return true;
            }
            catch (RequestFailedException error) when (error.IsConflict())
            {
                var standing = await Task.WhenAll(rows.Select(row => StandingAsync(client, at, row.Key, cancellation)));
                if (standing.Any(entity => entity?.GetGuid(RowEntity.Write) == write))
                {
                    return true;
                }

                if (trace.Retried)
                {
                    throw new StoreException($"{table}/{partition}/{rows[0].Key}: the answer to an insert was lost, and others have written since; whether it landed is unknown.", error);
                }

                if (standing.Any(entity => entity is not null && !RowEntity.IsTombstone(entity)))
                {
                    return false;
                }

                tombstones = [.. standing.Select(entity => entity?.ETag)];
            }
        }

        throw Busy(table, partition, rows[0].Key);
    }

    public ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, [row]);
        return ReplaceAsync(table, partition, row.Key, standing => row.Version > standing, write => RowEntity.Of(RowEntity.Partition(table, partition), row.Key, row.Version, row.Data, write), cancellation);
    }

    public ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default)
    {
        RowLimits.Check(table, partition, [new Row(key, version, default)]);
        return ReplaceAsync(table, partition, key, standing => version >= standing, write => RowEntity.Of(RowEntity.Partition(table, partition), key, version, null, write), cancellation);
    }

    public async ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        foreach (var key in keys)
        {
            RowLimits.CheckKey(table, key);
        }

        var at = RowEntity.Partition(table, partition);
        var client = await entities.OpenAsync();
        foreach (var chunk in keys.Distinct(StringComparer.Ordinal).Chunk(RowLimits.MostRowsInBatch))
        {
            var gone = chunk.Select(key => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(at, RowEntity.Key(key)), ETag.All)).ToList();
            try
            {
                await SubmitAsync(client, gone, cancellation);
            }
            catch (RequestFailedException error) when (error.IsConflict())
            {
                // One absent row fails the batch; one by one, absent ones are passed over.
                await Task.WhenAll(chunk.Select(key => client.DeleteEntityAsync(at, RowEntity.Key(key), ETag.All, cancellation)));
            }

            await Task.WhenAll(chunk.Select(key => RowEntity.Milestone(at, key)).OfType<TableEntity>()
                .Select(milestone => client.DeleteEntityAsync(at, milestone.RowKey, ETag.All, cancellation)));
        }
    }

    /// <summary>Writes an entity if nothing stands at its key, or something whose version yields to it.</summary>
    private async ValueTask ReplaceAsync(string table, string partition, string key, Func<long, bool> yields, Func<Guid, TableEntity> entity, CancellationToken cancellation)
    {
        var at = RowEntity.Partition(table, partition);
        var client = await entities.OpenAsync();
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var standing = await StandingAsync(client, at, key, cancellation);
            if (standing is not null && !yields(RowEntity.VersionOf(standing)))
            {
                return;
            }

            List<TableTransactionAction> actions = [Put(entity(Guid.NewGuid()), standing?.ETag)];
            if (standing is null && RowEntity.Milestone(at, key) is { } milestone)
            {
                actions.Add(new TableTransactionAction(TableTransactionActionType.UpsertReplace, milestone));
            }

            try
            {
                await SubmitAsync(client, actions, cancellation);
                return;
            }
            catch (RequestFailedException error) when (error.IsConflict())
            {
                // Somebody else's write, or this one's own earlier sending: what stands there now decides either way.
            }
        }

        throw Busy(table, partition, key);
    }

    private static TableTransactionAction Put(TableEntity entity, ETag? replaced) => replaced is { } etag
        ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, entity, etag)
        : new TableTransactionAction(TableTransactionActionType.Add, entity);

    private static async Task<TableEntity?> StandingAsync(TableClient client, string partition, string key, CancellationToken cancellation)
    {
        var found = await client.GetEntityIfExistsAsync<TableEntity>(partition, RowEntity.Key(key), RowEntity.Standing, cancellation);
        return found.HasValue ? found.Value : null;
    }

    private static Task SubmitAsync(TableClient client, List<TableTransactionAction> actions, CancellationToken cancellation) => actions switch
    {
        [{ ActionType: TableTransactionActionType.Add } only] => client.AddEntityAsync(only.Entity, cancellation),
        [{ ActionType: TableTransactionActionType.UpdateReplace } only] => client.UpdateEntityAsync(only.Entity, only.ETag, TableUpdateMode.Replace, cancellation),
        [{ ActionType: TableTransactionActionType.Delete } only] => client.DeleteEntityAsync(only.Entity.PartitionKey, only.Entity.RowKey, only.ETag, cancellation),
        _ => client.SubmitTransactionAsync(actions, cancellation),
    };

    private static StoreException Busy(string table, string partition, string key) =>
        new($"{table}/{partition}/{key}: other writers came first {MostAttempts} times.");
}
