using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class UserTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 5, 1, 8, 0);
    private static readonly UserId Ada = UserId.From("usr_ada");
    private static readonly Account Fresh = new("ada@x.example", "Ada", false, "hash", "stamp1", false, null, [], 0, null, [], []);
    private static readonly OrganizationId One = OrganizationId.From("org_one");
    private static readonly OrganizationId Two = OrganizationId.From("org_two");

    [Fact]
    public void A_person_registers_once()
    {
        var registered = User.Decide(null, new RegisterUser(Ada, Fresh, Now));

        var user = Folded(null, registered);
        Assert.Equal((Ada, 1, Now), (user.Id, user.Revision, user.CreatedAt));
        Assert.Equal("email_taken", User.Decide(user, new RegisterUser(Ada, Fresh, Now)).Refusal?.Code);
    }

    [Fact]
    public void A_change_made_from_another_revision_is_refused()
    {
        var user = Registered();
        var changed = Folded(user, User.Decide(user, new SaveAccount(Fresh with { Name = "Ada K." }, 1, null, Now)));

        Assert.Equal(("Ada K.", 2), (changed.Account.Name, changed.Revision));
        Assert.Equal("account_changed", User.Decide(changed, new SaveAccount(Fresh, 1, null, Now)).Refusal?.Code);
        Assert.Equal("user_not_found", User.Decide(null, new SaveAccount(Fresh, 1, null, Now)).Refusal?.Code);
    }

    [Fact]
    public void A_new_stamp_ends_all_sessions_but_the_one_kept()
    {
        var user = Opened(Opened(Registered(), "a", Now), "b", Now);

        var same = Folded(user, User.Decide(user, new SaveAccount(Fresh with { Name = "Ada K." }, 1, null, Now)));
        Assert.Equal(2, same.Sessions.Length);
        var kept = Folded(user, User.Decide(user, new SaveAccount(Fresh with { SecurityStamp = "stamp2" }, 1, Session("b"), Now)));
        Assert.Equal(Session("b"), Assert.Single(kept.Sessions).Id);
        Assert.Empty(Folded(user, User.Decide(user, new SaveAccount(Fresh with { SecurityStamp = "stamp2" }, 1, null, Now))).Sessions);
    }

    [Fact]
    public void Failed_attempts_lock_the_account_and_begin_to_count_anew()
    {
        var user = Registered();
        for (var attempt = 1; attempt < 3; attempt++)
        {
            user = Folded(user, User.Decide(user, new FailSignIn(3, Duration.FromMinutes(5), null, Now)));
            Assert.Equal((attempt, (Instant?)null), (user.Account.FailedSignIns, user.Account.LockedUntil));
        }

        user = Folded(user, User.Decide(user, new FailSignIn(3, Duration.FromMinutes(5), null, Now)));
        Assert.Equal((0, Now + Duration.FromMinutes(5)), (user.Account.FailedSignIns, user.Account.LockedUntil));
    }

    [Fact]
    public void A_session_ends_at_its_time_or_when_it_is_ended()
    {
        var user = Opened(Opened(Registered(), "a", Now), "b", Now);

        Assert.NotNull(user.Session(Session("a"), Now + Duration.FromHours(1) - Duration.Epsilon));
        Assert.Null(user.Session(Session("a"), Now + Duration.FromHours(1)));
        user = Folded(user, User.Decide(user, new EndSession(Session("a"), Now)));
        Assert.Null(user.Session(Session("a"), Now));
        Assert.Equal("session_not_found", User.Decide(user, new EndSession(Session("a"), Now)).Refusal?.Code);
        Assert.Empty(Folded(user, User.Decide(user, new EndOtherSessions(null, Now))).Sessions);
        Assert.Empty(User.Decide(user, new EndOtherSessions(Session("b"), Now)).Facts);
    }

    [Fact]
    public void The_oldest_session_makes_room_for_one_too_many()
    {
        var user = Registered();
        for (var i = 0; i <= User.MostSessions; i++)
        {
            user = Opened(user, "s" + i, Now + Duration.FromSeconds(i));
        }

        Assert.Equal(User.MostSessions, user.Sessions.Length);
        Assert.Null(user.Session(Session("s0"), Now));
        Assert.Single(Opened(user, "late", Now + Duration.FromDays(1)).Sessions);
    }

    [Fact]
    public void A_new_session_acts_for_the_organization_last_chosen_or_else_the_first()
    {
        var user = Registered();
        user = Folded(user, User.Decide(user, new JoinOrganization(One)));
        user = Folded(user, User.Decide(user, new JoinOrganization(Two)));

        user = Opened(user, "a", Now);
        Assert.Equal(One, user.Session(Session("a"), Now)!.Organization);
        user = Folded(user, User.Decide(user, new ChooseOrganization(Session("a"), Two, Now)));
        user = Opened(user, "b", Now);
        Assert.Equal(Two, user.Session(Session("b"), Now)!.Organization);
        user = Folded(user, User.Decide(user, new LeaveOrganization(Two)));
        Assert.All(user.Sessions, session => Assert.Null(session.Organization));
        Assert.Equal([One], user.Organizations);
    }

    [Fact]
    public void Passkeys_and_other_services_have_their_bounds()
    {
        var user = Registered();
        var passkey = new Passkey("a", "n", "k", Now, 0, [], true, true, true, "a", "c");

        var full = Fresh with { Passkeys = [.. Enumerable.Repeat(passkey, Account.MostPasskeys + 1)] };
        Assert.Equal("passkeys_full", User.Decide(user, new SaveAccount(full, 1, null, Now)).Refusal?.Code);
        var linked = Fresh with { Logins = [.. Enumerable.Repeat(new ExternalLogin("p", "s", null), Account.MostLogins + 1)] };
        Assert.Equal("logins_full", User.Decide(user, new SaveAccount(linked, 1, null, Now)).Refusal?.Code);
    }

    [Fact]
    public void That_a_session_is_in_use_is_noted_forward_only()
    {
        var user = Opened(Registered(), "a", Now);

        Assert.Empty(User.Decide(user, new SeeSession(Session("a"), Now)).Facts);
        var seen = Folded(user, User.Decide(user, new SeeSession(Session("a"), Now + Duration.FromMinutes(5))));
        Assert.Equal(Now + Duration.FromMinutes(5), seen.Sessions[0].SeenAt);
        Assert.Equal("session_not_found", User.Decide(user, new SeeSession(Session("b"), Now)).Refusal?.Code);
    }

    private static User Registered() => Folded(null, User.Decide(null, new RegisterUser(Ada, Fresh, Now)));

    private static User Opened(User user, string id, Instant at) =>
        Folded(user, User.Decide(user, new OpenSession(Session(id), SignInMethod.Password, Duration.FromHours(1), "::1", "agent", at)));

    private static SessionId Session(string id) => SessionId.From("ses_" + id);

    private static User Folded(User? user, Decision<UserFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(user, (state, fact) => User.Evolve(state, fact))!;
    }
}
