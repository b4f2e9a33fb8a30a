using System.Text;
using Marketplace.Api.Http;

namespace Marketplace.Api.Operations;

/// <summary>Keeps pages for administrators, which are no part of the API, behind a key of the marketplace itself.</summary>
public static class AdministratorDoor
{
    private const string Basic = "Basic ";

    /// <summary>
    /// Lets nobody pass but a key of the marketplace's own organization: as a bearer token, or, from a browser, as the password of
    /// its sign-in window, under any name. Guessing is limited as for the API.
    /// </summary>
    public static TBuilder RequireAdministrator<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        // Around the finished endpoint, so that it holds for whatever it was made of.
        endpoints.Finally(endpoint =>
        {
            var behind = endpoint.RequestDelegate;
            endpoint.RequestDelegate = behind is null ? null : http => EnterAsync(http, behind);
        });
        return endpoints;
    }

    private static async Task EnterAsync(HttpContext http, RequestDelegate behind)
    {
        var caller = await Gate.IdentifyAsync(http, KeyIn(http.Request.Headers.Authorization.ToString()));
        if (caller is null)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"Marketplace administrators\", charset=\"UTF-8\"";
            throw new ProblemException(new Problem(ProblemCode.Unauthorized, "Sign in with an API key of the marketplace itself as the password."));
        }

        if (!Permission.Read("admin").Allows(caller))
        {
            throw new ProblemException(new Problem(ProblemCode.Forbidden, "This is for administrators of the marketplace."));
        }

        http.Response.Headers.CacheControl = "no-store";
        await behind(http);
    }

    private static string? KeyIn(string authorization)
    {
        if (!authorization.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
        {
            return Gate.BearerIn(authorization);
        }

        var encoded = authorization[Basic.Length..].Trim();
        var decoded = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, decoded, out var length) && Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password]
            ? password
            : null;
    }
}
