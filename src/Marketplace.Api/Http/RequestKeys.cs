using System.Globalization;
using System.Text;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.Hosting;

namespace Marketplace.Api.Http;

/// <summary>
/// Idempotency keys of commands whose grain keeps no operation log: a partition an organization, a row a key, with the hash of
/// what it was used for, whose version is the millisecond it was bound. They live as long as an operation log's entries, 7 days
/// of real time. One more partition lists them by age, so that the old ones are found.
/// </summary>
internal static class RequestKeys
{
    /// <summary>The table.</summary>
    public const string Table = "request-keys";

    /// <summary>The partition by age.</summary>
    public const string ByAge = "by-age";

    private const int Page = RowLimits.MostRowsInBatch;
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>Binds a key to what it is used for.</summary>
    /// <returns>Null when the key is new, else whether it was used for the same.</returns>
    public static async Task<bool?> BindAsync(IRowStore rows, string organization, string id, string inputHash, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await rows.GetAsync(Table, organization, id, cancellation) is { } known)
        {
            return IsOf(known, inputHash);
        }

        // By age first: a key that no row lists would stay for ever. A key that was listed and never bound, because the second
        // write failed, is listed once more by its retry; only the row of its own age may end it.
        await rows.UpsertIfNewerAsync(Table, ByAge, new Row($"{Age(now)}|{organization}|{id}", 1, default), cancellation);
        if (await rows.TryInsertAsync(Table, organization, [new Row(id, now.ToUnixTimeMilliseconds(), Encoding.UTF8.GetBytes(inputHash))], cancellation))
        {
            return null;
        }

        return await rows.GetAsync(Table, organization, id, cancellation) is { } other && IsOf(other, inputHash);
    }

    /// <summary>Removes the keys that are old.</summary>
    public static async Task RemoveOldAsync(IRowStore rows, DateTimeOffset now, CancellationToken cancellation)
    {
        while ((await rows.ScanAsync(Table, ByAge, null, Age(now - Life), Page, cancellation: cancellation)).Rows is { Count: > 0 } old)
        {
            foreach (var organization in old.Select(row => row.Key.Split('|')).GroupBy(parts => parts[1], parts => parts[2]))
            {
                await RemoveBoundBeforeAsync(rows, organization.Key, organization, now - Life, cancellation);
            }

            await rows.RemoveAsync(Table, ByAge, [.. old.Select(row => row.Key)], cancellation);
        }
    }

    private static async Task RemoveBoundBeforeAsync(IRowStore rows, string organization, IEnumerable<string> ids, DateTimeOffset end, CancellationToken cancellation)
    {
        var old = new List<string>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await rows.GetAsync(Table, organization, id, cancellation) is { } bound && bound.Version < end.ToUnixTimeMilliseconds())
            {
                old.Add(id);
            }
        }

        if (old.Count > 0)
        {
            await rows.RemoveAsync(Table, organization, old, cancellation);
        }
    }

    private static bool IsOf(Row row, string inputHash) => row.Data.Span.SequenceEqual(Encoding.UTF8.GetBytes(inputHash));

    private static string Age(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString("D15", CultureInfo.InvariantCulture);
}

/// <summary>Removes old keys once an hour.</summary>
internal sealed partial class RequestKeyKeeper(IServiceProvider services, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<RequestKeyKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await RequestKeys.RemoveOldAsync(services.GetRequiredService<IRowStore>(), time.GetUtcNow(), stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogFailed(log, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old idempotency keys could not be removed; this is tried again in an hour.")]
    private static partial void LogFailed(ILogger log, Exception error);
}
