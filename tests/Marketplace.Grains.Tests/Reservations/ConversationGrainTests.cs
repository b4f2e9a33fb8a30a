using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Transparency;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Reservations;

public sealed class ConversationGrainTests : IAsyncLifetime
{
    private static readonly ReservationId Reservation = ReservationId.From("rsv_a");
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    private static readonly OrganizationId Lessor = OrganizationId.From("org_operator");
    private static readonly UserId Bo = UserId.From("usr_bo");
    private TestMarket market = null!;

    private IConversationGrain Conversation => market.Grains.GetGrain<IConversationGrain>(Reservation.Value);

    public async ValueTask InitializeAsync() => market = await TestMarket.StartAsync();

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task A_repeated_message_is_one_and_outlives_a_crash()
    {
        var first = (await PostAsync("one", "Hello?")).Value!;
        await market.CrashAsync();
        var again = await PostAsync("one", "Hello?");
        await PostAsync("two", "Anybody?");

        Assert.True(again.Replayed);
        Assert.Equal(first.State.Recent, again.Value!.State.Recent);
        Assert.Equal(["Hello?", "Anybody?"], (await Conversation.GetAsync())!.State.Recent.Select(message => message.Text));
    }

    [Fact]
    public async Task Both_feeds_say_that_a_message_was_written_and_not_what_it_says()
    {
        await PostAsync("one", "The gate's code is 4711.");
        await market.Time.SettleAsync();

        foreach (var party in new[] { Tenant, Lessor })
        {
            var it = Assert.Single(await EventRows.ReadAsync(market.Rows, party, 0, 10));
            Assert.Equal(("reservation.message_posted", Reservation.Value), (it.Type, it.Subject));
            Assert.DoesNotContain("4711", it.Data.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_other_side_is_mailed_once_for_many_messages_and_the_writers_side_is_not()
    {
        await JoinAsync(Lessor, Bo, "bo@x.example");
        await JoinAsync(Tenant, UserId.From("usr_ada"), "ada@x.example");
        var begin = market.Clock.Now;
        foreach (var text in new[] { "One", "Two", "Three" })
        {
            await PostAsync(text, text);
        }

        await market.Time.AdvanceAsync(begin + Duration.FromHours(1));
        await market.Time.SettleAsync();

        var mail = await market.Mail.NextAsync("bo@x.example", TestContext.Current.CancellationToken);
        Assert.Contains("3 rsv_a A party wrote a message", mail.Content, StringComparison.Ordinal);
        Assert.DoesNotContain("Two", mail.Content, StringComparison.Ordinal);
        Assert.DoesNotContain(market.Mail.Taken, letter => letter.To == "ada@x.example");
        Assert.Single(market.Mail.Taken, letter => letter.To == "bo@x.example");
    }

    [Fact]
    public async Task Who_read_it_or_wants_no_mail_gets_none()
    {
        await JoinAsync(Lessor, Bo, "bo@x.example");
        await JoinAsync(Lessor, UserId.From("usr_cy"), "cy@x.example");
        var board = market.Grains.GetGrain<INoticeBoardGrain>(Lessor.Value);
        await board.ChooseMailAsync(new ChooseNoticeMail(Lessor, "usr_cy", NoticeMail.Never));
        await PostAsync("one", "Hello?");
        await market.Time.SettleAsync();
        await board.MarkReadAsync(new MarkNoticesRead(Lessor, Bo.Value, await market.Grains.GetGrain<IEventFeedGrain>(Lessor.Value).GetLastAsync()));
        await PostAsync("two", "Anybody?");
        await Conversation.MarkReadAsync(new MarkMessagesRead(Bo.Value, 2));

        await market.Time.AdvanceAsync(market.Clock.Now + Duration.FromDays(1));
        await market.Time.SettleAsync();

        Assert.Empty(market.Mail.Taken);
        Assert.Null((await board.GetAsync())!.State.NextAt());
    }

    private Task<Answer<Snapshot<Conversation>>> PostAsync(string key, string text) => Conversation.PostAsync(
        new Operation(key, text), new PostMessage(PublicId.Derive<MessageId>(key), Reservation, Tenant, Lessor, new MessageAuthor(Tenant, "Tenant", "usr_ada", "Ada"), text));

    private async Task JoinAsync(OrganizationId organization, UserId user, string email)
    {
        var account = new Account(email, user.Value, true, null, "stamp", false, null, [], 0, null, [], []);
        Assert.True((await market.Grains.GetGrain<IUserGrain>(user.Value).RegisterAsync(new RegisterUser(user, account, market.Clock.Now))).IsGranted);
        var grain = market.Grains.GetGrain<IOrganizationGrain>(organization.Value);
        await grain.RegisterAsync(new Operation(organization.Value, organization.Value), new RegisterOrganization(organization, organization.Value, OrganizationKind.OperatorAndTenant, "US", null));
        var member = PublicId.Derive<MemberId>(user.Value);
        Assert.True((await grain.AddMemberAsync(new Operation(member.Value, member.Value), new AddMember(member, email, email, OrganizationRole.Member, user))).IsGranted);
    }
}
