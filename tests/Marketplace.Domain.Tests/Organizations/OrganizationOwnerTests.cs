using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

/// <summary>An organization keeps somebody in charge who can sign in.</summary>
public sealed class OrganizationOwnerTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly MemberId Ada = MemberId.From("mbr_ada");
    private static readonly MemberId Bo = MemberId.From("mbr_bo");
    private static readonly UserId AdaUser = UserId.From("usr_ada");
    private static readonly UserId BoUser = UserId.From("usr_bo");

    [Fact]
    public void Who_was_only_put_down_by_name_does_not_let_the_last_owner_go_who_signs_in()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, AdaUser), Member(Bo, OrganizationRole.Owner, null));

        Assert.Equal("last_owner", Remove(state, Ada).Refusal?.Code);
        Assert.Equal("last_owner", Change(state, Ada, OrganizationRole.Viewer).Refusal?.Code);
    }

    [Fact]
    public void Another_owner_who_signs_in_lets_either_go()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, AdaUser), Member(Bo, OrganizationRole.Owner, BoUser));

        Assert.Null(Remove(state, Ada).Refusal);
        state = Folded(state, Change(state, Bo, OrganizationRole.Viewer));
        Assert.Equal("last_owner", Remove(state, Ada).Refusal?.Code);
        Assert.Equal("last_owner", Change(state, Ada, OrganizationRole.Billing).Refusal?.Code);
    }

    [Fact]
    public void Whoever_is_put_down_by_name_leaves_freely_where_somebody_signs_in()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, AdaUser), Member(Bo, OrganizationRole.Owner, null));

        Assert.Null(Remove(state, Bo).Refusal);
        Assert.Null(Change(state, Bo, OrganizationRole.Viewer).Refusal);
    }

    [Fact]
    public void Where_nobody_signs_in_the_last_name_stays_and_its_invitation_makes_it_an_owner()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, null), Member(Bo, OrganizationRole.Owner, null));
        Assert.Null(Remove(state, Bo).Refusal);
        state = Folded(state, Remove(state, Bo));
        Assert.Equal("last_owner", Remove(state, Ada).Refusal?.Code);

        // An invitation as anything less would be another role for the last owner.
        Assert.Equal("last_owner", Invite(state, "ada@x.example", OrganizationRole.Viewer).Refusal?.Code);
        state = Folded(state, Invite(state, "ada@x.example", OrganizationRole.Owner));
        state = Folded(state, Accept(state, "ada@x.example", AdaUser));

        Assert.Equal((Ada, OrganizationRole.Owner), (state.Member(AdaUser)!.Id, state.Member(AdaUser)!.Role));
    }

    [Fact]
    public void A_name_put_down_as_owner_gets_the_role_it_is_invited_to()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, AdaUser), Member(Bo, OrganizationRole.Owner, null));

        state = Folded(state, Invite(state, "bo@x.example", OrganizationRole.Viewer));
        state = Folded(state, Accept(state, "bo@x.example", BoUser));

        Assert.Equal(OrganizationRole.Viewer, state.Member(BoUser)!.Role);
        Assert.Equal("last_owner", Remove(state, Ada).Refusal?.Code);
    }

    [Fact]
    public void Whoever_may_invite_no_longer_leaves_no_invitation_behind()
    {
        var state = Organization(Member(Ada, OrganizationRole.Owner, AdaUser), Member(Bo, OrganizationRole.Owner, BoUser));
        state = Folded(state, Domain.Organizations.Organization.Decide(state, new IssueApiKey(ApiKeyId.From("key_a"), "hr", "mk", "h", OrganizationRole.Owner, [], null), Now));
        state = Folded(state, Invite(state, "back@x.example", OrganizationRole.Owner, BoUser.Value));
        state = Folded(state, Invite(state, "stays@x.example", OrganizationRole.Viewer, AdaUser.Value));
        state = Folded(state, Invite(state, "key@x.example", OrganizationRole.Owner, "key_a"));

        Assert.Equal(["stays@x.example", "key@x.example"], Folded(state, Remove(state, Bo)).Open.Select(open => open.Email));
        Assert.Equal(["stays@x.example", "key@x.example"], Folded(state, Change(state, Bo, OrganizationRole.Engineer)).Open.Select(open => open.Email));
        Assert.Equal(
            ["back@x.example", "stays@x.example"],
            Folded(state, Domain.Organizations.Organization.Decide(state, new RevokeApiKey(ApiKeyId.From("key_a")), Now)).Open.Select(open => open.Email));
    }

    private static Member Member(MemberId id, OrganizationRole role, UserId? user) => new(id, id.Value, id.Value[4..] + "@x.example", role, Now, user);

    private static Organization Organization(params Member[] members) => new(OrganizationId.From("org_acme"), "Acme", OrganizationKind.Tenant, "NO", null, [.. members], [], Now);

    private static Decision<OrganizationFact> Remove(Organization state, MemberId id) => Domain.Organizations.Organization.Decide(state, new RemoveMember(id), Now);

    private static Decision<OrganizationFact> Change(Organization state, MemberId id, OrganizationRole role) => Domain.Organizations.Organization.Decide(state, new ChangeMemberRole(id, role), Now);

    private static Decision<OrganizationFact> Invite(Organization state, string email, OrganizationRole role, string by = "usr_ada") => Domain.Organizations.Organization.Decide(state, new InviteMember(
        new Invitation(IdOf(email), email, role, ApiKey.Hash("secret"), by, Now, Now + Duration.FromDays(7)), new SealedLetter(LetterId.From("ltr_a"), email, "sealed"), Now), Now);

    private static Decision<OrganizationFact> Accept(Organization state, string email, UserId user) => Domain.Organizations.Organization.Decide(
        state, new AcceptInvitation(IdOf(email), "secret", MemberId.From("mbr_new"), user, "Name", email, Now), Now);

    private static InvitationId IdOf(string email) => InvitationId.From("invite_" + email.Split('@')[0]);

    private static Organization Folded(Organization state, Decision<OrganizationFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(state, Domain.Organizations.Organization.Evolve);
    }
}
