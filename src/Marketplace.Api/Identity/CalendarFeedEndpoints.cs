using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Organizations;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>Whether there is an address of one's own for a calendar of contract dates.</summary>
/// <param name="IsOpen">Whether there is one.</param>
/// <param name="MadeAt">Real time at which it was made; null: there is none.</param>
internal sealed record CalendarFeedModel(bool IsOpen, Instant? MadeAt)
{
    public static CalendarFeedModel Example { get; } = new(true, Instant.FromUtc(2027, 1, 14, 9, 30));

    public static CalendarFeedModel Of(CalendarFeed? feed) => new(feed?.SecretHash is not null, feed?.SecretHash is null ? null : feed.MadeAt);
}

/// <summary>An address that was just made. It is not shown again.</summary>
/// <param name="Path">Path of the calendar below the API's address: whoever knows it reads the dates.</param>
/// <param name="MadeAt">Real time.</param>
internal sealed record NewCalendarFeedModel(string Path, Instant MadeAt)
{
    public static NewCalendarFeedModel Example { get; } = new("/v1/calendar/cal_4k2m7qz3v5xw6a2bc4d5e6f7ga-….ics", Instant.FromUtc(2027, 1, 14, 9, 30));
}

/// <summary>A person's own address for the calendar of the contract dates of the organization acted for.</summary>
internal static class CalendarFeedEndpoints
{
    public static IEndpointRouteBuilder MapCalendarFeed(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Calendar");
        room.Get("/identity/calendar", new("getCalendarFeed", "Is there a calendar address", "Of the person who is signed in, for the organization acted for. The address itself was shown when it was made.", Permission.Person)
        {
            Gives = CalendarFeedModel.Example,
        }, async request => request.Ok(CalendarFeedModel.Of((await Feed(request).GetAsync())?.State)));

        room.Post("/identity/calendar", new("makeCalendarFeed", "Make a calendar address", "Calendar programs subscribe to it. It works as long as the person is a member, and is shown once: only its hash is kept. Making one again replaces the one before.", Permission.Person)
        {
            Gives = NewCalendarFeedModel.Example,
            Status = 201,
            NoIdempotencyKey = true,
        }, MakeAsync);

        room.Delete("/identity/calendar", new("revokeCalendarFeed", "Revoke the calendar address", "Programs that subscribed to it are answered 404 from now on.", Permission.Person)
        {
            Status = 204,
            Refuses = [CalendarFeedRefusal.NotFound],
        }, async request =>
        {
            request.Granted(await Feed(request).RevokeAsync(new RevokeCalendarFeed(request.RealNow)));
            return Results.NoContent();
        });
        return routes;
    }

    private static async Task<IResult> MakeAsync(ApiRequest request)
    {
        var (organization, user) = (request.ActedFor.Organization, request.SignedIn.User.Id);
        var token = CalendarToken.New(CalendarFeed.IdOf(organization, user));
        var feed = request.Granted(await Feed(request).MakeAsync(new MakeCalendarFeed(token.Id, organization, user, ApiKey.Hash(token.Secret), request.RealNow))).State;
        return request.Ok(new NewCalendarFeedModel($"/v1/calendar/{token.Reveal()}", feed.MadeAt));
    }

    private static ICalendarFeedGrain Feed(ApiRequest request) => request.Grain<ICalendarFeedGrain>(CalendarFeed.IdOf(request.ActedFor.Organization, request.SignedIn.User.Id).Value);
}
