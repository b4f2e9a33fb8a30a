using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>Registers an organization. Refused: <c>organization_exists</c>, <c>organization_kind_reserved</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Registered name, 1 to 200 characters.</param>
/// <param name="Kind">What it does; <c>Platform</c> for <c>org_platform</c> alone.</param>
/// <param name="Country">ISO 3166-1 alpha-2 code.</param>
/// <param name="Currency">Currency it prefers to trade in, if it has one.</param>
/// <param name="Founder">Who registers it and becomes its first owner; null: it begins without members.</param>
public sealed record RegisterOrganization(OrganizationId Id, string Name, OrganizationKind Kind, string Country, Currency? Currency, Founder? Founder = null);

/// <summary>Who registers an organization.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="User">Who signs in as it.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Email">The person's address.</param>
public sealed record Founder(MemberId Id, UserId User, string Name, string Email);

/// <summary>Changes the profile; what is null stays. Refused: <c>organization_not_found</c>, <c>organization_kind_reserved</c>.</summary>
/// <param name="Name">New name, 1 to 200 characters.</param>
/// <param name="Kind">New kind.</param>
/// <param name="Country">New ISO 3166-1 alpha-2 code.</param>
/// <param name="Currency">New preferred currency.</param>
public sealed record AmendOrganization(string? Name, OrganizationKind? Kind, string? Country, Currency? Currency);

/// <summary>Adds a member. Refused: <c>organization_not_found</c>, <c>member_exists</c>, <c>members_full</c>.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="Name">The person's name, 1 to 200 characters.</param>
/// <param name="Email">E-mail address; one member an address, whatever its case.</param>
/// <param name="Role">What the member may do.</param>
/// <param name="User">Who signs in as it; null: nobody yet.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record AddMember(MemberId Id, string Name, string Email, OrganizationRole Role, UserId? User = null, string? By = null);

/// <summary>Gives a member another role. Refused: <c>organization_not_found</c>, <c>member_not_found</c>, <c>last_owner</c>.</summary>
/// <param name="Id">The member.</param>
/// <param name="Role">The new role.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record ChangeMemberRole(MemberId Id, OrganizationRole Role, string? By = null);

/// <summary>Removes a member. Refused: <c>organization_not_found</c>, <c>member_not_found</c>, <c>last_owner</c>.</summary>
/// <param name="Id">The member.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record RemoveMember(MemberId Id, string? By = null);

/// <summary>Issues an API key. Refused: <c>organization_not_found</c>, <c>api_keys_full</c>.</summary>
/// <param name="Id">The key's id; an id issued before changes nothing.</param>
/// <param name="Name">What its owner calls it, 1 to 100 characters.</param>
/// <param name="Prefix">The key's readable beginning.</param>
/// <param name="SecretHash">What <see cref="ApiKey.Hash"/> makes of the secret.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scopes">Narrows the role; empty: all that the role may.</param>
/// <param name="ExpiresAt">Real time from which it is refused; null: never.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record IssueApiKey(ApiKeyId Id, string Name, string Prefix, string SecretHash, OrganizationRole Role, ImmutableArray<Scope> Scopes, Instant? ExpiresAt, string? By = null);

/// <summary>Revokes an API key, at once and for ever; a revoked one stays so. Refused: <c>organization_not_found</c>, <c>api_key_not_found</c>.</summary>
/// <param name="Id">The key.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record RevokeApiKey(ApiKeyId Id, string? By = null);

/// <summary>
/// Replaces an API key by another of the same name, role, scopes and expiry; the old one works for a while longer. Refused:
/// <c>organization_not_found</c>, <c>api_key_not_found</c>, <c>api_key_ended</c>, <c>api_keys_full</c>.
/// </summary>
/// <param name="Id">The key to replace.</param>
/// <param name="NewId">The new key's id; an id issued before changes nothing.</param>
/// <param name="Prefix">The new key's readable beginning.</param>
/// <param name="SecretHash">What <see cref="ApiKey.Hash"/> makes of the new secret.</param>
/// <param name="OldEndsAt">Real time from which the old key is refused, unless it expires before.</param>
/// <param name="RealNow">Real time.</param>
/// <param name="By">Public id of who does it, for the access log; null: nobody known.</param>
public sealed record RotateApiKey(ApiKeyId Id, ApiKeyId NewId, string Prefix, string SecretHash, Instant OldEndsAt, Instant RealNow, string? By = null);
