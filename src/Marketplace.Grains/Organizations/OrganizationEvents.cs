using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Organizations;

/// <summary>An organization after the event.</summary>
/// <param name="Id">The organization.</param>
/// <param name="Name">Its registered name.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
public sealed record OrganizationData(OrganizationId Id, string Name, OrganizationKind Kind, string Country);

/// <summary>A member after the event; one that was removed, before it.</summary>
/// <param name="Id">The member.</param>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Role">What the member may do.</param>
public sealed record MemberData(MemberId Id, OrganizationId OrganizationId, string Name, OrganizationRole Role);

/// <summary>An API key. Its secret is in no event.</summary>
/// <param name="Id">The key.</param>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">Its readable beginning.</param>
/// <param name="Role">What it may do.</param>
/// <param name="ExpiresAt">Real time from which it is refused; null: never.</param>
public sealed record ApiKeyData(ApiKeyId Id, OrganizationId OrganizationId, string Name, string Prefix, OrganizationRole Role, Instant? ExpiresAt);

/// <summary>What an organization's own feed says of it.</summary>
internal static class OrganizationEvents
{
    public static readonly EventType<OrganizationData> Registered = new("organization.registered", "The organization was registered.");
    public static readonly EventType<OrganizationData> Amended = new("organization.amended", "The organization's profile changed.");
    public static readonly EventType<MemberData> MemberAdded = new("member.added", "A person joined the organization.");
    public static readonly EventType<MemberData> MemberRoleChanged = new("member.role_changed", "A member was given another role.");
    public static readonly EventType<MemberData> MemberRemoved = new("member.removed", "A member was removed.");
    public static readonly EventType<ApiKeyData> KeyIssued = new("api_key.issued", "An API key was issued.");
    public static readonly EventType<ApiKeyData> KeyRevoked = new("api_key.revoked", "An API key was revoked; it is refused from then on.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(Organization? before, Organization after, OrganizationFact fact, Effects effects)
    {
        switch (fact)
        {
            case OrganizationRegistered:
                effects.Publish(after.Id, Registered, new(after.Id, after.Name, after.Kind, after.Country));
                break;
            case OrganizationAmended:
                effects.Publish(after.Id, Amended, new(after.Id, after.Name, after.Kind, after.Country));
                break;
            case MemberAdded it:
                effects.Publish(after.Id, MemberAdded, Data(after, after.Member(it.Id)!));
                break;
            case InvitationAccepted it:
                effects.Publish(after.Id, MemberAdded, Data(after, after.Member(it.Member)!));
                break;
            case MemberRoleChanged it:
                effects.Publish(after.Id, MemberRoleChanged, Data(after, after.Member(it.Id)!));
                break;
            case MemberRemoved it:
                effects.Publish(after.Id, MemberRemoved, Data(after, before!.Member(it.Id)!));
                break;
            case ApiKeyIssued it:
                effects.Publish(after.Id, KeyIssued, Data(after, after.Key(it.Id)!));
                break;
            case ApiKeyRevoked it:
                effects.Publish(after.Id, KeyRevoked, Data(after, after.Key(it.Id)!));
                break;
        }
    }

    private static MemberData Data(Organization organization, Member member) => new(member.Id, organization.Id, member.Name, member.Role);

    private static ApiKeyData Data(Organization organization, ApiKey key) => new(key.Id, organization.Id, key.Name, key.Prefix, key.Role, key.ExpiresAt);
}
