using Marketplace.Grains.Durability;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Webhooks;

/// <summary>
/// One webhook endpoint: it alone sends the organization's events there, one at a time, at least once each, and keeps how far it
/// came. Key: its id.
/// </summary>
[Alias("Marketplace.IWebhookEndpointGrain"), GrainInterfaceType("Marketplace.IWebhookEndpointGrain")]
public interface IWebhookEndpointGrain : IAggregateGrain
{
    /// <summary>The endpoint; null when there is none of this id, or no longer.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<WebhookEndpoint>?> GetAsync();

    /// <summary>Registers it. The first event sent is the next one in the feed.</summary>
    [Alias("Register")]
    Task<Answer<Snapshot<WebhookEndpoint>>> RegisterAsync(Operation operation, RegisterWebhookEndpoint command);

    /// <summary>Changes it.</summary>
    [Alias("Amend")]
    Task<Answer<Snapshot<WebhookEndpoint>>> AmendAsync(Operation operation, AmendWebhookEndpoint command);

    /// <summary>Gives it a new secret; those before sign beside it for a while.</summary>
    [Alias("RotateSecret")]
    Task<Answer<Snapshot<WebhookEndpoint>>> RotateSecretAsync(Operation operation, RotateWebhookSecret command);

    /// <summary>Pauses it; what happens meanwhile waits.</summary>
    [Alias("Pause")]
    Task<Answer<Snapshot<WebhookEndpoint>>> PauseAsync(Operation operation);

    /// <summary>Sets a paused, disabled or failing endpoint going at once; with <paramref name="skipMissed"/> from the next event on.</summary>
    [Alias("Resume")]
    Task<Answer<Snapshot<WebhookEndpoint>>> ResumeAsync(Operation operation, bool skipMissed);

    /// <summary>Deletes it with its secrets and its log.</summary>
    [Alias("Delete")]
    Task<Answer<Snapshot<WebhookEndpoint>>> DeleteAsync(Operation operation);

    /// <summary>Sends events once more, after what is new.</summary>
    [Alias("Replay")]
    Task<Answer<Snapshot<WebhookEndpoint>>> ReplayAsync(Operation operation, ReplayWebhookEvents command);

    /// <summary>Sends a test message now, whatever the endpoint's status, and answers what came of it (within about 15 s). The same key has the same message id.</summary>
    [Alias("Ping"), AlwaysInterleave]
    Task<Answer<WebhookDelivery>> PingAsync(string key);

    /// <summary>Says how far the feed is. Returns at once; sending goes on beside.</summary>
    [Alias("Wake"), AlwaysInterleave]
    Task WakeAsync(long last);

    /// <summary>Makes durable what its own deliveries came to.</summary>
    [Alias("Report")]
    Task ReportAsync(WebhookReport report);
}

/// <summary>What a message was sent from.</summary>
public enum WebhookLane
{
    /// <summary>The line of new events.</summary>
    Line,

    /// <summary>Events set aside after a failure.</summary>
    Retry,

    /// <summary>A replay.</summary>
    Replay,

    /// <summary>A test.</summary>
    Ping,
}

/// <summary>One attempt, as the log keeps it.</summary>
/// <param name="Number">Counts the endpoint's attempts.</param>
/// <param name="EventId">Id of the event, header <c>webhook-id</c>.</param>
/// <param name="EventNumber">The event's number in the feed; 0 for a test.</param>
/// <param name="EventType">Its type.</param>
/// <param name="Lane">What it was sent from.</param>
/// <param name="Attempt">Which attempt at this event in a row, from 1.</param>
/// <param name="SentAt">Real time.</param>
/// <param name="TookMs">Milliseconds until the answer, or until it was given up.</param>
/// <param name="Url">Where to.</param>
/// <param name="Signature">The header <c>webhook-signature</c>; empty when nothing was sent.</param>
/// <param name="Body">What was sent.</param>
/// <param name="Status">The answer's HTTP status; null when none came.</param>
/// <param name="Answer">The beginning of the answer's body.</param>
/// <param name="AnswerCut">Whether more of it was left unread.</param>
/// <param name="Failure">Stable code when no answer came.</param>
/// <param name="Detail">That failure in words.</param>
/// <param name="Delivered">Whether the receiver took it.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookDelivery")]
public sealed record WebhookDelivery(
    [property: Id(0)] long Number,
    [property: Id(1)] string EventId,
    [property: Id(2)] long EventNumber,
    [property: Id(3)] string EventType,
    [property: Id(4)] WebhookLane Lane,
    [property: Id(5)] int Attempt,
    [property: Id(6)] Instant SentAt,
    [property: Id(7)] int TookMs,
    [property: Id(8)] string Url,
    [property: Id(9)] string Signature,
    [property: Id(10)] string Body,
    [property: Id(11)] int? Status,
    [property: Id(12)] string Answer,
    [property: Id(13)] bool AnswerCut,
    [property: Id(14)] string? Failure,
    [property: Id(15)] string? Detail,
    [property: Id(16)] bool Delivered);

/// <summary>Where endpoints and their logs are listed.</summary>
public static class WebhookRows
{
    /// <summary>Endpoints, partition by organization; the data is the <see cref="WebhookEndpoint"/> as its owner last changed it, without secrets.</summary>
    public const string Endpoints = "webhook-endpoints";

    /// <summary>Attempts, partition by endpoint, key by number; the data is the <see cref="WebhookDelivery"/>.</summary>
    public const string Deliveries = "webhook-deliveries";

    /// <summary>Attempts kept for each endpoint; older ones are removed.</summary>
    public const int DeliveriesKept = 1_000;

    /// <summary>Row key of an attempt.</summary>
    public static string Key(long number) => number.ToString("D19", System.Globalization.CultureInfo.InvariantCulture);
}
