using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.Identity;

namespace Marketplace.Api.Identity;

/// <summary>The ways in by address and password.</summary>
internal static class SignInEndpoints
{
    public static IEndpointRouteBuilder MapSignIn(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Sign-in");
        room.Post("/identity/registrations", new("registerPerson", "Register a person", "Makes an account, and signs it in unless this installation wants the address confirmed first. A mail with a link to confirm the address is sent in either case.", Permission.Public)
        {
            Takes = NewRegistration.Example,
            Gives = SignInModel.Example,
            Status = 201,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [UserRefusal.Exists, IdentityRefusal.PasswordTooWeak],
        }, RegisterAsync);

        room.Post("/identity/sessions", new("signIn", "Sign in", "Opens a session, which the browser keeps as a cookie that no script can read. Where the person has an authenticator app, the code is asked for next. What is wrong is not told: address, password, or an account that is locked for some minutes after too many attempts.", Permission.Public)
        {
            Takes = NewSession.Example,
            Gives = SignInModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.SignInFailed, IdentityRefusal.EmailNotConfirmed],
        }, SignInAsync);

        room.Post("/identity/sessions/second-factor", new("giveSecondFactor", "Give the second factor", "Ends a sign-in that asked for it, within five minutes and at the same browser.", Permission.Public)
        {
            Takes = SecondFactor.Example,
            Gives = SignInModel.Example,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.SecondFactorFailed],
        }, SecondFactorAsync);
        return routes;
    }

    /// <summary>Ends the request where Identity says no, with the room's own refusal.</summary>
    public static void Check(IdentityResult result)
    {
        if (result.Succeeded)
        {
            return;
        }

        var error = result.Errors.First();
        if (error.Code is nameof(IdentityErrorDescriber.InvalidEmail) or nameof(IdentityErrorDescriber.InvalidUserName))
        {
            throw Problem.Invalid("email", Faults.InvalidFormat, "This is no e-mail address.");
        }

        throw new ProblemException(Problem.Of(error.Code switch
        {
            nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName) or "email_taken" =>
                Refusal.Of(UserRefusal.Exists, "This e-mail address has an account already.", "email"),
            nameof(IdentityErrorDescriber.InvalidToken) => Refusal.Of(IdentityRefusal.TokenInvalid, "The link is wrong, was used before or is too old; ask for another.", "token"),
            nameof(IdentityErrorDescriber.PasswordMismatch) => Refusal.Of(IdentityRefusal.PasswordWrong, "The present password is another.", "currentPassword"),
            "account_changed" => Refusal.Of(UserRefusal.Changed, error.Description),
            "passkeys_full" => Refusal.Of(UserRefusal.PasskeysFull, error.Description),
            "logins_full" => Refusal.Of(UserRefusal.LoginsFull, error.Description),
            "identifier_taken" => Refusal.Of(UserRefusal.IdentifierTaken, error.Description),
            _ => Refusal.Of(IdentityRefusal.PasswordTooWeak, string.Join(' ', result.Errors.Select(each => each.Description)), "password"),
        }));
    }

    private static async Task<IResult> RegisterAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewRegistration>();
        var accounts = request.Service<Accounts>();
        LimitAttempts(request, body.Email);
        await request.Service<MailLimits>().TakeAsync(request, body.Email);
        var letters = request.Service<Letters>();
        var user = MarketUser.New(body.Email, body.Name, language: body.Language ?? Wording.Asked(request.Http.Request));
        if (accounts.Options.SignIn.RequireConfirmedEmail)
        {
            // Whoever cannot sign in yet is not told either whether the address was known, not even by how long it takes: its owner is, by mail.
            var registration = await accounts.PrepareAsync(user, body.Password);
            await letters.AskAsync(new AskedLetter(AskedLetterKind.Register, user.Account.Email, letters.RootOf(request.Http), Registration: registration));
            return request.Ok(new SignInModel(SignInStatus.ConfirmationSent, null));
        }

        Check(await accounts.CreateAsync(user, body.Password));
        await letters.AskAsync(new AskedLetter(AskedLetterKind.ConfirmEmail, user.Account.Email, letters.RootOf(request.Http)));
        await request.Service<SignIns>().SignInAsync(user, isPersistent: false);
        return request.Ok(new SignInModel(SignInStatus.SignedIn, await SessionEndpoints.OpenedAsync(request)));
    }

    private static async Task<IResult> SignInAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<NewSession>();
        LimitAttempts(request, body.Email);
        var accounts = request.Service<Accounts>();
        var user = await accounts.FindByEmailAsync(body.Email) ?? await accounts.StandInAsync(body.Email);
        if (user.Account.PasswordHash is null || await accounts.IsLockedOutAsync(user))
        {
            // Identity would look at no password and count no attempt, and so answer sooner: whoever measures is to see one look and one
            // count, whether nobody has the address, or its account is locked, or has no password.
            accounts.LookAtNothing(body.Password);
            await accounts.AccessFailedAsync(user);
            throw Failed();
        }

        var signIns = request.Service<SignIns>();
        signIns.Remember = body.Remember;
        var result = await signIns.PasswordSignInAsync(user, body.Password, body.Remember, lockoutOnFailure: true);
        if (result.IsNotAllowed)
        {
            throw new ProblemException(Problem.Of(await accounts.AttemptAsync(user, () => accounts.CheckPasswordAsync(user, body.Password))
                ? Refusal.Of(IdentityRefusal.EmailNotConfirmed, "Follow the link in the mail that was sent to this address, or ask for another.")
                : Wrong()));
        }

        return result.RequiresTwoFactor ? request.Ok(new SignInModel(SignInStatus.SecondFactorRequired, null))
            : result.Succeeded ? request.Ok(new SignInModel(SignInStatus.SignedIn, await SessionEndpoints.OpenedAsync(request)))
            : throw Failed();
    }

    private static async Task<IResult> SecondFactorAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<SecondFactor, SecondFactor>((body, faults) =>
        {
            faults.Require(body.Code is null != (body.RecoveryCode is null), "code", Faults.Inconsistent, "Send a code or a recovery code, not both.");
            return body;
        });
        var signIns = request.Service<SignIns>();
        if (await signIns.GetTwoFactorAuthenticationUserAsync() is { } user)
        {
            LimitAttempts(request, user.Account.Email);
            signIns.Remember = body.Remember;
            signIns.Method = body.Code is null ? SignInMethod.RecoveryCode : SignInMethod.Authenticator;

            // Identity counts guesses at the app's codes, and not at recovery codes.
            if (body.Code is { } code
                ? (await signIns.TwoFactorAuthenticatorSignInAsync(code.Replace(" ", "", StringComparison.Ordinal), body.Remember, rememberClient: false)).Succeeded
                : await request.Service<Accounts>().AttemptAsync(user, async () => (await signIns.TwoFactorRecoveryCodeSignInAsync(body.RecoveryCode!)).Succeeded))
            {
                return request.Ok(new SignInModel(SignInStatus.SignedIn, await SessionEndpoints.OpenedAsync(request)));
            }
        }

        throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.SecondFactorFailed, "The code is wrong or too old, or the sign-in was begun too long ago.")));
    }

    /// <summary>Takes one attempt at an account, whether or not there is one, from everywhere together.</summary>
    public static void LimitAttempts(ApiRequest request, string email) =>
        Gate.Limit(request.Http, request.Service<RateLimits>().TakeAttemptAt(IdentifierClaim.OfEmail(email).Value));

    private static Refusal Wrong() => Refusal.Of(
        IdentityRefusal.SignInFailed, "The e-mail address or the password is wrong. After several wrong attempts an account is locked for some minutes; then even the right password does not open it.");

    private static ProblemException Failed() => new(Problem.Of(Wrong()));
}
