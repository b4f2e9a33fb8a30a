using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Api.Events;

/// <summary>Something that happened to the caller's organization.</summary>
/// <param name="Id">Public id, the same on every delivery: drop repetitions by it.</param>
/// <param name="Number">Position in the organization's feed, from 1, without gaps.</param>
/// <param name="Type">What happened, such as <c>reservation.confirmed</c>.</param>
/// <param name="OccurredAt">Market time.</param>
/// <param name="Subject">Public id of what it happened to.</param>
/// <param name="Data">Details, by type.</param>
internal sealed record EventModel(string Id, long Number, string Type, Instant OccurredAt, string Subject, JsonElement Data)
{
    public static EventModel Example { get; } = new(
        "evt_7t5p7qz3v5xw6a2bc4d5e6f7ga",
        42,
        "api_key.issued",
        Instant.FromUtc(2027, 1, 4, 9, 0),
        "org_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        JsonSerializer.SerializeToElement(new { apiKeyId = ApiKeyId.From("key_6s4n7qz3v5xw6a2bc4d5e6f7ga"), name = "build server" }, ApiJson.Options));

    public static EventModel Of(FeedEvent it) => new(it.Id, it.Number, it.Type, it.At, it.Subject, it.Data);
}

/// <summary>A stretch of the feed, oldest first.</summary>
/// <param name="Data">The events.</param>
/// <param name="HasMore">Whether there are more already.</param>
/// <param name="NextCursor">Keep it, and pass it as <c>startingAfter</c> next time: also at the end of the feed. Null while the feed is empty.</param>
internal sealed record EventPageModel(ImmutableArray<EventModel> Data, bool HasMore, string? NextCursor)
{
    public static EventPageModel Example { get; } = new([EventModel.Example], false, Page.CursorOf(EventRows.Key(42)));
}
