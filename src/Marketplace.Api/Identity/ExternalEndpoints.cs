using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Marketplace.Api.Identity;

/// <summary>A sign-in service that this installation knows.</summary>
/// <param name="Name">Its name in the settings.</param>
/// <param name="DisplayName">What to call it.</param>
internal sealed record ProviderModel(string Name, string DisplayName)
{
    public static ProviderModel Example { get; } = new("entra", "Microsoft");
}

/// <summary>A sign-in with another service to begin.</summary>
/// <param name="ReturnTo">The page of this origin to go on with, such as <c>/market</c>.</param>
/// <param name="Link">Whether the service is to be linked to the person who is signed in.</param>
internal sealed record NewExternalSignIn([Length(1, 500), RegularExpression(@"^/(?![/\\])[^\\\x00-\x1f]*$")] string ReturnTo, bool Link = false)
{
    public static NewExternalSignIn Example { get; } = new("/market");
}

/// <summary>Where to go on with a sign-in.</summary>
/// <param name="Url">The service's page; lead the browser there.</param>
internal sealed record ExternalSignInModel(string Url)
{
    public static ExternalSignInModel Example { get; } = new("https://login.example.com/authorize?client_id=…");
}

/// <summary>A sign-in of another service that opens the account.</summary>
/// <param name="Provider">The service, by its name in the settings.</param>
/// <param name="DisplayName">What it is called.</param>
internal sealed record LoginModel(string Provider, string? DisplayName)
{
    public static LoginModel Example { get; } = new("entra", "Microsoft");
}

/// <summary>Sign-in with other services.</summary>
internal static class ExternalEndpoints
{
    public static IEndpointRouteBuilder MapExternal(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Sign-in");
        room.Get("/identity/providers", new("listProviders", "List sign-in services", "Those that the settings name.", Permission.Public)
        {
            Gives = Page.Of(ProviderModel.Example),
            Pages = true,
        }, request => Task.FromResult(request.PageOf(
            Providers(request).OrderBy(it => it.Key, StringComparer.Ordinal).ToList(), it => new ProviderModel(it.Key, it.Value.DisplayName ?? it.Key))));

        room.Post("/identity/external/{provider}/challenges", new("beginExternalSignIn", "Begin to sign in with another service", "Lead the browser to the address that is answered. It comes back to `returnTo`, signed in, or with `problem` in the query: `external_failed`, `external_email_missing`, `email_taken` (sign in to that account and link the service), `identifier_taken`. To link a service is open for ten minutes after signing in.", Permission.Public)
        {
            Takes = NewExternalSignIn.Example,
            Gives = ExternalSignInModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.SignInAgain, IdentityRefusal.ProviderAway],
        }, BeginAsync);

        var account = new Room(routes, "Account");
        account.Get("/identity/logins", new("listLogins", "List linked services", "Sign-ins of other services that open the account.", Permission.Person)
        {
            Gives = Page.Of(LoginModel.Example),
            Pages = true,
        }, request => Task.FromResult(request.PageOf(request.SignedIn.User.Account.Logins, login => new LoginModel(login.Provider, login.DisplayName))));

        account.Delete("/identity/logins/{provider}", new("removeLogin", "Unlink a service", "It opens nothing from then on. The last way in stays.", Permission.Person)
        {
            Status = 204,
            Refuses = [IdentityRefusal.LastWayIn],
        }, RemoveAsync);
        return routes;
    }

    private static Dictionary<string, ProviderOptions> Providers(ApiRequest request) => request.Service<IOptions<AccessOptions>>().Value.Providers;

    private static async Task<IResult> BeginAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewExternalSignIn>();
        var provider = request.Text("provider");
        if (!Providers(request).ContainsKey(provider))
        {
            throw Problem.NotFound("There is no such sign-in service here.");
        }

        var properties = new AuthenticationProperties { RedirectUri = body.ReturnTo };
        if (body.Link && request.OptionalSignedIn is { } signedIn)
        {
            AccountEndpoints.RefuseUnlessFresh(request);
            properties.Items[ExternalSignIn.LinkItem] = signedIn.User.Id.Value;
        }

        // The handler answers with a redirection; a page that asked by script is told where instead.
        var response = request.Http.Response;
        try
        {
            await request.Http.ChallengeAsync(provider, properties);
        }
        catch (Exception error) when (error is InvalidOperationException or HttpRequestException or IOException or OpenIdConnectProtocolException or TaskCanceledException && !request.Cancellation.IsCancellationRequested)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.ProviderAway, "The service does not answer as it should. Try again in a while, or sign in another way.")));
        }

        var url = response.Headers.Location.ToString();
        response.Headers.Remove("Location");
        response.StatusCode = StatusCodes.Status200OK;
        return request.Ok(new ExternalSignInModel(url));
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request)
    {
        var account = request.SignedIn.User.Account;
        var provider = request.Text("provider");
        if (account.Logins.FirstOrDefault(it => it.Provider == provider) is not { } login)
        {
            throw Problem.NotFound("The account has no sign-in of such a service.");
        }

        if (account.PasswordHash is null && account.Passkeys.IsEmpty && account.Logins.Length == 1)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.LastWayIn, "Set a password or add a passkey first.")));
        }

        SignInEndpoints.Check(await request.Service<Accounts>().RemoveLoginAsync(AccountEndpoints.Me(request), login.Provider, login.Subject));
        return Results.NoContent();
    }
}
