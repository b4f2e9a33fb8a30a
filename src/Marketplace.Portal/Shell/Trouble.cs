using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Shell;

/// <summary>What went wrong, in words that say what to do.</summary>
/// <param name="Kind">What kind of trouble it is.</param>
/// <param name="Detail">What the API says of it, in English; empty where it said nothing.</param>
/// <param name="Code">The stable code; null where the API did not answer.</param>
public sealed record Trouble(TroubleKind Kind, string Detail, string? Code)
{
    /// <summary>Fields at fault, with what is wrong about each, in English.</summary>
    public IReadOnlyList<(string Field, string Message)> Faults { get; init; } = [];

    /// <summary>Whether the same may succeed in a moment without anything being changed.</summary>
    public bool PassesByItself => Kind is TroubleKind.OutOfReach or TroubleKind.TooMany;

    /// <summary>The trouble an exception means; null when it is a defect of the pages themselves.</summary>
    public static Trouble? Of(Exception error) => error switch
    {
        MarketplaceException { StatusCode: 401 } => new(TroubleKind.NotSignedIn, "", "unauthorized"),
        MarketplaceException { StatusCode: 403, Code: "no_organization" } => new(TroubleKind.NoOrganization, "", "no_organization"),
        MarketplaceException { StatusCode: 403, Code: not null and not "forbidden" } refused => new(TroubleKind.Refused, refused.Problem?.Detail ?? "", refused.Code),
        MarketplaceException { StatusCode: 403 } refused => new(TroubleKind.NotAllowed, refused.Problem?.Detail ?? "", refused.Code),
        MarketplaceException { StatusCode: 404 } missing => new(TroubleKind.NotFound, "", missing.Code ?? "not_found"),
        MarketplaceException { StatusCode: 429 } limited => new(TroubleKind.TooMany, "", limited.Code ?? "rate_limited"),
        MarketplaceException { StatusCode: >= 500 } => new(TroubleKind.OutOfReach, "", null),
        MarketplaceException { Problem: { } problem } => new(TroubleKind.Refused, problem.Detail, problem.Code)
        {
            Faults = [.. problem.Errors.Select(fault => (fault.Field, fault.Message))],
        },
        MarketplaceException other => new(TroubleKind.Refused, other.Message, null),
        HttpRequestException or TimeoutException or OperationCanceledException or Polly.ExecutionRejectedException => new(TroubleKind.OutOfReach, "", null),
        _ => null,
    };

    /// <summary>What happened and what to do, in one sentence.</summary>
    public string Say(Texts texts) => Spoken(Code, texts) ?? Kind switch
    {
        TroubleKind.NotSignedIn => texts["You are not signed in. Sign in and do it again."],
        TroubleKind.NoOrganization => texts["Capacity is offered and reserved by organizations. Register yours here, or ask an owner to invite you; what you chose is kept."],
        TroubleKind.NotAllowed => texts["Your role does not allow this. An owner of your organization can do it, or change your role."],
        TroubleKind.NotFound => texts["There is no such thing here, or it belongs to another organization."],
        TroubleKind.TooMany => texts["Too many requests at once. Wait a minute and do it again."],
        TroubleKind.OutOfReach => texts["The service did not answer. Nothing is done twice: do it again in a moment."],
        _ when Faults.Count > 0 => string.Join(' ', Faults.Select(fault => fault.Field.Length == 0 ? texts.Said(fault.Message, Code) : $"{fault.Field}: {texts.Said(fault.Message, Code)}")),
        _ => texts.Said(Detail, Code),
    };

    /// <summary>What a code means to a person at a form about signing in, in the viewer's language; null where the API's own words have to do.</summary>
    public static string? Spoken(string? code, Texts t) => code switch
    {
        "sign_in_failed" => t["The address or the password is wrong. After several wrong attempts an account is locked for some minutes."],
        "email_not_confirmed" => t["Confirm your address first: follow the link in our mail, or ask for another."],
        "second_factor_failed" => t["The code is wrong or too old. Begin again with address and password."],
        "passkey_failed" => t["The passkey was not accepted. Begin again."],
        "password_too_weak" => t["A password has at least 10 characters, of which 5 differ, and holds neither your name nor your address."],
        "password_wrong" => t["The present password is another."],
        "sign_in_again" => t["For this you must have signed in within the last ten minutes. Sign out, sign in again, and repeat it."],
        "token_invalid" => t["The link is wrong, was used before or is too old. Ask for another mail."],
        "code_wrong" => t["The code is wrong or no longer valid."],
        "authenticator_on" => t["An app is in use already. Turn it off before you begin with another."],
        "last_way_in" => t["Nothing else would open the account. Set a password or add a passkey first."],
        "passkeys_full" => t["You have as many passkeys as one may have. Remove one first."],
        "email_taken" => t["This address has an account already. Sign in, or choose a new password."],
        "identifier_taken" => t["This belongs to another account."],
        "account_changed" => t["The account was changed elsewhere meanwhile. Do it again."],
        "member_exists" => t["The organization has a member with this address already."],
        "members_full" => t["The organization has as many members as it may have."],
        "last_owner" => t["The last owner stays until there is another."],
        "invitation_not_found" => t["There is no such invitation; it may have been accepted or taken back."],
        "invitation_expired" => t["The invitation has expired."],
        "invitation_for_another" => t["The invitation is for another address."],
        "organization_switched" => t["You switched to another organization in another window. Load this page anew."],
        "provider_away" => t["The sign-in service does not answer. Try again in a while, or sign in another way."],
        "mails_limited" => t["As many mails were asked for as may be in a day. Wait some hours and ask again."],
        "invitations_full" => t["There are as many open invitations as there may be. Take one back first."],
        _ => null,
    };
}

/// <summary>Kinds of trouble, by what to do about them.</summary>
public enum TroubleKind
{
    /// <summary>Sign in.</summary>
    NotSignedIn,

    /// <summary>Register an organization, or choose one.</summary>
    NoOrganization,

    /// <summary>Ask an owner.</summary>
    NotAllowed,

    /// <summary>Go back.</summary>
    NotFound,

    /// <summary>Wait.</summary>
    TooMany,

    /// <summary>Try again.</summary>
    OutOfReach,

    /// <summary>Change what was asked for.</summary>
    Refused,
}
