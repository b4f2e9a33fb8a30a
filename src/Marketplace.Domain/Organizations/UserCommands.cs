using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>How a person signed in.</summary>
public enum SignInMethod
{
    /// <summary>E-mail address and password.</summary>
    Password,

    /// <summary>Password and a code of the authenticator app.</summary>
    Authenticator,

    /// <summary>Password and a recovery code.</summary>
    RecoveryCode,

    /// <summary>A passkey.</summary>
    Passkey,

    /// <summary>Another sign-in service.</summary>
    External,
}

/// <summary>Registers a person. Refused: <c>email_taken</c>.</summary>
/// <param name="Id">The person's id, which the claim of the address named.</param>
/// <param name="Account">What the person signs in with.</param>
/// <param name="RealNow">Real time.</param>
public sealed record RegisterUser(UserId Id, Account Account, Instant RealNow);

/// <summary>Changes what the person signs in with. Refused: <c>user_not_found</c>, <c>account_changed</c>, <c>passkeys_full</c>, <c>logins_full</c>.</summary>
/// <param name="Account">All of it, as it is to be.</param>
/// <param name="Revision">The revision it was made from.</param>
/// <param name="Keep">The session that stays where a new security stamp ends all others.</param>
/// <param name="RealNow">Real time.</param>
public sealed record SaveAccount(Account Account, int Revision, SessionId? Keep, Instant RealNow);

/// <summary>Notes the address the person wants to change to. Refused: <c>user_not_found</c>.</summary>
/// <param name="Email">The address, as given.</param>
/// <param name="Address">Client address, if known.</param>
/// <param name="RealNow">Real time.</param>
public sealed record AskEmailChange(string Email, string? Address, Instant RealNow);

/// <summary>Counts a failed attempt to sign in. Refused: <c>user_not_found</c>.</summary>
/// <param name="Most">Attempts after which the account is locked, 1 or more.</param>
/// <param name="LockFor">For how long.</param>
/// <param name="Address">Client address, if known.</param>
/// <param name="RealNow">Real time.</param>
public sealed record FailSignIn(int Most, Duration LockFor, string? Address, Instant RealNow);

/// <summary>Opens a session. Refused: <c>user_not_found</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Method">How the person signed in.</param>
/// <param name="Lasts">How long it lasts.</param>
/// <param name="Address">Client address, if known.</param>
/// <param name="Agent">What the browser calls itself, at most 200 characters.</param>
/// <param name="RealNow">Real time.</param>
public sealed record OpenSession(SessionId Id, SignInMethod Method, Duration Lasts, string? Address, string? Agent, Instant RealNow);

/// <summary>Notes that a session is in use. Refused: <c>session_not_found</c>.</summary>
/// <param name="Id">The session.</param>
/// <param name="RealNow">Real time.</param>
public sealed record SeeSession(SessionId Id, Instant RealNow);

/// <summary>Ends a session. Refused: <c>user_not_found</c>, <c>session_not_found</c>.</summary>
/// <param name="Id">The session.</param>
/// <param name="RealNow">Real time.</param>
public sealed record EndSession(SessionId Id, Instant RealNow);

/// <summary>Ends all sessions but one. Refused: <c>user_not_found</c>.</summary>
/// <param name="Keep">The one that stays; null: none does.</param>
/// <param name="RealNow">Real time.</param>
public sealed record EndOtherSessions(SessionId? Keep, Instant RealNow);

/// <summary>Chooses the organization to act for in a session. Refused: <c>session_not_found</c>.</summary>
/// <param name="Session">The session.</param>
/// <param name="Organization">The organization, which takes the person in.</param>
/// <param name="RealNow">Real time.</param>
public sealed record ChooseOrganization(SessionId Session, OrganizationId Organization, Instant RealNow);

/// <summary>Notes that an organization took the person in. Refused: <c>user_not_found</c>.</summary>
/// <param name="Organization">The organization.</param>
public sealed record JoinOrganization(OrganizationId Organization);

/// <summary>Notes that an organization let the person go. Refused: <c>user_not_found</c>.</summary>
/// <param name="Organization">The organization.</param>
public sealed record LeaveOrganization(OrganizationId Organization);
