using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Path">The address's path.</param>
/// <param name="Headers">Its headers, in lower case.</param>
/// <param name="Body">Its bytes.</param>
public sealed record WireWebhook(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Type => Json.GetProperty("type").GetString()!;

    public long Number => Json.GetProperty("number").GetInt64();
}

/// <summary>A real receiver of webhooks on a loopback port.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private readonly ConcurrentQueue<WireWebhook> _received = new();
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<WireWebhook> Received => [.. _received];

    /// <summary>What it answers; 200 unless set.</summary>
    public Func<HttpContext, WireWebhook, Task> Answers { get; set; } = (http, _) => http.Response.WriteAsync("ok");

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits until this holds of what came.</summary>
    public Task UntilAsync(Func<IReadOnlyList<WireWebhook>, bool> holds) => UntilAsync(() => Task.FromResult(holds(Received)));

    /// <summary>Waits until this holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            Assert.False(patience.IsCancellationRequested, "It did not come to be.");
            await Task.Delay(Look);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var taken = new WireWebhook(http.Request.Path, headers, body.ToArray());
        _received.Enqueue(taken);
        await Answers(http, taken);
    }
}
