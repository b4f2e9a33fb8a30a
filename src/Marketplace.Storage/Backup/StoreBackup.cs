using System.Collections.Immutable;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Serialization;
using Orleans.Storage;

namespace Marketplace.Storage.Backup;

/// <summary>
/// Copies a whole market from its store into a folder, and from a folder into an empty store of either kind. Records and
/// journals are copied byte for byte, with every other row that does not follow from them; <see cref="RowTables.Rebuilt"/> is
/// left to <see cref="Rebuild"/>. The store must be still meanwhile: a file of its own, or an account that no silo uses.
/// </summary>
public sealed class StoreBackup(IServiceProvider store)
{
    private const string Records = "records";
    private const string RowsOf = "rows";
    private const int Page = 500;
    private const int AtOnce = 16;
    private const string MarkTable = "restore";
    private const string MarkPartition = "all";
    private const string MarkKey = "unfinished";

    private readonly IGrainStorage records = store.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
    private readonly IRowStore rows = store.GetRequiredService<IRowStore>();
    private readonly IRecordScan scan = store.GetRequiredService<IRecordScan>();
    private readonly IRowScan rowScan = store.GetRequiredService<IRowScan>();

    /// <summary>What a store needs beside its own registration to be copied: payloads go through as they are.</summary>
    public static IServiceCollection AddTo(IServiceCollection services)
    {
        services.AddSerializer().AddLogging().AddOptions();
        return services.AddSingleton<IGrainStorageSerializer, AsStored>();
    }

    /// <summary>Whether a copy was being restored into a store, and not to the end. No host may work on it.</summary>
    public static async Task<bool> IsUnfinishedAsync(IRowStore rows) => await rows.GetAsync(MarkTable, MarkPartition, MarkKey) is not null;

    /// <summary>Copies the store into a new or empty folder.</summary>
    /// <exception cref="StoreException">The folder is not empty, or the store cannot be read.</exception>
    public async Task<BackupManifest> SaveAsync(string folder, DateTimeOffset now, Action<BackupProgress> progress, CancellationToken cancellation = default)
    {
        await using var writer = BackupFolderWriter.Open(folder);
        long savedRecords = 0, savedRows = 0;
        foreach (var (state, noun) in GrainKinds.States)
        {
            string? after = null;
            IReadOnlyList<string> keys;
            do
            {
                keys = await scan.KeysAsync(state, noun, after, Page, cancellation);
                foreach (var some in keys.Chunk(AtOnce))
                {
                    foreach (var line in await Task.WhenAll(some.Select(key => ReadAsync(state, noun, key))))
                    {
                        if (line is not null)
                        {
                            await writer.AddAsync(Records, line, cancellation);
                            savedRecords++;
                        }
                    }

                    progress(new BackupProgress("saving", savedRecords, savedRows));
                }

                after = keys.Count > 0 ? keys[^1] : null;
            }
            while (keys.Count == Page);
        }

        await foreach (var row in rowScan.AllAsync(RowTables.Rebuilt, cancellation))
        {
            await writer.AddAsync(RowsOf, RowLine.Of(row), cancellation);
            savedRows++;
            progress(new BackupProgress("saving", savedRecords, savedRows));
        }

        return await writer.CompleteAsync(now, typeof(StoreBackup).Assembly.GetName().Version!.ToString(3), savedRecords, savedRows);
    }

    /// <summary>
    /// Checks a folder and copies it into this store, which must be empty, or hold what an earlier attempt with the same folder
    /// left. Afterwards the rows that follow from it are still to be rebuilt, and then <see cref="FinishAsync"/> to be called.
    /// </summary>
    /// <returns>Addresses of the journaled grains in it.</returns>
    /// <exception cref="StoreException">The folder is incomplete or damaged, or the store holds something; nothing was written.</exception>
    public async Task<ImmutableArray<string>> LoadAsync(string folder, Action<BackupProgress> progress, CancellationToken cancellation = default)
    {
        var copy = await BackupFolderReader.OpenAsync(folder, cancellation);
        await MarkAsync(copy.Digest, cancellation);
        long loadedRecords = 0, loadedRows = 0;
        await foreach (var some in ChunksAsync(copy.LinesAsync<RecordLine>(Records), (_, _) => true, AtOnce))
        {
            await Task.WhenAll(some.Select(WriteAsync));
            progress(new BackupProgress("restoring", loadedRecords += some.Count, loadedRows));
        }

        var journaled = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var some in ChunksAsync(copy.LinesAsync<RowLine>(RowsOf), (first, next) => (first.Table, first.Partition) == (next.Table, next.Partition), RowLimits.MostRowsInBatch))
        {
            await WriteAsync(some, cancellation);
            if (some[0].Table == RowTables.Journal)
            {
                journaled.Add(some[0].Partition);
            }

            progress(new BackupProgress("restoring", loadedRecords, loadedRows += some.Count));
        }

        return (loadedRecords, loadedRows) == (copy.Manifest.Records, copy.Manifest.Rows)
            ? [.. journaled]
            : throw new StoreException($"{folder} held {loadedRecords} records and {loadedRows} rows, and not the {copy.Manifest.Records} and {copy.Manifest.Rows} its manifest names.");
    }

    /// <summary>Declares the store whole: from here on hosts start on it.</summary>
    public async Task FinishAsync() => await rows.RemoveAsync(MarkTable, MarkPartition, [MarkKey]);

    private async Task<RecordLine?> ReadAsync(string state, string noun, string key)
    {
        var found = new GrainState<BinaryData>();
        await records.ReadStateAsync(state, GrainId.Create(noun, key), found);
        return found is { RecordExists: true, State: { } payload } ? RecordLine.Of(state, noun, key, payload.ToArray()) : null;
    }

    private async Task MarkAsync(string digest, CancellationToken cancellation)
    {
        var mark = System.Text.Encoding.ASCII.GetBytes(digest);
        if (await rows.GetAsync(MarkTable, MarkPartition, MarkKey, cancellation) is { } standing)
        {
            if (!standing.Data.Span.SequenceEqual(mark))
            {
                throw new StoreException("a restore of another copy into this store did not finish. Finish that one, or take an empty store.");
            }

            return;
        }

        foreach (var (state, noun) in GrainKinds.States)
        {
            if ((await scan.KeysAsync(state, noun, null, 1, cancellation)).Count > 0)
            {
                throw new StoreException($"the store is not empty: it holds a {noun}. A copy is restored into an empty store only.");
            }
        }

        await foreach (var row in rowScan.AllAsync(System.Collections.Frozen.FrozenSet<string>.Empty, cancellation))
        {
            throw new StoreException($"the store is not empty: it holds rows of {row.Table}. A copy is restored into an empty store only.");
        }

        await rows.TryInsertAsync(MarkTable, MarkPartition, [new Row(MarkKey, 1, mark)], cancellation);
    }

    private async Task WriteAsync(RecordLine line)
    {
        var id = GrainId.Create(line.Type, line.Key);
        try
        {
            await records.WriteStateAsync(line.State, id, new GrainState<BinaryData>(new BinaryData(line.Payload)));
        }
        catch (InconsistentStateException)
        {
            // An earlier attempt wrote it, or this one did and its answer was lost.
            var standing = await ReadAsync(line.State, line.Type, line.Key);
            if (standing is null || !standing.Payload.AsSpan().SequenceEqual(line.Payload))
            {
                throw new StoreException($"{id} has been written by somebody else meanwhile.");
            }
        }
    }

    private async Task WriteAsync(List<RowLine> lines, CancellationToken cancellation)
    {
        var (table, partition) = (lines[0].Table, lines[0].Partition);
        if (await rows.TryInsertAsync(table, partition, [.. lines.Select(line => line.ToRow())], cancellation))
        {
            return;
        }

        foreach (var row in lines.Select(line => line.ToRow()))
        {
            if (!await rows.TryInsertAsync(table, partition, [row], cancellation)
                && (await rows.GetAsync(table, partition, row.Key, cancellation))?.Data.Span.SequenceEqual(row.Data.Span) != true)
            {
                throw new StoreException($"{table}/{partition}/{row.Key} has been written by somebody else meanwhile.");
            }
        }
    }

    /// <summary>Lines in groups: of one kind, so many, and no more bytes than a batch of rows holds.</summary>
    private static async IAsyncEnumerable<List<T>> ChunksAsync<T>(IAsyncEnumerable<T> lines, Func<T, T, bool> belong, int most)
    {
        var some = new List<T>();
        var bytes = 0;
        await foreach (var line in lines)
        {
            var size = line is RowLine row ? row.ToRow().Data.Length : 0;
            if (some.Count > 0 && (some.Count == most || bytes + size > RowLimits.LargestBatch || !belong(some[0], line)))
            {
                yield return some;
                (some, bytes) = ([], 0);
            }

            some.Add(line);
            bytes += size;
        }

        if (some.Count > 0)
        {
            yield return some;
        }
    }

    /// <summary>Payloads of records as they are stored.</summary>
    private sealed class AsStored : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => (BinaryData)(object)input!;

        public T Deserialize<T>(BinaryData input) => (T)(object)input;
    }
}
