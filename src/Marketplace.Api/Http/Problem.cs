using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Http;

/// <summary>An answer that is no success, as RFC 9457 problem details with a stable code.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Detail">What is wrong here, and what would be right.</param>
internal sealed record Problem(ProblemCode Code, string Detail)
{
    public ImmutableArray<Fault> Errors { get; init; } = [];

    /// <summary>Whether it is a room's refusal, whose field is named as the room knows it.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Seconds to wait before asking again; null where that does not help.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static ProblemException Invalid(IReadOnlyCollection<Fault> faults) => new(new Problem(
        ProblemCode.InvalidRequest,
        faults.Count == 1 ? "One field does not fit." : $"{faults.Count} fields do not fit.")
    {
        Errors = [.. faults],
    });

    public static ProblemException Invalid(string field, string code, string message) => Invalid([new Fault(field, code, message)]);

    public static ProblemException NotFound(string detail) => new(new Problem(ProblemCode.NotFound, detail));

    public static Problem Of(Refusal refusal) => new(ProblemCode.Of(refusal), refusal.Detail)
    {
        Errors = refusal.Field is { } field ? [new Fault(field, refusal.Code, refusal.Detail)] : [],
        RetryAfterSeconds = refusal.Kind == RefusalKind.Busy ? 1 : null,
        IsRefusal = true,
    };

    public async Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Code.Status;
        http.Response.ContentType = "application/problem+json; charset=utf-8";
        if (RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }

        await http.Response.WriteAsync(JsonSerializer.Serialize(Document(), ApiJson.Options), http.RequestAborted);
    }

    public ProblemModel Document() => new("urn:marketplace:problem:" + Code.Code, Code.Title, Code.Status, Detail, Code.Code, Code.Retryable, Errors);
}

/// <summary>Problem details (RFC 9457).</summary>
/// <param name="Type">Names the problem: <c>urn:marketplace:problem:</c> and the code.</param>
/// <param name="Title">The same sentence for every occurrence.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What is wrong here, and what would be right.</param>
/// <param name="Code">Stable code to program against.</param>
/// <param name="Retryable">Whether the same request may succeed later: with the same Idempotency-Key, unless the title asks for a new one.</param>
/// <param name="Errors">Every field at fault, if fields are.</param>
internal sealed record ProblemModel(string Type, string Title, int Status, string Detail, string Code, bool Retryable, ImmutableArray<Fault> Errors);

/// <summary>Ends a request with a problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}
