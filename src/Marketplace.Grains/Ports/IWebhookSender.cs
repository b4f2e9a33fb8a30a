using System.Collections.Immutable;
using NodaTime;

namespace Marketplace.Grains.Ports;

/// <summary>
/// Sends one message to one webhook endpoint. It never throws for anything the network, the name service or the receiver does:
/// it answers what came of it. It follows no redirect, connects to public addresses only, and bounds time and size.
/// </summary>
public interface IWebhookSender
{
    /// <summary>Signs and sends, and answers within about 15 s.</summary>
    Task<WebhookAnswer> SendAsync(WebhookMessage message, CancellationToken cancellation = default);
}

/// <summary>A message to send.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Id">The same on every attempt: header <c>webhook-id</c>.</param>
/// <param name="Body">The body, signed and sent as it is.</param>
/// <param name="SealedSecrets">What signs it, each as it is kept: one signature for each.</param>
public sealed record WebhookMessage(string Url, string Id, ReadOnlyMemory<byte> Body, ImmutableArray<string> SealedSecrets);

/// <summary>What came of an attempt.</summary>
/// <param name="SentAt">Real time of the attempt.</param>
/// <param name="TookMs">Milliseconds until the answer, or until it was given up.</param>
/// <param name="Signature">The header <c>webhook-signature</c>; empty when nothing was sent.</param>
/// <param name="Status">The answer's HTTP status; null when none came.</param>
/// <param name="Body">The beginning of the answer's body.</param>
/// <param name="BodyCut">Whether more of it was left unread.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
/// <param name="Failure">Stable code in snake case when no answer came, such as <c>timed_out</c> or <c>address_refused</c>.</param>
/// <param name="Detail">That failure in words.</param>
public sealed record WebhookAnswer(
    Instant SentAt,
    int TookMs,
    string Signature,
    int? Status,
    string Body,
    bool BodyCut,
    Duration? RetryAfter,
    string? Failure,
    string? Detail)
{
    /// <summary>Whether the receiver took it: only 2xx says so.</summary>
    public bool IsDelivered => Status is >= 200 and < 300;

    /// <summary>Whether the receiver says that the address is gone for good.</summary>
    public bool IsGone => Status == 410;

    /// <summary>Whether the receiver is overloaded rather than wrong.</summary>
    public bool IsThrottled => Status is 429 or 502 or 503 or 504;

    /// <summary>What went wrong, in a few words.</summary>
    public string Problem => Status is { } status ? $"it answered {status}" : Detail ?? "no answer came";
}
