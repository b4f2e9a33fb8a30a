using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Webhooks;
using NodaTime;

namespace Marketplace.Api.Webhooks;

/// <summary>A webhook endpoint, without its secrets. Times of attempts are real time.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Url">Where it sends to.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Events">Types it sends.</param>
/// <param name="Status">Whether it sends.</param>
/// <param name="Notice">What its owner must know, in a sentence for people: why it is disabled, or since when it fails. Null while all is well.</param>
/// <param name="CreatedAt">Market time of registration.</param>
/// <param name="Secrets">What signs, newest first.</param>
/// <param name="LastEventNumber">Number of the last event dealt with: delivered, filtered out, waiting or given up.</param>
/// <param name="Waiting">Events whose delivery failed and is tried again.</param>
/// <param name="Replays">Replays under way.</param>
/// <param name="LastDeliveredAt">The last success.</param>
/// <param name="FailingSince">The first failure since then.</param>
/// <param name="PausedUntil">Until when nothing is sent because the receiver asked for a pause.</param>
/// <param name="GivenUp">Events given up since registration; they can be replayed.</param>
internal sealed record WebhookEndpointModel(
    WebhookEndpointId Id,
    string Url,
    string? Description,
    ImmutableArray<string> Events,
    WebhookEndpointStatus Status,
    string? Notice,
    Instant CreatedAt,
    ImmutableArray<WebhookSecretModel> Secrets,
    long LastEventNumber,
    ImmutableArray<WaitingEventModel> Waiting,
    ImmutableArray<ReplayModel> Replays,
    Instant? LastDeliveredAt,
    Instant? FailingSince,
    Instant? PausedUntil,
    long GivenUp)
{
    public static WebhookEndpointModel Example { get; } = new(
        WebhookEndpointId.From("whk_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        "https://billing.example.com/webhooks",
        "Accounting",
        ["invoice.*", "payment.succeeded"],
        WebhookEndpointStatus.Active,
        null,
        Instant.FromUtc(2027, 1, 4, 9, 0),
        [new WebhookSecretModel(Instant.FromUtc(2027, 1, 4, 9, 0), null)],
        42,
        [new WaitingEventModel(41, 2, Instant.FromUtc(2027, 1, 4, 9, 5))],
        [],
        Instant.FromUtc(2027, 1, 4, 9, 1),
        Instant.FromUtc(2027, 1, 4, 9, 2),
        null,
        0);

    public static WebhookEndpointModel Of(WebhookEndpoint endpoint) => new(
        endpoint.Id,
        endpoint.Url,
        endpoint.Description,
        endpoint.Events,
        endpoint.Status,
        NoticeOf(endpoint),
        endpoint.CreatedAt,
        [.. endpoint.Secrets.Select(secret => new WebhookSecretModel(secret.CreatedAt, secret.ExpiresAt))],
        endpoint.Cursor,
        [.. endpoint.Waiting.Select(waiting => new WaitingEventModel(waiting.Number, waiting.Attempts, waiting.RetryAt))],
        [.. endpoint.Replays.Select(replay => new ReplayModel(replay.Id, replay.Next, replay.Through, replay.OccurredFrom, replay.OccurredUntil))],
        endpoint.Health.LastDeliveredAt,
        endpoint.Health.FailingSince,
        endpoint.Health.HeldUntil,
        endpoint.Health.GivenUp);

    private static string? NoticeOf(WebhookEndpoint endpoint) => endpoint switch
    {
        { Stop.Message: { } message } => message,
        { Health: { FailuresInARow: >= WebhookEndpoint.DownAfter, FailingSince: { } since } } =>
            $"The last {endpoint.Health.FailuresInARow} attempts failed, the first of them on {since}. After three days without a success it is disabled.",
        _ => null,
    };
}

/// <summary>A signing secret, without itself.</summary>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when it signs no more; null for the newest.</param>
internal sealed record WebhookSecretModel(Instant CreatedAt, Instant? ExpiresAt);

/// <summary>An event whose delivery failed.</summary>
/// <param name="EventNumber">Its number in the feed.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAttemptAt">When it is tried again at the earliest.</param>
internal sealed record WaitingEventModel(long EventNumber, int Attempts, Instant NextAttemptAt);

/// <summary>A replay under way.</summary>
/// <param name="Number">Counts the endpoint's replays.</param>
/// <param name="NextEventNumber">The next event it looks at.</param>
/// <param name="LastEventNumber">The last one.</param>
/// <param name="OccurredFrom">Only events at or after this market time.</param>
/// <param name="OccurredUntil">Only events before this market time.</param>
internal sealed record ReplayModel(int Number, long NextEventNumber, long LastEventNumber, Instant? OccurredFrom, Instant? OccurredUntil);

/// <summary>An endpoint with its new secret.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Secret">What signs: <c>whsec_</c> and base64. It is shown this once; a repeated request answers null.</param>
internal sealed record WebhookEndpointWithSecretModel(WebhookEndpointModel Endpoint, string? Secret)
{
    public static WebhookEndpointWithSecretModel Example { get; } = new(WebhookEndpointModel.Example, "whsec_c2hvd24gb25jZSwgdGhpcnR5LXR3byByYW5kb20hISE=");
}

/// <summary>One attempt to deliver one event.</summary>
/// <param name="Number">Counts the endpoint's attempts.</param>
/// <param name="EventId">Header <c>webhook-id</c>, the same on every attempt at the event.</param>
/// <param name="EventNumber">The event's number in the feed; 0 for a test.</param>
/// <param name="EventType">Its type.</param>
/// <param name="Lane">What it was sent from: the line of new events, a retry, a replay or a test.</param>
/// <param name="Attempt">Which attempt at this event, from 1; a replay begins anew.</param>
/// <param name="SentAt">Real time.</param>
/// <param name="TookMs">Milliseconds until the answer, or until it was given up.</param>
/// <param name="Delivered">Whether the receiver took it: it answered 2xx.</param>
/// <param name="Request">What was sent.</param>
/// <param name="Response">What was answered; null when no answer came.</param>
/// <param name="Failure">Why no answer came; null when one did.</param>
internal sealed record WebhookDeliveryModel(
    long Number,
    string EventId,
    long EventNumber,
    string EventType,
    WebhookLane Lane,
    int Attempt,
    Instant SentAt,
    int TookMs,
    bool Delivered,
    DeliveryRequestModel Request,
    DeliveryResponseModel? Response,
    DeliveryFailureModel? Failure)
{
    public static WebhookDeliveryModel Example { get; } = new(
        7,
        "evt_7t5p7qz3v5xw6a2bc4d5e6f7ga",
        42,
        "invoice.issued",
        WebhookLane.Line,
        1,
        Instant.FromUtc(2027, 1, 4, 9, 0),
        84,
        true,
        new DeliveryRequestModel(
            "https://billing.example.com/webhooks",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
            "{\"id\":\"evt_7t5p7qz3v5xw6a2bc4d5e6f7ga\",\"number\":42,\"version\":\"v1\",\"type\":\"invoice.issued\"}"),
        new DeliveryResponseModel(200, "ok", false),
        null);

    public static WebhookDeliveryModel Of(WebhookDelivery delivery) => new(
        delivery.Number,
        delivery.EventId,
        delivery.EventNumber,
        delivery.EventType,
        delivery.Lane,
        delivery.Attempt,
        delivery.SentAt,
        delivery.TookMs,
        delivery.Delivered,
        new DeliveryRequestModel(delivery.Url, delivery.Signature, delivery.Body),
        delivery.Status is { } status ? new DeliveryResponseModel(status, delivery.Answer, delivery.AnswerCut) : null,
        delivery.Failure is { } code ? new DeliveryFailureModel(code, delivery.Detail ?? "") : null);
}

/// <summary>What was sent.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Signature">Header <c>webhook-signature</c>; empty when nothing was sent.</param>
/// <param name="Body">The body.</param>
internal sealed record DeliveryRequestModel(string Url, string Signature, string Body);

/// <summary>What was answered.</summary>
/// <param name="Status">HTTP status. Anything but 2xx is a failure; redirects are not followed.</param>
/// <param name="Body">The first 4 KiB of the answer.</param>
/// <param name="BodyCut">Whether there was more.</param>
internal sealed record DeliveryResponseModel(int Status, string Body, bool BodyCut);

/// <summary>Why no answer came.</summary>
/// <param name="Code">One of <c>address_refused</c>, <c>name_not_found</c>, <c>not_connected</c>, <c>tls_failed</c>, <c>timed_out</c>, <c>connection_lost</c>, <c>secret_unreadable</c>.</param>
/// <param name="Detail">In words.</param>
internal sealed record DeliveryFailureModel(string Code, string Detail);
