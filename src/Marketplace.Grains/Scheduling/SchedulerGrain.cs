using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Grains.Scheduling;

[GrainType("scheduler")]
internal sealed partial class SchedulerGrain(GrainServices services) : Grain, ISchedulerGrain
{
    private const int Page = 500;
    private const int AtOnce = 32;
    private const int SweptPage = 64;
    private const int SweptAtOnce = 8;
    private static readonly Duration OrphanLife = Duration.FromHours(24);

    public async Task<int> VisitDueAsync()
    {
        var until = DueIndex.KeyAfter(services.Clock.Now);
        var visited = 0;
        string? from = null;
        do
        {
            var page = await services.Rows.ScanAsync(DueIndex.Table, this.GetPrimaryKeyString(), from, until, Page);
            visited += await VisitAsync(page, AtOnce, isDue: true);
            from = page.NextFrom;
        }
        while (from is not null);
        return visited;
    }

    public async Task<string?> SweepAsync(string? from)
    {
        var page = await services.Rows.ScanAsync(DueIndex.Table, this.GetPrimaryKeyString(), from, null, SweptPage);
        await VisitAsync(page, SweptAtOnce, isDue: false);
        return page.NextFrom;
    }

    public async Task<Instant?> NextDueAsync(Instant? after)
    {
        var from = after is { } instant ? DueIndex.KeyAfter(instant) : null;
        var page = await services.Rows.ScanAsync(DueIndex.Table, this.GetPrimaryKeyString(), from, null, 1);
        return page.Rows is [var first, ..] ? DueIndex.Parse(first.Key).Row.At : null;
    }

    private async Task<int> VisitAsync(RowPage page, int atOnce, bool isDue)
    {
        var visited = 0;
        foreach (var some in page.Rows.Chunk(atOnce))
        {
            var outcomes = await Task.WhenAll(some.Select(row => VisitAsync(row, isDue)));
            visited += outcomes.Count(done => done);
        }

        return visited;
    }

    private async Task<bool> VisitAsync(Row row, bool isDue)
    {
        var (due, address) = DueIndex.Parse(row.Key);
        try
        {
            if (await GrainKeys.Resolve(services.Grains, address).VisitAsync(due))
            {
                MeasureLag(due, isDue);
                return true;
            }

            // Creation writes its row before its record; a row whose record never came is removed a day later.
            if (services.RealNow - DueIndex.WrittenAt(row) > OrphanLife)
            {
                await services.RemoveDueAsync(address, due);
            }
        }
        catch (Exception error)
        {
            MeasureLag(due, isDue);
            LogVisitFailed(services.Log, address, error);
            return isDue;
        }

        return false;
    }

    /// <summary>A visit that failed counts too: what keeps failing is handled later and later.</summary>
    private void MeasureLag(DueRow due, bool isDue)
    {
        if (isDue)
        {
            services.Meters.Visited((services.Clock.Now - due.At).ToTimeSpan());
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Visit to {Address} failed; its due row stays and it is visited again.")]
    private static partial void LogVisitFailed(ILogger log, AggregateAddress address, Exception error);
}
