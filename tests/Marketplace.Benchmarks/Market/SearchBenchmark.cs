using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marketplace.Benchmarks.Reservations;
using Marketplace.Benchmarks.Reservations.Peer;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Benchmarks.Market;

/// <summary>
/// Search through HTTP as somebody types, letter by letter, and chooses filters, over many listings, beside the same questions to
/// PostgreSQL; then the market's page on the same host in a browser that is started anew. Both sides must count alike.
/// </summary>
internal static class SearchBenchmark
{
    private const int Rounds = 4;
    private static readonly string[] Typed = ["h200 norway", "hydro ridge", "texas wind b200", "fjord compute", "gb200 iceland geothermal", "plateau 12"];

    private static readonly Question[] Chosen =
    [
        new([]), new([], Sku: "nvidia-h200-sxm5-141gb"), new([], Country: "NO"), new([], Renewable: 80), new([], Highest: 2.5m),
        new(["ridge"], Country: "US", Renewable: 50), new(["hydro"], Sku: "nvidia-h100-sxm5-80gb", Highest: 4m), new(["nothing-says-this"]),
    ];

    private static readonly SearchQuery Query = new()
    {
        Kind = PoolKind.Gpu,
        Quantity = 64,
        Term = new Term(LargeMarket.Start + Duration.FromDays(730), LargeMarket.Start + Duration.FromDays(730 + 365)),
    };

    public static async Task<int> RunAsync(string[] options)
    {
        var count = options is [var size, ..] ? int.Parse(size, CultureInfo.InvariantCulture) : 100_000;
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        try
        {
            Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
            var listings = new List<SearchListing>(count);
            var data = Directory.CreateDirectory(Path.Combine(folder.FullName, "data"));
            await LargeMarket.FillAsync(Path.Combine(data.FullName, "marketplace.db"), count, listings.Add);
            Console.WriteLine($"{count:N0} listings written, load {File.ReadAllText("/proc/loadavg").Trim()}");
            var questions = Questions().ToArray();
            Console.WriteLine("| | questions | p50 ms | p99 ms | slowest ms |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            var counts = await PeerAsync(questions, listings);
            listings.Clear();
            GC.Collect();
            await using var server = await ServerProcess.StartAsync(HostProgram, "/health/ready", Path.Combine(folder.FullName, "log"), address =>
                ["--urls", address, "--Marketplace:DataFolder", data.FullName, "--Marketplace:Demo", "false", "--Api:RequestsPerMinutePerAddress", "1000000000"]);
            await ProductAsync(server, questions, counts);
            await PageBenchmark.RunAsync(server.Address);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The host beside its files for browsers, as the pages' own tests use it.</summary>
    private static string HostProgram => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "..", "..", "src", "Marketplace.Host", "bin", AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "Marketplace.Host.dll"));

    /// <summary>Every prefix of what is typed, and the filters.</summary>
    private static IEnumerable<Question> Questions() =>
        Typed.SelectMany(text => Enumerable.Range(1, text.Length).Select(length => new Question(text[..length].Split(' ', StringSplitOptions.RemoveEmptyEntries)))).Concat(Chosen);

    private static async Task<int[]?> PeerAsync(Question[] questions, List<SearchListing> listings)
    {
        if (PostgresCluster.Missing is { } missing)
        {
            Console.WriteLine($"The peer is skipped: {missing}.");
            return null;
        }

        await using var peer = await SearchPeer.StartAsync(Query, listings);
        var counts = new int[questions.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = await peer.SearchAsync(questions[i]);
        }

        Report("PostgreSQL, filters and words", await MeasureAsync(questions.Length, Rounds, number => peer.SearchAsync(questions[number])));
        return counts;
    }

    private static async Task ProductAsync(ServerProcess server, Question[] questions, int[]? counts)
    {
        using var http = LoadDriver.NewClient(new Uri(server.Address, "/v1/"));
        var clock = Stopwatch.StartNew();
        await AskAsync(http, new Question([]), Query.Quantity);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"First search after the start: {clock.Elapsed.TotalSeconds:0.0} s"));
        for (var i = 0; i < questions.Length; i++)
        {
            var total = await AskAsync(http, questions[i], Query.Quantity);
            if (counts is not null && counts[i] != total)
            {
                throw new InvalidOperationException($"{JsonSerializer.Serialize(questions[i])}: {total} here, {counts[i]} in PostgreSQL.");
            }
        }

        Report("Marketplace, filters and words", await MeasureAsync(questions.Length, Rounds, number => AskAsync(http, questions[number], Query.Quantity)));
        Report("Marketplace, another quantity each time", await MeasureAsync(60, 1, number => AskAsync(http, new Question([]), 8 * (number + 10))));
        using var process = Process.GetProcessById(server.ProcessId);
        Console.WriteLine($"Working set {process.WorkingSet64 >> 20:N0} MiB");
    }

    private static async Task<int> AskAsync(HttpClient http, Question question, int quantity)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"search?quantity={quantity}&start={Query.Term.Start}&end={Query.Term.End}&limit=24")
            + (question.Words.Length > 0 ? "&words=" + Uri.EscapeDataString(string.Join(' ', question.Words)) : "")
            + (question.Sku is null ? "" : "&sku=" + question.Sku)
            + (question.Country is null ? "" : "&country=" + question.Country)
            + (question.Renewable is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&renewablePercent={question.Renewable}"))
            + (question.Highest is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&highestPrice={question.Highest}"));
        using var answer = await http.GetAsync(address);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("total").GetInt32() : throw new InvalidOperationException(text);
    }

    private static async Task<double[]> MeasureAsync(int questions, int rounds, Func<int, Task> ask)
    {
        var times = new List<double>();
        for (var number = 0; number < questions * rounds; number++)
        {
            var begin = Stopwatch.GetTimestamp();
            await ask(number % questions);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return [.. times.Order()];
    }

    private static void Report(string what, double[] times) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {what} | {times.Length:N0} | {times[times.Length / 2]:0.0} | {times[(int)(times.Length * 0.99)]:0.0} | {times[^1]:0.0} |"));
}
