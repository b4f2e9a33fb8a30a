using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marketplace.Api;
using Marketplace.Api.Webhooks;
using Marketplace.Domain.Primitives;
using Marketplace.Grains;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using Marketplace.Grains.Webhooks;
using Marketplace.Storage.Embedded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Marketplace.Benchmarks.Webhooks;

/// <summary>
/// One organization's events to 90 webhook endpoints that answer at once, alone and beside 10 that take the request and never
/// answer: what comes through in a burst, and how late a steady stream arrives. Silo, store, sender and receivers share one
/// process; every message is signed, goes over a loopback connection and is in the delivery log.
/// </summary>
internal static class WebhookBenchmark
{
    private const int Answering = 90;
    private const int Hanging = 10;
    private const int BurstEvents = 200;
    private const int SteadyEvents = 100;
    private static readonly TimeSpan SteadyPause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(string[] rounds)
    {
        await RoundAsync(0, _ => { });
        Console.WriteLine($"{Environment.ProcessorCount} cores; a burst of {BurstEvents} events, then {SteadyEvents} events {SteadyPause.TotalMilliseconds:0} ms apart");
        Console.WriteLine("| endpoints that answer | that hang | burst: deliveries/s | CPU µs a delivery | steady: p50 ms | p99 ms | attempts at hanging ones |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        for (var round = 0; round < (rounds is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 3); round++)
        {
            await RoundAsync(0, Console.WriteLine);
            await RoundAsync(Hanging, Console.WriteLine);
        }

        return 0;
    }

    private static async Task RoundAsync(int hanging, Action<string> report)
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-benchmark-");
        await using var receivers = await Receivers.StartAsync();
        try
        {
            using var host = Silo(Path.Combine(folder.FullName, "marketplace.db"));
            await host.StartAsync();
            var feed = new Feed(host.Services.GetRequiredService<IGrainFactory>());
            await RegisterAsync(host.Services, feed.Organization, receivers.Address, hanging);

            // One event to each first: connections are open, and the hanging ones hang.
            await feed.RaiseAsync(1);
            await receivers.UntilAsync(Answering);
            var (before, cpu) = (receivers.Count, Process.GetCurrentProcess().TotalProcessorTime);
            var watch = Stopwatch.StartNew();
            await feed.RaiseAsync(BurstEvents);
            await receivers.UntilAsync(before + (BurstEvents * Answering));
            var seconds = watch.Elapsed.TotalSeconds;
            var used = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / (BurstEvents * Answering);

            before = receivers.Count;
            receivers.Latencies.Clear();
            for (var i = 0; i < SteadyEvents; i++)
            {
                await feed.RaiseAsync(1);
                await Task.Delay(SteadyPause);
            }

            await receivers.UntilAsync(before + (SteadyEvents * Answering));
            double[] late = [.. receivers.Latencies.Order()];
            report(string.Create(CultureInfo.InvariantCulture, $"| {Answering} | {hanging} | {BurstEvents * Answering / seconds:N0} | {used:N0} | {late[late.Length / 2]:0.0} | {late[late.Length * 99 / 100]:0.0} | {receivers.Hung} |"));
            await host.StopAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IHost Silo(string path)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddAbsentPost().AddWebhooks().Configure<WebhookOptions>(options => options.AllowLoopback = true);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: 21_112, gatewayPort: 0);
            silo.AddEmbeddedStore(options => options.Path = path);
            silo.AddMarketplaceGrains();
        });
        return builder.Build();
    }

    private static async Task RegisterAsync(IServiceProvider services, OrganizationId organization, Uri receivers, int hanging)
    {
        var (grains, secrets) = (services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<WebhookSecrets>());
        await Task.WhenAll(Enumerable.Range(0, Answering + hanging).Select(i =>
        {
            var id = WebhookEndpointId.From($"whk_{i}");
            var address = new Uri(receivers, i < Answering ? $"/{i}" : Receivers.HangingPath);
            var registration = new RegisterWebhookEndpoint(id, organization, address.ToString(), null, ["payment.*"], secrets.Seal(StandardSignature.NewSecret()));
            return grains.GetGrain<IWebhookEndpointGrain>(id.Value).RegisterAsync(new Operation("register", "hash"), registration);
        }));
    }

    /// <summary>An organization's feed, told of payments as payments tell it.</summary>
    private sealed class Feed(IGrainFactory grains)
    {
        private readonly IEventFeedGrain feed = grains.GetGrain<IEventFeedGrain>("org_benchmark");
        private long sequence;

        public OrganizationId Organization { get; } = OrganizationId.From("org_benchmark");

        /// <summary>Raises events; their subject says when.</summary>
        public async Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var data = JsonSerializer.SerializeToElement(new { id = "pay_4k2m7qz3v5xw6a2bc4d5e6f7ga", raisedAt = Stopwatch.GetTimestamp(), purpose = "deposit", amount = new { amountMinor = 66_666_666, currency = "USD", formatted = "USD 666,666.66" }, status = "succeeded" });
                await feed.ReceiveAsync(new Envelope("payment:pay_4k2m7qz3v5xw6a2bc4d5e6f7ga", sequence++, new EventRaised("payment.succeeded", SystemClock.Instance.GetCurrentInstant(), "pay_4k2m7qz3v5xw6a2bc4d5e6f7ga", data)));
            }
        }
    }
}
