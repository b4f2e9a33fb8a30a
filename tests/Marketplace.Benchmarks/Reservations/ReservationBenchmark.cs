using System.Net.Http.Json;
using Marketplace.Benchmarks.Reservations.Peer;

namespace Marketplace.Benchmarks.Reservations;

/// <summary>
/// Whole reservations through HTTP by 64 clients, on one hot pool and spread over 1,000, while 100, 1,000 and 10,000 holds
/// overlap the term asked for. Each measured reservation is for another hour, so that it overlaps those and hardly another
/// measured one: the level stays what it says.
/// </summary>
internal static class ReservationBenchmark
{
    public const int Pools = 1000;
    public const int UnitsPerPool = 100_000;
    private const int WarmUp = 500;
    private static readonly int[] Levels = [100, 1_000, 10_000];

    /// <summary>Every hold of the filling lasts from here for three years.</summary>
    public static readonly DateTime Start = new(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static readonly DateTime End = Start.AddHours(Hours);

    public const int Hours = 26_280;

    public static async Task<int> RunAsync(string[] options)
    {
        var requests = options is [var count, ..] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 4_000;
        if (PostgresCluster.Missing is { } missing)
        {
            Console.WriteLine($"The peer is skipped: {missing}.");
        }
        else
        {
            await RunPeerAsync(requests);
        }

        return 0;
    }

    private static async Task RunPeerAsync(int requests)
    {
        await using var postgres = await PostgresCluster.StartAsync();
        await PeerServer.CreateSchemaAsync(postgres.ConnectionString, Pools + 1, UnitsPerPool);
        await using var server = await ServerProcess.StartAsync("Marketplace.Benchmarks.dll", "/health", Path.GetTempFileName(), address => [PeerServer.Argument, address, postgres.ConnectionString]);
        using var client = NewClient(server.Address);
        client.DefaultRequestHeaders.Add("X-Tenant", "tenant");
        var sent = 0;
        foreach (var (firstPool, pools) in ((int, int)[])[(0, 1), (1, Pools)])
        {
            var filled = 0;
            foreach (var level in Levels)
            {
                await PeerServer.FillAsync(postgres.ConnectionString, firstPool, pools, filled, level, Start, End);
                filled = level;
                async Task<bool> SendAsync(int number)
                {
                    var n = Interlocked.Increment(ref sent);
                    var start = Start.AddHours(n % Hours);
                    using var request = new HttpRequestMessage(HttpMethod.Post, "reservations") { Content = JsonContent.Create(new PeerRequest($"pool_{firstPool + (n % pools)}", 1, start, start.AddHours(1))) };
                    request.Headers.Add("Idempotency-Key", $"key{n}");
                    using var answer = await client.SendAsync(request);
                    _ = await answer.Content.ReadAsByteArrayAsync();
                    return answer.IsSuccessStatusCode;
                }

                IEnumerable<int> Processes() => [server.ProcessId, .. LoadDriver.Family(postgres.ProcessId)];
                await LoadDriver.RunAsync(WarmUp, TimeSpan.FromSeconds(10), Processes, SendAsync);
                var run = await LoadDriver.RunAsync(requests, TimeSpan.FromSeconds(20), Processes, SendAsync);
                Console.WriteLine($"PostgreSQL  {(pools == 1 ? "hot pool" : "spread  ")} {level,6:N0} overlapping  {run}");
            }
        }
    }

    private static HttpClient NewClient(Uri address) =>
        new(new SocketsHttpHandler { MaxConnectionsPerServer = LoadDriver.Clients, PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = address };
}
