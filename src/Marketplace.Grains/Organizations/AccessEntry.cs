using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
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

    /// <summary>The person asked to change to another address.</summary>
    EmailChangeAsked,

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

    /// <summary>A member or a key asked for what its role or scopes do not allow.</summary>
    Refused,
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

    /// <summary>Adds an entry to an organization's part that leaves with no commit: what was asked for and changed nothing.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="organization">The organization.</param>
    /// <param name="realNow">Real time.</param>
    /// <param name="act">What happened.</param>
    /// <param name="actor">Public id of who asked: a person or a key.</param>
    /// <param name="detail">What was asked for.</param>
    /// <param name="address">Client address, if known.</param>
    /// <param name="agent">What the browser called itself, if known.</param>
    public static async Task AddAsync(IRowStore rows, OrganizationId organization, Instant realNow, AccessAct act, string actor, string detail, string? address, string? agent)
    {
        var id = "acc_" + PublicId.Digest(organization.Value, realNow.ToString(), act.ToString(), actor, detail);
        var entry = new AccessEntry(id, realNow, act, actor, actor, detail, address, agent);
        await rows.UpsertIfNewerAsync(Table, organization.Value, new Row(SortKeys.Of(realNow, id), 1, JsonSerializer.SerializeToUtf8Bytes(entry, MarketJson.Options)));
    }
}
