using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Grains.Durability;

/// <content>Loading: the last snapshot and the journal's tail after it; and writing snapshots beside the commits.</content>
internal abstract partial class JournaledGrain<TState, TFact, TSnapshot>
{
    private const string CursorTable = "cursors";
    private const int RowsAtOnce = 500;
    private const int LeastSnapshotBytes = 256 * 1024;

    private GrainState<JournalSnapshot<TSnapshot>> stored = new();
    private Task snapshotting = Task.CompletedTask;
    private long tailBytes;
    private int layout;

    /// <inheritdoc/>
    public async Task<bool> RebuildAsync()
    {
        ThrowIfBroken();
        if (durable.Version == 0)
        {
            return false;
        }

        if (due is { } standing)
        {
            await services.AddDueAsync(Address, standing);
        }

        // The journal has all of history, so each row comes out at the version it had.
        var head = new Head(Empty(Key), ImmutableDictionary<string, SenderMark>.Empty, Instant.MinValue, 0);
        var rows = new Dictionary<(string Table, string Partition, string Key), OutboxEntry>();
        await foreach (var (sequence, _, entry) in journal.ReadAfterAsync(0))
        {
            var batch = new Batch(sequence, services.Layouts);
            head = entry.Commits.Aggregate(head, (before, commit) => Fold(before, commit, batch));
            foreach (var made in batch.Entries.Where(made => made.Row is not null))
            {
                rows[(made.Row!.Table, made.Row.Partition, made.Row.Key)] = made;
            }

            if (rows.Count >= RowsAtOnce)
            {
                await WriteRowsAsync(rows);
            }
        }

        await WriteRowsAsync(rows);
        return true;
    }

    /// <summary>What left the state for a row of its own, as last made durable: also while the row itself is still to be written.</summary>
    protected async Task<T?> ReadRowAsync<T>(string table, string partition, string key)
        where T : class
    {
        if (outbox.Waiting.LastOrDefault(entry => entry.Row is { } row && (row.Table, row.Partition, row.Key) == (table, partition, key)) is { Row: { } waiting })
        {
            return waiting.Bytes is { } bytes ? JsonSerializer.Deserialize<T>(bytes, MarketJson.Options) : null;
        }

        return await services.Rows.GetAsync(table, partition, key) is { } row ? JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options) : null;
    }

    private async Task WriteRowsAsync(Dictionary<(string Table, string Partition, string Key), OutboxEntry> rows)
    {
        await Task.WhenAll(rows.Values.Select(entry => outbox.WriteAsync(entry).AsTask()));
        rows.Clear();
    }

    private async Task LoadAsync()
    {
        await services.Records.ReadStateAsync(GrainKinds.SnapshotState, this.GetGrainId(), stored);
        var snapshot = stored.RecordExists ? stored.State : null;
        layout = services.Layouts.Over(snapshot?.Schema ?? 0);
        services.Layouts.Require(layout, Address);
        if (await services.Rows.GetAsync(CursorTable, Address.ToString(), "outbox") is { } cursor)
        {
            savedCursor = long.Parse(Encoding.UTF8.GetString(cursor.Data.Span), CultureInfo.InvariantCulture);
        }

        var head = snapshot?.State is { } state
            ? new Head(FromSnapshot(state), snapshot.Senders, snapshot.LastAt, snapshot.Version)
            : new Head(Empty(Key), ImmutableDictionary<string, SenderMark>.Empty, Instant.MinValue, 0);
        durableSequence = snapshot?.Sequence ?? 0;
        var entries = new List<OutboxEntry>(snapshot?.Outbox ?? []);
        await foreach (var (sequence, bytes, entry) in journal.ReadAfterAsync(durableSequence))
        {
            var batch = new Batch(sequence, services.Layouts);
            foreach (var commit in entry.Commits)
            {
                head = Fold(head, commit, batch);
            }

            entries.AddRange(batch.Entries);
            layout = Math.Max(layout, entry.Schema);
            durableSequence = sequence;
            tailBytes += bytes;
        }

        durable = working = head;

        // Which entry set the due time is not kept, so the row found standing is not removed by the commit that moves it
        // but by its visit.
        due = head.Version == 0 ? null : DueOf(head, durableSequence);
        outbox.Add([.. entries.Where(entry => entry.Sequence > savedCursor)]);
    }

    private void SnapshotIfDue()
    {
        if (tailBytes < Math.Max(LeastSnapshotBytes, SnapshotBytes(durable.State) + ((long)SenderMarks.Bytes * durable.Senders.Count)) || !snapshotting.IsCompleted)
        {
            return;
        }

        working = working with { Senders = working.Senders.Prune(services.RealNow) };
        var head = durable;
        var snapshot = new JournalSnapshot<TSnapshot>
        {
            Schema = layout,
            Sequence = durableSequence,
            Version = head.Version,
            LastAt = head.LastAt,
            Outbox = [.. outbox.Waiting],
            Senders = head.Senders.Prune(services.RealNow),
        };
        var covered = tailBytes;
        snapshotting = SaveSnapshotAsync(head, snapshot, covered);
    }

    private async Task SaveSnapshotAsync(Head head, JournalSnapshot<TSnapshot> snapshot, long covered)
    {
        try
        {
            var write = new GrainState<JournalSnapshot<TSnapshot>>(snapshot, stored.ETag) { RecordExists = stored.RecordExists };
            var id = this.GetGrainId();

            // Immutable, so it is serialized beside the grain's turns.
            await Task.Run(() =>
            {
                write.State = snapshot with { State = ToSnapshot(head.State) };
                return services.Records.WriteStateAsync(GrainKinds.SnapshotState, id, write);
            });
            stored = new GrainState<JournalSnapshot<TSnapshot>>(null!, write.ETag) { RecordExists = true };
            tailBytes -= covered;
        }
        catch (Exception error)
        {
            // The journal alone is the truth; without a newer snapshot loading only takes longer.
            LogSnapshotFailed(services.Log, Address, error);
            await services.Records.ReadStateAsync(GrainKinds.SnapshotState, this.GetGrainId(), stored);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address}: a snapshot could not be written; it is tried again after more commits.")]
    private static partial void LogSnapshotFailed(ILogger log, AggregateAddress address, Exception error);
}
