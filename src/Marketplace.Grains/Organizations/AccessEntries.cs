using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

/// <summary>Writes the access log: each entry leaves with the commit of what it tells.</summary>
internal static class AccessEntries
{
    /// <summary>Writes what happened to a person's account.</summary>
    public static void Write(User? before, User after, UserFact fact, Effects effects, Instant realNow)
    {
        if (!after.IsPerson)
        {
            return;
        }

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
            case EmailChangeAsked it:
                Own(AccessAct.EmailChangeAsked, it.Email, it.Address);
                break;
            case SignInFailed it:
                Own(it.LockedUntil is not null && it.LockedUntil != before?.Account.LockedUntil ? AccessAct.LockedOut : AccessAct.SignInFailed, null, it.Address);
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

    /// <summary>Writes that a person opened a calendar to whoever has its address, or closed it.</summary>
    public static void Write(CalendarFeed after, CalendarFeedFact fact, Effects effects, Instant realNow) =>
        effects.Access(after.Organization.Value, realNow, fact is CalendarFeedMade ? AccessAct.CalendarMade : AccessAct.CalendarRevoked, after.User.Value, after.Id.Value);

    /// <summary>Writes who let whom into an organization.</summary>
    public static void Write(Organization? before, Organization after, OrganizationFact fact, Effects effects, Instant realNow)
    {
        switch (fact)
        {
            case MemberAdded it:
                Add(AccessAct.MemberAdded, it.By, it.Id.Value, $"{it.Email}: {it.Role}");
                break;
            case InvitationAccepted it:
                Add(AccessAct.MemberAdded, it.User.Value, it.Member.Value, $"{it.Email}: {it.Role}");
                break;
            case MemberRoleChanged it:
                Add(AccessAct.RoleChanged, it.By, it.Id.Value, $"{before!.Member(it.Id)!.Role} to {it.Role}");
                break;
            case MemberRemoved it:
                Add(AccessAct.MemberRemoved, it.By, it.Id.Value, before!.Member(it.Id)!.Email);
                break;
            case MemberInvited it:
                Add(AccessAct.Invited, it.Invitation.InvitedBy, it.Invitation.Id.Value, $"{it.Invitation.Email}: {it.Invitation.Role}");
                break;
            case InvitationRevoked it:
                Add(AccessAct.InvitationRevoked, it.By, it.Id.Value, before!.Open.First(open => open.Id == it.Id).Email);
                break;
            case ApiKeyIssued it:
                Add(AccessAct.KeyIssued, it.By, it.Id.Value, $"{it.Name}: {it.Role}");
                break;
            case ApiKeyReplaced it:
                Add(AccessAct.KeyRotated, it.By, it.Id.Value, $"{after.Key(it.Id)!.Name}: replaced by {it.NewId}");
                break;
            case ApiKeyRevoked it:
                Add(AccessAct.KeyRevoked, it.By, it.Id.Value, after.Key(it.Id)!.Name);
                break;
        }

        void Add(AccessAct act, string? actor, string subject, string detail) => effects.Access(after.Id.Value, realNow, act, actor, subject, detail);
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
            yield return (AccessAct.EmailChanged, $"{before.Email} to {after.Email}");
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
        else if (after.RecoveryCodes.Length < before.RecoveryCodes.Length && after.TwoFactorEnabled)
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
