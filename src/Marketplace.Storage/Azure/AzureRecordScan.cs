using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Lists grain records as the providers lay them out. In tables the keys of one grain type are a range of partition keys;
/// the service reads through the range, records of other states included. Blobs have no such start: every page lists all
/// names of the state and type again, 5000 a request. Grain types must hold no underscore, which ends the type in a
/// partition key.
/// </summary>
internal sealed class AzureRecordScan(AzureStoreOptions options, LazyTable records, BlobServiceClient blobs, string serviceId) : IRecordScan
{
    private const string BlobEnd = ".json";

    public bool IsAvailable => true;

    public async ValueTask<IReadOnlyList<string>> KeysAsync(string stateName, string grainType, string? after, int limit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return options.StatesInBlobs.Contains(stateName)
            ? await InBlobsAsync($"{stateName}-{grainType}/", after, limit, cancellation)
            : await InTablesAsync(stateName, TableKeys.Clean($"{serviceId}_{grainType}/"), after, limit, cancellation);
    }

    private async Task<IReadOnlyList<string>> InTablesAsync(string stateName, string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var end = prefix[..^1] + (char)(prefix[^1] + 1);
        var filter = TableClient.CreateQueryFilter($"PartitionKey gt {prefix + after} and PartitionKey lt {end} and RowKey eq {TableKeys.Clean(stateName)}");
        var keys = new List<string>();
        var table = await records.OpenAsync();

        // A cleared record is an entity without data, and only the data tells.
        await foreach (var entity in table.QueryAsync<TableEntity>(filter, Math.Min(limit, RowLimits.MostRowsInPage), ["PartitionKey", TablePayload.FirstBinary, TablePayload.FirstText], cancellation))
        {
            if (TablePayload.Get(entity) is null)
            {
                continue;
            }

            keys.Add(entity.PartitionKey[prefix.Length..]);
            if (keys.Count == limit)
            {
                break;
            }
        }

        return keys;
    }

    private async Task<IReadOnlyList<string>> InBlobsAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        var keys = new List<string>();
        try
        {
            var container = blobs.GetBlobContainerClient(options.BlobContainer);
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation))
            {
                var key = blob.Name[prefix.Length..^BlobEnd.Length];
                if (blob.Properties.ContentLength > 0 && string.CompareOrdinal(key, after) > 0)
                {
                    keys.Add(key);
                }
            }
        }
        catch (RequestFailedException error) when (error.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return [];
        }

        // The end of a blob's name sorts before some characters of keys, so the listing's order is not the keys'.
        keys.Sort(StringComparer.Ordinal);
        return keys.Count <= limit ? keys : keys[..limit];
    }
}
