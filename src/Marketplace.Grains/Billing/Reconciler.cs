using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Marketplace.Grains.Billing;

/// <summary>Each silo's own heartbeat for reconciliation; the grain sees to it that a run beside another changes nothing twice.</summary>
internal sealed partial class Reconciler(GrainServices services, TimeProvider time, IOptions<ReconciliationOptions> options) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Period, time);
        var reconciliation = services.Grains.GetGrain<IReconciliationGrain>(GrainKeys.Reconciliation(Organization.Platform).Key);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await reconciliation.RunAsync(full: false);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    LogRunFailed(services.Log, error);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The books could not be compared with the gateway's; it is tried again in a minute.")]
    private static partial void LogRunFailed(ILogger log, Exception error);
}
