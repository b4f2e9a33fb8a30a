using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Transparency;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Reservations;
using NodaTime;

namespace Marketplace.Grains.Transparency;

/// <summary>
/// The shell around <see cref="NoticeBoard"/>. What is worth a mail comes as a notice of the feed; the mails leave with the commit that says
/// they are written, so that none is written twice.
/// </summary>
[GrainType(Noun)]
internal sealed class NoticeBoardGrain(GrainServices services, INoticeWriter writer) : RecordGrain<NoticeBoard, NoticeBoardFact>(services, Noun), INoticeBoardGrain
{
    public const string Noun = "notice-board";

    // More in one mail nobody reads; the rest stands in the product.
    private const int MostEvents = 1_000;
    private const int ReadAhead = 200;

    private OrganizationId Organization => OrganizationId.From(Key);

    public Task<Snapshot<NoticeBoard>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<NoticeBoard>>> MarkReadAsync(MarkNoticesRead command) => CommitAsync(null, (state, _) => NoticeBoard.Decide(state, command));

    public Task<Answer<Snapshot<NoticeBoard>>> ChooseMailAsync(ChooseNoticeMail command) => CommitAsync(null, (state, _) => NoticeBoard.Decide(state, command));

    protected override NoticeBoard Evolve(NoticeBoard? state, NoticeBoardFact fact) => NoticeBoard.Evolve(state, fact);

    protected override Instant? DueAt(NoticeBoard state) => state.NextAt() ?? Instant.MaxValue;

    protected override void React(NoticeBoard? before, NoticeBoard after, NoticeBoardFact fact, Effects effects)
    {
        if (fact is NoticesSent { Letters: var letters })
        {
            foreach (var letter in letters)
            {
                effects.Tell(GrainKeys.Letter(letter.Id), new LetterHandedOver(letter));
            }
        }
    }

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (notice is not NoticeRaised raised)
        {
            throw new InvalidOperationException($"{Noun} takes no {notice.GetType().Name}.");
        }

        // Nothing to note where it is collected already, or nobody wants it: a repetition would find the same.
        var command = new CollectNotices(Organization, raised.Number, [.. (await PeopleAsync()).Select(person => MailOf(person.User)).Distinct()]);
        if (!NoticeBoard.Decide(State, command, Now).Facts.IsEmpty)
        {
            await CommitAsync(null, (state, now) => NoticeBoard.Decide(state, command, now));
        }
    }

    protected override async Task OnDueAsync(Instant now)
    {
        foreach (var mail in new[] { NoticeMail.Soon, NoticeMail.Daily })
        {
            if (State?.Of(mail).At <= now)
            {
                await SendAsync(mail);
            }
        }
    }

    private async Task SendAsync(NoticeMail mail)
    {
        var after = State!.Of(mail).After;
        var last = await Services.Grains.GetGrain<IEventFeedGrain>(Key).GetLastAsync();
        var events = await EventsAsync(after, last);
        var through = events.IsEmpty ? after : events[^1].Number;
        var organization = (await Services.Grains.GetGrain<IOrganizationGrain>(Key).GetAsync())?.State;
        var conversations = await ConversationsAsync(events);
        var letters = ImmutableArray.CreateBuilder<SealedLetter>();
        foreach (var member in await PeopleAsync())
        {
            var reader = member.User!.Value.Value;
            var read = State!.Reader(reader).ReadThrough;
            var lines = MailOf(member.User) != mail ? [] : NoticeTypes.LinesOf(
                events.Where(it => it.Number > read && !(conversations.TryGetValue(it.Subject, out var conversation) && NoticeTypes.IsReadMessage(it, conversation.ReadThrough(reader)))), Organization);
            if (!lines.IsEmpty && (await Services.Grains.GetGrain<IUserGrain>(reader).GetAsync())?.State.Account is { EmailConfirmed: true } account)
            {
                var id = PublicId.Derive<LetterId>(Noun, Key, reader, through.ToString(CultureInfo.InvariantCulture));
                letters.Add(await writer.WriteAsync(id, account.Email, new NoticeDigestContent(account.Name, account.Spoken, Organization, organization!.Name, lines)));
            }
        }

        // What the read copy lacks, or is too much for one mail, waits for the next; of what is too much, the newest is told.
        await CommitAsync(null, (state, now) => NoticeBoard.Decide(state, new SendNotices(mail, through, last, letters.ToImmutable()), now));
    }

    private async Task<ImmutableArray<FeedEvent>> EventsAsync(long after, long last)
    {
        var events = ImmutableArray.CreateBuilder<FeedEvent>();
        for (var number = Math.Max(after, last - MostEvents); number < last;)
        {
            var some = await EventRows.ReadAsync(Services.Rows, Organization, number, ReadAhead);
            if (some.IsEmpty)
            {
                break;
            }

            events.AddRange(some);
            number = some[^1].Number;
        }

        return events.ToImmutable();
    }

    /// <summary>Conversations in which something was written: who has read it there needs no mail.</summary>
    private async Task<Dictionary<string, Conversation>> ConversationsAsync(ImmutableArray<FeedEvent> events)
    {
        var known = await Task.WhenAll(events.Where(NoticeTypes.IsMessage).Select(it => it.Subject).Distinct().Select(async id => (await Services.Grains.GetGrain<IConversationGrain>(id).GetAsync())?.State));
        return known.OfType<Conversation>().ToDictionary(it => it.Id.Value, StringComparer.Ordinal);
    }

    private NoticeMail MailOf(UserId? user) => user is { } person ? State?.Reader(person.Value).Mail ?? NoticeMail.Soon : NoticeMail.Never;

    private async Task<ImmutableArray<Member>> PeopleAsync() =>
        (await Services.Grains.GetGrain<IOrganizationGrain>(Key).GetAsync())?.State.Members.RemoveAll(member => member.User is null) ?? [];
}
