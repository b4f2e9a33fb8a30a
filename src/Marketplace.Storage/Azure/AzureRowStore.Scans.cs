using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Azure;

/// <content>
/// Scans. The service reads forwards only, up to 1000 entities or 4 MiB at a time. A backward scan finds the milestones below
/// its end, reads forwards from one of them and turns the rows round: usually two requests for a page of a hundred, and about
/// eight rows read in vain.
/// </content>
internal sealed partial class AzureRowStore
{
    private const int LargestPage = 4 * 1024 * 1024;
    private const int MostMilestones = 8;

    public async ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default)
    {
        RowLimits.CheckKey(table, partition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, RowLimits.MostRowsInPage);
        var at = RowEntity.Partition(table, partition);
        var client = await entities.OpenAsync();
        return descending
            ? await DownAsync(client, at, from, until, limit, cancellation)
            : await UpAsync(client, at, from, until, limit, cancellation);
    }

    private static async Task<RowPage> UpAsync(TableClient client, string partition, string? from, string? until, int limit, CancellationToken cancellation)
    {
        var page = new List<Row>();
        var bytes = 0;

        // One row more than asked for tells whether there is a next page.
        await foreach (var row in ReadAsync(client, partition, from, until, Math.Min(limit + 1, RowLimits.MostRowsInPage), cancellation))
        {
            if (page.Count == limit || bytes >= LargestPage)
            {
                return new RowPage(page, row.Key);
            }

            page.Add(row);
            bytes += row.Data.Length;
        }

        return new RowPage(page, null);
    }

    private static async Task<RowPage> DownAsync(TableClient client, string partition, string? from, string? until, int limit, CancellationToken cancellation)
    {
        var page = new List<Row>();
        var bytes = 0;
        var milestones = Math.Clamp((limit / RowEntity.RowsPerMilestone) + 1, 1, MostMilestones);
        while (true)
        {
            var begin = await MilestoneAsync(client, partition, from, until, milestones, cancellation);
            var stretch = new List<Row>();
            await foreach (var row in ReadAsync(client, partition, begin ?? from, until, RowLimits.MostRowsInPage, cancellation))
            {
                stretch.Add(row);
            }

            for (var i = stretch.Count - 1; i >= 0; i--)
            {
                if (page.Count == limit || bytes >= LargestPage)
                {
                    return new RowPage(page, page[^1].Key);
                }

                page.Add(stretch[i]);
                bytes += stretch[i].Data.Length;
            }

            if (begin is null)
            {
                return new RowPage(page, null);
            }

            until = begin;
        }
    }

    private static async IAsyncEnumerable<Row> ReadAsync(TableClient client, string partition, string? from, string? until, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var entity in client.QueryAsync<TableEntity>(RowEntity.Range(partition, from, until), most, cancellationToken: cancellation))
        {
            if (!RowEntity.IsTombstone(entity))
            {
                yield return RowEntity.ToRow(entity);
            }
        }
    }

    /// <summary>The key of the milestone that stands <paramref name="count"/> milestones below <paramref name="until"/>; null when there are fewer.</summary>
    private static async Task<string?> MilestoneAsync(TableClient client, string partition, string? from, string? until, int count, CancellationToken cancellation)
    {
        await foreach (var milestone in client.QueryAsync<TableEntity>(RowEntity.MilestoneRange(partition, from, until), count, [RowEntity.MilestoneKey], cancellation))
        {
            if (--count == 0)
            {
                return milestone.GetString(RowEntity.MilestoneKey);
            }
        }

        return null;
    }
}
