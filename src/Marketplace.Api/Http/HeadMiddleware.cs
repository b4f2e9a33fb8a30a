namespace Marketplace.Api.Http;

/// <summary>
/// Answers HEAD as it would answer GET, without a body (RFC 9110, section 9.3.2): calendar programs and link checkers ask so before
/// they subscribe. A stream has no end to be told ahead, and stays without.
/// </summary>
internal sealed class HeadMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        if (!HttpMethods.IsHead(http.Request.Method) || !path.StartsWithSegments("/v1", StringComparison.Ordinal) || path.Value!.EndsWith("/stream", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        http.Request.Method = HttpMethods.Get;
        http.Response.Body = Stream.Null;
        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Method = HttpMethods.Head;
        }
    }
}
