using System.Security.Cryptography;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Identity;

/// <summary>
/// Writes mails that were asked for by naming an address, and hands all mails on. Where nothing is to be told, nothing is sent: the letter
/// is done either way. Repeated, it does what is left to do.
/// </summary>
internal sealed class AskedLetterSender(ILetterSender sender, Letters letters, IServiceScopeFactory scopes) : ILetterSender
{
    public async Task SendAsync(SealedLetter letter, CancellationToken cancellation)
    {
        if (!Letters.IsAsked(letter))
        {
            await sender.SendAsync(letter, cancellation);
            return;
        }

        AskedLetter asked;
        try
        {
            asked = letters.OpenAsked(letter);
        }
        catch (CryptographicException error)
        {
            throw new LetterNotTakenException(error.GetType().Name, error);
        }

        await using var scope = scopes.CreateAsyncScope();
        var (to, content) = await WriteAsync(scope.ServiceProvider.GetRequiredService<Accounts>(), asked);
        if (content is not null)
        {
            await sender.SendAsync(letters.Seal(letter.Id, to, content), cancellation);
        }
    }

    private static async Task<(string To, LetterContent? Content)> WriteAsync(Accounts accounts, AskedLetter asked)
    {
        if (asked is { Kind: AskedLetterKind.Register, Registration: { } registration })
        {
            await accounts.RegisterAskedAsync(asked.Email, registration);
        }

        var owner = await accounts.FindByEmailAsync(asked.Email);
        return (owner?.Account.Email ?? asked.Email, asked.Kind switch
        {
            AskedLetterKind.ConfirmEmail when owner is { Account.EmailConfirmed: false } => await ConfirmationAsync(accounts, owner, asked),
            AskedLetterKind.ResetPassword when owner is not null => LetterContent.ResetPassword(owner.Account.Spoken, owner.Account.Name, await ResetLinkAsync(accounts, owner, asked)),
            AskedLetterKind.ConfirmNewEmail => await NewEmailAsync(accounts, owner, asked),
            AskedLetterKind.Register when owner is { Account.EmailConfirmed: false } && owner.Account.SecurityStamp == asked.Registration?.SecurityStamp => await ConfirmationAsync(accounts, owner, asked),
            AskedLetterKind.Register when owner is not null => LetterContent.AlreadyRegistered(owner.Account.Spoken, owner.Account.Name, await ResetLinkAsync(accounts, owner, asked)),
            _ => null,
        });
    }

    private static async Task<LetterContent?> NewEmailAsync(Accounts accounts, MarketUser? owner, AskedLetter asked)
    {
        if (await accounts.FindByIdAsync(asked.User!.Value.Value) is not { } user || user.Known!.AwaitedEmail != asked.Email)
        {
            return null; // Meanwhile the person asked for another, or chose a new password, which voids it.
        }

        // Who asked is not told who has an account; its owner is.
        return owner is not null && owner.Id != user.Id
            ? LetterContent.AlreadyRegistered(owner.Account.Spoken, owner.Account.Name, await ResetLinkAsync(accounts, owner, asked))
            : LetterContent.ConfirmNewEmail(user.Account.Spoken, user.Account.Name, Letters.Link(
                asked.Root, "confirm-new-email", ("userId", user.Id.Value), ("email", asked.Email), ("token", await accounts.GenerateChangeEmailTokenAsync(user, asked.Email))));
    }

    private static async Task<LetterContent> ConfirmationAsync(Accounts accounts, MarketUser user, AskedLetter asked) => LetterContent.ConfirmEmail(
        user.Account.Spoken, user.Account.Name, Letters.Link(asked.Root, "confirm-email", ("userId", user.Id.Value), ("token", await accounts.GenerateEmailConfirmationTokenAsync(user))));

    private static async Task<string> ResetLinkAsync(Accounts accounts, MarketUser user, AskedLetter asked) =>
        Letters.Link(asked.Root, "reset-password", ("userId", user.Id.Value), ("token", await accounts.GeneratePasswordResetTokenAsync(user)));
}
