using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Identity;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>A person's own account: address, password, name, and what happened to it.</summary>
internal static class AccountEndpoints
{
    /// <summary>How long ago somebody without a password may have signed in.</summary>
    private static readonly Duration Fresh = Duration.FromMinutes(10);

    public static IEndpointRouteBuilder MapAccount(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Account");
        room.Post("/identity/email-confirmations", new("sendEmailConfirmation", "Send the confirmation mail again", "Answers alike whether or not there is such an account.", Permission.Public)
        {
            Takes = MailRequest.Example,
            Status = 202,
            NoIdempotencyKey = true,
            Guessable = true,
        }, SendConfirmationAsync);

        room.Post("/identity/email-confirmations/redeem", new("confirmEmail", "Confirm an address", "With what the link in the mail holds.", Permission.Public)
        {
            Takes = EmailConfirmation.Example,
            Status = 204,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.TokenInvalid],
        }, ConfirmAsync);

        room.Post("/identity/password-resets", new("sendPasswordReset", "Send a mail to reset the password", "Answers alike whether or not there is such an account.", Permission.Public)
        {
            Takes = MailRequest.Example,
            Status = 202,
            NoIdempotencyKey = true,
            Guessable = true,
        }, SendResetAsync);

        room.Post("/identity/password-resets/redeem", new("resetPassword", "Choose a new password", "With what the link in the mail holds. The person is signed out everywhere, and the address counts as confirmed. If it was not before, whatever else could open the account is taken away: it may have been set by somebody else.", Permission.Public)
        {
            Takes = PasswordReset.Example,
            Status = 204,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.TokenInvalid, IdentityRefusal.PasswordTooWeak],
        }, ResetAsync);

        room.Put("/identity/account/password", new("changePassword", "Change the password", "All other sessions end. Who has none yet sets one within ten minutes of signing in.", Permission.Person)
        {
            Takes = PasswordChange.Example,
            Status = 204,
            Guessable = true,
            Refuses = [IdentityRefusal.PasswordWrong, IdentityRefusal.PasswordTooWeak, IdentityRefusal.SignInAgain],
        }, ChangePasswordAsync);

        room.Patch("/identity/account", new("updateAccount", "Change one's name or language", "Members keep the name under which they joined. Mails and calendars are in the person's language from then on; contracts, invoices and the API's own answers are English.", Permission.Person)
        {
            Takes = AccountChanges.Example,
            Gives = UserModel.Example,
            Refuses = [UserRefusal.Changed],
        }, UpdateAsync);

        room.Get("/identity/activity", new("listActivity", "List what happened to one's account", "Sign-ins, failed attempts, and changes of what one signs in with, newest first.", Permission.Person)
        {
            Gives = Page.Of(AccessEntryModel.Example),
            Pages = true,
        }, request => request.PageAsync<AccessEntry, AccessEntryModel>(AccessRows.Table, request.SignedIn.User.Id.Value, AccessEntryModel.Of));
        return routes.MapEmailChange().MapAuthenticator().MapPasskeys();
    }

    /// <summary>The person who is signed in, for Identity's managers.</summary>
    public static MarketUser Me(ApiRequest request) => MarketUser.Of(request.SignedIn.User);

    private static async Task<IResult> SendConfirmationAsync(ApiRequest request) => await AskAsync(request, AskedLetterKind.ConfirmEmail);

    private static async Task<IResult> SendResetAsync(ApiRequest request) => await AskAsync(request, AskedLetterKind.ResetPassword);

    /// <summary>Keeps what was asked for; whose address it is, if anybody's, is looked up once it was answered.</summary>
    private static async Task<IResult> AskAsync(ApiRequest request, AskedLetterKind kind)
    {
        var email = (await request.ReadAsync<MailRequest>()).Email.Trim();
        SignInEndpoints.LimitAttempts(request, email);
        await request.Service<MailLimits>().TakeAsync(request, email);
        var letters = request.Service<Letters>();
        await letters.AskAsync(new AskedLetter(kind, email, letters.RootOf(request.Http)));
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ConfirmAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<EmailConfirmation>();
        var accounts = request.Service<Accounts>();
        var user = await accounts.FindByIdAsync(body.UserId.Value) ?? throw Invalid();
        SignInEndpoints.Check(await accounts.ConfirmEmailAsync(user, body.Token));
        return Results.NoContent();
    }

    private static async Task<IResult> ResetAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<PasswordReset>();
        var accounts = request.Service<Accounts>();
        var user = await accounts.FindByIdAsync(body.UserId.Value) ?? throw Invalid();
        var account = user.Account;

        // Until now anybody may have registered this address, and left a way in.
        user.Account = account.EmailConfirmed
            ? account with { LockedUntil = null }
            : account with { LockedUntil = null, EmailConfirmed = true, Passkeys = [], Logins = [], TwoFactorEnabled = false, AuthenticatorKey = null, RecoveryCodes = [] };
        request.Service<CurrentSession>().Id = null; // No session stays, not even one at this browser.
        SignInEndpoints.Check(await accounts.ResetPasswordAsync(user, body.Token, body.Password));
        return Results.NoContent();
    }

    private static async Task<IResult> ChangePasswordAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<PasswordChange>();
        var user = Me(request);
        SignInEndpoints.LimitAttempts(request, user.Account.Email);
        var accounts = request.Service<Accounts>();
        if (user.Account.PasswordHash is null)
        {
            RefuseUnlessFresh(request);
            SignInEndpoints.Check(await accounts.AddPasswordAsync(user, body.NewPassword));
            return Results.NoContent();
        }

        var result = IdentityResult.Success;
        if (!await accounts.AttemptAsync(user, async () => !IsMismatch(result = await accounts.ChangePasswordAsync(user, body.CurrentPassword ?? "", body.NewPassword))))
        {
            throw WrongPassword();
        }

        SignInEndpoints.Check(result);
        return Results.NoContent();
    }

    /// <summary>Whoever has no password to ask for, or adds a way to sign in, shows who they are by having signed in just now.</summary>
    public static void RefuseUnlessFresh(ApiRequest request)
    {
        if (request.RealNow - request.SignedIn.Session.OpenedAt > Fresh)
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.SignInAgain, "Sign in again, then repeat this within ten minutes.")));
        }
    }

    public static ProblemException WrongPassword() => new(Problem.Of(Refusal.Of(
        IdentityRefusal.PasswordWrong, "The present password is another, or the account is locked for some minutes after too many wrong ones.", "currentPassword")));

    private static bool IsMismatch(IdentityResult result) => result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.PasswordMismatch));

    private static async Task<IResult> UpdateAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<AccountChanges>();
        var user = Me(request);
        user.Account = user.Account with { Name = body.Name ?? user.Account.Name, Language = body.Language ?? user.Account.Language };
        SignInEndpoints.Check(await request.Service<Accounts>().UpdateAsync(user));
        return request.Ok(UserModel.Of(user.Known!));
    }

    private static ProblemException Invalid() => new(Problem.Of(Refusal.Of(IdentityRefusal.TokenInvalid, "The link is wrong, was used before or is too old; ask for another.", "token")));
}
