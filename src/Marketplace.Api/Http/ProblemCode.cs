using System.Collections.Immutable;
using System.Reflection;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Http;

/// <summary>A stable code of the API with its status. Those below are the API's own; every refusal of the rooms is one too.</summary>
/// <param name="Code">Stable code, lower snake case.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">One sentence for every occurrence.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
internal sealed record ProblemCode(string Code, int Status, string Title, bool Retryable = false)
{
    public static readonly ProblemCode InvalidRequest = new("invalid_request", 400, "The body or query does not fit; errors names every field at fault.");
    public static readonly ProblemCode KeyMissing = new("idempotency_key_missing", 400, "This operation changes state and needs an Idempotency-Key header.");
    public static readonly ProblemCode KeyInvalid = new("idempotency_key_invalid", 400, "An Idempotency-Key has 1 to 255 printable ASCII characters.");
    public static readonly ProblemCode Unauthorized = new("unauthorized", 401, "Sign in, or send a valid API key: Authorization: Bearer mk_…");
    public static readonly ProblemCode Forbidden = new("forbidden", 403, "The caller's role or the key's scopes do not allow this operation.");
    public static readonly ProblemCode NoOrganization = new("no_organization", 403, "Nobody is acted for yet: choose one of your organizations, register one, or accept an invitation.");
    public static readonly ProblemCode CsrfTokenMissing = new("csrf_token_missing", 403, "A change asked for with the session's cookie needs the header X-Csrf-Token, from the same site; GET /identity/session tells the token.");
    public static readonly ProblemCode NotFound = new("not_found", 404, "There is nothing here, or not for this caller.");
    public static readonly ProblemCode MethodNotAllowed = new("method_not_allowed", 405, "This address does not take this method.");
    public static readonly ProblemCode OrganizationSwitched = new("organization_switched", 409, "The session acts for another organization than the header Marketplace-Organization names: it was switched in another window.");
    public static readonly ProblemCode PreconditionFailed = new("precondition_failed", 412, "If-Match names another version than the present one; read again first.");
    public static readonly ProblemCode TooLarge = new("body_too_large", 413, "The body is larger than this operation takes.");
    public static readonly ProblemCode UnsupportedMediaType = new("unsupported_media_type", 415, "Send the body as application/json.");
    public static readonly ProblemCode RateLimited = new("rate_limited", 429, "Too many requests; wait as Retry-After says.", Retryable: true);
    public static readonly ProblemCode MailsLimited = new("mails_limited", 429, "As many mails were asked for as may be for now; wait as Retry-After says.", Retryable: true);
    public static readonly ProblemCode Internal = new("internal_error", 500, "An error of the service itself; nothing is known about the outcome.", Retryable: true);
    public static readonly ProblemCode OutcomeUnknown = new("outcome_unknown", 503, "Whether the change was made is unknown; repeat the request with the same Idempotency-Key.", Retryable: true);
    public static readonly ProblemCode Unavailable = new("unavailable", 503, "The service is starting or stopping.", Retryable: true);

    /// <summary>The API's own codes.</summary>
    public static ImmutableArray<ProblemCode> Own { get; } =
    [
        .. typeof(ProblemCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(ProblemCode))
            .Select(field => (ProblemCode)field.GetValue(null)!),
    ];

    public static ProblemCode Of(Refusal refusal) => new(refusal.Code, StatusOf(refusal.Kind), TitleOf(refusal.Code), refusal.Class == RefusalClass.Retryable);

    public static ProblemCode Of(RefusalMeaningAttribute meaning) => new(meaning.Code, StatusOf(meaning.Kind), meaning.Meaning, meaning.RefusalClass == RefusalClass.Retryable);

    /// <summary>The one status of each kind of refusal.</summary>
    public static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.Forbidden => 403,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.Gone => 410,
        RefusalKind.Precondition => 412,
        RefusalKind.Busy => 503,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Every kind has a status."),
    };

    /// <summary>Documentation of a value of a closed list.</summary>
    public static ProblemCode Of(Enum refusal) => Of(refusal.GetType().GetField(refusal.ToString())!.GetCustomAttribute<RefusalMeaningAttribute>()
        ?? throw new InvalidOperationException($"{refusal.GetType().Name}.{refusal} has no {nameof(RefusalMeaningAttribute)}."));

    /// <summary>The refusal of the rooms with this code; null when none has it.</summary>
    public static ProblemCode? Find(string code) => Refusals.Value.GetValueOrDefault(code);

    private static readonly Lazy<Dictionary<string, ProblemCode>> Refusals = new(() =>
    {
        var refusals = new Dictionary<string, ProblemCode>(StringComparer.Ordinal);
        foreach (var assembly in new[] { typeof(Refusal).Assembly, typeof(Grains.Durability.OperationRefusal).Assembly, typeof(ProblemCode).Assembly })
        {
            foreach (var (_, meaning) in Refusal.All(assembly))
            {
                refusals.TryAdd(meaning.Code, Of(meaning));
            }
        }

        return refusals;
    });

    private static string TitleOf(string code) => Find(code)?.Title ?? code;
}
