using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using Microsoft.Extensions.Hosting;

namespace Marketplace.Api.Events;

/// <summary>The caller's feed: by cursor, and pushed.</summary>
internal static class EventEndpoints
{
    // Short: a silo that stops waits for the calls that its grains have taken.
    private const int HeartbeatSeconds = 5;
    private static readonly TimeSpan CopyDelay = TimeSpan.FromMilliseconds(50);

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Events");
        room.Get("/v1/events", new("listEvents", "Read the feed", "Events of the caller's organization in the order of their numbers. Keep `nextCursor` and go on with it: nothing is skipped.", Permission.Read("events"))
        {
            Gives = EventPageModel.Example,
            Pages = true,
        }, ListAsync);
        room.Get("/v1/events/stream", new(
            "streamEvents",
            "Follow the feed",
            $"Server-sent events: each message carries one event as `data`, its type as `event` and the cursor as `id`. Begins with what happens next; with `Last-Event-ID` or `startingAfter` it begins after that event, so that a broken connection loses nothing. Every {HeartbeatSeconds} s without events a comment keeps the connection open. It ends within that time when the key, the session or the membership does.",
            Permission.Read("events"))
        {
            Query = new StreamQuery(Page.CursorOf(EventRows.Key(42))),
            Gives = "id: MDAwMDAwMDAwMDAwMDAwMDA0Mg\nevent: api_key.issued\ndata: {\"id\":\"evt_7t5p7qz3v5xw6a2bc4d5e6f7ga\",\"number\":42,\"type\":\"api_key.issued\"}\n\n",
            Produces = "text/event-stream",
        }, StreamAsync);
        return routes;
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (limit, cursor) = request.Paging();
        var after = cursor is null ? 0 : NumberOf(cursor);
        var events = await ReadAsync(request, after, limit);
        var last = events.IsEmpty ? after : events[^1].Number;
        var more = events.Length == limit && await Feed(request).GetLastAsync() > last;
        return request.Ok(new EventPageModel([.. events.Select(EventModel.Of)], more, last == 0 ? null : Page.CursorOf(EventRows.Key(last))));
    }

    private static async Task<IResult> StreamAsync(ApiRequest request)
    {
        var cursor = request.Http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : request.ReadQuery<StreamQuery>().StartingAfter;
        var feed = Feed(request);
        var last = cursor is null ? await feed.GetLastAsync() : NumberOf(Page.KeyOf(cursor) ?? throw InvalidCursor());
        var response = request.Http.Response;
        response.ContentType = "text/event-stream";
        await response.StartAsync(request.Cancellation);
        var stopping = request.Service<IHostApplicationLifetime>().ApplicationStopping;
        while (!request.Cancellation.IsCancellationRequested && !stopping.IsCancellationRequested && await request.IsStillAllowedAsync())
        {
            var events = await ReadAsync(request, last, Page.DefaultLimit);
            foreach (var it in events)
            {
                var data = JsonSerializer.Serialize(EventModel.Of(it), ApiJson.Options);
                await response.WriteAsync($"id: {Page.CursorOf(EventRows.Key(it.Number))}\nevent: {it.Type}\ndata: {data}\n\n", request.Cancellation);
                last = it.Number;
            }

            await response.Body.FlushAsync(request.Cancellation);
            if (!events.IsEmpty)
            {
                continue;
            }

            if (await feed.WaitBeyondAsync(last, TimeSpan.FromSeconds(HeartbeatSeconds)).WaitAsync(request.Cancellation) > last)
            {
                // The read copy follows its feed a moment later.
                await Task.Delay(CopyDelay, request.Cancellation);
            }
            else
            {
                await response.WriteAsync(": still here\n\n", request.Cancellation);
            }
        }

        return Results.Empty;
    }

    private static Task<ImmutableArray<FeedEvent>> ReadAsync(ApiRequest request, long after, int limit) =>
        EventRows.ReadAsync(request.Rows, request.Caller.Organization, after, limit, request.Cancellation);

    private static IEventFeedGrain Feed(ApiRequest request) => request.Grain<IEventFeedGrain>(GrainKeys.EventFeed(request.Caller.Organization).Key);

    private static long NumberOf(string key) => long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw InvalidCursor();

    private static ProblemException InvalidCursor() => Problem.Invalid("startingAfter", Faults.InvalidFormat, "Pass nextCursor, or the id of a pushed event, as it was.");

    /// <summary>Where to begin.</summary>
    /// <param name="StartingAfter">Cursor of the last event seen; <c>Last-Event-ID</c> goes before it.</param>
    internal sealed record StreamQuery(string? StartingAfter);
}
