using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Transparency;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Reservations;

/// <summary>Records of conversations, notice boards and calendars as they lie in stores.</summary>
public sealed class ConversationGoldenTests
{
    private static readonly Instant Begin = Instant.FromUtc(2027, 1, 14, 9, 0);
    private static readonly OrganizationId Acme = OrganizationId.From("org_acme");

    [Fact]
    public void A_conversations_record_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("conversation.v1.json", RecordOf(new Conversation
    {
        Id = ReservationId.From("rsv_a"),
        TenantId = Acme,
        OperatorId = OrganizationId.From("org_operator"),
        CreatedAt = Begin,
        Recent = [new(MessageId.From("msg_a"), 7, ContractParty.Tenant, new MessageAuthor(Acme, "Acme", "usr_ada", "Ada"), "Hello?\nAnybody?", Begin)],
        Marks = [new("usr_ada", 7), new("key_a", 3)],
    })));

    [Fact]
    public void A_notice_boards_record_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("notice-board.v1.json", RecordOf(new NoticeBoard
    {
        Id = Acme,
        Readers = [new("usr_ada", 41, NoticeMail.Daily), new("key_a", 3, null)],
        Soon = new NoticeDigest(40, Begin + Duration.FromMinutes(15)),
        Daily = new NoticeDigest(12, null),
    })));

    [Fact]
    public void A_calendars_record_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("calendar-feed.v1.json", RecordOf(
        new CalendarFeed(CalendarFeedId.From("cal_a"), Acme, UserId.From("usr_ada"), "hash", Begin))));

    private static AggregateRecord<T> RecordOf<T>(T state)
        where T : class => new() { Schema = 1, State = state, Version = 3, LastAt = Begin, NextSequence = 4, Due = new DueRow(DueIndex.Never, 1) };
}
