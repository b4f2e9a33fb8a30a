using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Http;

/// <summary>
/// What every request passes before its handler, in this order: rate limit, key, role and scopes, idempotency key, and,
/// where there is none to read, that no body or query was sent.
/// </summary>
internal static class Gate
{
    private const string KeyHeader = "Idempotency-Key";
    private const string Bearer = "Bearer ";

    public static async Task<IResult> RunAsync(HttpContext http, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler)
    {
        var caller = await IdentifyAsync(http);
        if (caller is null && !operation.Permission.IsPublic)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ProblemException(new Problem(ProblemCode.Unauthorized, "No valid API key was sent."));
        }

        if (caller is not null && !operation.Permission.Allows(caller))
        {
            throw new ProblemException(new Problem(ProblemCode.Forbidden, "This needs: " + operation.Permission.Describe()));
        }

        var request = new ApiRequest(http, operation, caller, IdempotencyKey(http, operation));
        if (operation.Takes is null && !HttpMethods.IsGet(http.Request.Method) && operation.BodyLimit > 0)
        {
            await request.RefuseBodyAsync();
        }

        if (operation.Query is null)
        {
            request.RefuseUnknownQuery();
        }

        return await handler(request);
    }

    /// <summary>Whether an operation needs an Idempotency-Key.</summary>
    public static bool NeedsKey(string method, ApiOperation operation) => HttpMethods.IsPost(method) && !operation.NoIdempotencyKey;

    /// <summary>The key in a header <c>Authorization: Bearer</c>, or null.</summary>
    public static string? BearerIn(string authorization) =>
        authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;

    /// <summary>Who holds this key, or null when it is none that is valid. Takes from the allowance of the key, or of the address.</summary>
    public static async Task<Caller?> IdentifyAsync(HttpContext http, string? text)
    {
        var limits = http.RequestServices.GetRequiredService<RateLimits>();

        // A key is only worth its own allowance once it proved valid: whoever guesses pays with the address.
        var caller = text is not null && ApiKeyText.Parse(text) is { } key ? await http.RequestServices.GetRequiredService<ICallers>().FindAsync(key) : null;
        Limit(http, caller is null
            ? limits.Take(http.Connection.RemoteIpAddress?.ToString() ?? "local", isKey: false)
            : limits.Take(caller.Actor + "@" + caller.Organization.Value, isKey: true));
        return caller;
    }

    private static async Task<Caller?> IdentifyAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var caller = await IdentifyAsync(http, BearerIn(header));
        return caller is null && header.Length > 0
            ? throw new ProblemException(new Problem(ProblemCode.Unauthorized, "The API key is unknown, expired or revoked."))
            : caller;
    }

    private static void Limit(HttpContext http, RateLimit limit)
    {
        var headers = http.Response.Headers;
        headers["RateLimit-Limit"] = limit.Limit.ToString();
        headers["RateLimit-Remaining"] = limit.Remaining.ToString();
        headers["RateLimit-Reset"] = limit.ResetSeconds.ToString();
        headers["RateLimit-Policy"] = $"{limit.Limit};w=60";
        if (!limit.Granted)
        {
            throw new ProblemException(new Problem(ProblemCode.RateLimited, $"At most {limit.Limit} requests a minute.") { RetryAfterSeconds = limit.RetryAfterSeconds });
        }
    }

    private static string IdempotencyKey(HttpContext http, ApiOperation operation)
    {
        var key = http.Request.Headers[KeyHeader].ToString();
        if (key.Length == 0)
        {
            return NeedsKey(http.Request.Method, operation)
                ? throw new ProblemException(new Problem(ProblemCode.KeyMissing, "Send a new random Idempotency-Key, and the same one when repeating this request."))
                : Guid.NewGuid().ToString("N");
        }

        return key.Length <= 255 && key.All(c => c is >= ' ' and <= '~')
            ? key
            : throw new ProblemException(new Problem(ProblemCode.KeyInvalid, "An Idempotency-Key has 1 to 255 printable ASCII characters."));
    }
}
