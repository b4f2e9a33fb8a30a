using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using NodaTime;

namespace Marketplace.Domain.Tests.Reservations;

public sealed class ConversationTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 14, 9, 0);
    private static readonly ReservationId Reservation = ReservationId.From("rsv_a");
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    private static readonly OrganizationId Lessor = OrganizationId.From("org_operator");

    [Fact]
    public void Messages_are_numbered_from_one_and_bear_their_side()
    {
        var conversation = Posted(Posted(null, Tenant, "usr_ada", "Hello?"), Lessor, "usr_bo", "Hello!");

        Assert.Equal([(1L, ContractParty.Tenant, "Hello?"), (2L, ContractParty.Operator, "Hello!")], conversation.Recent.Select(message => (message.Number, message.Party, message.Text)));
        Assert.Equal((2, Now), (conversation.Count, conversation.CreatedAt));
        Assert.Equal("Hello!", Assert.Single(conversation.ForLists().Recent).Text);
        Assert.Equal(2, conversation.ForLists().Count);
    }

    [Fact]
    public void Only_the_newest_are_kept_and_the_numbers_go_on()
    {
        var conversation = Enumerable.Range(1, 20).Aggregate((Conversation?)null, (state, number) => Posted(state, Tenant, "usr_ada", $"{number}"))!;

        Assert.Equal(Enumerable.Range(13, Conversation.MostRecent).Select(number => (long)number), conversation.Recent.Select(message => message.Number));
        Assert.Equal(20, conversation.Count);
    }

    [Fact]
    public void Each_reader_reads_for_itself_never_back_and_never_beyond_the_newest()
    {
        var conversation = Posted(Posted(null, Tenant, "usr_ada", "One"), Tenant, "usr_ada", "Two");
        Assert.Equal((0, 2), (conversation.UnreadBy("usr_ada"), conversation.UnreadBy("usr_bo")));

        conversation = Folded(conversation, Conversation.Decide(conversation, new MarkMessagesRead("usr_bo", 1)));
        Assert.Equal(1, conversation.UnreadBy("usr_bo"));
        Assert.Empty(Conversation.Decide(conversation, new MarkMessagesRead("usr_bo", 1)).Facts);

        conversation = Folded(conversation, Conversation.Decide(conversation, new MarkMessagesRead("usr_bo", 99)));
        Assert.Equal((2, 2), (conversation.ReadThrough("usr_bo"), conversation.Count));
        Assert.Equal("conversation_empty", Conversation.Decide(null, new MarkMessagesRead("usr_bo", 1)).Refusal!.Code);
    }

    [Fact]
    public void Nobody_else_writes_and_the_parties_stay_whom_they_were()
    {
        var conversation = Posted(null, Tenant, "usr_ada", "One");

        Assert.Equal("conversation_not_party", Post(null, OrganizationId.From("org_platform"), "x").Refusal!.Code);
        Assert.Equal("conversation_not_party", Conversation.Decide(conversation, Command(OrganizationId.From("org_other"), "usr_x", "x") with { OperatorId = OrganizationId.From("org_other") }, Now).Refusal!.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    [InlineData("bell\a")]
    public void A_message_says_something(string text) => Assert.Equal("message_text_invalid", Post(null, Tenant, text).Refusal!.Code);

    [Fact]
    public void A_message_has_its_limit()
    {
        Assert.Null(Post(null, Tenant, new string('x', Conversation.LongestText)).Refusal);
        Assert.Equal("message_text_invalid", Post(null, Tenant, new string('x', Conversation.LongestText + 1)).Refusal!.Code);
    }

    [Fact]
    public void A_conversation_has_its_limit()
    {
        var conversation = Posted(null, Tenant, "usr_ada", "One");
        var full = conversation with { Recent = [conversation.Recent[0] with { Number = Conversation.MostMessages }] };

        Assert.Equal("conversation_full", Post(full, Tenant, "One more").Refusal!.Code);
    }

    private static Decision<ConversationFact> Post(Conversation? state, OrganizationId by, string text) => Conversation.Decide(state, Command(by, "usr_x", text), Now);

    private static Conversation Posted(Conversation? state, OrganizationId by, string author, string text) => Folded(state, Conversation.Decide(state, Command(by, author, text), Now));

    private static PostMessage Command(OrganizationId by, string author, string text) =>
        new(MessageId.From("msg_a"), Reservation, Tenant, Lessor, new MessageAuthor(by, by.Value, author, author), text);

    private static Conversation Folded(Conversation? state, Decision<ConversationFact> decision) => decision.Facts.Aggregate(state, (before, fact) => Conversation.Evolve(before, fact))!;
}
