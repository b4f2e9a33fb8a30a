using System.Diagnostics;
using System.Globalization;

namespace Marketplace.Benchmarks.Reservations;

/// <summary>One measured run.</summary>
/// <param name="Done">Reservations granted.</param>
/// <param name="Failed">Answers that were no reservation.</param>
/// <param name="Elapsed">Wall time.</param>
/// <param name="Median">Median latency.</param>
/// <param name="P99">99th percentile of the latency.</param>
/// <param name="DriverShare">Share of all processor time that the load driver took itself.</param>
/// <param name="ServerShare">Share of all processor time that the measured processes took.</param>
/// <param name="ServerTime">Processor time the measured processes took, what they did after the last answer included.</param>
internal sealed record Run(int Done, int Failed, TimeSpan Elapsed, TimeSpan Median, TimeSpan P99, double DriverShare, double ServerShare, TimeSpan ServerTime)
{
    public double PerSecond => Done / Elapsed.TotalSeconds;

    public double MillisecondsEach => ServerTime.TotalMilliseconds / Math.Max(1, Done);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{PerSecond,9:N0}/s  p50 {Median.TotalMilliseconds,7:N1} ms  p99 {P99.TotalMilliseconds,7:N1} ms  CPU: server {ServerShare,4:P0}, driver {DriverShare,4:P0}; {MillisecondsEach:N2} ms each  ({Done:N0} done, {Failed:N0} failed)");
}

/// <summary>Closed loop: each client sends its next request when the last one was answered.</summary>
internal static class LoadDriver
{
    public const int Clients = 64;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(8);

    /// <summary>A client of all of them, one connection each.</summary>
    public static HttpClient NewClient(Uri address) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = Clients, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = address };

    /// <summary>Runs until <paramref name="requests"/> are done or <paramref name="longest"/> is over.</summary>
    /// <param name="requests">Most requests.</param>
    /// <param name="longest">Longest time.</param>
    /// <param name="serverProcesses">Answers the ids of the processes that are measured.</param>
    /// <param name="send">Sends request number n; whether it was granted.</param>
    public static async Task<Run> RunAsync(int requests, TimeSpan longest, Func<IEnumerable<int>> serverProcesses, Func<int, Task<bool>> send)
    {
        var latencies = new List<TimeSpan>[Clients];
        int next = -1, done = 0, failed = 0;
        var driverBefore = Process.GetCurrentProcess().TotalProcessorTime;
        var serverBefore = ProcessorTime(serverProcesses());
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var mine = latencies[client] = [];
            int number;
            while (watch.Elapsed < longest && (number = Interlocked.Increment(ref next)) < requests)
            {
                var start = watch.Elapsed;
                if (await send(number))
                {
                    mine.Add(watch.Elapsed - start);
                    Interlocked.Increment(ref done);
                }
                else
                {
                    Interlocked.Increment(ref failed);
                }
            }
        })));
        var elapsed = watch.Elapsed;
        var capacity = elapsed * Environment.ProcessorCount;
        var sorted = latencies.SelectMany(each => each).Order().ToArray();
        return new Run(
            done,
            failed,
            elapsed,
            sorted.Length == 0 ? default : sorted[sorted.Length / 2],
            sorted.Length == 0 ? default : sorted[sorted.Length * 99 / 100],
            (Process.GetCurrentProcess().TotalProcessorTime - driverBefore) / capacity,
            (ProcessorTime(serverProcesses()) - serverBefore) / capacity,
            await WhenIdleAsync(serverProcesses) - serverBefore);
    }

    /// <summary>The processes' time once they rest: work that was put off past the answers counts too.</summary>
    private static async Task<TimeSpan> WhenIdleAsync(Func<IEnumerable<int>> processes)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var before = ProcessorTime(processes());
            await Task.Delay(Look);
            var after = ProcessorTime(processes());
            if (after - before < Look / 20 || patience.Elapsed > MostPatience)
            {
                return after;
            }
        }
    }

    /// <summary>The processes whose parent is <paramref name="parent"/>, and that one; PostgreSQL's sessions are processes.</summary>
    public static IEnumerable<int> Family(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && (id == parent || (Stat(id) is { } stat && stat[1] == parent.ToString(CultureInfo.InvariantCulture))))
        .ToArray();

    private static TimeSpan ProcessorTime(IEnumerable<int> processes)
    {
        var ticks = 0L;
        foreach (var id in processes)
        {
            if (Stat(id) is { } stat)
            {
                ticks += long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture);
            }
        }

        // Clock ticks of Linux, 100 a second.
        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    /// <summary>The fields of /proc/id/stat from the third on, or null when the process is gone.</summary>
    private static string[]? Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
