using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Marketplace.Grains.Telemetry;

/// <summary>How often the market checks itself.</summary>
public sealed class InvariantWatchOptions
{
    /// <summary>Between two checks; each reads every record. Zero: never.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromHours(1);

    /// <summary>From the start to the first check, so that a start has the store for itself.</summary>
    public TimeSpan First { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Checks what must always hold, in one silo for all, and says what does not: as a figure and, with ids, in the log.</summary>
internal sealed partial class InvariantWatch(
    IEnumerable<IInvariant> invariants,
    MarketMeters meters,
    Silos silos,
    TimeProvider time,
    IOptions<InvariantWatchOptions> options,
    ILogger<InvariantWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Every <= TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.First, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            timer.Period = options.Value.Every;
            if (silos.IsFirst)
            {
                await CheckAsync(stoppingToken);
            }
            else
            {
                meters.ChecksNothing();
            }
        }
    }

    private async Task CheckAsync(CancellationToken cancellation)
    {
        foreach (var invariant in invariants)
        {
            try
            {
                var violations = await invariant.ViolationsAsync(cancellation);
                meters.Checked(invariant.Name, violations.Length);
                foreach (var violation in violations)
                {
                    LogViolated(log, invariant.Name, violation);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogUnchecked(log, invariant.Name, error);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The market breaks its law {Invariant}: {Violation}")]
    private static partial void LogViolated(ILogger log, string invariant, string violation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The law {Invariant} could not be checked; it is checked again next time.")]
    private static partial void LogUnchecked(ILogger log, string invariant, Exception error);
}
