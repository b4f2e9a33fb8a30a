using Marketplace.Grains.Durability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Grains.Scheduling;

/// <summary>Each silo's own heartbeat for the due index: pokes every shard every 10 s, and sweeps every shard at the start and then once an hour of real time.</summary>
internal sealed partial class Keeper(GrainServices services, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private const int PeriodsPerSweep = 360;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        // The first round sweeps: what a crash left undelivered goes out now, not when its aggregate next falls due.
        using var timer = new PeriodicTimer(Period, time);
        for (var period = 0; period == 0 || await timer.WaitForNextTickAsync(stoppingToken); period++)
        {
            for (var shard = 0; shard < GrainKeys.DueShards; shard++)
            {
                try
                {
                    var scheduler = services.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShard(shard));
                    await (period % PeriodsPerSweep == 0 ? scheduler.SweepAsync() : scheduler.VisitDueAsync());
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    LogPokeFailed(services.Log, shard, error);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Shard {Shard} of the due index could not be visited; it is tried again in 10 s.")]
    private static partial void LogPokeFailed(ILogger log, int shard, Exception error);
}
