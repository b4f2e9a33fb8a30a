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

    private const int MostDestinationsAtOnce = 16;
    private const int LongestPauseSeconds = 30;

    private readonly SortedDictionary<long, OutboxEntry> waiting = [];
    private readonly Dictionary<string, int> failures = new(StringComparer.Ordinal);
    private bool draining;

    public int Count => waiting.Count;

    public IEnumerable<OutboxEntry> Waiting => waiting.Values;

    /// <summary>How long to wait before the next attempt: a second after a delivery or first failure, doubling to half a minute while all of what is left keeps failing.</summary>
    public TimeSpan Pause => TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Min(10, Math.Max(0, failures.Count == 0 ? 0 : failures.Values.Min() - 1))));

    /// <summary>Highest sequence below which everything was delivered; entries up to it may leave the durable state.</summary>
    public long DeliveredThrough { get; private set; }

    public void Add(IReadOnlyCollection<OutboxEntry> entries)
    {
        foreach (var entry in entries)
        {
            waiting.Add(entry.Sequence, entry);
        }

        services.Gauge.Add(entries.Count);
    }

    /// <summary>Whether this entry still has to be delivered.</summary>
    public bool IsWaiting(long sequence) => waiting.ContainsKey(sequence);

    /// <summary>Forgets what waits, when the activation ends.</summary>
    public void Abandon()
    {
        services.Gauge.Add(-waiting.Count);
        waiting.Clear();
    }

    /// <summary>Delivers until nothing waits or every destination left has failed.</summary>
    /// <returns>Whether everything was delivered.</returns>
    public async Task<bool> DrainAsync()
    {
        if (draining)
        {
            return waiting.Count == 0;
        }

        draining = true;
        try
        {
            var failed = new HashSet<string>(StringComparer.Ordinal);
            while (true)
            {
                var batches = waiting.Values.GroupBy(Destination).Where(batch => !failed.Contains(batch.Key))
                    .Take(MostDestinationsAtOnce)
                    .Select(batch => (batch.Key, Entries: batch.ToArray())).ToArray();
                if (batches.Length == 0)
                {
                    return waiting.Count == 0;
                }

                await Task.WhenAll(batches.Select(batch => DeliverAsync(batch.Key, batch.Entries, failed)));
            }
        }
        finally
        {
            draining = false;
        }
    }

    private static string Destination(OutboxEntry entry) => entry.To ?? "row:" + entry.Row!.Table + "/" + entry.Row.Partition + "/" + entry.Row.Key;

    private async Task DeliverAsync(string destination, OutboxEntry[] entries, HashSet<string> failed)
    {
        foreach (var entry in entries)
        {
            try
            {
                await DeliverAsync(entry);
            }
            catch (Exception error)
            {
                failures[destination] = failures.GetValueOrDefault(destination) + 1;
                failed.Add(destination);
                if (int.IsPow2(failures[destination]))
                {
                    LogUndelivered(services.Log, sender.Noun, destination, failures[destination], error);
                }

                return;
            }

            failures.Remove(destination);
            if (waiting.Remove(entry.Sequence))
            {
                services.Gauge.Add(-1);
                DeliveredThrough = Math.Max(DeliveredThrough, waiting.Count == 0 ? entry.Sequence : waiting.Keys.First() - 1);
            }
        }
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
