using System.Collections.Concurrent;
using System.Text.Json;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>A message as its receiver sees it.</summary>
/// <param name="Url">Where it came.</param>
/// <param name="Id">Header <c>webhook-id</c>.</param>
/// <param name="Number">The event's number.</param>
/// <param name="Type">The event's type.</param>
/// <param name="Secrets">What signed it, as it is kept.</param>
public sealed record ReceivedWebhook(string Url, string Id, long Number, string Type, IReadOnlyList<string> Secrets);

/// <summary>Receivers of webhooks in memory that outlive the silo. The test says what they answer.</summary>
public sealed class TestWebhooks : IWebhookSender
{
    private readonly ConcurrentQueue<ReceivedWebhook> _received = new();

    /// <summary>What came, in order, failed attempts included.</summary>
    public IReadOnlyList<ReceivedWebhook> Received => [.. _received];

    /// <summary>What a receiver answers; 200 unless set.</summary>
    public Func<ReceivedWebhook, Task<WebhookAnswer>> Answers { get; set; } = _ => Task.FromResult(Answer(200));

    /// <summary>An answer of this status, or none for null.</summary>
    public static WebhookAnswer Answer(int? status, Duration? retryAfter = null) =>
        new(default, 1, "v1,test", status, "", false, retryAfter, status is null ? "timed_out" : null, status is null ? "no answer came" : null);

    /// <inheritdoc/>
    public async Task<WebhookAnswer> SendAsync(WebhookMessage message, CancellationToken cancellation = default)
    {
        var body = JsonDocument.Parse(message.Body).RootElement;
        var received = new ReceivedWebhook(message.Url, message.Id, body.GetProperty("number").GetInt64(), body.GetProperty("type").GetString()!, message.SealedSecrets);
        _received.Enqueue(received);
        return await Answers(received).WaitAsync(cancellation);
    }
}
