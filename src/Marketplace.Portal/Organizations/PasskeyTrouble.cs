using Marketplace.Portal.Language;
using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Organizations;

/// <summary>Why a passkey did not come about, in words.</summary>
internal static class PasskeyTrouble
{
    /// <summary>Says it. Without a status the browser itself ended it, and names why.</summary>
    public static string Say(Browser.Answer answer, Texts t) => (answer.Status, answer.Body) switch
    {
        (0, "unsupported") => t["This browser knows no passkeys. A newer one does."],
        (0, "InvalidStateError") => t["This device has a passkey of your account already."],
        (0, "SecurityError") => t["Passkeys work under a host name and https, or at localhost."],
        (0, _) => t["The dialogue was closed, or took too long. Do it again when you are ready."],
        (429, _) => t["Too many attempts. Wait a minute and do it again."],
        _ => Trouble.Spoken(Browser.TextOf(answer.Body, "code"), t) ?? Browser.DetailOf(answer.Body, t) ?? t["That did not work"],
    };
}
