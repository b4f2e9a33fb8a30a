using System.Globalization;
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
    private const int WarmUp = 1_000;

    // Before the first measured run of a side: until most code is in its final tier.
    private const int FirstWarmUp = 8_000;
    private static readonly int[] Levels = [100, 1_000, 10_000];

    // The hot pool is one of its own, so that it does not slow the spread down.
    private static readonly (int FirstPool, int Pools)[] Shapes = [(0, 1), (1, Pools)];

    /// <summary>Every hold of the filling lasts from here for three years.</summary>
    public static readonly DateTime Start = new(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static readonly DateTime End = Start.AddHours(Hours);

    private const int MostOverlapping = 10_000;

    public const int Hours = 26_280;

    public static async Task<int> RunAsync(string[] options)
    {
        var requests = options is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 4_000;
        Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
        var side = options is [_, var only, ..] ? only : "both";
        var shapes = options is [_, _, var shape, ..] ? [shape == "hot" ? Shapes[0] : Shapes[1]] : Shapes;
        var levels = options is [_, _, _, var level, ..] ? [int.Parse(level, CultureInfo.InvariantCulture)] : Levels;
        if (side == "product")
        {
            Console.WriteLine("The peer is skipped, as asked.");
        }
        else if (PostgresCluster.Missing is { } missing)
        {
            Console.WriteLine($"The peer is skipped: {missing}.");
        }
        else
        {
            await RunPeerAsync(requests, shapes, levels);
        }

        if (side != "peer")
        {
            await RunProductAsync(requests, shapes, levels);
        }

        return 0;
    }

    private static async Task RunProductAsync(int requests, (int FirstPool, int Pools)[] shapes, int[] levels)
    {
        await using var market = await ProductMarket.StartAsync(shapes.Max(shape => shape.FirstPool + shape.Pools), UnitsPerPool);
        Console.WriteLine($"Process {market.ProcessId} is measured.");
        var sent = 0;
        foreach (var (firstPool, pools) in shapes)
        {
            var filled = 0;
            foreach (var level in levels)
            {
                await market.FillAsync(level - filled, number => firstPool + (number % pools), Start, End);
                filled = level;
                var first = sent;
                var warmUp = first == 0 ? FirstWarmUp : WarmUp;
                sent += requests + warmUp + 1;
                var quotes = await market.QuoteAsync(requests + warmUp + 1, number => firstPool + (number % pools), number => Hour(first + number));
                await LoadDriver.RunAsync(warmUp, TimeSpan.FromSeconds(20), () => [market.ProcessId], number => market.ReserveAsync(number, quotes[requests + number]));
                Console.WriteLine("Measuring.");
                var run = await LoadDriver.RunAsync(requests, TimeSpan.FromSeconds(20), () => [market.ProcessId], number => market.ReserveAsync(number, quotes[number]));
                Console.WriteLine($"Marketplace {Shape(pools)} {level,6:N0} overlapping  {run}");
                if (pools == 1 && level == MostOverlapping)
                {
                    var (ready, answered) = await market.RestartAsync(quotes.Length - 1, quotes[^1]);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Restart after a kill with {level:N0} open reservations on one pool: ready after {ready.TotalSeconds:N1} s, first reservation on it answered after {answered.TotalSeconds:N1} s"));
                }
            }
        }
    }

    private static (DateTime Start, DateTime End) Hour(int number)
    {
        var start = Start.AddHours(number % Hours);
        return (start, start.AddHours(1));
    }

    private static string Shape(int pools) => pools == 1 ? "hot pool" : "spread  ";

    private static async Task RunPeerAsync(int requests, (int FirstPool, int Pools)[] shapes, int[] levels)
    {
        await using var postgres = await PostgresCluster.StartAsync();
        await PeerServer.CreateSchemaAsync(postgres.ConnectionString, Pools + 1, UnitsPerPool);
        await using var server = await ServerProcess.StartAsync("Marketplace.Benchmarks.dll", "/health", Path.GetTempFileName(), address => [PeerServer.Argument, address, postgres.ConnectionString]);
        using var client = LoadDriver.NewClient(server.Address);
        client.DefaultRequestHeaders.Add("X-Tenant", "tenant");
        var sent = 0;
        foreach (var (firstPool, pools) in shapes)
        {
            var filled = 0;
            foreach (var level in levels)
            {
                await PeerServer.FillAsync(postgres.ConnectionString, firstPool, pools, filled, level, Start, End);
                filled = level;
                async Task<bool> SendAsync(int number)
                {
                    var n = Interlocked.Increment(ref sent);
                    var (start, end) = Hour(n);
                    using var request = new HttpRequestMessage(HttpMethod.Post, "reservations") { Content = JsonContent.Create(new PeerRequest($"pool_{firstPool + (n % pools)}", 1, start, end)) };
                    request.Headers.Add("Idempotency-Key", $"key{n}");
                    using var answer = await client.SendAsync(request);
                    _ = await answer.Content.ReadAsByteArrayAsync();
                    return answer.IsSuccessStatusCode;
                }

                IEnumerable<int> Processes() => [server.ProcessId, .. LoadDriver.Family(postgres.ProcessId)];
                await LoadDriver.RunAsync(sent == 0 ? FirstWarmUp : WarmUp, TimeSpan.FromSeconds(20), Processes, SendAsync);
                var run = await LoadDriver.RunAsync(requests, TimeSpan.FromSeconds(20), Processes, SendAsync);
                Console.WriteLine($"PostgreSQL  {Shape(pools)} {level,6:N0} overlapping  {run}");
            }
        }
    }
}
