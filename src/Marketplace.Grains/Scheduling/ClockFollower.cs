using Marketplace.Grains.Durability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Grains.Scheduling;

/// <summary>Keeps the market clock of a process without a silo at what the silos have set: read before the process takes work, then every 10 s.</summary>
internal sealed partial class ClockFollower(MarketClock clock, GrainServices services, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await clock.FollowAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await clock.FollowAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogClockNotRead(services.Log, error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The market clock could not be read; it goes on as it was, and is read again in 10 s.")]
    private static partial void LogClockNotRead(ILogger log, Exception error);
}
