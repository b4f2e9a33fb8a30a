using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
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

/// <summary>Writes the access log: each entry leaves with the commit of what it tells.</summary>
internal static class AccessEntries
{
    /// <summary>Writes what happened to a person's account.</summary>
    public static void Write(User? before, User after, UserFact fact, Effects effects, Instant realNow)
    {
        switch (fact)
        {
            case UserRegistered:
                Own(AccessAct.Registered);
                break;
            case SessionOpened it:
                Own(AccessAct.SignedIn, it.Session.Method.ToString(), it.Session.Address, it.Session.Agent);
                if (it.Session.Organization is { } entered)
                {
                    Add(entered.Value, AccessAct.SignedIn, it.Session.Method.ToString(), it.Session.Address, it.Session.Agent);
                }

                break;
            case SignInFailed it:
                Own(it.LockedUntil is not null && it.Failed == 0 ? AccessAct.LockedOut : AccessAct.SignInFailed, null, it.Address);
                break;
            case SessionEnded it:
                Own(AccessAct.SessionEnded, it.Id.Value);
                break;
            case OtherSessionsEnded:
                Own(AccessAct.OtherSessionsEnded);
                break;
            case OrganizationChosen it:
                var session = after.Sessions.First(session => session.Id == it.Session);
                Own(AccessAct.OrganizationChosen, it.Organization.Value, session.Address, session.Agent);
                Add(it.Organization.Value, AccessAct.OrganizationChosen, it.Organization.Value, session.Address, session.Agent);
                break;
            case AccountChanged:
                foreach (var (act, detail) in Changes(before!.Account, after.Account))
                {
                    Own(act, detail);
                }

                break;
        }

        void Own(AccessAct act, string? detail = null, string? address = null, string? agent = null) => Add(after.Id.Value, act, detail, address, agent);

        void Add(string partition, AccessAct act, string? detail, string? address, string? agent) =>
            effects.Access(partition, realNow, act, after.Id.Value, after.Id.Value, detail, address, agent);
    }

    /// <summary>Adds an entry to a person's or an organization's part of the log.</summary>
    public static void Access(this Effects effects, string partition, Instant realNow, AccessAct act, string? actor, string subject, string? detail = null, string? address = null, string? agent = null)
    {
        // One id an entry, the same however often the row is written.
        var id = "acc_" + PublicId.Digest(partition, realNow.ToString(), act.ToString(), subject, detail ?? "", effects.Entries.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        effects.Row(AccessRows.Table, partition, SortKeys.Of(realNow, id), new AccessEntry(id, realNow, act, actor, subject, detail, address, agent));
    }

    private static IEnumerable<(AccessAct Act, string? Detail)> Changes(Account before, Account after)
    {
        if (before.PasswordHash != after.PasswordHash)
        {
            yield return (AccessAct.PasswordChanged, null);
        }

        if (!string.Equals(before.Email, after.Email, StringComparison.OrdinalIgnoreCase))
        {
            yield return (AccessAct.EmailChanged, null);
        }

        if (after.EmailConfirmed && !before.EmailConfirmed)
        {
            yield return (AccessAct.EmailConfirmed, null);
        }

        if (before.TwoFactorEnabled != after.TwoFactorEnabled)
        {
            yield return (after.TwoFactorEnabled ? AccessAct.AuthenticatorEnabled : AccessAct.AuthenticatorDisabled, null);
        }

        if (after.RecoveryCodes.Except(before.RecoveryCodes, StringComparer.Ordinal).Any())
        {
            yield return (AccessAct.RecoveryCodesMade, null);
        }
        else if (after.RecoveryCodes.Length < before.RecoveryCodes.Length && after.RecoveryCodes.Length > 0)
        {
            yield return (AccessAct.RecoveryCodeUsed, null);
        }

        foreach (var added in after.Passkeys.ExceptBy(before.Passkeys.Select(passkey => passkey.Id), passkey => passkey.Id, StringComparer.Ordinal))
        {
            yield return (AccessAct.PasskeyAdded, added.Name);
        }

        foreach (var removed in before.Passkeys.ExceptBy(after.Passkeys.Select(passkey => passkey.Id), passkey => passkey.Id, StringComparer.Ordinal))
        {
            yield return (AccessAct.PasskeyRemoved, removed.Name);
        }

        foreach (var linked in after.Logins.Except(before.Logins))
        {
            yield return (AccessAct.LoginLinked, linked.Provider);
        }

        foreach (var removed in before.Logins.Except(after.Logins))
        {
            yield return (AccessAct.LoginRemoved, removed.Provider);
        }
    }
}
