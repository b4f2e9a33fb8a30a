using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Grains.Webhooks;

/// <summary>Whether events are sent to an endpoint.</summary>
public enum WebhookEndpointStatus
{
    /// <summary>Events are sent as they happen.</summary>
    Active,

    /// <summary>Its owner paused it: what happens meanwhile waits.</summary>
    Paused,

    /// <summary>It answered 410, or failed for days: what happens meanwhile waits.</summary>
    Disabled,

    /// <summary>It is gone.</summary>
    Deleted,
}

/// <summary>
/// One address to which an organization's events are sent, in the order of their numbers. Up to <see cref="Cursor"/> every event
/// was delivered, passed over by the filter, set aside in <see cref="Waiting"/> or given up.
/// </summary>
/// <param name="Id">Public id.</param>
/// <param name="Organization">Whose events.</param>
/// <param name="Url">Where to.</param>
/// <param name="Description">What its owner says of it.</param>
/// <param name="Events">Types that are sent: a type, <c>noun.*</c>, or <c>*</c> for all.</param>
/// <param name="Status">Whether events are sent.</param>
/// <param name="Secrets">What signs, newest first.</param>
/// <param name="CreatedAt">Market time of registration.</param>
/// <param name="Cursor">Number of the last event dealt with.</param>
/// <param name="Waiting">Events set aside after a failure, in order of their numbers.</param>
/// <param name="Replays">Replays asked for and not finished, oldest first.</param>
/// <param name="ReplaysAsked">How many replays were ever asked for.</param>
/// <param name="Health">How the last attempts went.</param>
/// <param name="Stop">Why it is disabled; null when it is not.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookEndpoint")]
public sealed record WebhookEndpoint(
    [property: Id(0)] WebhookEndpointId Id,
    [property: Id(1)] OrganizationId Organization,
    [property: Id(2)] string Url,
    [property: Id(3)] string? Description,
    [property: Id(4)] ImmutableArray<string> Events,
    [property: Id(5)] WebhookEndpointStatus Status,
    [property: Id(6)] ImmutableArray<WebhookSecret> Secrets,
    [property: Id(7)] Instant CreatedAt,
    [property: Id(8)] long Cursor,
    [property: Id(9)] ImmutableArray<WaitingEvent> Waiting,
    [property: Id(10)] ImmutableArray<WebhookReplay> Replays,
    [property: Id(11)] int ReplaysAsked,
    [property: Id(12)] WebhookHealth Health,
    [property: Id(13)] WebhookStop? Stop)
{
    /// <summary>The pattern that every type matches.</summary>
    public const string EveryEvent = "*";

    /// <summary>Endpoints that one organization may have; counted on a list that may lag by milliseconds.</summary>
    public const int MostPerOrganization = 50;

    /// <summary>Attempts that failed in a row after which an endpoint is taken to be down.</summary>
    public const int DownAfter = 3;

    /// <summary>Whether events of this type are sent here.</summary>
    public bool Wants(string type) => Events.Any(pattern => Matches(pattern, type));

    /// <summary>The sealed secrets that sign at this real time.</summary>
    public ImmutableArray<string> SigningAt(Instant realNow) => [.. Secrets.Where(secret => secret.SignsAt(realNow)).Select(secret => secret.Sealed)];

    /// <summary>Whether a type matches a pattern.</summary>
    public static bool Matches(string pattern, string type) =>
        pattern == EveryEvent || pattern == type || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));
}

/// <summary>A signing secret as it is kept: sealed.</summary>
/// <param name="Sealed">The secret, readable only to the sender.</param>
/// <param name="CreatedAt">Real time it was made.</param>
/// <param name="ExpiresAt">Real time from which it signs no more; null for the newest.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookSecret")]
public sealed record WebhookSecret([property: Id(0)] string Sealed, [property: Id(1)] Instant CreatedAt, [property: Id(2)] Instant? ExpiresAt)
{
    /// <summary>Whether it signs at this real time.</summary>
    public bool SignsAt(Instant realNow) => ExpiresAt is not { } end || realNow < end;
}

/// <summary>An event whose delivery failed and is tried again.</summary>
/// <param name="Number">The event's number in the feed.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="RetryAt">Real time from which it is tried again.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WaitingEvent")]
public sealed record WaitingEvent([property: Id(0)] long Number, [property: Id(1)] int Attempts, [property: Id(2)] Instant RetryAt);

/// <summary>Events to be sent once more, under the ids they had.</summary>
/// <param name="Id">Counts the endpoint's replays from 1.</param>
/// <param name="Next">Number of the next event to look at.</param>
/// <param name="Through">Number of the last.</param>
/// <param name="OccurredFrom">Only events at or after this market time.</param>
/// <param name="OccurredUntil">Only events before this market time.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookReplay")]
public sealed record WebhookReplay(
    [property: Id(0)] int Id,
    [property: Id(1)] long Next,
    [property: Id(2)] long Through,
    [property: Id(3)] Instant? OccurredFrom,
    [property: Id(4)] Instant? OccurredUntil)
{
    /// <summary>Whether it asked for one event by number, which is then sent whatever the filter says.</summary>
    public bool IsOfOne => OccurredFrom is null && OccurredUntil is null;

    /// <summary>Whether an event that happened at this time is part of it.</summary>
    public bool Covers(Instant at) => (OccurredFrom is not { } from || at >= from) && (OccurredUntil is not { } until || at < until);
}

/// <summary>How the last attempts went.</summary>
/// <param name="FailuresInARow">Attempts that failed since one succeeded.</param>
/// <param name="FailingSince">Real time of the first of them.</param>
/// <param name="HeldUntil">Real time until which nothing is sent, because the receiver asked for a pause.</param>
/// <param name="LastDeliveredAt">Real time of the last success.</param>
/// <param name="GivenUp">Events given up since registration.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookHealth")]
public sealed record WebhookHealth(
    [property: Id(0)] int FailuresInARow,
    [property: Id(1)] Instant? FailingSince,
    [property: Id(2)] Instant? HeldUntil,
    [property: Id(3)] Instant? LastDeliveredAt,
    [property: Id(4)] long GivenUp)
{
    /// <summary>Before the first attempt.</summary>
    public static WebhookHealth Untried { get; } = new(0, null, null, null, 0);
}

/// <summary>Why an endpoint is disabled.</summary>
/// <param name="Gone">Whether it answered 410; otherwise it failed for days.</param>
/// <param name="Message">In a sentence, for people.</param>
/// <param name="At">Real time it was disabled.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.WebhookStop")]
public sealed record WebhookStop([property: Id(0)] bool Gone, [property: Id(1)] string Message, [property: Id(2)] Instant At);
