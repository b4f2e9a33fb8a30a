using Marketplace.Api.Operations;
using Marketplace.Grains.Durability;

namespace Marketplace.Api.Http;

/// <summary>Turns whatever ends a request early into problem details, and adds the headers every answer carries.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        SecurityHeaders.Add(http);
        try
        {
            if (http.RequestServices.GetService<IReadiness>()?.Doubt is { } doubt && !http.Request.Path.Equals("/health/live", StringComparison.Ordinal))
            {
                throw new ProblemException(new Problem(ProblemCode.Unavailable, doubt) { RetryAfterSeconds = 1 });
            }

            await next(http);
            if (!http.Response.HasStarted && http.Response.ContentType is null && ProblemOf(http.Response.StatusCode) is { } problem)
            {
                await problem.WriteAsync(http);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left; nobody reads an answer.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            var problem = ProblemOf(error);
            if (problem.Code == ProblemCode.Internal)
            {
                LogFailed(log, http.Request.Method, Loggable(http.Request.Path), error);
            }

            if (http.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<ApiOperation>() is { } operation)
            {
                problem = FieldNames.In(operation, endpoint, problem);
            }

            await problem.WriteAsync(http);
        }
    }

    private static Problem? ProblemOf(int status) => status switch
    {
        401 => new Problem(ProblemCode.Unauthorized, ProblemCode.Unauthorized.Title),
        404 => new Problem(ProblemCode.NotFound, "There is no such address."),
        405 => new Problem(ProblemCode.MethodNotAllowed, "See the Allow header for what this address takes."),
        413 => new Problem(ProblemCode.TooLarge, ProblemCode.TooLarge.Title),
        415 => new Problem(ProblemCode.UnsupportedMediaType, ProblemCode.UnsupportedMediaType.Title),
        >= 400 and < 500 => new Problem(ProblemCode.InvalidRequest, "The request could not be read."),
        _ => null,
    };

    private static Problem ProblemOf(Exception error) => error switch
    {
        ProblemException known => known.Problem,
        BadHttpRequestException bad => ProblemOf(bad.StatusCode) ?? new Problem(ProblemCode.InvalidRequest, "The request could not be read."),
        UnknownOutcomeException or OrleansException or TimeoutException =>
            new Problem(ProblemCode.OutcomeUnknown, "Whether the change was made is unknown; repeat the request with the same Idempotency-Key.") { RetryAfterSeconds = 1 },
        _ => new Problem(ProblemCode.Internal, "The service failed; the error is in its log."),
    };

    /// <summary>The path, but for a calendar's, which is its only credential.</summary>
    private static string Loggable(PathString path) => path.StartsWithSegments("/v1/calendar") ? "/v1/calendar" : path.ToString();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger log, string method, string path, Exception error);
}
