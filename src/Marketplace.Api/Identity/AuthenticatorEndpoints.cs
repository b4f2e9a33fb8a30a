using System.Text;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.Identity;

namespace Marketplace.Api.Identity;

/// <summary>The authenticator app and its recovery codes.</summary>
internal static class AuthenticatorEndpoints
{
    private const string Issuer = "Marketplace";
    private const int RecoveryCodes = 10;

    public static IEndpointRouteBuilder MapAuthenticator(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Account");
        room.Post("/identity/authenticator", new("prepareAuthenticator", "Begin with an authenticator app", "Makes a new key to put into the app. Nothing is asked for at sign-in before a code of the app was given; an app that was in use before no longer works. Open for ten minutes after signing in.", Permission.Person)
        {
            Gives = AuthenticatorModel.Example,
            NoIdempotencyKey = true,
            Refuses = [IdentityRefusal.AuthenticatorOn, IdentityRefusal.SignInAgain],
        }, PrepareAsync);

        room.Put("/identity/authenticator", new("enableAuthenticator", "Ask for the app from now on", "With a code that the app shows. Answers recovery codes, each good for one sign-in without the app: keep them apart from it. A mail tells the person.", Permission.Person)
        {
            Takes = AuthenticatorCode.Example,
            Gives = RecoveryCodesModel.Example,
            Guessable = true,
            Refuses = [IdentityRefusal.CodeWrong, IdentityRefusal.AuthenticatorOn],
        }, EnableAsync);

        room.Post("/identity/authenticator/removals", new("disableAuthenticator", "Do without the app", "With a code of the app or a recovery code. A password alone is enough from then on.", Permission.Person)
        {
            Takes = SecondFactor.Example,
            Status = 204,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.CodeWrong],
        }, DisableAsync);

        room.Post("/identity/recovery-codes", new("makeRecoveryCodes", "Make new recovery codes", "With a code of the app. Those made before no longer work.", Permission.Person)
        {
            Takes = AuthenticatorCode.Example,
            Gives = RecoveryCodesModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.CodeWrong],
        }, MakeCodesAsync);
        return routes;
    }

    private static async Task<IResult> PrepareAsync(ApiRequest request)
    {
        var user = AccountEndpoints.Me(request);
        RefuseWhenOn(user);
        AccountEndpoints.RefuseUnlessFresh(request);
        var accounts = request.Service<Accounts>();
        SignInEndpoints.Check(await accounts.ResetAuthenticatorKeyAsync(user));
        var key = (await accounts.GetAuthenticatorKeyAsync(user))!;
        var uri = $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(user.Account.Email)}?secret={key}&issuer={Issuer}&digits=6";
        return request.Ok(new AuthenticatorModel(Spaced(key), uri));
    }

    private static async Task<IResult> EnableAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<AuthenticatorCode>();
        var user = AccountEndpoints.Me(request);
        RefuseWhenOn(user);
        var accounts = request.Service<Accounts>();
        await CheckCodeAsync(request, user, body.Code);
        user.Account = user.Account with { TwoFactorEnabled = true };
        var codes = await CodesAsync(accounts, user);
        await request.Service<Letters>().TellOfWayInAsync(request.Http, user.Account, WayIn.App);
        return request.Ok(codes);
    }

    private static async Task<IResult> DisableAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<SecondFactor>();
        var user = AccountEndpoints.Me(request);
        var accounts = request.Service<Accounts>();
        if (body.RecoveryCode is { } recovery)
        {
            SignInEndpoints.LimitAttempts(request, user.Account.Email);
            if (!await accounts.AttemptAsync(user, async () => (await accounts.RedeemTwoFactorRecoveryCodeAsync(user, recovery)).Succeeded))
            {
                throw Wrong("recoveryCode");
            }
        }
        else
        {
            await CheckCodeAsync(request, user, body.Code ?? "");
        }

        user.Account = user.Account with { AuthenticatorKey = null, RecoveryCodes = [] };
        SignInEndpoints.Check(await accounts.SetTwoFactorEnabledAsync(user, false));
        return Results.NoContent();
    }

    private static async Task<IResult> MakeCodesAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<AuthenticatorCode>();
        var user = AccountEndpoints.Me(request);
        await CheckCodeAsync(request, user, body.Code);
        return request.Ok(await CodesAsync(request.Service<Accounts>(), user));
    }

    private static async Task<RecoveryCodesModel> CodesAsync(Accounts accounts, MarketUser user)
    {
        var codes = await accounts.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes);
        if (user.Account != user.Known!.Account || codes is null)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(Domain.Organizations.UserRefusal.Changed, "The account was changed by another request.")));
        }

        return new RecoveryCodesModel([.. codes]);
    }

    private static async Task CheckCodeAsync(ApiRequest request, MarketUser user, string code)
    {
        SignInEndpoints.LimitAttempts(request, user.Account.Email);
        var accounts = request.Service<Accounts>();
        if (user.Account.AuthenticatorKey is null
            || !await accounts.AttemptAsync(user, () => accounts.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code.Replace(" ", "", StringComparison.Ordinal))))
        {
            throw Wrong("code");
        }
    }

    private static void RefuseWhenOn(MarketUser user)
    {
        if (user.Account.TwoFactorEnabled)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.AuthenticatorOn, "An authenticator app is in use; do without it first.")));
        }
    }

    private static ProblemException Wrong(string field) => new(Problem.Of(Refusal.Of(IdentityRefusal.CodeWrong, "The code is wrong or no longer valid, or the account is locked for some minutes after too many wrong ones.", field)));

    private static string Spaced(string key)
    {
        var spaced = new StringBuilder();
        for (var i = 0; i < key.Length; i += 4)
        {
            spaced.Append(i == 0 ? "" : " ").Append(key.AsSpan(i, Math.Min(4, key.Length - i)));
        }

        return spaced.ToString();
    }
}
