using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Shell;

/// <summary>What went wrong, in words that say what to do.</summary>
/// <param name="Kind">What kind of trouble it is.</param>
/// <param name="Detail">What the API says of it, in English; empty where it said nothing.</param>
/// <param name="Code">The stable code; null where the API did not answer.</param>
public sealed record Trouble(TroubleKind Kind, string Detail, string? Code)
{
    /// <summary>The trouble an exception means; null when it is a defect of the pages themselves.</summary>
    public static Trouble? Of(Exception error) => error switch
    {
        MarketplaceException { StatusCode: 401 } => new(TroubleKind.NotSignedIn, "", "unauthorized"),
        MarketplaceException { StatusCode: 403 } refused => new(TroubleKind.NotAllowed, refused.Problem?.Detail ?? "", refused.Code),
        MarketplaceException { StatusCode: 404 } => new(TroubleKind.NotFound, "", "not_found"),
        MarketplaceException { StatusCode: 429 } => new(TroubleKind.TooMany, "", "rate_limited"),
        MarketplaceException { StatusCode: >= 500 } => new(TroubleKind.OutOfReach, "", null),
        MarketplaceException { Problem: { } problem } => new(TroubleKind.Refused,
            string.Join(' ', problem.Errors.Select(fault => $"{fault.Field}: {fault.Message}").Prepend(problem.Errors.Count > 0 ? "" : problem.Detail)).Trim(), problem.Code),
        MarketplaceException other => new(TroubleKind.Refused, other.Message, null),
        HttpRequestException or TimeoutException or OperationCanceledException or Polly.ExecutionRejectedException => new(TroubleKind.OutOfReach, "", null),
        _ => null,
    };

    /// <summary>What happened and what to do, in one sentence.</summary>
    public string Say(Texts texts) => Kind switch
    {
        TroubleKind.NotSignedIn => texts["You are not signed in. Sign in and do it again."],
        TroubleKind.NotAllowed => texts["Your role does not allow this. An owner of your organization can do it, or change your role."],
        TroubleKind.NotFound => texts["There is no such thing here, or it belongs to another organization."],
        TroubleKind.TooMany => texts["Too many requests at once. Wait a minute and do it again."],
        TroubleKind.OutOfReach => texts["The service did not answer. Nothing is done twice: do it again in a moment."],
        _ => Detail,
    };
}

/// <summary>Kinds of trouble, by what to do about them.</summary>
public enum TroubleKind
{
    /// <summary>Sign in.</summary>
    NotSignedIn,

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
