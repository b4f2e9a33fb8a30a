using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Organizations;

/// <summary>Records of people, organizations and mails as they lie in stores.</summary>
public sealed class OrganizationsGoldenTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly UserId Ada = UserId.From("usr_ada");
    private static readonly OrganizationId Acme = OrganizationId.From("org_acme");

    [Fact]
    public void A_persons_record_is_written_as_ever() => Assert.Null(Golden.Fault("user.v1.json", new AggregateRecord<User>
    {
        Schema = 1,
        State = new User(
            Ada,
            new Account(
                "ada@x.example",
                "Ada",
                true,
                "hash",
                "stamp",
                true,
                "sealed",
                ["code"],
                2,
                Begin,
                [new Passkey("id", "laptop", "key", Begin, 7, ["internal"], true, true, false, "attestation", "client")],
                [new ExternalLogin("entra", "subject", "Microsoft")]),
            9,
            [new Session(SessionId.From("ses_a"), Begin, Begin, Begin + Duration.FromHours(12), SignInMethod.Passkey, "192.0.2.1", "agent", Acme)],
            [Acme],
            Begin),
        Version = 12,
        LastAt = Begin,
        Due = new DueRow(DueIndex.Never, 1),
    }));

    [Fact]
    public void A_claims_record_is_written_as_ever() => Assert.Null(Golden.Fault("identifier-claim.v1.json", new AggregateRecord<IdentifierClaim>
    {
        Schema = 1,
        State = new IdentifierClaim(IdentifierId.From("idn_a"), Ada, Begin),
        Version = 1,
        LastAt = Begin,
    }));

    [Fact]
    public void A_letters_record_is_written_as_ever() => Assert.Null(Golden.Fault("letter.v1.json", new AggregateRecord<Letter>
    {
        Schema = 1,
        State = new Letter(LetterId.From("ltr_a"), "ada@x.example", "sealed", Begin, 1, Begin + Duration.FromSeconds(30), null, "away"),
        Version = 2,
        LastAt = Begin,
        Due = new DueRow(Begin + Duration.FromSeconds(30), 2),
    }));

    [Fact]
    public void A_mail_allowances_record_is_written_as_ever() => Assert.Null(Golden.Fault("mail-allowance.v1.json", new AggregateRecord<MailAllowance>
    {
        Schema = 1,
        State = new MailAllowance(MailAllowanceId.From("mla_a"), Begin + Duration.FromHours(1)),
        Version = 3,
        LastAt = Begin,
    }));

    /// <summary>What was written when a name put down counted as an owner: who signs in stays.</summary>
    [Fact]
    public void An_organization_kept_with_an_owner_by_name_keeps_the_one_who_signs_in()
    {
        var stored = Golden.Loads<AggregateRecord<Organization>>("organization.v1.json").State!;
        var beside = stored with { Members = stored.Members.Add(new Member(MemberId.From("mbr_b"), "Bo", "bo@x.example", OrganizationRole.Owner, Begin)) };

        Assert.Equal("last_owner", Organization.Decide(beside, new RemoveMember(MemberId.From("mbr_a")), Begin).Refusal?.Code);
        Assert.Equal("last_owner", Organization.Decide(beside, new ChangeMemberRole(MemberId.From("mbr_a"), OrganizationRole.Viewer), Begin).Refusal?.Code);
        Assert.Null(Organization.Decide(beside, new RemoveMember(MemberId.From("mbr_b")), Begin).Refusal);
    }

    [Fact]
    public void An_organizations_record_is_written_as_ever() => Assert.Null(Golden.Fault("organization.v1.json", Record(
        [new Member(MemberId.From("mbr_a"), "Ada", "ada@x.example", OrganizationRole.Owner, Begin, Ada)],
        new ApiKey(ApiKeyId.From("key_a"), "ci", "mk_acme_a", "hash", OrganizationRole.Engineer, [Scope.From("pools:write")], Begin, Begin + Duration.FromDays(1), null, ApiKeyId.From("key_b")),
        [new Invitation(InvitationId.From("invite_a"), "bo@x.example", OrganizationRole.Viewer, "hash", Ada.Value, Begin, Begin + Duration.FromDays(7))])));

    /// <summary>What was written before people signed in, when nobody was invited and no key replaced.</summary>
    [Fact]
    public void A_record_from_before_invitations_loads_as_the_same_organization()
    {
        const string Before = """
            {
              "schema": 1,
              "state": {
                "id": "org_acme", "name": "Acme", "kind": "tenant", "country": "NO", "currency": "USD",
                "members": [{ "id": "mbr_a", "name": "Ada", "email": "ada@x.example", "role": "owner", "addedAt": "2026-01-05T09:00:00Z" }],
                "keys": [{ "id": "key_a", "name": "ci", "prefix": "mk_acme_a", "secretHash": "hash", "role": "engineer", "scopes": [], "createdAt": "2026-01-05T09:00:00Z", "expiresAt": null, "revokedAt": null }],
                "createdAt": "2026-01-05T09:00:00Z"
              },
              "version": 3,
              "lastAt": "2026-01-05T09:00:00Z"
            }
            """;

        var loaded = System.Text.Json.JsonSerializer.Deserialize<AggregateRecord<Organization>>(Before, MarketJson.Options)!.State!;

        Assert.Equal(new Member(MemberId.From("mbr_a"), "Ada", "ada@x.example", OrganizationRole.Owner, Begin), Assert.Single(loaded.Members));
        Assert.Null(Assert.Single(loaded.Keys).ReplacedBy);
        Assert.Empty(loaded.Open);
    }

    private static AggregateRecord<Organization> Record(Member[] members, ApiKey key, Invitation[] invitations) => new()
    {
        Schema = 1,
        State = new Organization(Acme, "Acme", OrganizationKind.Tenant, "NO", Currency.Usd, [.. members], [key], Begin, [.. invitations]),
        Version = 4,
        LastAt = Begin,
        Due = new DueRow(DueIndex.Never, 1),
    };
}
