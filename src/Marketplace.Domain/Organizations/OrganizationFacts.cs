using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>What can happen to an organization.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(OrganizationRegistered), "organization.registered")]
[JsonDerivedType(typeof(OrganizationAmended), "organization.amended")]
[JsonDerivedType(typeof(MemberAdded), "organization.member-added")]
[JsonDerivedType(typeof(MemberRoleChanged), "organization.member-role-changed")]
[JsonDerivedType(typeof(MemberRemoved), "organization.member-removed")]
[JsonDerivedType(typeof(ApiKeyIssued), "organization.api-key-issued")]
[JsonDerivedType(typeof(ApiKeyRevoked), "organization.api-key-revoked")]
[JsonDerivedType(typeof(ApiKeyReplaced), "organization.api-key-replaced")]
[JsonDerivedType(typeof(MemberInvited), "organization.member-invited")]
[JsonDerivedType(typeof(InvitationRevoked), "organization.invitation-revoked")]
[JsonDerivedType(typeof(InvitationAccepted), "organization.invitation-accepted")]
public abstract record OrganizationFact;

/// <summary>The organization joined.</summary>
public sealed record OrganizationRegistered(OrganizationId Id, string Name, OrganizationKind Kind, string Country, Currency? Currency, Instant At) : OrganizationFact;

/// <summary>Its profile changed to this.</summary>
public sealed record OrganizationAmended(string Name, OrganizationKind Kind, string Country, Currency? Currency, Instant At) : OrganizationFact;

/// <summary>A person joined it.</summary>
public sealed record MemberAdded(MemberId Id, string Name, string Email, OrganizationRole Role, Instant At, UserId? User = null, string? By = null) : OrganizationFact;

/// <summary>A person's role changed.</summary>
public sealed record MemberRoleChanged(MemberId Id, OrganizationRole Role, Instant At, string? By = null) : OrganizationFact;

/// <summary>A person left it.</summary>
public sealed record MemberRemoved(MemberId Id, Instant At, string? By = null) : OrganizationFact;

/// <summary>A key was issued. The secret itself is nowhere.</summary>
public sealed record ApiKeyIssued(ApiKeyId Id, string Name, string Prefix, string SecretHash, OrganizationRole Role, ImmutableArray<Scope> Scopes, Instant? ExpiresAt, Instant At, string? By = null) : OrganizationFact;

/// <summary>A key is refused from now on.</summary>
public sealed record ApiKeyRevoked(ApiKeyId Id, Instant At, string? By = null) : OrganizationFact;

/// <summary>A key was replaced by another, issued with it, and is refused from <paramref name="EndsAt"/> on.</summary>
public sealed record ApiKeyReplaced(ApiKeyId Id, ApiKeyId NewId, Instant EndsAt, string? By, Instant At) : OrganizationFact;

/// <summary>A person was invited; the letter that leaves with it holds the token, which is nowhere else.</summary>
public sealed record MemberInvited(Invitation Invitation, SealedLetter Letter, Instant At) : OrganizationFact;

/// <summary>An invitation was taken back.</summary>
public sealed record InvitationRevoked(InvitationId Id, string? By, Instant At) : OrganizationFact;

/// <summary>A person accepted an invitation and is the member named.</summary>
public sealed record InvitationAccepted(InvitationId Id, MemberId Member, UserId User, string Name, string Email, OrganizationRole Role, Instant At) : OrganizationFact;
