using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>What can happen to a person's account.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(UserRegistered), "user.registered")]
[JsonDerivedType(typeof(AccountChanged), "user.account-changed")]
[JsonDerivedType(typeof(EmailChangeAsked), "user.email-change-asked")]
[JsonDerivedType(typeof(SignInFailed), "user.sign-in-failed")]
[JsonDerivedType(typeof(SessionOpened), "user.session-opened")]
[JsonDerivedType(typeof(SessionSeen), "user.session-seen")]
[JsonDerivedType(typeof(SessionEnded), "user.session-ended")]
[JsonDerivedType(typeof(OtherSessionsEnded), "user.other-sessions-ended")]
[JsonDerivedType(typeof(OrganizationChosen), "user.organization-chosen")]
[JsonDerivedType(typeof(OrganizationJoined), "user.organization-joined")]
[JsonDerivedType(typeof(OrganizationLeft), "user.organization-left")]
public abstract record UserFact;

/// <summary>The person registered.</summary>
public sealed record UserRegistered(UserId Id, Account Account, Instant At) : UserFact;

/// <summary>What the person signs in with changed to this; sessions ended where <paramref name="Ends"/> says so.</summary>
public sealed record AccountChanged(Account Account, SessionsEnd? Ends, Instant At) : UserFact;

/// <summary>The person asked to change to this address; it is theirs once a link sent there is followed.</summary>
public sealed record EmailChangeAsked(string Email, string? Address, Instant At) : UserFact;

/// <summary>An attempt to sign in failed.</summary>
public sealed record SignInFailed(int Failed, Instant? LockedUntil, string? Address, Instant At) : UserFact;

/// <summary>The person signed in.</summary>
public sealed record SessionOpened(Session Session) : UserFact;

/// <summary>A session was in use.</summary>
public sealed record SessionSeen(SessionId Id, Instant At) : UserFact;

/// <summary>A session ended.</summary>
public sealed record SessionEnded(SessionId Id, Instant At) : UserFact;

/// <summary>All sessions but one ended.</summary>
public sealed record OtherSessionsEnded(SessionsEnd End, Instant At) : UserFact;

/// <summary>The person acts for this organization in a session from now on.</summary>
public sealed record OrganizationChosen(SessionId Session, OrganizationId Organization, Instant At) : UserFact;

/// <summary>An organization took the person in.</summary>
public sealed record OrganizationJoined(OrganizationId Organization) : UserFact;

/// <summary>An organization let the person go.</summary>
public sealed record OrganizationLeft(OrganizationId Organization) : UserFact;

/// <summary>Which sessions end: all but one.</summary>
/// <param name="Keep">The one that stays; null: none does.</param>
public sealed record SessionsEnd(SessionId? Keep);
