using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class OrganizationInvitationTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 5, 1, 8, 0);
    private static readonly OrganizationId Id = OrganizationId.From("org_acme");
    private static readonly Founder Founder = new(MemberId.From("mbr_ada"), UserId.From("usr_ada"), "Ada", "ada@x.example");
    private static readonly UserId Bo = UserId.From("usr_bo");

    [Fact]
    public void The_founder_is_the_first_owner() =>
        Assert.Equal((OrganizationRole.Owner, Founder.User), Founded().Member(Founder.User) is { } member ? (member.Role, member.User!.Value) : default);

    [Fact]
    public void An_invitation_is_accepted_once_with_its_secret_by_the_person_it_was_sent_to()
    {
        var state = Invited(Founded(), "a", "bo@x.example");

        Assert.Equal("invitation_not_found", Accept(state, "a", "wrong", "bo@x.example").Refusal?.Code);
        Assert.Equal("invitation_not_found", Accept(state, "b", "secret", "bo@x.example").Refusal?.Code);
        Assert.Equal("invitation_for_another", Accept(state, "a", "secret", "eve@x.example").Refusal?.Code);
        Assert.Equal("invitation_expired", Accept(state, "a", "secret", "bo@x.example", Now + Duration.FromDays(7)).Refusal?.Code);

        var after = Folded(state, Accept(state, "a", "secret", "BO@x.example"));
        Assert.Equal(OrganizationRole.Engineer, after.Member(Bo)!.Role);
        Assert.Empty(after.Open);
        Assert.Empty(Accept(after, "a", "secret", "bo@x.example").Facts);
    }

    [Fact]
    public void Inviting_again_replaces_the_invitation_before()
    {
        var state = Invited(Invited(Founded(), "a", "bo@x.example"), "b", "Bo@X.example");

        Assert.Equal(InvitationId.From("invite_b"), Assert.Single(state.Open).Id);
        Assert.Equal("invitation_not_found", Accept(state, "a", "secret", "bo@x.example").Refusal?.Code);
    }

    [Fact]
    public void An_invitation_taken_back_opens_nothing()
    {
        var state = Invited(Founded(), "a", "bo@x.example");
        state = Folded(state, Organization.Decide(state, new RevokeInvitation(InvitationId.From("invite_a"), null), Now));

        Assert.Equal("invitation_not_found", Accept(state, "a", "secret", "bo@x.example").Refusal?.Code);
        Assert.Equal("invitation_not_found", Organization.Decide(state, new RevokeInvitation(InvitationId.From("invite_a"), null), Now).Refusal?.Code);
    }

    [Fact]
    public void Whoever_signs_in_already_is_not_invited_and_one_put_down_before_is_the_same_member()
    {
        var state = Founded();
        Assert.Equal("member_exists", Invite(state, "a", "ADA@x.example").Refusal?.Code);
        state = Folded(state, Organization.Decide(state, new AddMember(MemberId.From("mbr_bo"), "Bo", "bo@x.example", OrganizationRole.Viewer), Now));

        state = Invited(state, "a", "bo@x.example");
        state = Folded(state, Accept(state, "a", "secret", "bo@x.example"));

        var member = state.Member(Bo)!;
        Assert.Equal((MemberId.From("mbr_bo"), OrganizationRole.Engineer), (member.Id, member.Role));
        Assert.Equal(2, state.Members.Length);
    }

    [Fact]
    public void Open_invitations_have_their_bound_and_expired_ones_make_room()
    {
        var state = Founded();
        for (var i = 0; i < Organization.MostInvitations; i++)
        {
            state = Invited(state, "i" + i, $"p{i}@x.example");
        }

        Assert.Equal("invitations_full", Invite(state, "z", "z@x.example").Refusal?.Code);
        Assert.Single(Folded(state, Invite(state, "z", "z@x.example", Now + Duration.FromDays(7))).Open);
    }

    [Fact]
    public void A_token_reads_as_it_was_written_and_tells_nothing_by_accident()
    {
        var token = new InvitationToken(Id, InvitationId.From("invite_a"), "abc");

        Assert.Equal(token, InvitationToken.Parse(token.Reveal()));
        Assert.DoesNotContain("abc", token.ToString(), StringComparison.Ordinal);
        Assert.All(new[] { "", "a.b.c", "org_acme.invite_a", "org_acme.invite_a.", "org_acme.invite_a.b.c" }, text => Assert.Null(InvitationToken.Parse(text)));
    }

    [Fact]
    public void A_key_is_replaced_by_one_alike_and_ends_after_its_grace()
    {
        var state = Founded();
        state = Folded(state, Organization.Decide(state, new IssueApiKey(Key("a"), "ci", "mk", "h", OrganizationRole.Engineer, [Scope.From("pools:write")], Now + Duration.FromDays(3)), Now));

        state = Folded(state, Rotate(state, "a", "b", Now + Duration.FromDays(1)));

        var (old, fresh) = (state.Key(Key("a"))!, state.Key(Key("b"))!);
        Assert.Equal((Now + Duration.FromDays(1), Key("b")), (old.ExpiresAt, old.ReplacedBy));
        Assert.Equal(("ci", OrganizationRole.Engineer, Now + Duration.FromDays(3)), (fresh.Name, fresh.Role, fresh.ExpiresAt));
        Assert.Equal(old.Scopes, fresh.Scopes);
        Assert.Empty(Rotate(state, "a", "b", Now).Facts);
        Assert.Equal("api_key_ended", Rotate(state, "a", "c", Now).Refusal?.Code);
        Assert.Equal("api_key_not_found", Rotate(state, "x", "c", Now).Refusal?.Code);
        Assert.Equal(Now + Duration.FromDays(3), Folded(state, Rotate(state, "b", "c", Now + Duration.FromDays(30))).Key(Key("b"))!.ExpiresAt);
    }

    private static ApiKeyId Key(string id) => ApiKeyId.From("key_" + id);

    private static Decision<OrganizationFact> Rotate(Organization state, string id, string next, Instant ends) =>
        Organization.Decide(state, new RotateApiKey(Key(id), Key(next), "mk", "h2", ends, Now), Now);

    private static Organization Founded() => Folded(null, Organization.Decide(null, new RegisterOrganization(Id, "Acme", OrganizationKind.Tenant, "NO", null, Founder), Now));

    private static Decision<OrganizationFact> Invite(Organization state, string id, string email, Instant? realNow = null) => Organization.Decide(state, new InviteMember(
        new Invitation(InvitationId.From("invite_" + id), email, OrganizationRole.Engineer, ApiKey.Hash("secret"), "usr_ada", Now, (realNow ?? Now) + Duration.FromDays(7)),
        new SealedLetter(LetterId.From("ltr_" + id), email, "sealed"),
        realNow ?? Now), Now);

    private static Organization Invited(Organization state, string id, string email) => Folded(state, Invite(state, id, email));

    private static Decision<OrganizationFact> Accept(Organization state, string id, string secret, string email, Instant? realNow = null) => Organization.Decide(
        state, new AcceptInvitation(InvitationId.From("invite_" + id), secret, MemberId.From("mbr_new"), Bo, "Bo", email, realNow ?? Now), Now);

    private static Organization Folded(Organization? state, Decision<OrganizationFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(state, (before, fact) => Organization.Evolve(before, fact))!;
    }
}
