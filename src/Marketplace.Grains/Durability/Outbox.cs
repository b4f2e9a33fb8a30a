using Marketplace.Grains.Ports;
using Microsoft.Extensions.Logging;

namespace Marketplace.Grains.Durability;

/// <summary>
/// Delivers an aggregate's outbox entries: in order per destination, destinations side by side, so that one that fails holds
/// up only itself. It lives on the grain's scheduler, beside the turns of its grain. Delivered entries leave the grain's
/// durable state with a later commit; a repeated delivery is harmless because receivers keep the highest sequence.
/// </summary>
internal sealed partial class Outbox(GrainServices services, AggregateAddress sender)
{
    /// <summary>Entries after which new work is refused.</summary>
    public const int Bound = 2000;

    private const int MostDestinationsAtOnce = 64;
    private const int MostTogether = 100;
    private const int LongestPauseSeconds = 30;

    private readonly SortedDictionary<long, (OutboxEntry Entry, long Since)> waiting = [];
    private readonly Dictionary<string, Queue<OutboxEntry>> byDestination = new(StringComparer.Ordinal);
    private readonly Queue<string> ready = [];
    private readonly Queue<string> readyRows = [];
    private readonly HashSet<string> underway = new(StringComparer.Ordinal);
    private readonly List<string> stalled = [];
    private readonly Dictionary<string, int> failures = new(StringComparer.Ordinal);
    private int delivering;
    private bool isWritingRows;
    private long? reported;

    public int Count => waiting.Count;

    public IEnumerable<OutboxEntry> Waiting => waiting.Values.Select(one => one.Entry);

    /// <summary>How long to wait before the next attempt: a second after a delivery or first failure, doubling to half a minute while all of what is left keeps failing.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Min(10, Math.Max(0, failures.Count == 0 ? 0 : failures.Values.Min() - 1))));

    /// <summary>Highest sequence below which everything was delivered; entries up to it may leave the durable state.</summary>
    public long DeliveredThrough { get; private set; }

    public void Add(IReadOnlyCollection<OutboxEntry> entries)
    {
        services.Gauge.Add(entries.Count);
        var now = services.Gauge.Mark;
        foreach (var entry in entries)
        {
            waiting.Add(entry.Sequence, (entry, now));
            var destination = Destination(entry);
            if (!byDestination.TryGetValue(destination, out var queue))
            {
                byDestination.Add(destination, queue = []);
                (entry.Row is null ? ready : readyRows).Enqueue(destination);
            }

            if (entry.Row is not null)
            {
                Supersede(queue, underway.Contains(destination));
            }

            queue.Enqueue(entry);
        }

        ReportOldest();
    }

    /// <summary>Whether this entry still has to be delivered.</summary>
    public bool IsWaiting(long sequence) => waiting.ContainsKey(sequence);

    /// <summary>Forgets what waits, when the activation ends.</summary>
    public void Abandon()
    {
        services.Gauge.Add(-waiting.Count);
        waiting.Clear();
        byDestination.Clear();
        ready.Clear();
        readyRows.Clear();
        stalled.Clear();
        ReportOldest();
    }

    /// <summary>Delivers until nothing is left to deliver, or only what failed or is being delivered by another call.</summary>
    public async Task DrainAsync()
    {
        // Whoever committed answers first.
        await Task.Yield();
        if (delivering == 0)
        {
            stalled.ForEach(ready.Enqueue);
            stalled.Clear();
        }

        var started = new List<Task>();
        if (readyRows.Count > 0 && !isWritingRows)
        {
            started.Add(WriteRowsAsync());
        }

        for (var free = Math.Min(MostDestinationsAtOnce - delivering, ready.Count); free > 0; free--)
        {
            started.Add(DeliverReadyAsync());
        }

        await Task.WhenAll(started);
    }

    /// <summary>Writes the row of an entry, unless a newer one stands there.</summary>
    public ValueTask WriteAsync(OutboxEntry entry) => entry.Row!.Bytes is { } bytes
        ? services.Rows.UpsertIfNewerAsync(entry.Row.Table, entry.Row.Partition, new Row(entry.Row.Key, entry.Sequence, bytes))
        : services.Rows.DeleteAsync(entry.Row.Table, entry.Row.Partition, entry.Row.Key, entry.Sequence);

    private static string Destination(OutboxEntry entry) => entry.To ?? "row:" + entry.Row!.Table + "/" + entry.Row.Partition + "/" + entry.Row.Key;

    /// <summary>Only the newest of a row's versions has to be written; the first in the queue stays while it is on its way.</summary>
    private void Supersede(Queue<OutboxEntry> versions, bool firstIsUnderway)
    {
        var first = firstIsUnderway ? versions.Dequeue() : null;
        foreach (var older in versions)
        {
            if (waiting.Remove(older.Sequence))
            {
                services.Gauge.Add(-1);
            }
        }

        versions.Clear();
        if (first is not null)
        {
            versions.Enqueue(first);
        }
    }

    private void ReportOldest()
    {
        long? oldest = waiting.Count == 0 ? null : waiting.First().Value.Since;
        if (oldest != reported)
        {
            services.Gauge.Report(this, reported = oldest);
        }
    }

    /// <summary>Writes the rows that wait, many at once. What fails is tried again one by one, so that one that fails holds up only itself.</summary>
    private async Task WriteRowsAsync()
    {
        isWritingRows = true;
        try
        {
            while (readyRows.Count > 0)
            {
                var batch = new List<(string Destination, Queue<OutboxEntry> Versions, RowChange Change)>();
                while (batch.Count < MostTogether && readyRows.TryDequeue(out var destination))
                {
                    var versions = byDestination[destination];
                    var (row, sequence) = (versions.Peek().Row!, versions.Peek().Sequence);
                    batch.Add((destination, versions, new RowChange(row.Table, row.Partition, row.Key, sequence, row.Bytes is { } bytes ? (ReadOnlyMemory<byte>?)bytes : null)));
                    underway.Add(destination);
                }

                try
                {
                    await services.Rows.WriteAllAsync([.. batch.Select(one => one.Change)]);
                    batch.ForEach(one => Delivered(one.Versions, 1));
                }
                catch (Exception error)
                {
                    batch.ForEach(one => Failed(one.Destination, error));
                    continue;
                }
                finally
                {
                    underway.ExceptWith(batch.Select(one => one.Destination));
                }

                foreach (var (destination, versions, _) in batch)
                {
                    if (versions.Count > 0 && byDestination.ContainsKey(destination))
                    {
                        readyRows.Enqueue(destination);
                    }
                    else
                    {
                        byDestination.Remove(destination);
                    }
                }
            }
        }
        finally
        {
            isWritingRows = false;
        }
    }

    private async Task DeliverReadyAsync()
    {
        delivering++;
        try
        {
            while (ready.TryDequeue(out var destination))
            {
                await DeliverAsync(destination, byDestination[destination]);
            }
        }
        finally
        {
            delivering--;
        }
    }

    private async Task DeliverAsync(string destination, Queue<OutboxEntry> queue)
    {
        while (queue.TryPeek(out var first))
        {
            int delivered;
            underway.Add(destination);
            try
            {
                delivered = await DeliverAsync(first, queue);
            }
            catch (Exception error)
            {
                Failed(destination, error);
                return;
            }
            finally
            {
                underway.Remove(destination);
            }

            failures.Remove(destination);
            Delivered(queue, delivered);
        }

        byDestination.Remove(destination);
    }

    private void Delivered(Queue<OutboxEntry> queue, int entries)
    {
        while (entries-- > 0)
        {
            var sequence = queue.Dequeue().Sequence;
            if (waiting.Remove(sequence))
            {
                services.Gauge.Add(-1);
                DeliveredThrough = Math.Max(DeliveredThrough, waiting.Count == 0 ? sequence : waiting.Keys.First() - 1);
            }
        }

        ReportOldest();
    }

    private void Failed(string destination, Exception error)
    {
        var count = failures[destination] = failures.GetValueOrDefault(destination) + 1;
        if (int.IsPow2(count))
        {
            LogUndelivered(services.Log, sender, destination, count, error);
        }

        if (byDestination.ContainsKey(destination))
        {
            stalled.Add(destination);
        }
    }

    /// <summary>Delivers the first entry of a queue, and with it the notices that wait behind it.</summary>
    /// <returns>How many entries were delivered.</returns>
    private async Task<int> DeliverAsync(OutboxEntry first, Queue<OutboxEntry> queue)
    {
        if (first.Row is not null)
        {
            await WriteAsync(first);
            return 1;
        }

        var receiver = GrainKeys.Resolve(services.Grains, AggregateAddress.Parse(first.To!));
        var from = sender.ToString();
        if (queue.Count == 1)
        {
            await receiver.ReceiveAsync(new Envelope(from, first.Sequence, first.Notice!));
            return 1;
        }

        var mail = new Mail([.. queue.Take(MostTogether).Select(entry => new Envelope(from, entry.Sequence, entry.Notice!))]);
        await receiver.ReceiveAllAsync(mail);
        return mail.Envelopes.Length;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sender}: outbox entry to {Destination} was not delivered, failure {Failures}; it stays and is tried again.")]
    private static partial void LogUndelivered(ILogger log, AggregateAddress sender, string destination, int failures, Exception error);
}
