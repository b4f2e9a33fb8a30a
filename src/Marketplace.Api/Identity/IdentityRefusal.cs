using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Identity;

/// <summary>Why nobody gets in, in order of precedence.</summary>
internal enum IdentityRefusal
{
    /// <summary>Wrong address or password, or too many attempts.</summary>
    [RefusalMeaning("sign_in_failed", RefusalKind.Unauthenticated, RefusalClass.Final, "The e-mail address or the password is wrong, or the account is locked for some minutes after too many attempts. Which of these it is, is not told.")]
    SignInFailed,

    /// <summary>The address must be confirmed first.</summary>
    [RefusalMeaning("email_not_confirmed", RefusalKind.Forbidden, RefusalClass.Final, "The e-mail address has to be confirmed first: follow the link in the mail that was sent, or ask for another.")]
    EmailNotConfirmed,

    /// <summary>Wrong second factor, or none asked for.</summary>
    [RefusalMeaning("second_factor_failed", RefusalKind.Unauthenticated, RefusalClass.Final, "The code is wrong or no longer valid, or the password was not given in the last minutes. Begin again with e-mail address and password.")]
    SecondFactorFailed,

    /// <summary>The passkey does not open this.</summary>
    [RefusalMeaning("passkey_failed", RefusalKind.Unauthenticated, RefusalClass.Final, "The passkey was not accepted: it is unknown here, or the request for it is too old. Begin again.")]
    PasskeyFailed,

    /// <summary>The password is too easy to guess.</summary>
    [RefusalMeaning("password_too_weak", RefusalKind.Invalid, RefusalClass.Final, "A password has at least 10 characters, of which 5 differ, and does not hold the person's name or address.")]
    PasswordTooWeak,

    /// <summary>The present password is another.</summary>
    [RefusalMeaning("password_wrong", RefusalKind.Forbidden, RefusalClass.Final, "The present password is another.")]
    PasswordWrong,

    /// <summary>Whoever has no password shows who they are by signing in.</summary>
    [RefusalMeaning("sign_in_again", RefusalKind.Forbidden, RefusalClass.Final, "This is open for ten minutes after signing in: sign in again, then repeat it.")]
    SignInAgain,

    /// <summary>The link in the mail is no longer good.</summary>
    [RefusalMeaning("token_invalid", RefusalKind.Invalid, RefusalClass.Final, "The link is wrong, was used before or is too old; ask for another.")]
    TokenInvalid,

    /// <summary>The app's code is wrong.</summary>
    [RefusalMeaning("code_wrong", RefusalKind.Forbidden, RefusalClass.Final, "The code of the authenticator app, or the recovery code, is wrong or no longer valid.")]
    CodeWrong,

    /// <summary>There is an app already.</summary>
    [RefusalMeaning("authenticator_on", RefusalKind.Conflict, RefusalClass.Final, "An authenticator app is in use; do without it before you begin with another.")]
    AuthenticatorOn,

    /// <summary>Nothing else would open the account.</summary>
    [RefusalMeaning("last_way_in", RefusalKind.Conflict, RefusalClass.Final, "Nothing else opens the account; set a password or add a passkey first.")]
    LastWayIn,

    /// <summary>The other service is out of reach.</summary>
    [RefusalMeaning("provider_away", RefusalKind.Busy, RefusalClass.Retryable, "The sign-in service does not answer; try again in a while, or sign in another way.")]
    ProviderAway,
}
