using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Organizations;

namespace Marketplace.Api.Identity;

/// <summary>
/// Changing the address of an account: asked for by whoever knows its password, confirmed by whoever reads mails to the new address, and
/// told to the old one both times.
/// </summary>
internal static class EmailChangeEndpoints
{
    public static IEndpointRouteBuilder MapEmailChange(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Account");
        room.Post("/identity/email-changes", new("changeEmail", "Ask to change the address", "Sends a mail with a link to the new address and a notice to the present one. Nothing changes until the link is followed; asking for another address voids the link before. Answers alike whether or not the new address has an account.", Permission.Person)
        {
            Takes = EmailChange.Example,
            Status = 202,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.PasswordWrong, IdentityRefusal.SignInAgain],
        }, AskAsync);

        room.Post("/identity/email-changes/redeem", new("confirmEmailChange", "Confirm a new address", "With what the link in the mail holds. The new address signs in from then on, and counts as confirmed; all sessions end but one at this browser.", Permission.Public)
        {
            Takes = EmailChangeConfirmation.Example,
            Status = 204,
            NoIdempotencyKey = true,
            Guessable = true,
            Refuses = [IdentityRefusal.TokenInvalid, UserRefusal.Exists, UserRefusal.Changed, UserRefusal.IdentifierTaken],
        }, RedeemAsync);
        return routes;
    }

    private static async Task<IResult> AskAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<EmailChange>();
        var user = AccountEndpoints.Me(request);
        SignInEndpoints.LimitAttempts(request, user.Account.Email);
        await ReauthenticateAsync(request, user, body.CurrentPassword);
        var email = body.Email.Trim();
        await request.Service<MailLimits>().TakeAsync(request, email);
        request.Granted(await request.Grain<IUserGrain>(user.Id.Value).AskEmailChangeAsync(new AskEmailChange(email, ClientAddress.Of(request.Http), request.RealNow)));

        var letters = request.Service<Letters>();
        await letters.AskAsync(new AskedLetter(AskedLetterKind.ConfirmNewEmail, email, letters.RootOf(request.Http), user.Id));
        await letters.SendAsync(user.Account.Email, LetterContent.EmailChangeAsked(user.Account.Spoken, user.Account.Name, email, letters.Link(request.Http, "forgot-password")));
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    /// <summary>A session left open at somebody else's desk is not enough to take an account away.</summary>
    private static async Task ReauthenticateAsync(ApiRequest request, MarketUser user, string? password)
    {
        if (user.Account.PasswordHash is null)
        {
            AccountEndpoints.RefuseUnlessFresh(request);
            return;
        }

        var accounts = request.Service<Accounts>();
        if (!await accounts.AttemptAsync(user, () => accounts.CheckPasswordAsync(user, password ?? "")))
        {
            throw AccountEndpoints.WrongPassword();
        }
    }

    private static async Task<IResult> RedeemAsync(ApiRequest request)
    {
        var body = await request.ReadAsync<EmailChangeConfirmation>();
        var accounts = request.Service<Accounts>();
        var user = await accounts.FindByIdAsync(body.UserId.Value);
        if (user is null || !string.Equals(user.Known!.AwaitedEmail, body.Email, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(Problem.Of(Refusal.Of(IdentityRefusal.TokenInvalid, "The link is wrong, was used before or is too old; ask for another.", "token")));
        }

        var before = user.Account.Email;
        SignInEndpoints.Check(await accounts.ChangeEmailAsync(user, body.Email, body.Token));
        await request.Service<Letters>().SendAsync(before, LetterContent.EmailChanged(user.Account.Spoken, user.Account.Name, user.Account.Email));
        return Results.NoContent();
    }
}
