using System.Text.Json;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>
/// What a webhook carries: the Standard Webhooks members <c>type</c>, <c>timestamp</c> and <c>data</c>, and beside them what the
/// feed knows. The same event has the same bytes on every attempt.
/// </summary>
/// <param name="Id">The event's id, also the header <c>webhook-id</c>: drop repetitions by it.</param>
/// <param name="Number">Position in the organization's feed; 0 for a test.</param>
/// <param name="Version">Version of payloads. Members are added within a version, never removed and never given another meaning.</param>
/// <param name="Type">What happened.</param>
/// <param name="Timestamp">Market time.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">Details, by type.</param>
public sealed record WebhookPayload(string Id, long Number, string Version, string Type, Instant Timestamp, string Subject, JsonElement Data)
{
    /// <summary>The version that is sent.</summary>
    public const string CurrentVersion = "v1";

    /// <summary>The payload of an event.</summary>
    public static WebhookPayload Of(FeedEvent it)
    {
        ArgumentNullException.ThrowIfNull(it);
        return new WebhookPayload(it.Id, it.Number, CurrentVersion, it.Type, it.At, it.Subject, it.Data);
    }

    /// <summary>The body.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, MarketJson.Options);
}
