using NodaTime;

namespace Marketplace.Grains.Organizations;

/// <summary>What an entry of the access log says happened.</summary>
public enum AccessAct
{
    /// <summary>The person registered.</summary>
    Registered,

    /// <summary>The person signed in.</summary>
    SignedIn,

    /// <summary>An attempt to sign in failed.</summary>
    SignInFailed,

    /// <summary>The account was locked after failed attempts.</summary>
    LockedOut,

    /// <summary>A session was ended.</summary>
    SessionEnded,

    /// <summary>All other sessions were ended.</summary>
    OtherSessionsEnded,

    /// <summary>The person chose the organization to act for.</summary>
    OrganizationChosen,

    /// <summary>The password was set or changed.</summary>
    PasswordChanged,

    /// <summary>The address was confirmed.</summary>
    EmailConfirmed,

    /// <summary>The address changed.</summary>
    EmailChanged,

    /// <summary>A second factor is asked for from now on.</summary>
    AuthenticatorEnabled,

    /// <summary>A second factor is no longer asked for.</summary>
    AuthenticatorDisabled,

    /// <summary>New recovery codes were made.</summary>
    RecoveryCodesMade,

    /// <summary>A recovery code was used.</summary>
    RecoveryCodeUsed,

    /// <summary>A passkey was added.</summary>
    PasskeyAdded,

    /// <summary>A passkey was removed.</summary>
    PasskeyRemoved,

    /// <summary>A sign-in of another service was linked.</summary>
    LoginLinked,

    /// <summary>A sign-in of another service was taken away.</summary>
    LoginRemoved,

    /// <summary>A person made an address for a calendar of contract dates.</summary>
    CalendarMade,

    /// <summary>A person revoked the address of a calendar.</summary>
    CalendarRevoked,

    /// <summary>A person was invited.</summary>
    Invited,

    /// <summary>An invitation was taken back.</summary>
    InvitationRevoked,

    /// <summary>A person became a member.</summary>
    MemberAdded,

    /// <summary>A member got another role.</summary>
    RoleChanged,

    /// <summary>A member was removed.</summary>
    MemberRemoved,

    /// <summary>An API key was issued.</summary>
    KeyIssued,

    /// <summary>An API key was replaced by another.</summary>
    KeyRotated,

    /// <summary>An API key was revoked.</summary>
    KeyRevoked,
}

/// <summary>One entry of the access log: who got in, who did not, and who changed what lets people in. It holds no secrets.</summary>
/// <param name="Id">Public id of the entry.</param>
/// <param name="At">Real time.</param>
/// <param name="Act">What happened.</param>
/// <param name="Actor">Public id of who did it: a person or a key; null: nobody known.</param>
/// <param name="Subject">Public id of whom or what it concerns.</param>
/// <param name="Detail">How or what, for people.</param>
/// <param name="Address">Client address, if known.</param>
/// <param name="Agent">What the browser called itself, if known.</param>
public sealed record AccessEntry(string Id, Instant At, AccessAct Act, string? Actor, string Subject, string? Detail, string? Address, string? Agent);

/// <summary>Where the access log is.</summary>
public static class AccessRows
{
    /// <summary>The table; a partition each person and each organization, by its id.</summary>
    public const string Table = "access-log";
}
