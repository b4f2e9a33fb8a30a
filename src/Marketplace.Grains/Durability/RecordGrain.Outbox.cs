using System.Collections.Immutable;

namespace Marketplace.Grains.Durability;

/// <content>What happens after a commit: the outbox is drained, and what was delivered leaves the record.</content>
internal abstract partial class RecordGrain<TState, TFact>
{
    /// <inheritdoc/>
    public async Task DrainAsync()
    {
        if (broken)
        {
            return;
        }

        await outbox.DrainAsync();
        if (!broken && (outbox.Count > 0 || record.Outbox.Length > 0))
        {
            // Delivered entries leave with the next commit, or with this turn if none comes; failed ones are tried again.
            housekeeping ??= this.RegisterGrainTimer(KeepHouseAsync, new GrainTimerCreationOptions(outbox.Pause, Timeout.InfiniteTimeSpan));
            housekeeping.Change(outbox.Pause, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RebuildAsync()
    {
        ThrowIfBroken();
        if (State is not { } state)
        {
            return false;
        }

        if (record.Due is { } due)
        {
            await services.AddDueAsync(Address, due);
        }

        var effects = new Effects(record.NextSequence, record.LastAt) { OfState = true };
        React(state, effects);
        await WriteAsync(record with { Outbox = record.Outbox.AddRange(effects.Entries), NextSequence = record.NextSequence + effects.Entries.Length });
        outbox.Add(effects.Entries);
        StartDraining();
        return true;
    }

    private async Task KeepHouseAsync(CancellationToken cancellation)
    {
        if (broken)
        {
            return;
        }

        var undelivered = record.Outbox.RemoveAll(entry => !outbox.IsWaiting(entry.Sequence));
        if (undelivered.Length < record.Outbox.Length)
        {
            await WriteAsync(record with { Outbox = undelivered });
        }

        StartDraining();
    }

    /// <summary>
    /// Lets the outbox go. While a command or notice of several commits runs, it waits for the last of them: what they say to
    /// one receiver then goes out together, and of a row only the newest version.
    /// </summary>
    private void StartDraining()
    {
        if (outbox.Count > 0 && activeOperation is null && activeEnvelope is null)
        {
            DrainAsync().Ignore();
        }
    }

    /// <summary>Stored entries with the rows that follow from the state. One that the state no longer asks for is not written.</summary>
    private ImmutableArray<OutboxEntry> WithRowsOfState(ImmutableArray<OutboxEntry> entries)
    {
        if (State is not { } state || !entries.Any(entry => entry.Row?.OfState == true))
        {
            return entries;
        }

        var effects = new Effects(0, record.LastAt) { OfState = true };
        React(state, effects);
        return [.. entries
            .Select(entry => entry.Row is { OfState: true } row
                ? entry with { Row = effects.Entries.FirstOrDefault(made => made.Row is { } same && (same.Table, same.Partition, same.Key) == (row.Table, row.Partition, row.Key))?.Row }
                : entry)
            .Where(entry => entry.To is not null || entry.Row is not null)];
    }
}
