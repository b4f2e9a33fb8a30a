using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <content>Authenticator app, recovery codes, passkeys and other services.</content>
internal sealed partial class UserStore : IUserTwoFactorStore<MarketUser>, IUserAuthenticatorKeyStore<MarketUser>, IUserTwoFactorRecoveryCodeStore<MarketUser>,
    IUserPasskeyStore<MarketUser>, IUserLoginStore<MarketUser>
{
    // The app's key must be read to check its codes, so it is sealed, not hashed.
    private readonly IDataProtector authenticator = protection.CreateProtector("Marketplace.Identity.Authenticator");

    public Task<bool> GetTwoFactorEnabledAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.TwoFactorEnabled);

    public Task SetTwoFactorEnabledAsync(MarketUser user, bool enabled, CancellationToken cancellationToken) => Change(user, account => account with { TwoFactorEnabled = enabled });

    public Task<string?> GetAuthenticatorKeyAsync(MarketUser user, CancellationToken cancellationToken) =>
        Task.FromResult(user.Account.AuthenticatorKey is { } key ? authenticator.Unprotect(key) : null);

    public Task SetAuthenticatorKeyAsync(MarketUser user, string key, CancellationToken cancellationToken) =>
        Change(user, account => account with { AuthenticatorKey = authenticator.Protect(key) });

    public Task ReplaceCodesAsync(MarketUser user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        Change(user, account => account with { RecoveryCodes = [.. recoveryCodes.Select(code => HashOf(user, code))] });

    public async Task<bool> RedeemCodeAsync(MarketUser user, string code, CancellationToken cancellationToken)
    {
        var hash = HashOf(user, code);
        if (!user.Account.RecoveryCodes.Contains(hash))
        {
            return false;
        }

        await Change(user, account => account with { RecoveryCodes = account.RecoveryCodes.Remove(hash) });
        return true;
    }

    public Task<int> CountCodesAsync(MarketUser user, CancellationToken cancellationToken) => Task.FromResult(user.Account.RecoveryCodes.Length);

    public Task AddOrUpdatePasskeyAsync(MarketUser user, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        var kept = new Passkey(
            IdOf(passkey.CredentialId),
            passkey.Name ?? "Passkey",
            Base64Url.EncodeToString(passkey.PublicKey),
            Instant.FromDateTimeOffset(passkey.CreatedAt),
            passkey.SignCount,
            [.. passkey.Transports ?? []],
            passkey.IsUserVerified,
            passkey.IsBackupEligible,
            passkey.IsBackedUp,
            Base64Url.EncodeToString(passkey.AttestationObject),
            Base64Url.EncodeToString(passkey.ClientDataJson));
        return Change(user, account => account with
        {
            Passkeys = account.Passkeys.Any(known => known.Id == kept.Id)
                ? [.. account.Passkeys.Select(known => known.Id == kept.Id ? kept : known)]
                : account.Passkeys.Add(kept),
        });
    }

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(MarketUser user, CancellationToken cancellationToken) =>
        Task.FromResult<IList<UserPasskeyInfo>>([.. user.Account.Passkeys.Select(Info)]);

    public async Task<MarketUser?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await HolderAsync(IdentifierClaim.OfPasskey(IdOf(credentialId))) is { } user && Find(user, credentialId) is not null ? user : null;

    public Task<UserPasskeyInfo?> FindPasskeyAsync(MarketUser user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(Find(user, credentialId) is { } passkey ? Info(passkey) : null);

    public Task RemovePasskeyAsync(MarketUser user, byte[] credentialId, CancellationToken cancellationToken) =>
        Change(user, account => account with { Passkeys = [.. account.Passkeys.Where(passkey => passkey.Id != IdOf(credentialId))] });

    public Task AddLoginAsync(MarketUser user, UserLoginInfo login, CancellationToken cancellationToken) =>
        Change(user, account => account with { Logins = account.Logins.Add(new ExternalLogin(login.LoginProvider, login.ProviderKey, login.ProviderDisplayName)) });

    public Task RemoveLoginAsync(MarketUser user, string loginProvider, string providerKey, CancellationToken cancellationToken) =>
        Change(user, account => account with { Logins = [.. account.Logins.Where(login => login.Provider != loginProvider || login.Subject != providerKey)] });

    public Task<IList<UserLoginInfo>> GetLoginsAsync(MarketUser user, CancellationToken cancellationToken) =>
        Task.FromResult<IList<UserLoginInfo>>([.. user.Account.Logins.Select(login => new UserLoginInfo(login.Provider, login.Subject, login.DisplayName))]);

    public async Task<MarketUser?> FindByLoginAsync(string loginProvider, string providerKey, CancellationToken cancellationToken) =>
        await HolderAsync(IdentifierClaim.OfLogin(loginProvider, providerKey)) is { } user && user.Account.Logins.Any(login => login.Provider == loginProvider && login.Subject == providerKey)
            ? user
            : null;

    // A code is random enough for a plain hash; the person's id keeps equal codes of two persons apart.
    internal static string HashOf(MarketUser user, string code) =>
        PublicId.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Id}:{code.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant()}")));

    private static string IdOf(byte[] credentialId) => Base64Url.EncodeToString(credentialId);

    private static Passkey? Find(MarketUser user, byte[] credentialId) => user.Account.Passkeys.FirstOrDefault(passkey => passkey.Id == IdOf(credentialId));

    private static UserPasskeyInfo Info(Passkey passkey) => new(
        Base64Url.DecodeFromChars(passkey.Id),
        Base64Url.DecodeFromChars(passkey.PublicKey),
        passkey.CreatedAt.ToDateTimeOffset(),
        (uint)passkey.SignCount,
        [.. passkey.Transports],
        passkey.IsUserVerified,
        passkey.IsBackupEligible,
        passkey.IsBackedUp,
        Base64Url.DecodeFromChars(passkey.Attestation),
        Base64Url.DecodeFromChars(passkey.ClientData))
    {
        Name = passkey.Name,
    };
}
