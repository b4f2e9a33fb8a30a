using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class OrganizationTests
{
    private static readonly Instant Now = Instant.FromUtc(2027, 1, 1, 0, 0);
    private static readonly OrganizationId Id = OrganizationId.From("org_north");
    private static readonly MemberId Ada = MemberId.From("mbr_ada");
    private static readonly ApiKeyId Key = ApiKeyId.From("key_1");

    private static Organization Registered => Organization.Evolve(null, new OrganizationRegistered(Id, "North", OrganizationKind.Operator, "NO", null, Now));

    private static Organization WithOwner => Organization.Evolve(Registered, new MemberAdded(Ada, "Ada", "ada@north.example", OrganizationRole.Owner, Now));

    [Fact]
    public void Registers_once()
    {
        var command = new RegisterOrganization(Id, "North", OrganizationKind.Tenant, "NO", Currency.Usd);

        Assert.Equal(
            [new OrganizationRegistered(Id, "North", OrganizationKind.Tenant, "NO", Currency.Usd, Now)],
            Organization.Decide(null, command, Now).Facts);
        Assert.Equal("organization_exists", Organization.Decide(Registered, command, Now).Refusal?.Code);
    }

    [Theory]
    [InlineData("org_north", OrganizationKind.Platform, false)]
    [InlineData("org_platform", OrganizationKind.Operator, false)]
    [InlineData("org_platform", OrganizationKind.Platform, true)]
    public void Only_the_marketplace_itself_is_the_platform(string id, OrganizationKind kind, bool granted)
    {
        var decision = Organization.Decide(null, new RegisterOrganization(OrganizationId.From(id), "X", kind, "NO", null), Now);

        Assert.Equal(granted ? null : "organization_kind_reserved", decision.Refusal?.Code);
        Assert.Equal("organization_kind_reserved", Organization.Decide(Registered, new AmendOrganization(null, OrganizationKind.Platform, null, null), Now).Refusal?.Code);
    }

    [Fact]
    public void Amends_what_is_named_and_nothing_when_nothing_differs()
    {
        var fact = Assert.Single(Organization.Decide(Registered, new AmendOrganization("North AS", null, null, null), Now).Facts);

        Assert.Equal(Registered with { Name = "North AS" }, Organization.Evolve(Registered, fact));
        Assert.Empty(Organization.Decide(Registered, new AmendOrganization("North", null, "NO", null), Now).Facts);
    }

    [Fact]
    public void An_address_is_one_member()
    {
        var again = new AddMember(MemberId.From("mbr_2"), "Ada", "ADA@north.example", OrganizationRole.Viewer);

        Assert.Equal("member_exists", Organization.Decide(WithOwner, again, Now).Refusal?.Code);
    }

    [Fact]
    public void The_last_owner_stays_until_there_is_another()
    {
        Assert.Equal("last_owner", Organization.Decide(WithOwner, new RemoveMember(Ada), Now).Refusal?.Code);
        Assert.Equal("last_owner", Organization.Decide(WithOwner, new ChangeMemberRole(Ada, OrganizationRole.Viewer), Now).Refusal?.Code);

        var two = Organization.Evolve(WithOwner, new MemberAdded(MemberId.From("mbr_2"), "Bo", "bo@north.example", OrganizationRole.Owner, Now));
        var fact = Assert.Single(Organization.Decide(two, new RemoveMember(Ada), Now).Facts);
        Assert.Null(Organization.Evolve(two, fact).Member(Ada));
    }

    [Fact]
    public void A_member_full_house_and_a_key_full_house_refuse_more()
    {
        var state = Registered;
        for (var i = 0; i < Organization.MostMembers; i++)
        {
            state = Organization.Evolve(state, new MemberAdded(MemberId.From($"mbr_{i}"), "M", $"m{i}@north.example", OrganizationRole.Viewer, Now));
        }

        for (var i = 0; i < Organization.MostKeys; i++)
        {
            state = Organization.Evolve(state, Issued(ApiKeyId.From($"key_{i}x")));
        }

        Assert.Equal("members_full", Organization.Decide(state, new AddMember(Ada, "Ada", "ada@north.example", OrganizationRole.Owner), Now).Refusal?.Code);
        Assert.Equal("api_keys_full", Organization.Decide(state, Issue(Key), Now).Refusal?.Code);

        var roomy = Organization.Evolve(state, new ApiKeyRevoked(ApiKeyId.From("key_0x"), Now));
        roomy = Organization.Evolve(roomy, Assert.Single(Organization.Decide(roomy, Issue(Key), Now).Facts));
        Assert.Equal(Organization.MostKeys, roomy.Keys.Length);
        Assert.NotNull(roomy.Key(Key));
    }

    [Fact]
    public void A_key_admits_its_secret_until_it_expires_or_is_revoked()
    {
        var text = ApiKeyText.Of(Id, Key, new byte[32]);
        var issued = Organization.Evolve(Registered, Assert.Single(Organization.Decide(Registered, Issue(Key) with { SecretHash = ApiKey.Hash(text.Secret) }, Now).Facts));
        var key = issued.Key(Key)!;

        Assert.True(key.Admits(text.Secret, Now));
        Assert.False(key.Admits(text.Secret + "x", Now));
        Assert.True(key.Admits(text.Secret, Now + Duration.FromHours(1) - Duration.FromTicks(1)));
        Assert.False(key.Admits(text.Secret, Now + Duration.FromHours(1)));

        var revoked = Organization.Evolve(issued, Assert.Single(Organization.Decide(issued, new RevokeApiKey(Key), Now).Facts));
        Assert.False(revoked.Key(Key)!.Admits(text.Secret, Now));
        Assert.Empty(Organization.Decide(revoked, new RevokeApiKey(Key), Now).Facts);
        Assert.Empty(Organization.Decide(revoked, Issue(Key), Now).Facts);
    }

    [Fact]
    public void The_text_of_a_key_names_its_organization_and_hides_its_secret()
    {
        var text = ApiKeyText.Of(Id, Key, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

        Assert.Equal(text, ApiKeyText.Parse(text.Reveal()));
        Assert.Equal("mk_north_1", text.ToString());
        Assert.DoesNotContain(text.Secret, text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mk_north_1")]
    [InlineData("mk_north_1_short")]
    [InlineData("mk__1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sk_north_1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void What_is_no_key_is_not_read_as_one(string text) => Assert.Null(ApiKeyText.Parse(text));

    [Fact]
    public void Nobody_refuses_what_is_unknown_by_name()
    {
        Assert.Equal("organization_not_found", Organization.Decide(null, new RevokeApiKey(Key), Now).Refusal?.Code);
        Assert.Equal("api_key_not_found", Organization.Decide(Registered, new RevokeApiKey(Key), Now).Refusal?.Code);
        Assert.Equal("member_not_found", Organization.Decide(Registered, new RemoveMember(Ada), Now).Refusal?.Code);
    }

    [Theory]
    [InlineData("pools:write", "pools", true, true)]
    [InlineData("pools:write", "pools", false, true)]
    [InlineData("pools:read", "pools", true, false)]
    [InlineData("pools:read", "sites", false, false)]
    public void A_scope_covers_its_area_and_write_includes_read(string scope, string area, bool write, bool covered) =>
        Assert.Equal(covered, Scope.From(scope).Covers(area, write));

    private static IssueApiKey Issue(ApiKeyId id) => new(id, "ci", "mk_north_1", "hash", OrganizationRole.Engineer, [], Now + Duration.FromHours(1));

    private static ApiKeyIssued Issued(ApiKeyId id) => new(id, "ci", "mk_north_1", "hash", OrganizationRole.Engineer, [], null, Now);
}
