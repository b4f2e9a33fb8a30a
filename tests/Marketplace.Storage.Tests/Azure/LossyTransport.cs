using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>What happens to one request on its way.</summary>
public enum Mishap
{
    /// <summary>It never arrives; its sender is told 503.</summary>
    Refused,

    /// <summary>It arrives and is done; its sender is told 500.</summary>
    AnswerLost,

    /// <summary>It never arrives, and its sender hears nothing until it gives up.</summary>
    Silence,

    /// <summary>It never arrives; its sender is told 429, and to come again in a moment.</summary>
    Slowed,

    /// <summary>It never arrives; its sender is told 503, and to come again in an hour.</summary>
    SentAway,
}

/// <summary>A network that counts what it carries and has one mishap after the other, as told.</summary>
public sealed class LossyTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _network = new();
    private readonly ConcurrentQueue<(string Method, Mishap Mishap)> _mishaps = new();
    private int _sent;

    /// <summary>Requests so far.</summary>
    public int Sent => _sent;

    /// <summary>The next so many requests of a method meet a mishap.</summary>
    public void Next(string method, Mishap mishap, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _mishaps.Enqueue((method, mishap));
        }
    }

    public override global::Azure.Core.Request CreateRequest() => _network.CreateRequest();

    public override void Process(HttpMessage message) => throw new InvalidOperationException("The store is asynchronous throughout.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        Interlocked.Increment(ref _sent);
        if (!_mishaps.TryPeek(out var next) || next.Method != message.Request.Method.Method || !_mishaps.TryDequeue(out next))
        {
            await _network.ProcessAsync(message);
            return;
        }

        switch (next.Mishap)
        {
            case Mishap.Silence:
                await Task.Delay(Timeout.Infinite, message.CancellationToken);
                break;
            case Mishap.AnswerLost:
                await _network.ProcessAsync(message);
                message.Response.Dispose();
                message.Response = new Failure(500);
                break;
            case Mishap.Slowed:
                message.Response = new Failure(429, ("retry-after-ms", "1"));
                break;
            case Mishap.SentAway:
                message.Response = new Failure(503, ("Retry-After", "3600"));
                break;
            default:
                message.Response = new Failure(503);
                break;
        }
    }

    public void Dispose() => _network.Dispose();

    private sealed class Failure(int status, params (string Name, string Value)[] headers) : global::Azure.Response
    {
        public override int Status => status;

        public override string ReasonPhrase => "A mishap";

        public override Stream? ContentStream { get; set; } = new MemoryStream();

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => TryGetHeader(name, out _);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => headers.Select(header => new HttpHeader(header.Name, header.Value));

        protected override bool TryGetHeader(string name, out string value)
        {
            value = headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
            return value.Length > 0;
        }

        protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
        {
            values = TryGetHeader(name, out var value) ? [value] : [];
            return value.Length > 0;
        }
    }
}
