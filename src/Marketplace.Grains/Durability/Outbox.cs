using System.Text;
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
    private const int LongestPauseSeconds = 30;

    private readonly SortedDictionary<long, OutboxEntry> waiting = [];
    private readonly Dictionary<string, Queue<OutboxEntry>> byDestination = new(StringComparer.Ordinal);
    private readonly Queue<string> ready = [];
    private readonly List<string> stalled = [];
    private readonly Dictionary<string, int> failures = new(StringComparer.Ordinal);
    private int delivering;

    public int Count => waiting.Count;

    public IEnumerable<OutboxEntry> Waiting => waiting.Values;

    /// <summary>How long to wait before the next attempt: a second after a delivery or first failure, doubling to half a minute while all of what is left keeps failing.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Min(10, Math.Max(0, failures.Count == 0 ? 0 : failures.Values.Min() - 1))));

    /// <summary>Highest sequence below which everything was delivered; entries up to it may leave the durable state.</summary>
    public long DeliveredThrough { get; private set; }

    public void Add(IReadOnlyCollection<OutboxEntry> entries)
    {
        services.Gauge.Add(entries.Count);
        foreach (var entry in entries)
        {
            waiting.Add(entry.Sequence, entry);
            var destination = Destination(entry);
            if (!byDestination.TryGetValue(destination, out var queue))
            {
                byDestination.Add(destination, queue = []);
                ready.Enqueue(destination);
            }

            if (entry.Row is not null)
            {
                Supersede(queue);
            }

            queue.Enqueue(entry);
        }
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
        stalled.Clear();
    }

    /// <summary>Delivers until nothing is left to deliver, or only what failed or is being delivered by another call.</summary>
    public async Task DrainAsync()
    {
        if (delivering == 0)
        {
            stalled.ForEach(ready.Enqueue);
            stalled.Clear();
        }

        var started = new List<Task>();
        for (var free = Math.Min(MostDestinationsAtOnce - delivering, ready.Count); free > 0; free--)
        {
            started.Add(DeliverReadyAsync());
        }

        await Task.WhenAll(started);
    }

    private static string Destination(OutboxEntry entry) => entry.To ?? "row:" + entry.Row!.Table + "/" + entry.Row.Partition + "/" + entry.Row.Key;

    /// <summary>Only the newest of a row's versions has to be written; the first in the queue may be on its way already.</summary>
    private void Supersede(Queue<OutboxEntry> versions)
    {
        if (versions.Count < 2)
        {
            return;
        }

        var first = versions.Dequeue();
        services.Gauge.Add(-versions.Count);
        foreach (var older in versions)
        {
            waiting.Remove(older.Sequence);
        }

        versions.Clear();
        versions.Enqueue(first);
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
        while (queue.TryPeek(out var entry))
        {
            try
            {
                await DeliverAsync(entry);
            }
            catch (Exception error)
            {
                var count = failures[destination] = failures.GetValueOrDefault(destination) + 1;
                if (int.IsPow2(count))
                {
                    LogUndelivered(services.Log, sender.Noun, destination, count, error);
                }

                if (byDestination.ContainsKey(destination))
                {
                    stalled.Add(destination);
                }

                return;
            }

            queue.Dequeue();
            failures.Remove(destination);
            if (waiting.Remove(entry.Sequence))
            {
                services.Gauge.Add(-1);
                DeliveredThrough = Math.Max(DeliveredThrough, waiting.Count == 0 ? entry.Sequence : waiting.Keys.First() - 1);
            }
        }

        byDestination.Remove(destination);
    }

    private async Task DeliverAsync(OutboxEntry entry)
    {
        if (entry.To is not null)
        {
            await GrainKeys.Resolve(services.Grains, AggregateAddress.Parse(entry.To))
                .ReceiveAsync(new Envelope(sender.ToString(), entry.Sequence, entry.Notice!));
        }
        else if (entry.Row!.Data is { } data)
        {
            await services.Rows.UpsertIfNewerAsync(entry.Row.Table, entry.Row.Partition, new Row(entry.Row.Key, entry.Sequence, Encoding.UTF8.GetBytes(data)));
        }
        else
        {
            await services.Rows.DeleteAsync(entry.Row.Table, entry.Row.Partition, entry.Row.Key, entry.Sequence);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Noun}: outbox entry to {Destination} was not delivered, failure {Failures}; it stays and is tried again.")]
    private static partial void LogUndelivered(ILogger log, string noun, string destination, int failures, Exception error);
}
