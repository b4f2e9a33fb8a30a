using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Marketplace.Portal.Shell;

/// <summary>
/// Carries what a browser signs its requests with into the live connection, where there are no requests any more. It stays in
/// this process: the connection's pages call the API with it, as the browser itself would.
/// </summary>
internal sealed class Visitor(IDataProtectionProvider protection)
{
    public const string KeyClaim = "key";
    public const string CookieClaim = "cookie";
    public const string AddressClaim = "address";
    private const string SessionCookie = "marketplace-session";
    private const string KeyCookie = "marketplace_key";
    private readonly IDataProtector protector = protection.CreateProtector("Marketplace.Portal.Key");

    /// <summary>Who connects, for as long as the connection lasts.</summary>
    public ClaimsPrincipal Of(HttpContext http)
    {
        var identity = new ClaimsIdentity("portal");
        if (KeyIn(http.Request) is { } key)
        {
            identity.AddClaim(new Claim(KeyClaim, key));
        }

        if (http.Request.Cookies[SessionCookie] is { Length: > 0 } session)
        {
            identity.AddClaim(new Claim(CookieClaim, $"{SessionCookie}={Uri.EscapeDataString(session)}"));
        }

        if (http.Connection.RemoteIpAddress is { } address)
        {
            identity.AddClaim(new Claim(AddressClaim, address.ToString()));
        }

        return new ClaimsPrincipal(identity);
    }

    /// <summary>Keeps an API key in the browser, readable by this process alone.</summary>
    public void Keep(HttpContext http, string key) => http.Response.Cookies.Append(KeyCookie, protector.Protect(key), Options(http));

    /// <summary>Forgets it.</summary>
    public static void Forget(HttpContext http) => http.Response.Cookies.Delete(KeyCookie, Options(http));

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
    };

    private string? KeyIn(HttpRequest request)
    {
        try
        {
            return request.Cookies[KeyCookie] is { Length: > 0 } kept ? protector.Unprotect(kept) : null;
        }
        catch (CryptographicException)
        {
            // Of another installation, or older than the keys: as good as none.
            return null;
        }
    }
}
