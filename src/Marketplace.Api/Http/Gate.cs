using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Http;

/// <summary>
/// What every request passes before its handler, in this order: rate limit, key or session, that a change asked for with a cookie
/// comes from our own pages, role and scopes, idempotency key, and, where there is none to read, that no body or query was sent.
/// </summary>
internal static class Gate
{
    private const string KeyHeader = "Idempotency-Key";
    private const string Bearer = "Bearer ";
    private const string OrganizationHeader = "Marketplace-Organization";

    public static async Task<IResult> RunAsync(HttpContext http, ApiOperation operation, Func<ApiRequest, Task<IResult>> handler)
    {
        var limits = http.RequestServices.GetRequiredService<RateLimits>();
        if (operation.SignedByNode)
        {
            Limit(http, limits.Look(ClientAddress.NetworkOf(http), isKey: false));
        }

        if (operation.Guessable)
        {
            Limit(http, limits.TakeAttempt(ClientAddress.NetworkOf(http)));
        }

        var (caller, signedIn) = operation.SignedByNode ? (null, null) : await IdentifyAsync(http);
        RefuseForged(http, operation, signedIn);
        if (signedIn?.Caller is { } actedFor && !operation.Permission.OfPerson && !operation.Permission.IsPublic)
        {
            RefuseSwitched(http, actedFor);
        }

        RefuseUnknown(http, operation, caller, signedIn);
        if (caller is not null && !operation.Permission.Allows(caller))
        {
            await http.RequestServices.GetRequiredService<RefusedAccess>().NoteAsync(http, caller, operation);
            throw new ProblemException(new Problem(ProblemCode.Forbidden, "This needs: " + operation.Permission.Describe()));
        }

        var request = new ApiRequest(http, operation, caller, signedIn, IdempotencyKey(http, operation));
        if (operation.Takes is null && !HttpMethods.IsGet(http.Request.Method) && operation.BodyLimit > 0)
        {
            await request.RefuseBodyAsync();
        }

        if (operation.Query is null)
        {
            request.RefuseUnknownQuery();
        }

        try
        {
            return await handler(request);
        }
        catch (ProblemException) when (operation.SignedByNode)
        {
            // Thousands of nodes may share an address; who sends what is refused pays with it.
            Limit(http, limits.Take(ClientAddress.NetworkOf(http), isKey: false));
            throw;
        }
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
            ? limits.Take(ClientAddress.NetworkOf(http), isKey: false)
            : limits.Take(caller.Actor + "@" + caller.Organization.Value, isKey: true));
        return caller;
    }

    /// <summary>
    /// Whether a caller may still do what it was let in for: the key or the session holds, and the organization it came for still allows
    /// it. A session that switched to another organization meanwhile stays what it was to the one before.
    /// </summary>
    public static async Task<bool> StillAllowsAsync(HttpContext http, ApiOperation operation, Caller caller)
    {
        var sessions = http.RequestServices.GetRequiredService<ISessions>();
        var present = BearerIn(http.Request.Headers.Authorization.ToString()) is { } text
            ? ApiKeyText.Parse(text) is { } key ? await http.RequestServices.GetRequiredService<ICallers>().FindAsync(key) : null
            : await sessions.FindAsync(http) is { } signedIn ? await sessions.CallerAsync(signedIn.User, caller.Organization) : null;
        return present is not null && operation.Permission.Allows(present);
    }

    /// <summary>Ends the request when an allowance is used up, and says in the headers where the caller stands.</summary>
    public static void Limit(HttpContext http, RateLimit limit)
    {
        var headers = http.Response.Headers;
        headers["RateLimit-Limit"] = limit.Limit.ToString();
        headers["RateLimit-Remaining"] = limit.Remaining.ToString();
        headers["RateLimit-Reset"] = limit.ResetSeconds.ToString();
        headers["RateLimit-Policy"] = $"{limit.Limit};w={limit.WindowSeconds}";
        if (!limit.Granted)
        {
            throw new ProblemException(new Problem(limit.Mails is null ? ProblemCode.RateLimited : ProblemCode.MailsLimited, $"At most {limit.Limit} {limit.Mails ?? "requests a minute"}.") { RetryAfterSeconds = limit.RetryAfterSeconds });
        }
    }

    /// <summary>Who sent this: the holder of the key in its header, or else whoever is signed in by its cookie.</summary>
    private static async Task<(Caller? Caller, SignedIn? SignedIn)> IdentifyAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var key = BearerIn(header);
            return (await IdentifyAsync(http, key) ?? throw new ProblemException(new Problem(ProblemCode.Unauthorized, key is null or ""
                ? "The API key is missing: the header Authorization holds none. Send Authorization: Bearer mk_…"
                : "The API key is unknown, expired or revoked.")), null);
        }

        if (await http.RequestServices.GetRequiredService<ISessions>().FindAsync(http) is not { } signedIn)
        {
            return (await IdentifyAsync(http, text: null), null);
        }

        Limit(http, http.RequestServices.GetRequiredService<RateLimits>().TakeOfPerson(signedIn.User.Id.Value));
        return (signedIn.Caller, signedIn);
    }

    // A browser sends its cookie along with whatever any page makes it send; only our own pages know the session's token.
    private static void RefuseForged(HttpContext http, ApiOperation operation, SignedIn? signedIn)
    {
        if (HttpMethods.IsGet(http.Request.Method))
        {
            return;
        }

        var isElsewhere = http.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        var isCookies = signedIn is not null && !operation.Permission.IsPublic;
        if (isElsewhere && (isCookies || http.Request.Path.StartsWithSegments("/identity")))
        {
            throw new ProblemException(new Problem(ProblemCode.CsrfTokenMissing, "The request was made by a page of another site."));
        }

        if (isCookies && !http.RequestServices.GetRequiredService<ISessions>().IsOurs(http, signedIn!))
        {
            throw new ProblemException(new Problem(ProblemCode.CsrfTokenMissing, "Send the csrfToken of GET /identity/session in the header X-Csrf-Token."));
        }
    }

    /// <summary>
    /// Ends the request when a page that was opened for one organization asks after the session was switched to another one in another
    /// window: what its reader sees and what would be changed are not the same any more.
    /// </summary>
    public static void RefuseSwitched(HttpContext http, Caller actedFor)
    {
        if (http.Request.Headers[OrganizationHeader].ToString() is { Length: > 0 } meant && meant != actedFor.Organization.Value)
        {
            throw new ProblemException(new Problem(ProblemCode.OrganizationSwitched, "The session was switched to another organization meanwhile; load the page anew."));
        }
    }

    private static void RefuseUnknown(HttpContext http, ApiOperation operation, Caller? caller, SignedIn? signedIn)
    {
        if (operation.Permission.OfPerson && signedIn is null)
        {
            throw new ProblemException(new Problem(ProblemCode.Unauthorized, caller is null ? "Nobody is signed in." : "This is about a person; a key cannot ask for it."));
        }

        if (caller is not null || operation.Permission.IsPublic || operation.Permission.OfPerson)
        {
            return;
        }

        if (signedIn is not null)
        {
            throw new ProblemException(new Problem(ProblemCode.NoOrganization, "You act for no organization, or no longer for the one chosen."));
        }

        http.Response.Headers.WWWAuthenticate = "Bearer";
        throw new ProblemException(new Problem(ProblemCode.Unauthorized, "No valid API key was sent, and nobody is signed in."));
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
