using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Grains.Verification;

/// <summary>
/// A mark for every minute in which the marketplace was there to hear beats. Where marks are missing, nobody's silence counts:
/// an outage of the marketplace costs no operator anything.
/// </summary>
internal static class ServiceMarks
{
    public const string Table = "service-minutes";
    private static readonly Duration Kept = Duration.FromDays(800);
    private static readonly Duration Minute = Duration.FromMinutes(1);
    private static readonly InstantPattern Day = InstantPattern.Create("uuuuMMdd", CultureInfo.InvariantCulture);
    private static readonly InstantPattern Time = InstantPattern.Create("HHmm", CultureInfo.InvariantCulture);

    /// <summary>Marks the minute of an instant of market time. Silos that do so together change nothing. At midnight a day older than any reckoning goes.</summary>
    public static async Task MarkAsync(IRowStore rows, Instant now)
    {
        await rows.TryInsertAsync(Table, Day.Format(now), [new Row(Time.Format(now), 1, ReadOnlyMemory<byte>.Empty)]);
        if (Time.Format(now) == "0000")
        {
            var day = Day.Format(now - Kept);
            while (await rows.ScanAsync(Table, day, null, null, RowLimits.MostRowsInBatch) is { Rows: { Count: > 0 } old })
            {
                await rows.RemoveAsync(Table, day, [.. old.Select(row => row.Key)]);
            }
        }
    }

    /// <summary>
    /// The times within a window in which nothing was marked for longer than <see cref="Domain.Verification.NodeHealth.Patience"/>: a
    /// mark that is a little late is no outage.
    /// </summary>
    public static async Task<ImmutableArray<Interval>> DeafAsync(IRowStore rows, Instant from, Instant until)
    {
        var deaf = ImmutableArray.CreateBuilder<Interval>();
        var heard = from;
        for (var day = Start(from); day < until; day += Duration.FromDays(1))
        {
            string? next = null;
            do
            {
                var page = await rows.ScanAsync(Table, Day.Format(day), next, null, RowLimits.MostRowsInPage);
                foreach (var row in page.Rows)
                {
                    var minute = day + Duration.FromHours(int.Parse(row.Key.AsSpan(0, 2), CultureInfo.InvariantCulture)) + Duration.FromMinutes(int.Parse(row.Key.AsSpan(2, 2), CultureInfo.InvariantCulture));
                    if (minute + Minute > from && minute < until)
                    {
                        Gap(minute);
                        heard = Instant.Max(heard, minute + Minute);
                    }
                }

                next = page.NextFrom;
            }
            while (next is not null);
        }

        Gap(until);
        return deaf.ToImmutable();

        void Gap(Instant end)
        {
            if (end - heard > Domain.Verification.NodeHealth.Patience)
            {
                deaf.Add(new Interval(heard, Instant.Min(end, until)));
            }
        }
    }

    private static Instant Start(Instant instant) => instant.InUtc().Date.AtMidnight().InUtc().ToInstant();
}

/// <summary>Each silo's own mark, once a minute of real time.</summary>
internal sealed partial class ServiceMarker(GrainServices services, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), time);
        try
        {
            do
            {
                try
                {
                    await ServiceMarks.MarkAsync(services.Rows, services.Clock.Now);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // A minute that cannot be marked is one in which beats could not be written either.
                    LogNotMarked(services.Log, error);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "This minute could not be marked as one in which the marketplace was there; it is tried again in 30 s.")]
    private static partial void LogNotMarked(ILogger log, Exception error);
}
