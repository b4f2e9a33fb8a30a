using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>
/// Moves a sandbox's market time: to the next due instant over all shards, visit what is due, wait until every outbox of
/// this process is empty, and again, so that everything happens in the order and at the time it would have.
/// </summary>
public sealed class MarketTime : IDisposable
{
    // Visits at one instant may make new work due at that same instant; more rounds than this mean two aggregates that never agree.
    private const int MostRoundsPerInstant = 100;
    private static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(30);

    private readonly IGrainFactory grains;
    private readonly IMarketClock clock;
    private readonly OutboxGauge gauge;
    private readonly SemaphoreSlim turn = new(1, 1);

    internal MarketTime(IGrainFactory grains, IMarketClock clock, OutboxGauge gauge)
    {
        this.grains = grains;
        this.clock = clock;
        this.gauge = gauge;
    }

    /// <summary>Market time now.</summary>
    public Instant Now => clock.Now;

    /// <summary>Whether <see cref="AdvanceAsync"/> is allowed here.</summary>
    public bool CanAdvance => clock.CanAdvance;

    /// <summary>Advances to <paramref name="target"/>; one call at a time, a second waits.</summary>
    /// <param name="target">Market time to reach; in the past it only visits what is due.</param>
    /// <param name="progress">Told each instant reached.</param>
    /// <param name="cancellation">Stops between instants.</param>
    /// <exception cref="InvalidOperationException">This installation is no sandbox, or aggregates keep each other busy at one instant.</exception>
    public async Task AdvanceAsync(Instant target, IProgress<Instant>? progress = null, CancellationToken cancellation = default)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await SettleAsync();
            while (await NextDueAsync(clock.Now) is { } next && next <= target)
            {
                cancellation.ThrowIfCancellationRequested();
                await clock.SetForwardAsync(next);
                await SettleAsync();
                progress?.Report(next);
            }

            await clock.SetForwardAsync(target);
            await SettleAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Visits what is due and waits until every outbox of this process is empty.</summary>
    public async Task SettleAsync()
    {
        await WhenQuietAsync();
        for (var round = 0; await NextDueAsync(null) is { } next && next <= clock.Now; round++)
        {
            if (round == MostRoundsPerInstant)
            {
                throw new InvalidOperationException($"Something stays due at {next} however often it is visited.");
            }

            var visited = await Task.WhenAll(Shards.Select(shard => shard.VisitDueAsync()));
            await WhenQuietAsync();
            if (visited.Sum() == 0)
            {
                // What is left are rows whose aggregate never came into being; they go a day after they were written.
                return;
            }
        }
    }

    /// <summary>Waits until every outbox of this process is empty.</summary>
    /// <exception cref="TimeoutException">It did not become quiet within 30 s.</exception>
    public Task WhenQuietAsync() => gauge.WhenQuietAsync().WaitAsync(QuietPatience);

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private IEnumerable<ISchedulerGrain> Shards =>
        Enumerable.Range(0, GrainKeys.DueShards).Select(shard => grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShard(shard)));

    private async Task<Instant?> NextDueAsync(Instant? after)
    {
        var times = await Task.WhenAll(Shards.Select(shard => shard.NextDueAsync(after)));
        return times.Min();
    }
}
