using System.Text.RegularExpressions;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>Another way to sign in, as it is called in both languages.</summary>
/// <param name="English">In English.</param>
/// <param name="German">In German.</param>
internal sealed record WayIn(string English, string German)
{
    public static readonly WayIn App = new("an authenticator app", "eine Authenticator-App");

    public static WayIn Passkey(string name) => new($"the passkey {LetterContent.Named(name)}", $"der Passkey {LetterContent.Named(name)}");

    public static WayIn Service(string name) => new($"an account at {LetterContent.Named(name)}", $"ein Konto bei {LetterContent.Named(name)}");
}

/// <summary>What a mail says: in its reader's language, with a subject that says what it is about, and one thing to do.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Text">Its text.</param>
internal sealed partial record LetterContent(string Subject, string Text)
{
    private const int LongestName = 100;

    /// <summary>
    /// A name that its owner chose, as it may stand in a mail to somebody who never heard of it: short, on one line, and nothing in it that
    /// mail programs turn into a link.
    /// </summary>
    public static string Named(string name)
    {
        var plain = LinkPart().Replace(string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), "$0 ");
        return plain.Length > LongestName ? plain[..LongestName] + "…" : plain;
    }

    [GeneratedRegex(@"(?<=\S)[.:/\\](?=\S)")]
    private static partial Regex LinkPart();

    public static LetterContent ConfirmEmail(SpokenLanguage language, string name, string link) => language == SpokenLanguage.De
        ? new("Bestätigen Sie Ihre E-Mail-Adresse", $"""
        Guten Tag {Named(name)},

        bitte bestätigen Sie, dass diese Adresse Ihnen gehört:

        {link}

        Wenn Sie sich nicht beim Marktplatz registriert haben, lassen Sie diese E-Mail unbeachtet: Es folgt nichts daraus.
        """)
        : new("Confirm your e-mail address", $"""
        Hello {Named(name)},

        please confirm that this address is yours:

        {link}

        If you did not register at the marketplace, ignore this mail: nothing else follows from it.
        """);

    public static LetterContent ConfirmNewEmail(SpokenLanguage language, string name, string link) => language == SpokenLanguage.De
        ? new("Bestätigen Sie Ihre neue E-Mail-Adresse", $"""
        Guten Tag {Named(name)},

        jemand, vermutlich Sie, möchte diese Adresse künftig für ein Konto beim Marktplatz verwenden. Bitte bestätigen Sie sie:

        {link}

        Bis dahin behält das Konto seine bisherige Adresse. Wenn Sie das nicht waren, lassen Sie diese E-Mail unbeachtet: Es wurde nichts geändert.
        """)
        : new("Confirm your new e-mail address", $"""
        Hello {Named(name)},

        somebody, probably you, asked to use this address for an account at the marketplace from now on. Please confirm it:

        {link}

        Until then the account keeps its present address. If it was not you, ignore this mail: nothing was changed.
        """);

    public static LetterContent EmailChangeAsked(SpokenLanguage language, string name, string email, string link) => language == SpokenLanguage.De
        ? new("Ihre E-Mail-Adresse soll geändert werden", $"""
        Guten Tag {Named(name)},

        jemand, vermutlich Sie, möchte die Adresse Ihres Kontos in {email} ändern. Sie ändert sich, sobald dem dorthin geschickten Link gefolgt wird.

        Wenn Sie das nicht waren, kann sich jemand als Sie anmelden. Wählen Sie sofort ein neues Passwort; damit wird auch jener Link wertlos:

        {link}
        """)
        : new("Your e-mail address is to be changed", $"""
        Hello {Named(name)},

        somebody, probably you, asked to change the address of your account to {email}. It changes once the link sent there is followed.

        If it was not you, somebody knows how to sign in as you. Choose a new password at once, which also makes that link worthless:

        {link}
        """);

    public static LetterContent EmailChanged(SpokenLanguage language, string name, string email) => language == SpokenLanguage.De
        ? new("Ihre E-Mail-Adresse wurde geändert", $"""
        Guten Tag {Named(name)},

        die Adresse Ihres Kontos lautet ab jetzt {email}; diese hier öffnet nichts mehr. Alle anderen Sitzungen wurden beendet.

        Wenn Sie das nicht waren, wenden Sie sich sofort an die Verwaltung des Marktplatzes.
        """)
        : new("Your e-mail address was changed", $"""
        Hello {Named(name)},

        the address of your account is {email} from now on, and this one opens nothing any more. All other sessions were ended.

        If it was not you, tell the marketplace's administrators at once.
        """);

    public static LetterContent WayInAdded(SpokenLanguage language, string name, WayIn what, string page, string reset) => language == SpokenLanguage.De
        ? new("Ihr Konto lässt sich auf einem weiteren Weg öffnen", $"""
        Guten Tag {Named(name)},

        jemand, vermutlich Sie, hat einen weiteren Weg zur Anmeldung hinzugefügt: {what.German}. Alle Wege sehen Sie hier:

        {page}

        Wenn Sie das nicht waren, entfernen Sie ihn dort, beenden Sie alle anderen Sitzungen und wählen Sie ein neues Passwort:

        {reset}
        """)
        : new("Your account has another way to sign in", $"""
        Hello {Named(name)},

        somebody, probably you, added to what your account is opened with: {what.English}. You see all of it here:

        {page}

        If it was not you, remove it there, end all other sessions, and choose a new password:

        {reset}
        """);

    public static LetterContent ResetPassword(SpokenLanguage language, string name, string link) => language == SpokenLanguage.De
        ? new("Setzen Sie Ihr Passwort zurück", $"""
        Guten Tag {Named(name)},

        jemand, vermutlich Sie, möchte das Passwort Ihres Kontos zurücksetzen. Mit diesem Link wählen Sie ein neues:

        {link}

        Danach sind Sie überall abgemeldet. Wenn Sie das nicht waren, lassen Sie diese E-Mail unbeachtet: Ihr Passwort bleibt, wie es ist.
        """)
        : new("Reset your password", $"""
        Hello {Named(name)},

        somebody, probably you, asked to reset the password of your account. With this link you choose a new one:

        {link}

        You are then signed out everywhere. If you did not ask for it, ignore this mail: your password stays as it is.
        """);

    public static LetterContent AlreadyRegistered(SpokenLanguage language, string name, string link) => language == SpokenLanguage.De
        ? new("Sie haben bereits ein Konto", $"""
        Guten Tag {Named(name)},

        jemand, vermutlich Sie, wollte sich mit dieser Adresse registrieren, die bereits ein Konto hat. Wenn Sie dessen Passwort vergessen haben,
        wählen Sie ein neues:

        {link}

        Wenn Sie das nicht waren, lassen Sie diese E-Mail unbeachtet: Es wurde nichts geändert.
        """)
        : new("You have an account already", $"""
        Hello {Named(name)},

        somebody, probably you, tried to register with this address, which has an account already. If you forgot its password, choose a new
        one:

        {link}

        If it was not you, ignore this mail: nothing was changed.
        """);

    /// <summary>An invitation, in the language of who invites, with a line in the other: nobody knows yet what its reader speaks.</summary>
    public static LetterContent Invitation(SpokenLanguage language, string organization, string? inviter, OrganizationRole role, string link, Instant expires)
    {
        var (english, german) = (new Wording(SpokenLanguage.En), new Wording(SpokenLanguage.De));
        var name = Named(organization);
        return language == SpokenLanguage.De
            ? new($"{name} lädt Sie zum Marktplatz ein", $"""
            Guten Tag,

            {(inviter is null ? name : $"{Named(inviter)} von {name}")} lädt Sie ein, auf dem Marktplatz bei {name} mitzuarbeiten, mit der Rolle: {RoleIn(german, role)}. Hier nehmen Sie an:

            {link}

            Der Link gilt nur für diese Adresse, bis {german.Time(expires, null)}. Wenn Sie keine solche Einladung erwarten, lassen Sie diese E-Mail unbeachtet.

            In English: {name} invites you to join it at the marketplace; the link above accepts, until {english.Time(expires, null)}.
            """)
            : new($"{name} invites you to the marketplace", $"""
            Hello,

            {(inviter is null ? name : $"{Named(inviter)} of {name}")} invites you to join {(inviter is null ? "it" : name)} at the marketplace, as: {RoleIn(english, role)}. Accept here:

            {link}

            The link works for this address alone, until {english.Time(expires, null)}. If you expected no such invitation, ignore this mail.

            Auf Deutsch: {name} lädt Sie zum Marktplatz ein; der Link oben nimmt die Einladung an, bis {german.Time(expires, null)}.
            """);
    }

    private static string RoleIn(Wording words, OrganizationRole role) => role switch
    {
        OrganizationRole.Owner => words.Say("owner", "Inhaber"),
        OrganizationRole.Billing => words.Say("billing", "Abrechnung"),
        OrganizationRole.Engineer => words.Say("engineer", "Technik"),
        OrganizationRole.Member => words.Say("member", "Mitglied"),
        _ => words.Say("viewer", "Leserecht"),
    };
}
