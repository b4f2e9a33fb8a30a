using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>
/// Where ASP.NET Core Identity's managers find and keep people: in their grains. An address, passkey or foreign sign-in is claimed
/// before it is written, so that it is never two persons'; a claim whose owner never came to be is taken up by the next one who registers.
/// </summary>
internal sealed partial class UserStore(IGrainFactory grains, TimeProvider time, CurrentSession current, IDataProtectionProvider protection)
    : IUserPasswordStore<MarketUser>, IUserEmailStore<MarketUser>, IUserSecurityStampStore<MarketUser>, IUserLockoutStore<MarketUser>
{
    private Instant RealNow => Instant.FromDateTimeOffset(time.GetUtcNow());

    public void Dispose()
    {
        // It holds nothing: grains are called, not owned.
    }

    public async Task<IdentityResult> CreateAsync(MarketUser user, CancellationToken cancellationToken)
    {
        user.Id = await ClaimAsync(IdentifierClaim.OfEmail(user.Account.Email), user.Id);
        foreach (var login in user.Account.Logins)
        {
            if (await ClaimAsync(IdentifierClaim.OfLogin(login.Provider, login.Subject), user.Id) != user.Id)
            {
                return Failed(UserRefusal.IdentifierTaken, "This sign-in belongs to another account.");
            }
        }

        return Taken(user, await Grain(user.Id).RegisterAsync(new RegisterUser(user.Id, user.Account, RealNow)));
    }

    public async Task<IdentityResult> UpdateAsync(MarketUser user, CancellationToken cancellationToken)
    {
        var before = user.Known!.Account;
        if (before == user.Account)
        {
            return IdentityResult.Success;
        }

        var (left, entered) = (Identifiers(before).Except(Identifiers(user.Account)).ToList(), Identifiers(user.Account).Except(Identifiers(before)).ToList());
        foreach (var identifier in entered)
        {
            if (await ClaimAsync(identifier, user.Id) != user.Id)
            {
                return Failed(UserRefusal.IdentifierTaken, "This address or sign-in belongs to another account.");
            }
        }

        var answer = await Grain(user.Id).SaveAccountAsync(new SaveAccount(user.Account, user.Known.Revision, current.Id, RealNow));
        foreach (var identifier in answer.IsGranted ? left : await NotHeldAsync(user.Id, entered))
        {
            await grains.Of<IIdentifierClaimGrain>(identifier.Value).ReleaseAsync(new ReleaseIdentifier(user.Id));
        }

        return Taken(user, answer);
    }

    /// <summary>Accounts are not deleted: contracts name the people who signed them.</summary>
    public Task<IdentityResult> DeleteAsync(MarketUser user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Accounts are not deleted: contracts name the people who signed them.");

    public async Task<MarketUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        PublicId.TryParse<UserId>(userId, out var id) && await Grain(id).GetAsync() is { } found ? MarketUser.Of(found.State) : null;

    public async Task<MarketUser?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken) =>
        await HolderAsync(IdentifierClaim.OfEmail(normalizedEmail)) is { } user && IdentifierClaim.OfEmail(user.Account.Email) == IdentifierClaim.OfEmail(normalizedEmail) ? user : null;

    public Task<MarketUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => FindByEmailAsync(normalizedUserName, cancellationToken);

    public Task<string> GetUserIdAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Id.Value);

    // The address is the name to sign in with, and is normalized where it is claimed.
    public Task<string?> GetUserNameAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.Email);

    public Task SetUserNameAsync(MarketUser user, string? userName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string?> GetNormalizedUserNameAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.Email.ToUpperInvariant());

    public Task SetNormalizedUserNameAsync(MarketUser user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string?> GetEmailAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.Email);

    public Task SetEmailAsync(MarketUser user, string? email, CancellationToken cancellationToken) => Change(user, account => account with { Email = email ?? "" });

    public Task<string?> GetNormalizedEmailAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.Email.ToUpperInvariant());

    public Task SetNormalizedEmailAsync(MarketUser user, string? normalizedEmail, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> GetEmailConfirmedAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.EmailConfirmed);

    public Task SetEmailConfirmedAsync(MarketUser user, bool confirmed, CancellationToken cancellationToken) => Change(user, account => account with { EmailConfirmed = confirmed });

    public Task<string?> GetPasswordHashAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.PasswordHash);

    public Task SetPasswordHashAsync(MarketUser user, string? passwordHash, CancellationToken cancellationToken) => Change(user, account => account with { PasswordHash = passwordHash });

    public Task<bool> HasPasswordAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.PasswordHash is not null);

    public Task<string?> GetSecurityStampAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Account.SecurityStamp);

    public Task SetSecurityStampAsync(MarketUser user, string stamp, CancellationToken cancellationToken) => Change(user, account => account with { SecurityStamp = stamp });

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.LockedUntil?.ToDateTimeOffset());

    public Task SetLockoutEndDateAsync(MarketUser user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) =>
        Change(user, account => account with { LockedUntil = lockoutEnd is { } end ? Instant.FromDateTimeOffset(end) : null });

    public Task<int> IncrementAccessFailedCountAsync(MarketUser user, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"Failed attempts are counted by {nameof(Accounts)}, in one step, so that parallel ones all count.");

    public Task ResetAccessFailedCountAsync(MarketUser user, CancellationToken cancellationToken) => Change(user, account => account with { FailedSignIns = 0 });

    public Task<int> GetAccessFailedCountAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.FailedSignIns);

    public Task<bool> GetLockoutEnabledAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task SetLockoutEnabledAsync(MarketUser user, bool enabled, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Another request of the same person may have won with the very same identifiers: what the account holds stays claimed.</summary>
    private async Task<IEnumerable<IdentifierId>> NotHeldAsync(UserId user, IEnumerable<IdentifierId> entered) =>
        await Grain(user).GetAsync() is { } present ? entered.Except(Identifiers(present.State.Account)) : entered;

    private static Task Change(MarketUser user, Func<Account, Account> change)
    {
        user.Account = change(user.Account);
        return Task.CompletedTask;
    }

    private static IEnumerable<IdentifierId> Identifiers(Account account) =>
    [
        IdentifierClaim.OfEmail(account.Email),
        .. account.Logins.Select(login => IdentifierClaim.OfLogin(login.Provider, login.Subject)),
        .. account.Passkeys.Select(passkey => IdentifierClaim.OfPasskey(passkey.Id)),
    ];

    private static IdentityResult Taken(MarketUser user, Answer<Snapshot<User>> answer)
    {
        if (!answer.IsGranted)
        {
            return IdentityResult.Failed(new IdentityError { Code = answer.Refusal.Code, Description = answer.Refusal.Detail });
        }

        user.Take(answer.Value.State);
        return IdentityResult.Success;
    }

    private static IdentityResult Failed(UserRefusal refusal, string detail) =>
        IdentityResult.Failed(new IdentityError { Code = Refusal.Of(refusal, detail).Code, Description = detail });

    private IUserGrain Grain(UserId id) => grains.Of<IUserGrain>(id.Value);

    private async Task<UserId> ClaimAsync(IdentifierId identifier, UserId holder) =>
        (await grains.Of<IIdentifierClaimGrain>(identifier.Value).ClaimAsync(new ClaimIdentifier(identifier, holder))).Value!.State.Holder!.Value;

    private async Task<MarketUser?> HolderAsync(IdentifierId identifier) =>
        (await grains.Of<IIdentifierClaimGrain>(identifier.Value).GetAsync())?.State.Holder is { } holder
            ? await FindByIdAsync(holder.Value, CancellationToken.None)
            : null;

}
