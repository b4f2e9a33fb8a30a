using Microsoft.AspNetCore.DataProtection;

namespace Marketplace.Api.Webhooks;

/// <summary>
/// Seals signing secrets before they leave the API, and opens them for the sender alone: records, rows, exports and logs hold only
/// sealed ones. The keys that seal lie in the store (<see cref="ProtectionKeys"/>).
/// </summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("Marketplace.Webhooks.Secret");

    public string Seal(string secret) => protector.Protect(secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">The keys that sealed it are lost.</exception>
    public string Open(string sealedSecret) => protector.Unprotect(sealedSecret);
}
