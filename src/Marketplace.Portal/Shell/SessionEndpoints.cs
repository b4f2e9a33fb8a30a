using System.Net.Http.Headers;
using Marketplace.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Marketplace.Portal.Shell;

/// <summary>
/// Signing in with an API key, for whoever has one and no account. Bodies are JSON, which no other origin's page can send
/// without being asked first.
/// </summary>
internal static class SessionEndpoints
{
    public const string Path = "/session";
    private const int MostBytes = 4_096;
    private const int LongestKey = 300;

    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, SignInAsync).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MostBytes));
        routes.MapDelete(Path, (HttpContext http) => Visitor.Forget(http)).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync(HttpContext http, KeyOffered offered, Visitor visitor, IHttpClientFactory clients, IOptions<PortalOptions> options)
    {
        if (string.IsNullOrWhiteSpace(offered.Key) || offered.Key.Length > LongestKey || offered.Key.Any(letter => letter is < '!' or > '~'))
        {
            return Results.Unauthorized();
        }

        var client = clients.CreateClient(nameof(MarketplaceClient));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", offered.Key);
        options.Value.Introduce(client.DefaultRequestHeaders, http.Connection.RemoteIpAddress?.ToString());
        try
        {
            await new MarketplaceClient(client).GetMeAsync(http.RequestAborted);
        }
        catch (MarketplaceException error) when (error.StatusCode is 401 or 429)
        {
            return Results.Problem(statusCode: error.StatusCode);
        }

        visitor.Keep(http, offered.Key);
        return Results.NoContent();
    }

    /// <summary>What a browser sends.</summary>
    /// <param name="Key">An API key.</param>
    internal sealed record KeyOffered(string? Key);
}
