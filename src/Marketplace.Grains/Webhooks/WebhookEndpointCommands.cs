using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>Registers an endpoint. Refused: <c>webhook_endpoint_exists</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Organization">Whose events.</param>
/// <param name="Url">Where to; checked by the caller.</param>
/// <param name="Description">What its owner says of it, at most 200 characters.</param>
/// <param name="Events">Types to send: a type, <c>noun.*</c>, or <c>*</c>; at least one.</param>
/// <param name="SealedSecret">What signs.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.RegisterWebhookEndpoint")]
public sealed record RegisterWebhookEndpoint(
    [property: Id(0)] WebhookEndpointId Id,
    [property: Id(1)] OrganizationId Organization,
    [property: Id(2)] string Url,
    [property: Id(3)] string? Description,
    [property: Id(4)] ImmutableArray<string> Events,
    [property: Id(5)] string SealedSecret);

/// <summary>Changes an endpoint; what is null stays. Refused: <c>webhook_endpoint_not_found</c>.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Description">What its owner says of it; empty removes it.</param>
/// <param name="Events">Types to send from now on.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.AmendWebhookEndpoint")]
public sealed record AmendWebhookEndpoint([property: Id(0)] string? Url, [property: Id(1)] string? Description, [property: Id(2)] ImmutableArray<string>? Events);

/// <summary>Gives an endpoint a new secret. Refused: <c>webhook_endpoint_not_found</c>, <c>webhook_secrets_full</c>.</summary>
/// <param name="SealedSecret">The new secret.</param>
/// <param name="Overlap">How long the ones before sign beside it; zero: not at all.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.RotateWebhookSecret")]
public sealed record RotateWebhookSecret([property: Id(0)] string SealedSecret, [property: Id(1)] Duration Overlap);

/// <summary>Sends events once more. Refused: <c>webhook_endpoint_not_found</c>, <c>webhook_event_not_found</c>, <c>webhook_replays_full</c>.</summary>
/// <param name="EventNumber">One event, by its number in the feed; null for a range of time.</param>
/// <param name="OccurredFrom">Events at or after this market time.</param>
/// <param name="OccurredUntil">Events before this market time.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.ReplayWebhookEvents")]
public sealed record ReplayWebhookEvents([property: Id(0)] long? EventNumber, [property: Id(1)] Instant? OccurredFrom, [property: Id(2)] Instant? OccurredUntil);

/// <summary>What an endpoint's own deliveries came to since the last report: successes first, then at most one failure.</summary>
/// <param name="Passed">Number up to which the line was dealt with; 0: no further than before.</param>
/// <param name="Reached">Whether an attempt succeeded.</param>
/// <param name="CaughtUp">An event set aside that was delivered now.</param>
/// <param name="Replay">How far a replay came.</param>
/// <param name="Failure">The attempt that failed, after everything above.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookReport")]
public sealed record WebhookReport(
    [property: Id(0)] long Passed,
    [property: Id(1)] bool Reached,
    [property: Id(2)] long? CaughtUp,
    [property: Id(3)] WebhookReplayProgress? Replay,
    [property: Id(4)] WebhookFailure? Failure);

/// <summary>How far a replay came.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Next">Number of the next event to look at.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookReplayProgress")]
public sealed record WebhookReplayProgress([property: Id(0)] int Id, [property: Id(1)] long Next);

/// <summary>An attempt that failed.</summary>
/// <param name="Lane">What it was sent from.</param>
/// <param name="Number">The event's number.</param>
/// <param name="Gone">Whether the receiver says that the address is gone for good.</param>
/// <param name="Throttled">Whether the receiver is overloaded.</param>
/// <param name="RetryAfter">How long it asked to be left alone.</param>
/// <param name="Problem">What went wrong, in a few words.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookFailure")]
public sealed record WebhookFailure(
    [property: Id(0)] WebhookLane Lane,
    [property: Id(1)] long Number,
    [property: Id(2)] bool Gone,
    [property: Id(3)] bool Throttled,
    [property: Id(4)] Duration? RetryAfter,
    [property: Id(5)] string Problem);
