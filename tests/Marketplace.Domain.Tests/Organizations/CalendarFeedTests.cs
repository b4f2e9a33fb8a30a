using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class CalendarFeedTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 14, 9, 0);
    private static readonly OrganizationId Acme = OrganizationId.From("org_acme");
    private static readonly UserId Ada = UserId.From("usr_ada");

    [Fact]
    public void A_new_address_replaces_the_one_before_and_revoking_leaves_none()
    {
        var feed = Folded(null, CalendarFeed.Decide(null, Make("one")));
        Assert.Equal((CalendarFeed.IdOf(Acme, Ada), "one", Now), (feed.Id, feed.SecretHash, feed.MadeAt));
        Assert.Empty(CalendarFeed.Decide(feed, Make("one")).Facts);

        feed = Folded(feed, CalendarFeed.Decide(feed, Make("two")));
        Assert.Equal("two", feed.SecretHash);

        feed = Folded(feed, CalendarFeed.Decide(feed, new RevokeCalendarFeed(Now)));
        Assert.Null(feed.SecretHash);
        Assert.Equal("calendar_feed_not_found", CalendarFeed.Decide(feed, new RevokeCalendarFeed(Now)).Refusal!.Code);
        Assert.Equal("calendar_feed_not_found", CalendarFeed.Decide(null, new RevokeCalendarFeed(Now)).Refusal!.Code);
    }

    [Fact]
    public void A_person_has_one_in_each_organization() => Assert.NotEqual(CalendarFeed.IdOf(Acme, Ada), CalendarFeed.IdOf(OrganizationId.From("org_other"), Ada));

    private static MakeCalendarFeed Make(string hash) => new(CalendarFeed.IdOf(Acme, Ada), Acme, Ada, hash, Now);

    private static CalendarFeed Folded(CalendarFeed? state, Decision<CalendarFeedFact> decision) => decision.Facts.Aggregate(state, (before, fact) => CalendarFeed.Evolve(before, fact))!;
}
