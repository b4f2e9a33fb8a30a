using System.Globalization;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Transparency;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;

namespace Marketplace.Api.Events;

/// <summary>The feed as people read it: newest first, what each has read, and what is mailed.</summary>
internal static class NoticeEndpoints
{
    private static readonly Permission Read = Permission.Read("events");

    public static IEndpointRouteBuilder MapNotices(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Notices");
        room.Get("/v1/notices", new("listNotices", "List notices", "Events of the caller's organization, newest first, each with whether the caller has read it, and what it is about by name: pool and site, the other party, an invoice's number.", Read)
        {
            Gives = Page.Of(NoticeModel.Example),
            Pages = true,
        }, ListAsync);

        room.Get("/v1/notices/read-mark", new("getNoticesRead", "How far the caller has read", "Each person and each key reads for itself.", Read)
        {
            Gives = NoticesReadModel.Example,
        }, async request => request.Ok(ReadModel(await BoardAsync(request), request.Caller.Actor, await Feed(request).GetLastAsync())));

        room.Put("/v1/notices/read-mark", new("markNoticesRead", "Mark notices as read", "For the caller alone; what was read stays read, and is not mailed any more. Every role may, because it tells nobody anything.", Read)
        {
            Takes = NoticesReadThrough.Example,
            Gives = NoticesReadModel.Example with { ReadThrough = 42, Unread = 0 },
        }, MarkAsync);

        room.Get("/identity/notice-mail", new("getNoticeMail", "When notices are mailed", "To the person who is signed in, about the organization acted for. Unless chosen otherwise: soon. Only a confirmed address is mailed.", Permission.Person)
        {
            Gives = NoticeMailSettingModel.Example,
        }, async request =>
        {
            var person = request.SignedIn;
            return request.Ok(new NoticeMailSettingModel((await BoardAsync(request))?.Reader(person.User.Id.Value).Mail ?? NoticeMail.Soon, person.User.Account.EmailConfirmed));
        });

        room.Put("/identity/notice-mail", new("chooseNoticeMail", "Choose when notices are mailed", "`soon`: a quarter of an hour after something happened, with all that happened meanwhile in one mail. `daily`: once a day. `never`: not at all. Only what asks for something to be done, paid or known is mailed, and nothing that was read before.", Permission.Person)
        {
            Takes = NoticeMailChoice.Example,
            Gives = NoticeMailSettingModel.Example,
        }, ChooseAsync);
        return routes;
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (limit, cursor) = request.Paging();
        if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw Problem.Invalid("startingAfter", Faults.InvalidFormat, "Pass nextCursor of the page before as it was.");
        }

        var read = (await BoardAsync(request))?.Reader(request.Caller.Actor).ReadThrough ?? 0;
        var page = await request.Rows.ScanAsync(EventRows.Table, request.Caller.Organization.Value, null, cursor, limit, descending: true, request.Cancellation);
        var subjects = request.Subjects();
        var notices = await Task.WhenAll(page.Rows.Select(row => JsonSerializer.Deserialize<FeedEvent>(row.Data.Span, MarketJson.Options)!)
            .Select(async it => NoticeModel.Of(it, it.Number > read, await subjects.OfAsync(it.Subject, it.Data))));
        var hasMore = notices.Length == limit && notices is [.., { Number: > 1 }];
        return request.Ok(new Page<NoticeModel>([.. notices], hasMore, hasMore ? Page.CursorOf(EventRows.Key(notices[^1].Number)) : null));
    }

    private static async Task<IResult> MarkAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NoticesReadThrough>();
        var last = await Feed(request).GetLastAsync();
        var command = new MarkNoticesRead(request.Caller.Organization, request.Caller.Actor, Math.Min(body.Through, last));
        return request.Ok(ReadModel(request.Granted(await Board(request).MarkReadAsync(command)).State, request.Caller.Actor, last));
    }

    private static async Task<IResult> ChooseAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NoticeMailChoice>();
        var person = request.SignedIn.User;
        var organization = request.ActedFor.Organization;
        request.Granted(await Board(request).ChooseMailAsync(new ChooseNoticeMail(organization, person.Id.Value, body.Mail)));
        return request.Ok(new NoticeMailSettingModel(body.Mail, person.Account.EmailConfirmed));
    }

    private static NoticesReadModel ReadModel(NoticeBoard? board, string reader, long last)
    {
        var read = board?.Reader(reader).ReadThrough ?? 0;
        return new NoticesReadModel(last, read, Math.Max(0, last - read));
    }

    private static async Task<NoticeBoard?> BoardAsync(ApiRequest request) => (await Board(request).GetAsync())?.State;

    private static INoticeBoardGrain Board(ApiRequest request) => request.Grain<INoticeBoardGrain>(GrainKeys.NoticeBoard(request.ActedFor.Organization).Key);

    private static IEventFeedGrain Feed(ApiRequest request) => request.Grain<IEventFeedGrain>(GrainKeys.EventFeed(request.Caller.Organization).Key);
}
