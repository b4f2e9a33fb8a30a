using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class CalendarFeedGrain(GrainServices services) : RecordGrain<CalendarFeed, CalendarFeedFact>(services, Noun), ICalendarFeedGrain
{
    public const string Noun = "calendar-feed";

    public Task<Snapshot<CalendarFeed>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<CalendarFeed>>> MakeAsync(MakeCalendarFeed command) => CommitAsync(null, (state, _) => CalendarFeed.Decide(state, command));

    public Task<Answer<Snapshot<CalendarFeed>>> RevokeAsync(RevokeCalendarFeed command) => CommitAsync(null, (state, _) => CalendarFeed.Decide(state, command));

    protected override CalendarFeed Evolve(CalendarFeed? state, CalendarFeedFact fact) => CalendarFeed.Evolve(state, fact);

    // Nothing of it falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(CalendarFeed state) => Instant.MaxValue;

    // Whoever comes back makes a new address: the one before may be in hands that nobody remembers.
    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (notice is MemberLeft && State?.SecretHash is not null)
        {
            await CommitAsync(null, (state, _) => CalendarFeed.Decide(state, new RevokeCalendarFeed(Services.RealNow)));
        }
    }

    protected override void React(CalendarFeed? before, CalendarFeed after, CalendarFeedFact fact, Effects effects) => AccessEntries.Write(after, fact, effects, Services.RealNow);
}
