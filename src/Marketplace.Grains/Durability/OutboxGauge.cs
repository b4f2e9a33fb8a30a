namespace Marketplace.Grains.Durability;

/// <summary>Counts outbox entries of this process that wait for delivery, so that whoever advances the clock can wait for quiet.</summary>
internal sealed class OutboxGauge
{
    private readonly Lock gate = new();
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
