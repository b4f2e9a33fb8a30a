using Azure;
using Azure.Data.Tables;
using Marketplace.Storage.Azure;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The silos of a cluster in one partition of a table. Every change of a silo's status writes the version row in the same
/// transaction, on condition of its ETag, so that the table has one history; a heartbeat changes no version.
/// </summary>
internal sealed class AzureBasedMembershipTable(IOptions<AzureStorageClusteringOptions> options, IOptions<ClusterOptions> cluster) : IMembershipTable
{
    private const int MostReads = 10;
    private readonly LazyTable silos = options.Value.Table();
    private readonly string clusterId = cluster.Value.ClusterId;

    public async Task InitializeMembershipTable(bool tryInitTableVersion)
    {
        var table = await silos.OpenAsync();
        if (!tryInitTableVersion || (await table.GetEntityIfExistsAsync<TableEntity>(clusterId, SiloEntity.VersionRow)).HasValue)
        {
            return;
        }

        try
        {
            await table.AddEntityAsync(SiloEntity.OfVersion(clusterId, 0));
        }
        catch (RequestFailedException error) when (error.IsConflict())
        {
            // Another silo was first; all that matters is that the row is there.
        }
    }

    public async Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        var rowKey = SiloEntity.RowKey(key);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {clusterId} and (RowKey eq {rowKey} or RowKey eq {SiloEntity.VersionRow})");
        return Data(await QueryAsync(filter));
    }

    public async Task<MembershipTableData> ReadAll()
    {
        for (var reads = 1; ; reads++)
        {
            var rows = await QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {clusterId}"));
            var start = rows.Find(row => row.RowKey == SiloEntity.StartFence);
            var end = rows.Find(row => row.RowKey == SiloEntity.EndFence);
            if (start is null || end is null || SiloEntity.VersionOf(start) == SiloEntity.VersionOf(end))
            {
                return Data(rows);
            }

            if (reads == MostReads)
            {
                throw new OrleansException($"The membership table of cluster {clusterId} changed during each of {MostReads} reads.");
            }
        }
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        SubmitAsync(new TableTransactionAction(TableTransactionActionType.Add, SiloEntity.OfSilo(clusterId, entry)), tableVersion);

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        SubmitAsync(new TableTransactionAction(TableTransactionActionType.UpdateReplace, SiloEntity.OfSilo(clusterId, entry), new ETag(etag)), tableVersion);

    public async Task UpdateIAmAlive(MembershipEntry entry)
    {
        var table = await silos.OpenAsync();
        await table.UpdateEntityAsync(SiloEntity.OfHeartbeat(clusterId, entry), ETag.All, TableUpdateMode.Merge);
    }

    public async Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate)
    {
        var rows = await QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {clusterId}"));
        await DeleteAsync(rows.Where(row => SiloEntity.IsSilo(row.RowKey) && row.GetString("Status") != nameof(SiloStatus.Active) && row.Timestamp < beforeDate));
    }

    public async Task DeleteMembershipTableEntries(string clusterId) =>
        await DeleteAsync(await QueryAsync(TableClient.CreateQueryFilter($"PartitionKey eq {clusterId}")));

    private static MembershipTableData Data(List<TableEntity> rows)
    {
        var version = rows.Find(row => row.RowKey == SiloEntity.VersionRow) ?? throw new KeyNotFoundException("The membership table has no version row.");
        return new MembershipTableData(
            [.. rows.Where(row => SiloEntity.IsSilo(row.RowKey)).Select(row => Tuple.Create(SiloEntity.ToSilo(row), row.ETag.ToString()))],
            new TableVersion(SiloEntity.VersionOf(version), version.ETag.ToString()));
    }

    private async Task<bool> SubmitAsync(TableTransactionAction silo, TableVersion version)
    {
        var table = await silos.OpenAsync();
        try
        {
            await table.SubmitTransactionAsync(
            [
                silo,
                new TableTransactionAction(TableTransactionActionType.UpdateReplace, SiloEntity.OfVersion(clusterId, version.Version), new ETag(version.VersionEtag)),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, SiloEntity.OfFence(clusterId, SiloEntity.StartFence, version.Version)),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, SiloEntity.OfFence(clusterId, SiloEntity.EndFence, version.Version)),
            ]);
            return true;
        }
        catch (RequestFailedException error) when (error.IsConflict())
        {
            return false;
        }
    }

    private async Task<List<TableEntity>> QueryAsync(string filter)
    {
        var table = await silos.OpenAsync();
        var rows = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter))
        {
            rows.Add(row);
        }

        return rows;
    }

    private async Task DeleteAsync(IEnumerable<TableEntity> rows)
    {
        var table = await silos.OpenAsync();
        foreach (var row in rows)
        {
            try
            {
                await table.DeleteEntityAsync(row, row.ETag);
            }
            catch (RequestFailedException error) when (error.IsConflict())
            {
                // It changed since it was read, so it is not defunct; or another silo has removed it.
            }
        }
    }
}
