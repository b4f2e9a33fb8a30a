using System.Collections.Concurrent;
using Marketplace.Grains.Durability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Grains.Scheduling;

/// <summary>
/// Each silo's own heartbeat for the due index: pokes every shard every 10 s. One of the silos also sweeps every shard: at its
/// start, once an hour of real time, and whenever a silo has ended, whose grains may have left notices undelivered. A sweep
/// wakes every open aggregate, so it leaves most of the time to those who wait for an answer.
/// </summary>
internal sealed partial class Keeper(GrainServices services, MarketClock clock, Silos silos, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private const int PeriodsPerSweep = 360;

    // For each moment of sweeping, so many of rest.
    private const int Rest = 2;
    private readonly HashSet<SiloAddress> ended = [];
    private readonly ConcurrentDictionary<int, bool> unswept = new();
    private Task sweeping = Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        // The first round sweeps: what a crash left undelivered goes out now, not when its aggregate next falls due.
        using var timer = new PeriodicTimer(Period, time);
        for (var period = 0; period == 0 || await timer.WaitForNextTickAsync(stoppingToken); period++)
        {
            var known = ended.Count;
            ended.UnionWith(silos.Ended);
            if (silos.IsFirst && (ended.Count > known || period % PeriodsPerSweep == 0))
            {
                Enumerable.Range(0, GrainKeys.DueShards).ToList().ForEach(shard => unswept[shard] = true);
            }

            sweeping = sweeping.IsCompleted ? SweepAsync(stoppingToken) : sweeping;
            await RoundAsync(stoppingToken);
        }
    }

    private async Task RoundAsync(CancellationToken stopping)
    {
        try
        {
            await clock.FollowAsync(stopping);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogClockNotRead(services.Log, error);
        }

        for (var shard = 0; shard < GrainKeys.DueShards; shard++)
        {
            try
            {
                var scheduler = services.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShard(shard));
                await scheduler.VisitDueAsync().WaitAsync(stopping);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                LogPokeFailed(services.Log, shard, error);
            }
        }
    }

    /// <summary>Sweeps the shards not yet swept, a few aggregates at a time. A shard that fails stays for the next round.</summary>
    private async Task SweepAsync(CancellationToken stopping)
    {
        foreach (var shard in unswept.Keys.Order())
        {
            try
            {
                var scheduler = services.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShard(shard));
                unswept.TryRemove(shard, out _);
                string? from = null;
                do
                {
                    var start = time.GetTimestamp();
                    from = await scheduler.SweepAsync(from).WaitAsync(stopping);
                    await Task.Delay(time.GetElapsedTime(start) * Rest, time, stopping);
                }
                while (from is not null);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                unswept[shard] = true;
                LogPokeFailed(services.Log, shard, error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {Shard} of the due index could not be visited; it is tried again in 10 s.")]
    private static partial void LogPokeFailed(ILogger log, int shard, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The market clock could not be read; it goes on as it was, and is read again in 10 s.")]
    private static partial void LogClockNotRead(ILogger log, Exception error);
}
