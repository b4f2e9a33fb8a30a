using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Marketplace.Host.Tests;

/// <summary>Takes what hosts tell about themselves: an OpenTelemetry collector, and Azure Monitor, on a free loopback port.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> requests = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<JsonElement> tracked = new();
    private readonly WebApplication app;

    private Collector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/v2.1/track", TrackAsync);
        app.MapPost("/{**path}", (HttpRequest request) => requests.AddOrUpdate(request.Path, 1, (_, count) => count + 1));
    }

    /// <summary>Where it is.</summary>
    public string Address => app.Urls.First();

    /// <summary>Tells a host to take it for Azure Monitor.</summary>
    public string ConnectionString => $"InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint={Address}/";

    /// <summary>Requests of OpenTelemetry, by path.</summary>
    public IReadOnlyDictionary<string, int> Requests => requests;

    /// <summary>What Azure Monitor was told.</summary>
    public IReadOnlyList<Told> Tracked => [.. tracked.Select(item => new Told(item))];

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector.app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>Azure Monitor's door: lines of JSON, compressed.</summary>
    private async Task<IResult> TrackAsync(HttpRequest request)
    {
        await using var body = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var reader = new StreamReader(body);
        var count = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            tracked.Enqueue(JsonDocument.Parse(line).RootElement);
            count++;
        }

        return Results.Json(new { itemsReceived = count, itemsAccepted = count, errors = Array.Empty<string>() });
    }

    /// <summary>One thing that Azure Monitor was told.</summary>
    internal readonly record struct Told(JsonElement Item)
    {
        /// <summary><c>RequestData</c>, <c>RemoteDependencyData</c>, <c>MessageData</c>, <c>ExceptionData</c> or <c>MetricData</c>.</summary>
        public string Kind => Item.GetProperty("data").GetProperty("baseType").GetString()!;

        public JsonElement Data => Item.GetProperty("data").GetProperty("baseData");

        /// <summary>Name of the request or dependency, as far as it is one.</summary>
        public string Name => Data.TryGetProperty("name", out var name) ? name.GetString()! : "";

        /// <summary>The trace it belongs to.</summary>
        public string? Trace => Tag("ai.operation.id");

        /// <summary>The service and the process that told it.</summary>
        public (string? Service, string? Process) From => (Tag("ai.cloud.role"), Tag("ai.cloud.roleInstance"));

        private string? Tag(string name) => Item.GetProperty("tags").TryGetProperty(name, out var tag) ? tag.GetString() : null;
    }
}
