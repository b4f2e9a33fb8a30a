using System.Buffers.Text;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.Identity;

namespace Marketplace.Api.Identity;

/// <summary>Passkeys: registering them, and signing in with one.</summary>
internal static class PasskeyEndpoints
{
    public static IEndpointRouteBuilder MapPasskeys(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Account");
        room.Get("/identity/passkeys", new("listPasskeys", "List passkeys", "Oldest first.", Permission.Person)
        {
            Gives = Page.Of(PasskeyModel.Example),
            Pages = true,
        }, request => Task.FromResult(request.PageOf(request.SignedIn.User.Account.Passkeys, PasskeyModel.Of)));

        room.Post("/identity/passkeys/creation-options", new("preparePasskey", "Begin to register a passkey", "Options for `navigator.credentials.create`; what it answers is due within some minutes, at the same browser. Open for ten minutes after signing in.", Permission.Person)
        {
            Gives = PasskeyOptionsModel.Example,
            NoIdempotencyKey = true,
            Refuses = [IdentityRefusal.SignInAgain],
        }, PrepareAsync);

        room.Post("/identity/passkeys", new("registerPasskey", "Register a passkey", "With what `navigator.credentials.create` answered. A mail tells the person.", Permission.Person)
        {
            Takes = NewPasskey.Example,
            Gives = PasskeyModel.Example,
            Status = 201,
            NoIdempotencyKey = true,
            Refuses = [IdentityRefusal.PasskeyFailed, UserRefusal.PasskeysFull, UserRefusal.IdentifierTaken],
        }, RegisterAsync);

        room.Delete("/identity/passkeys/{passkeyId}", new("removePasskey", "Remove a passkey", "It opens nothing from then on.", Permission.Person)
        {
            Status = 204,
            Refuses = [IdentityRefusal.LastWayIn],
        }, RemoveAsync);

        var signIn = new Room(routes, "Sign-in");
        signIn.Post("/identity/passkeys/request-options", new("prepareSignInWithPasskey", "Begin to sign in with a passkey", "Options for `navigator.credentials.get`. No address is asked for: the browser offers the passkeys it has.", Permission.Public)
        {
            Gives = PasskeyOptionsModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
        }, RequestAsync);

        signIn.Post("/identity/sessions/passkey", new("signInWithPasskey", "Sign in with a passkey", "With what `navigator.credentials.get` answered. No second factor is asked for: the passkey is one.", Permission.Public)
        {
            Takes = PasskeySignIn.Example,
            Gives = SignInModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.PasskeyFailed],
        }, SignInAsync);
        return routes.MapExternal();
    }

    private static async Task<IResult> PrepareAsync(ApiRequest request)
    {
        AccountEndpoints.RefuseUnlessFresh(request);
        var user = request.SignedIn.User;
        var options = await request.Service<SignIns>().MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id.Value, Name = user.Account.Email, DisplayName = user.Account.Name });
        return request.Ok(new PasskeyOptionsModel(options));
    }

    private static async Task<IResult> RegisterAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewPasskey>();
        var result = await AttemptAsync(() => request.Service<SignIns>().PerformPasskeyAttestationAsync(body.Credential));
        if (!result.Succeeded || result.UserEntity.Id != request.SignedIn.User.Id.Value)
        {
            throw Failed();
        }

        result.Passkey.Name = body.Name;
        var user = AccountEndpoints.Me(request);
        SignInEndpoints.Check(await request.Service<Accounts>().AddOrUpdatePasskeyAsync(user, result.Passkey));
        await request.Service<Letters>().TellOfWayInAsync(request.Http, user.Account, WayIn.Passkey(body.Name));
        var id = Base64Url.EncodeToString(result.Passkey.CredentialId);
        return request.Ok(PasskeyModel.Of(user.Account.Passkeys.First(passkey => passkey.Id == id)));
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request)
    {
        var id = request.Text("passkeyId");
        if (request.SignedIn.User.Account.Passkeys.All(passkey => passkey.Id != id))
        {
            throw Problem.NotFound("You have no passkey of this id.");
        }

        if (request.SignedIn.User.Account is { PasswordHash: null, Logins: [], Passkeys.Length: 1 })
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.LastWayIn, "Set a password or link a service first.")));
        }

        SignInEndpoints.Check(await request.Service<Accounts>().RemovePasskeyAsync(AccountEndpoints.Me(request), Base64Url.DecodeFromChars(id)));
        return Results.NoContent();
    }

    private static async Task<IResult> RequestAsync(ApiRequest request) =>
        request.Ok(new PasskeyOptionsModel(await request.Service<SignIns>().MakePasskeyRequestOptionsAsync(null)));

    private static async Task<IResult> SignInAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<PasskeySignIn>();
        var signIns = request.Service<SignIns>();
        (signIns.Method, signIns.Remember) = (SignInMethod.Passkey, body.Remember);
        return (await AttemptAsync(() => signIns.PasskeySignInAsync(body.Credential))).Succeeded
            ? request.Ok(new SignInModel(SignInStatus.SignedIn, await SessionEndpoints.OpenedAsync(request)))
            : throw Failed();
    }

    // Identity throws when nothing was begun at this browser.
    private static async Task<T> AttemptAsync<T>(Func<Task<T>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (InvalidOperationException)
        {
            throw Failed();
        }
    }

    private static ProblemException Failed() => new(Problem.Of(Refusal.Of(IdentityRefusal.PasskeyFailed, "The passkey was not accepted; begin again.")));
}
