using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Marketplace.Api;
using Marketplace.Benchmarks.Billing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using Marketplace.Storage.Embedded;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using NSec.Cryptography;

namespace Marketplace.Benchmarks.Verification;

/// <summary>
/// Signed heartbeats of many nodes through HTTP, as fast as one host takes them: from the request to the answer, signature
/// checked, on the embedded store at full synchronisation. Every node beats as often as it takes to have all but the last few
/// beats written; an answer that acknowledges less than that, or a beat that is refused, ends the benchmark.
/// </summary>
internal static class HeartbeatBenchmark
{
    private const int Clients = 64;
    private static readonly OrganizationId Owner = OrganizationId.From("org_operator");

    public static async Task<int> RunAsync(string[] sizes)
    {
        await RunAsync(200, 16, _ => { });
        Console.WriteLine($"{Environment.ProcessorCount} processors, load {File.ReadAllText("/proc/loadavg").Trim()}");
        Console.WriteLine("| nodes | beats | beats/s | minutes of beats a minute | CPU ms a beat | allocated KiB a beat | working set MiB | record writes a beat | row batches a beat |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var size in sizes.Length == 0 ? [10_000] : sizes.Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            await RunAsync(size, 31, Console.WriteLine);
        }

        return 0;
    }

    private static async Task RunAsync(int count, int rounds, Action<string> report)
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        try
        {
            var writes = new WriteCount();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.UseOrleans(silo =>
            {
                silo.UseLocalhostClustering(siloPort: 21_113, gatewayPort: 0);
                silo.AddEmbeddedStore(options => options.Path = Path.Combine(folder.FullName, "marketplace.db"));
                silo.AddWriteCount(writes);
                silo.AddMarketplaceGrains();
            });
            builder.Services.AddMarketplaceApi();
            await using var app = builder.Build();
            app.UseMarketplaceApi();
            app.MapMarketplaceApi();
            await app.StartAsync();
            var grains = app.Services.GetRequiredService<IGrainFactory>();
            var nodes = new BeatingNode[count];
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, _) => nodes[i] = await BeatingNode.EnrolAsync(grains, i));
            var messages = nodes.Select(node => Enumerable.Range(1, rounds).Select(node.Beat).ToArray()).ToArray();
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Clients }) { BaseAddress = new Uri(app.Urls.First()) };

            writes.Reset();
            GC.Collect();
            var allocated = GC.GetTotalAllocatedBytes();
            var processor = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            var least = long.MaxValue;
            for (var round = 0; round < rounds; round++)
            {
                least = long.MaxValue;
                await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (i, cancellation) =>
                {
                    using var answer = await http.PostAsJsonAsync($"/v1/nodes/{nodes[i].Id}/heartbeats", messages[i][round], JsonSerializerOptions.Web, cancellation);
                    var body = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Answer>(cancellation);
                    InterlockedMin(ref least, body!.Acknowledged);
                });
            }

            var elapsed = clock.Elapsed;
            processor = Environment.CpuUsage.TotalTime - processor;
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            if (rounds - least >= NodeGrain.MostPending)
            {
                throw new InvalidOperationException($"A node's beats are acknowledged up to {least} of {rounds}.");
            }

            var beats = (double)count * rounds;
            report(string.Create(
                CultureInfo.InvariantCulture,
                $"| {count:#,0} | {beats:#,0} | {beats / elapsed.TotalSeconds:#,0} | {rounds * 60 / elapsed.TotalSeconds:0.0} | {processor.TotalMilliseconds / beats:0.00} | {allocated / 1024.0 / beats:0.0} | {Environment.WorkingSet >> 20} | {writes.Records / beats:0.000} | {writes.Batches / beats:0.000} |"));
            await app.StopAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void InterlockedMin(ref long least, long value)
    {
        long known;
        while (value < (known = Interlocked.Read(ref least)) && Interlocked.CompareExchange(ref least, value, known) != known)
        {
        }
    }

    private sealed record Answer(long Acknowledged);

    private sealed class BeatingNode(NodeId id, Key key)
    {
        public NodeId Id => id;

        public static async Task<BeatingNode> EnrolAsync(IGrainFactory grains, int number)
        {
            var key = Key.Create(SignatureAlgorithm.Ed25519);
            var node = new BeatingNode(NodeId.From($"node_{number}"), key);
            var token = EnrolmentTokenText.Of(node.Id, new byte[32]).Reveal();
            var grain = grains.GetGrain<INodeGrain>(node.Id.Value);
            await grain.IssueTokenAsync(new Operation("token", ""), new IssueEnrolmentToken(Owner, node.Id, PoolId.From("pool_1"), EnrolmentTokenText.Hash(token)));
            var body = new NodeEnrolment(token, Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), "benchmark");
            var answer = await grain.EnrolAsync(new EnrolNode(node.Sign(PayloadTypes.Enrolment, body), body));
            return answer.IsGranted ? node : throw new InvalidOperationException(answer.Refusal.Detail);
        }

        public SignedMessage Beat(int sequence)
        {
            GpuSample[] gpus = [.. Enumerable.Range(0, 8).Select(gpu => new GpuSample(gpu, 61 + gpu, false, 16, 16, 0))];
            return Sign(PayloadTypes.Heartbeats, new Heartbeats(id, "boot-" + id.Value, [new Heartbeat(sequence, SystemClock.Instance.GetCurrentInstant(), [.. gpus], [])]));
        }

        private SignedMessage Sign<TBody>(string type, TBody body)
        {
            var payload = JsonSerializer.SerializeToUtf8Bytes(body, MarketJson.Options);
            return new SignedMessage(type, Convert.ToBase64String(payload), [new MessageSignature(
                SignedMessage.KeyIdOf(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
                Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, SignedMessage.ToSign(type, payload))))]);
        }
    }
}
