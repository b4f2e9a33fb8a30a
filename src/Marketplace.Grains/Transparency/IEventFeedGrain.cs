using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Transparency;

/// <summary>Numbers an organization's events on receipt. Cursor and webhooks read in that order. Key: the organization's id.</summary>
[Alias("Marketplace.IEventFeedGrain"), GrainInterfaceType("Marketplace.IEventFeedGrain")]
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

/// <summary>Tells a feed that a webhook endpoint wants to hear of its events.</summary>
/// <param name="Endpoint">The endpoint.</param>
public sealed record FeedFollowed(WebhookEndpointId Endpoint) : Notice;

/// <summary>Tells a feed that a webhook endpoint is gone.</summary>
/// <param name="Endpoint">The endpoint.</param>
public sealed record FeedLeft(WebhookEndpointId Endpoint) : Notice;

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
    public static string Key(long number) => number.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>
    /// The events after <paramref name="after"/>, at most <paramref name="limit"/> (1 to <see cref="RowLimits.MostRowsInPage"/>).
    /// Rows of later events may be written first: it ends before the first that is still to come.
    /// </summary>
    public static async Task<ImmutableArray<FeedEvent>> ReadAsync(IRowStore rows, OrganizationId organization, long after, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var page = await rows.ScanAsync(Table, organization.Value, Key(after + 1), null, limit, cancellation: cancellation);
        var events = ImmutableArray.CreateBuilder<FeedEvent>(page.Rows.Count);
        foreach (var row in page.Rows)
        {
            if (JsonSerializer.Deserialize<FeedEvent>(row.Data.Span, MarketJson.Options) is not { } it || it.Number != after + events.Count + 1)
            {
                break;
            }

            events.Add(it);
        }

        return events.ToImmutable();
    }
}
