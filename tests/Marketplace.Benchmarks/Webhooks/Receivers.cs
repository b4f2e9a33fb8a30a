using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Benchmarks.Webhooks;

/// <summary>Receivers of webhooks on one loopback port: those under <see cref="HangingPath"/> never answer.</summary>
internal sealed class Receivers : IAsyncDisposable
{
    public const string HangingPath = "/hanging";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private readonly WebApplication app;
    private long count;
    private long hung;

    private Receivers(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>Messages answered.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>Messages that will never be answered.</summary>
    public long Hung => Interlocked.Read(ref hung);

    /// <summary>Milliseconds from the event to its arrival, one for each message answered.</summary>
    public ConcurrentBag<double> Latencies { get; } = [];

    public static async Task<Receivers> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receivers = new Receivers(app);
        app.Run(receivers.TakeAsync);
        await app.StartAsync();
        return receivers;
    }

    /// <summary>Waits for so many messages.</summary>
    public async Task UntilAsync(long messages)
    {
        while (Count < messages)
        {
            await Task.Delay(Look);
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        if (http.Request.Path == HangingPath)
        {
            Interlocked.Increment(ref hung);
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        var raisedAt = body.RootElement.GetProperty("data").GetProperty("raisedAt").GetInt64();
        Latencies.Add(Stopwatch.GetElapsedTime(raisedAt).TotalMilliseconds);
        Interlocked.Increment(ref count);
    }
}
