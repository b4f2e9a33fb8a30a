using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Organizations;

/// <summary>Why a person's account says no, in order of precedence.</summary>
public enum UserRefusal
{
    /// <summary>No such person.</summary>
    [RefusalMeaning("user_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such person.")]
    NotFound,

    /// <summary>The address has an account.</summary>
    [RefusalMeaning("email_taken", RefusalKind.Conflict, RefusalClass.Final, "This e-mail address has an account already; sign in, or reset its password.")]
    Exists,

    /// <summary>Somebody else was first.</summary>
    [RefusalMeaning("account_changed", RefusalKind.Conflict, RefusalClass.Retryable, "The account was changed by another request meanwhile; repeat this one.")]
    Changed,

    /// <summary>No such session.</summary>
    [RefusalMeaning("session_not_found", RefusalKind.NotFound, RefusalClass.Final, "There is no such session; it may have ended.")]
    SessionNotFound,

    /// <summary>Too many passkeys.</summary>
    [RefusalMeaning("passkeys_full", RefusalKind.Conflict, RefusalClass.Final, "The account has as many passkeys as one may have; remove one first.")]
    PasskeysFull,

    /// <summary>Too many other services.</summary>
    [RefusalMeaning("logins_full", RefusalKind.Conflict, RefusalClass.Final, "The account has as many sign-ins of other services as one may have; remove one first.")]
    LoginsFull,

    /// <summary>Too many organizations.</summary>
    [RefusalMeaning("organizations_full", RefusalKind.Conflict, RefusalClass.Final, "The person belongs to as many organizations as one may who registers another.")]
    OrganizationsFull,

    /// <summary>The identifier is another person's.</summary>
    [RefusalMeaning("identifier_taken", RefusalKind.Conflict, RefusalClass.Final, "This address or sign-in belongs to another account.")]
    IdentifierTaken,
}
