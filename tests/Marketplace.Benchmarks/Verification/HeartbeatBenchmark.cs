using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Marketplace.Api;
using Marketplace.Benchmarks.Billing;
using Marketplace.Grains;
using Marketplace.Grains.Verification;
using Marketplace.Storage.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Benchmarks.Verification;

/// <summary>
/// Signed heartbeats of many nodes through HTTP to one host on the embedded store at full synchronisation: a minute in which each
/// node beats once at its own moment, then as many as the host takes; beside a peer in the same host that writes a row a beat.
/// Before it, every node has beaten so often that the moments at which nodes are written are spread as in a host that has run for
/// long. An answer that acknowledges less than it should, or a beat that is refused, ends the benchmark.
/// </summary>
internal static class HeartbeatBenchmark
{
    private const int Clients = 64;

    /// <summary>Beats of a node in the phase without pauses: each node's are written once in them.</summary>
    private const int Rounds = NodeGrain.MostPending;

    /// <summary>Of the peer, which is slower and the same at every beat.</summary>
    private const int PeerRounds = 5;

    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] sizes)
    {
        await RunAsync(200, TimeSpan.FromSeconds(2), _ => { });
        Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
        foreach (var size in sizes.Length == 0 ? [10_000] : sizes.Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            Console.WriteLine();
            Console.WriteLine($"| {size:#,0} nodes | beats | seconds | beats/s | CPU, of one processor | lag p50 ms | lag p99 ms | lag most ms | record writes a beat | row batches a beat |");
            Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
            await RunAsync(size, Minute, Console.WriteLine);
        }

        return 0;
    }

    private static async Task RunAsync(int count, TimeSpan minute, Action<string> report)
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        try
        {
            var writes = new WriteCount();
            var keys = new Dictionary<string, string>(StringComparer.Ordinal);
            await using var app = await StartAsync(folder.FullName, writes, keys);
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            var grains = app.Services.GetRequiredService<IGrainFactory>();
            var nodes = new BeatingNode[count];
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, _) => nodes[i] = await BeatingNode.EnrolAsync(grains, i));
            foreach (var node in nodes)
            {
                keys[node.Id.Value] = node.PublicKey;
            }

            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients }) { BaseAddress = new Uri(app.Urls.First()) };
            var (product, peer) = (new Target(http, "/v1/nodes/"), new Target(http, "/peer/"));
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, _) =>
            {
                for (var sequence = 1; sequence <= First(i); sequence++)
                {
                    await product.BeatAsync(nodes[i], nodes[i].Beat(sequence), 0);
                }
            });

            var paced = Messages(nodes, i => [First(i) + 1]);
            report(await MeasureAsync("one beat a minute each", writes, paced, (beats, lags) => PacedAsync(product, nodes, beats, minute, lags)));
            report(await MeasureAsync("the same, a row a beat", writes, paced, (beats, lags) => PacedAsync(peer, nodes, beats, minute, lags)));
            var burst = Messages(nodes, i => [.. Enumerable.Range(First(i) + 2, Rounds)]);
            report(await MeasureAsync("as fast as it goes", writes, burst, (beats, lags) => BurstAsync(product, nodes, beats, lags)));
            burst = [.. burst.Select(messages => messages[..PeerRounds])];
            report(await MeasureAsync("the same, a row a beat", writes, burst, (beats, lags) => BurstAsync(peer, nodes, beats, lags)));
            (paced, burst) = ([], []);
            report(string.Create(CultureInfo.InvariantCulture, $"\nHeap after it, above that of the empty host: {(GC.GetTotalMemory(forceFullCollection: true) - heap) / 1024.0 / count:0.0} KiB a node."));
            GC.KeepAlive((paced, burst));
            await app.StopAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Beats of a node before the measurement: 1 to 15, so that a fifteenth of all nodes is written at each beat.</summary>
    private static int First(int node) => 1 + node % NodeGrain.MostPending;

    private static byte[][][] Messages(BeatingNode[] nodes, Func<int, int[]> sequences)
    {
        var messages = new byte[nodes.Length][][];
        Parallel.For(0, nodes.Length, i => messages[i] = [.. sequences(i).Select(nodes[i].Beat)]);
        return messages;
    }

    private static async Task<WebApplication> StartAsync(string folder, WriteCount writes, IReadOnlyDictionary<string, string> keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: 21_113, gatewayPort: 0);
            silo.AddEmbeddedStore(options => options.Path = Path.Combine(folder, "marketplace.db"));
            silo.AddWriteCount(writes);
            silo.AddMarketplaceGrains();
        });
        builder.Services.AddMarketplaceApi();
        var app = builder.Build();
        app.UseMarketplaceApi();
        app.MapMarketplaceApi();
        RowPerBeat.Map(app, keys);
        await app.StartAsync();
        return app;
    }

    private static async Task<string> MeasureAsync(string name, WriteCount writes, byte[][][] messages, Func<byte[][][], double[], Task> run)
    {
        var lags = new double[messages.Sum(node => node.Length)];
        GC.Collect();
        writes.Reset();
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await run(messages, lags);
        var elapsed = clock.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        Array.Sort(lags);
        var beats = (double)lags.Length;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {beats:#,0} | {elapsed.TotalSeconds:0.0} | {beats / elapsed.TotalSeconds:#,0} | {processor / elapsed:0 %} | {lags[lags.Length / 2]:0.0} | {lags[lags.Length * 99 / 100]:0.0} | {lags[^1]:0.0} | {writes.Records / beats:0.000} | {writes.Batches / beats:0.000} |");
    }

    /// <summary>Each node once, evenly over the minute; the lag counts from the moment at which it was due, sent or not.</summary>
    private static async Task PacedAsync(Target target, BeatingNode[] nodes, byte[][][] messages, TimeSpan minute, double[] lags)
    {
        var clock = Stopwatch.StartNew();
        var waiting = new List<Task>(nodes.Length);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var next = 0; next < nodes.Length;)
        {
            for (; next < nodes.Length && Due(next) <= clock.Elapsed; next++)
            {
                waiting.Add(OneAsync(next));
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(waiting);

        TimeSpan Due(int i) => minute * i / nodes.Length;

        async Task OneAsync(int i)
        {
            await target.BeatAsync(nodes[i], messages[i][0], First(i) + 1 - NodeGrain.MostPending);
            lags[i] = (clock.Elapsed - Due(i)).TotalMilliseconds;
        }
    }

    /// <summary>All clients always wait for an answer; the lag is the time of one request.</summary>
    private static async Task BurstAsync(Target target, BeatingNode[] nodes, byte[][][] messages, double[] lags)
    {
        for (var round = 0; round < messages[0].Length; round++)
        {
            await Parallel.ForAsync(0, nodes.Length, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, _) =>
            {
                var from = Stopwatch.GetTimestamp();
                await target.BeatAsync(nodes[i], messages[i][round], First(i) + 2 + round - NodeGrain.MostPending);
                lags[round * nodes.Length + i] = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            });
        }
    }

    /// <summary>Where beats go.</summary>
    private sealed class Target(HttpClient http, string path)
    {
        private static readonly MediaTypeHeaderValue Json = new("application/json");

        /// <summary>Sends one and looks at the answer.</summary>
        /// <param name="node">Whose.</param>
        /// <param name="message">The signed beat.</param>
        /// <param name="least">What has to be acknowledged.</param>
        public async Task BeatAsync(BeatingNode node, byte[] message, int least)
        {
            using var content = new ByteArrayContent(message) { Headers = { ContentType = Json } };
            using var answer = await http.PostAsync($"{path}{node.Id}/heartbeats", content);
            var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Answer>();
            if (body!.Acknowledged < least)
            {
                throw new InvalidOperationException($"{node.Id} is acknowledged up to {body.Acknowledged}; {least} is the least.");
            }
        }
    }

    private sealed record Answer(long Acknowledged);
}
