using Marketplace.Grains.Scheduling;

namespace Marketplace.Host;

/// <summary>
/// A stop in good order: the process says that it is not ready and goes on serving until nobody sends it work any more; the
/// server lets requests in flight finish; what grains still have to tell each other goes out; then the silo hands its grains
/// over. Registered after the silo and before the server, since services stop in the opposite order.
/// </summary>
internal sealed partial class Drain(Readiness readiness, HostOptions options, TimeProvider time, ILogger<Drain> log, MarketTime? market = null) : IHostedLifecycleService
{
    /// <summary>Other silos may keep this one's outboxes busy until it leaves; whatever is left goes out from there.</summary>
    private static readonly TimeSpan LongestQuiet = TimeSpan.FromSeconds(5);

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Stop();
        return options.Drain > TimeSpan.Zero ? Task.Delay(options.Drain, time, cancellationToken) : Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (market is null)
        {
            return; // The pages alone: nothing waits here to be told.
        }

        try
        {
            await market.WhenQuietAsync().WaitAsync(LongestQuiet, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            LogNotQuiet(log, LongestQuiet);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Notices were still under way {Patience} after the last request; another silo, or the next start, delivers them.")]
    private static partial void LogNotQuiet(ILogger log, TimeSpan patience);
}
