namespace Marketplace.Api.Http;

/// <summary>Headers that keep browsers from misusing what is answered.</summary>
public static class SecurityHeaders
{
    /// <summary>Answers of the API are data: nothing in them is run, shown as a page, or kept.</summary>
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Pages run scripts of this origin alone, none written into a page. Styles may stand in the page: the component library sets
    /// widths and colours so.
    /// </summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; " +
        "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>The page of the API takes its interceptor as text and makes a function of it; nobody writes into that page.</summary>
    private static readonly string DocumentPolicy = PagePolicy.Replace("script-src 'self'", "script-src 'self' 'unsafe-eval'", StringComparison.Ordinal);

    private const int YearSeconds = 31_536_000;

    /// <summary>Adds them to every answer; first in the pipeline.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        Add(http);
        return next(http);
    });

    internal static void Add(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";
        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = $"max-age={YearSeconds}";
        }

        var isData = http.Request.Path.StartsWithSegments("/v1") || http.Request.Path.StartsWithSegments("/identity");
        headers.ContentSecurityPolicy = isData ? DataPolicy : http.Request.Path.StartsWithSegments("/swagger") ? DocumentPolicy : PagePolicy;
        if (isData)
        {
            headers.CacheControl = "no-store";
        }
    }
}
