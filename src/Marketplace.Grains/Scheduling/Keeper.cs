using Marketplace.Grains.Durability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Grains.Scheduling;

/// <summary>
/// Each silo's own heartbeat for the due index: pokes every shard every 10 s. One of the silos also sweeps every shard: at its
/// start, once an hour of real time, and whenever a silo has ended, whose grains may have left notices undelivered.
/// </summary>
internal sealed partial class Keeper(GrainServices services, MarketClock clock, Silos silos, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private const int PeriodsPerSweep = 360;
    private readonly HashSet<SiloAddress> ended = [];
    private readonly HashSet<int> unswept = [];

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
                unswept.UnionWith(Enumerable.Range(0, GrainKeys.DueShards));
            }

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
                await (unswept.Contains(shard) ? scheduler.SweepAsync() : scheduler.VisitDueAsync()).WaitAsync(stopping);
                unswept.Remove(shard);
            }
            catch (Exception error) when (error is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                LogPokeFailed(services.Log, shard, error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {Shard} of the due index could not be visited; it is tried again in 10 s.")]
    private static partial void LogPokeFailed(ILogger log, int shard, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The market clock could not be read; it goes on as it was, and is read again in 10 s.")]
    private static partial void LogClockNotRead(ILogger log, Exception error);
}
