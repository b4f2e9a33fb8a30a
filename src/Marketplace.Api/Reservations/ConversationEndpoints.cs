using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Serialization;

namespace Marketplace.Api.Reservations;

/// <summary>Messages between tenant and operator: one conversation for each reservation, carried on through its lease.</summary>
internal static class ConversationEndpoints
{
    private const int MostLookedThrough = 2_000;
    private static readonly Permission Read = Permission.Read("messages");

    public static IEndpointRouteBuilder MapConversations(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Messages");
        room.Get("/v1/conversations", new("listConversations", "List conversations", "Those of the caller's organization, as tenant and as operator, with their newest message and how many the caller has not read. In order of the first message, newest first.", Read)
        {
            Gives = Page.Of(ConversationModel.Example),
            Pages = true,
        }, request =>
        {
            var subjects = request.Subjects();
            return request.PageAsync<Conversation, ConversationModel>(
                ConversationRows.Table, request.Caller.Organization.Value, async conversation => ConversationModel.Of(conversation, request.Caller.Actor, await subjects.OfAsync(conversation.Id.Value)));
        });

        room.Get("/v1/reservations/{reservationId}/messages", new("listMessages", "Read messages", "What the parties wrote to each other, newest first. A message that was answered to its writer is here at once. The marketplace's administrators read along.", Read)
        {
            Gives = Page.Of(MessageModel.Example),
            Pages = true,
        }, ListAsync);

        room.Post("/v1/reservations/{reservationId}/messages", new(
            "postMessage",
            "Write to the other party",
            "By members and keys of both parties, from the moment a pool holds the reservation until long after its lease. Both organizations' feeds say that a message was written (`reservation.message_posted`), not what it says. What was written cannot be changed or taken back.",
            Permission.Change("messages"))
        {
            Takes = NewMessage.Example,
            Gives = MessageModel.Example,
            Status = 201,
            Refuses = [ConversationRefusal.WithoutOperator, ConversationRefusal.NotParty, ConversationRefusal.TextInvalid, ConversationRefusal.Full],
        }, PostAsync);

        room.Get("/v1/reservations/{reservationId}/conversation", new("getConversation", "Where a conversation stands", "How many messages there are, and how many of them the caller has not read: each person and each key reads for itself.", Read)
        {
            Gives = ConversationModel.Example,
        }, async request =>
        {
            var reservation = (await ReservationEndpoints.FindAsync(request)).State;
            var about = await request.Subjects().OfAsync(reservation.Id.Value);
            return request.Ok(await ConversationOf(request, reservation) is { } known ? ConversationModel.Of(known, request.Caller.Actor, about) : ConversationModel.None(reservation, about));
        });

        room.Put("/v1/reservations/{reservationId}/conversation/read-mark", new("markMessagesRead", "Mark messages as read", "For the caller alone; what was read stays read. Every role may, because it tells nobody anything.", Read)
        {
            Takes = MessagesReadThrough.Example,
            Gives = ConversationModel.Example with { ReadThrough = 1, Unread = 0 },
            Refuses = [ConversationRefusal.Empty],
        }, async request =>
        {
            var body = await request.ReadAsync<MessagesReadThrough>();
            var reservation = (await ReservationEndpoints.FindAsync(request)).State;
            var answer = await request.Grain<IConversationGrain>(reservation.Id.Value).MarkReadAsync(new MarkMessagesRead(request.Caller.Actor, body.Through));
            return request.Ok(ConversationModel.Of(request.Granted(answer).State, request.Caller.Actor, await request.Subjects().OfAsync(reservation.Id.Value)));
        });
        return routes;
    }

    private static async Task<IResult> PostAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewMessage>();
        var reservation = (await ReservationEndpoints.FindAsync(request)).State;
        if (reservation.Agreement is not { } agreement)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(ConversationRefusal.WithoutOperator, $"{reservation.Id} is {reservation.Status.Spelled()}.")));
        }

        var id = request.NewId<MessageId>();
        var author = new MessageAuthor(request.Caller.Organization, request.Caller.Name, request.Caller.Actor, await NameAsync(request));
        var command = new PostMessage(id, reservation.Id, reservation.TenantId, agreement.OperatorId, author, body.Text);
        var conversation = request.Granted(await request.Grain<IConversationGrain>(reservation.Id.Value).PostAsync(request.Operation, command)).State;

        // A repetition after many others is answered with the conversation as it stands: the message is then further back.
        var message = conversation.Recent.FirstOrDefault(message => message.Id == id) ?? await EarlierAsync(request, conversation, id);
        request.Http.Response.Headers.Location = $"/v1/reservations/{reservation.Id}/messages";
        return request.Ok(MessageModel.Of(reservation.Id, message));
    }

    /// <summary>Every message about a reservation, newest first.</summary>
    public static async IAsyncEnumerable<MessageModel> AllAsync(ApiRequest request, Reservation reservation)
    {
        var before = long.MaxValue;
        while (before > 1 && await PageAsync(request, reservation, before, Page.MostItems) is { Count: > 0 } page)
        {
            foreach (var message in page)
            {
                yield return message;
                before = message.Number;
            }
        }
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var reservation = (await ReservationEndpoints.FindAsync(request)).State;
        var (limit, cursor) = request.Paging();
        var before = cursor is null ? long.MaxValue
            : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw Problem.Invalid("startingAfter", Faults.InvalidFormat, "Pass nextCursor of the page before as it was.");
        var page = await PageAsync(request, reservation, before, limit);
        var hasMore = page.Count == limit && page[^1].Number > 1;
        return request.Ok(new Page<MessageModel>([.. page], hasMore, hasMore ? Page.CursorOf(ConversationRows.Key(page[^1].Number)) : null));
    }

    private static async Task<IReadOnlyList<MessageModel>> PageAsync(ApiRequest request, Reservation reservation, long before, int limit)
    {
        var page = new List<MessageModel>();
        if (await ConversationOf(request, reservation) is { } conversation)
        {
            // The rows follow the conversation by a moment, so the newest messages are taken from itself.
            page.AddRange(conversation.Recent.Reverse().Where(message => message.Number < before).Take(limit).Select(message => MessageModel.Of(reservation.Id, message)));
            var until = Math.Min(before, conversation.Recent[0].Number);
            if (page.Count < limit && until > 1)
            {
                page.AddRange((await RowsAsync(request, reservation.Id, until, limit - page.Count)).Select(message => MessageModel.Of(reservation.Id, message)));
            }
        }

        return page;
    }

    private static async Task<ConversationMessage> EarlierAsync(ApiRequest request, Conversation conversation, MessageId id)
    {
        for (var until = conversation.Recent[0].Number; until > Math.Max(1, conversation.Count - MostLookedThrough); until -= Page.MostItems)
        {
            if ((await RowsAsync(request, conversation.Id, until, Page.MostItems)).FirstOrDefault(message => message.Id == id) is { } found)
            {
                return found;
            }
        }

        throw new ProblemException(new Problem(ProblemCode.OutcomeUnknown, "The message stands far back in the conversation; read it there."));
    }

    private static async Task<ImmutableArray<ConversationMessage>> RowsAsync(ApiRequest request, ReservationId reservation, long until, int limit)
    {
        var page = await request.Rows.ScanAsync(ConversationRows.Messages, reservation.Value, null, ConversationRows.Key(until), limit, descending: true, request.Cancellation);
        return [.. page.Rows.Select(row => JsonSerializer.Deserialize<ConversationMessage>(row.Data.Span, MarketJson.Options)!)];
    }

    private static async Task<Conversation?> ConversationOf(ApiRequest request, Reservation reservation) =>
        (await request.Grain<IConversationGrain>(reservation.Id.Value).GetAsync())?.State;

    private static async Task<string> NameAsync(ApiRequest request)
    {
        if (request.OptionalSignedIn is { } signedIn)
        {
            return signedIn.User.Account.Name;
        }

        var organization = (await request.Grain<IOrganizationGrain>(request.Caller.Organization.Value).GetAsync())?.State;
        return organization?.Keys.FirstOrDefault(key => key.Id.Value == request.Caller.Actor)?.Name ?? request.Caller.Actor;
    }
}
