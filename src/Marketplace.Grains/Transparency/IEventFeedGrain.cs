using System.Text.Json;
using Marketplace.Grains.Durability;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Transparency;

/// <summary>Numbers an organization's events on receipt. Cursor and webhooks read in that order. Key: the organization's id.</summary>
[Alias("Marketplace.IEventFeedGrain")]
public interface IEventFeedGrain : IAggregateGrain
{
    /// <summary>Number of the last event, 0 when there is none.</summary>
    [Alias("GetLast"), AlwaysInterleave]
    Task<long> GetLastAsync();

    /// <summary>Answers the last number once it is above <paramref name="after"/>, or after <paramref name="patience"/> (at most 25 s) whatever it is.</summary>
    [Alias("WaitBeyond"), AlwaysInterleave]
    Task<long> WaitBeyondAsync(long after, TimeSpan patience);
}

/// <summary>Tells a feed of an event.</summary>
/// <param name="Type">What happened, such as <c>reservation.confirmed</c>.</param>
/// <param name="At">Market time.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">The event's data.</param>
public sealed record EventRaised(string Type, Instant At, string Subject, JsonElement Data) : Notice;

/// <summary>An event as rows of the table <see cref="EventRows.Table"/> hold it.</summary>
/// <param name="Number">Position in the organization's feed, from 1.</param>
/// <param name="Id">Public id, the same on every delivery.</param>
/// <param name="Type">What happened.</param>
/// <param name="At">Market time.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">The event's data.</param>
public sealed record FeedEvent(long Number, string Id, string Type, Instant At, string Subject, JsonElement Data);

/// <summary>Where the feed's read copy is: partition by organization, key by number.</summary>
public static class EventRows
{
    /// <summary>The table.</summary>
    public const string Table = "events";

    /// <summary>Row key of an event.</summary>
    public static string Key(long number) => number.ToString("D19", System.Globalization.CultureInfo.InvariantCulture);
}
