using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>A person of an organization.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Email">E-mail address, as given.</param>
/// <param name="Role">What the member may do.</param>
/// <param name="AddedAt">Market time of joining.</param>
/// <param name="User">Who signs in as this member; null: nobody yet, until an invitation is accepted.</param>
public sealed record Member(MemberId Id, string Name, string Email, OrganizationRole Role, Instant AddedAt, UserId? User = null);

/// <summary>An organization: an operator, a tenant, both, or the marketplace itself.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">Registered name.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Currency">Currency it prefers, if any.</param>
/// <param name="Members">Its people, in order of joining.</param>
/// <param name="Keys">Its API keys, revoked ones too, in order of issue.</param>
/// <param name="CreatedAt">Market time of registration.</param>
/// <param name="Invitations">Open invitations, oldest first; null: none was ever sent.</param>
public sealed partial record Organization(
    OrganizationId Id,
    string Name,
    OrganizationKind Kind,
    string Country,
    Currency? Currency,
    ImmutableArray<Member> Members,
    ImmutableArray<ApiKey> Keys,
    Instant CreatedAt,
    ImmutableList<Invitation>? Invitations = null)
{
    /// <summary>Members one organization may have.</summary>
    public const int MostMembers = 1_000;

    /// <summary>API keys one organization may have, revoked ones included; the oldest revoked one makes room.</summary>
    public const int MostKeys = 200;

    /// <summary>The marketplace itself.</summary>
    public static OrganizationId Platform { get; } = OrganizationId.From("org_platform");

    /// <summary>Whether it may offer capacity.</summary>
    [JsonIgnore]
    public bool IsOperator => Kind is OrganizationKind.Operator or OrganizationKind.OperatorAndTenant;

    /// <summary>The key of this id, or null.</summary>
    public ApiKey? Key(ApiKeyId id) => Keys.FirstOrDefault(key => key.Id == id);

    /// <summary>The member of this id, or null.</summary>
    public Member? Member(MemberId id) => Members.FirstOrDefault(member => member.Id == id);

    /// <summary>The member as whom this person signs in, or null.</summary>
    public Member? Member(UserId user) => Members.FirstOrDefault(member => member.User == user);

    /// <summary>Registers.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, RegisterOrganization command, Instant now) => state switch
    {
        not null => Refusal.Of(OrganizationRefusal.Exists, $"{command.Id} is registered already."),
        null when IsPlatform(command.Kind) != (command.Id == Platform) => KindReserved(),
        _ when command.Founder is { } founder => Decision<OrganizationFact>.Of(
            new OrganizationRegistered(command.Id, command.Name, command.Kind, command.Country, command.Currency, now),
            new MemberAdded(founder.Id, founder.Name, founder.Email, OrganizationRole.Owner, now, founder.User, founder.User.Value)),
        _ => new OrganizationRegistered(command.Id, command.Name, command.Kind, command.Country, command.Currency, now),
    };

    /// <summary>Changes the profile.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, AmendOrganization command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (command.Kind is { } kind && IsPlatform(kind) != IsPlatform(state.Kind))
        {
            return KindReserved();
        }

        var amended = new OrganizationAmended(
            command.Name ?? state.Name, command.Kind ?? state.Kind, command.Country ?? state.Country, command.Currency ?? state.Currency, now);
        return Evolve(state, amended) == state ? Decision<OrganizationFact>.Nothing : amended;
    }

    /// <summary>Adds a member.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, AddMember command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        if (state.Members.Any(member => member.Id == command.Id || string.Equals(member.Email, command.Email, StringComparison.OrdinalIgnoreCase)))
        {
            return Refusal.Of(OrganizationRefusal.MemberExists, $"{command.Email} is a member already.", "email");
        }

        return state.Members.Length >= MostMembers
            ? Refusal.Of(OrganizationRefusal.MembersFull, $"An organization has at most {MostMembers} members.")
            : new MemberAdded(command.Id, command.Name, command.Email, command.Role, now, command.User, command.By);
    }

    /// <summary>Gives a member another role.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, ChangeMemberRole command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        return state.Member(command.Id) switch
        {
            null => MemberNotFound(command.Id),
            { } member when member.Role == command.Role => Decision<OrganizationFact>.Nothing,
            { } member when state.IsLastOwner(member) => LastOwner(member),
            { Role: OrganizationRole.Owner } member => Decision<OrganizationFact>.Of([new MemberRoleChanged(command.Id, command.Role, now, command.By), .. state.Void(member.User?.Value, command.By, now)]),
            _ => new MemberRoleChanged(command.Id, command.Role, now, command.By),
        };
    }

    /// <summary>Removes a member.</summary>
    public static Decision<OrganizationFact> Decide(Organization? state, RemoveMember command, Instant now)
    {
        if (state is null)
        {
            return NotFound();
        }

        return state.Member(command.Id) switch
        {
            null => MemberNotFound(command.Id),
            { } member when state.IsLastOwner(member) => LastOwner(member),
            { } member => Decision<OrganizationFact>.Of([new MemberRemoved(command.Id, now, command.By), .. state.Void(member.User?.Value, command.By, now)]),
        };
    }

    /// <summary>The organization after a fact.</summary>
    public static Organization Evolve(Organization? state, OrganizationFact fact) => (state, fact) switch
    {
        (null, OrganizationRegistered it) => new(it.Id, it.Name, it.Kind, it.Country, it.Currency, [], [], it.At),
        ({ }, OrganizationAmended it) => state with { Name = it.Name, Kind = it.Kind, Country = it.Country, Currency = it.Currency },
        ({ }, MemberAdded it) => state with { Members = state.Members.Add(new(it.Id, it.Name, it.Email, it.Role, it.At, it.User)) },
        ({ }, MemberRoleChanged it) => state with
        {
            Members = [.. state.Members.Select(member => member.Id == it.Id ? member with { Role = it.Role } : member)],
        },
        ({ }, MemberRemoved it) => state with { Members = [.. state.Members.Where(member => member.Id != it.Id)] },
        ({ }, ApiKeyIssued it) => state with
        {
            Keys = MakeRoom(state.Keys).Add(new(it.Id, it.Name, it.Prefix, it.SecretHash, it.Role, it.Scopes, it.At, it.ExpiresAt, null)),
        },
        ({ }, ApiKeyRevoked it) => state with
        {
            Keys = [.. state.Keys.Select(key => key.Id == it.Id ? key with { RevokedAt = it.At } : key)],
        },
        ({ }, ApiKeyReplaced it) => state with
        {
            Keys = [.. state.Keys.Select(key => key.Id == it.Id ? key with { ExpiresAt = it.EndsAt, ReplacedBy = it.NewId } : key)],
        },
        ({ }, MemberInvited it) => state with { Invitations = state.Open.RemoveAll(open => open.Id == it.Invitation.Id).Add(it.Invitation) },
        ({ }, InvitationRevoked it) => state with { Invitations = state.Open.RemoveAll(open => open.Id == it.Id) },
        ({ }, InvitationAccepted it) => state.Accepted(it),
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to {(state is null ? "no organization" : state.Id)}."),
    };

    private static bool IsPlatform(OrganizationKind kind) => kind == OrganizationKind.Platform;

    private static Refusal NotFound() => Refusal.Of(OrganizationRefusal.NotFound, "No such organization.");

    private static Refusal KindReserved() => Refusal.Of(OrganizationRefusal.KindReserved, "The kind 'platform' belongs to the marketplace itself.", "kind");

    private static Refusal MemberNotFound(MemberId id) => Refusal.Of(OrganizationRefusal.MemberNotFound, $"{id} is no member of this organization.");

    private static Refusal LastOwner(Member member) => Refusal.Of(OrganizationRefusal.LastOwner, member.User is null
        ? $"{member.Id} is the last owner."
        : $"{member.Id} is the last owner who can sign in; whoever was only put down by name follows an invitation first.", "role");

    /// <summary>
    /// Whether nobody would be in charge without this member. Who was put down by name alone takes the place of nobody who signs in: that
    /// person may never follow the invitation.
    /// </summary>
    private bool IsLastOwner(Member member) => member.Role == OrganizationRole.Owner
        && !Members.Any(other => other.Id != member.Id && other.Role == OrganizationRole.Owner && (other.User is not null || member.User is null));
}
