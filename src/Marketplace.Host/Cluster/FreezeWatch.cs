namespace Marketplace.Host.Cluster;

/// <summary>
/// Notices that this process did not run for a while (stopped, swapped out, its machine moved). Others may have declared its
/// silo dead meanwhile and gone on without it; writes of its grains would fail, but reads would still show what was true
/// before. So it answers nothing until it has looked at the membership table: there it learns that it is out, and ends, or
/// that it still belongs.
/// </summary>
internal sealed partial class FreezeWatch(
    IClusterMembershipService membership, ILocalSiloDetails self, HostOptions options, TimeProvider time, ILogger<FreezeWatch> log) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);
    private readonly long started = time.GetTimestamp();
    private long seen = -1;
    private volatile bool doubtful;

    /// <summary>Why nothing can be answered just now; null when this process has been running all the while.</summary>
    public string? Doubt => doubtful || Gap > Longest ? "This instance did not run for a while and looks whether others have taken over." : null;

    /// <summary>Nobody is declared dead before this much silence: the first missed probe.</summary>
    private TimeSpan Longest => options.Cluster.ProbeTimeout;

    private TimeSpan Gap => Interlocked.Read(ref seen) is var last and >= 0 ? time.GetElapsedTime(started) - TimeSpan.FromTicks(last) : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            await TickAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Leaves the mark that this process runs, and after a gap between two of them looks at the membership table.</summary>
    internal async Task TickAsync(CancellationToken cancellation)
    {
        // Doubt first: a request between the two lines must not find a fresh mark and no doubt.
        var gap = Gap;
        doubtful |= gap > Longest;
        Interlocked.Exchange(ref seen, time.GetElapsedTime(started).Ticks);
        if (doubtful)
        {
            await LookAsync(gap, cancellation);
        }
    }

    private async Task LookAsync(TimeSpan gap, CancellationToken cancellation)
    {
        try
        {
            LogFrozen(log, gap);
            await membership.Refresh(cancellationToken: cancellation);
            doubtful = Gap > Longest || membership.CurrentSnapshot.GetSiloStatus(self.SiloAddress) != SiloStatus.Active;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogUnread(log, error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "This process did not run for {Gap}; nothing is answered until membership was read.")]
    private static partial void LogFrozen(ILogger log, TimeSpan gap);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Membership could not be read.")]
    private static partial void LogUnread(ILogger log, Exception error);
}
