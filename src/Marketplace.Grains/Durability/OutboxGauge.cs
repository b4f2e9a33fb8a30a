namespace Marketplace.Grains.Durability;

/// <summary>
/// Counts outbox entries of this process that wait for delivery, so that whoever advances the clock can wait for quiet, and
/// knows since when the oldest of them waits.
/// </summary>
internal sealed class OutboxGauge(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Outbox, long> oldest = [];
    private TaskCompletionSource? quiet;
    private long waiting;

    public long Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting;
            }
        }
    }

    /// <summary>For how long the oldest entry has been waiting in this process; zero when none waits.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (gate)
            {
                return oldest.Count == 0 ? TimeSpan.Zero : time.GetElapsedTime(oldest.Values.Min());
            }
        }
    }

    /// <summary>A mark of this moment, for <see cref="Report"/>.</summary>
    public long Mark => time.GetTimestamp();

    public void Add(long entries)
    {
        lock (gate)
        {
            waiting += entries;
            if (waiting <= 0)
            {
                quiet?.TrySetResult();
                quiet = null;
            }
        }
    }

    /// <summary>Since when the oldest entry of an outbox waits, as a <see cref="Mark"/>; null when none does.</summary>
    public void Report(Outbox outbox, long? since)
    {
        lock (gate)
        {
            if (since is { } mark)
            {
                oldest[outbox] = mark;
            }
            else
            {
                oldest.Remove(outbox);
            }
        }
    }

    /// <summary>Completes when nothing waits.</summary>
    public Task WhenQuietAsync()
    {
        lock (gate)
        {
            return waiting <= 0
                ? Task.CompletedTask
                : (quiet ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
