using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// What a person signs in with, and what keeps others from it. Secrets are hashed where a hash is enough and sealed where they
/// must be read again; nothing here opens anything by itself.
/// </summary>
/// <param name="Email">Address, as given.</param>
/// <param name="Name">The person's name, 1 to 200 characters.</param>
/// <param name="EmailConfirmed">Whether the person showed that mails to the address arrive.</param>
/// <param name="PasswordHash">Salted hash of the password; null: none was set.</param>
/// <param name="SecurityStamp">Changes with whatever the person signs in with: every session opened before ends, and every token made before is void.</param>
/// <param name="TwoFactorEnabled">Whether a password alone is not enough.</param>
/// <param name="AuthenticatorKey">Sealed key shared with the authenticator app; null: none.</param>
/// <param name="RecoveryCodes">Hashes of recovery codes not used yet.</param>
/// <param name="FailedSignIns">Failed attempts since the last success or lock-out.</param>
/// <param name="LockedUntil">Real time until which no password is looked at; null: not locked.</param>
/// <param name="Passkeys">Passkeys, oldest first.</param>
/// <param name="Logins">Subjects of other sign-in services that are this person.</param>
/// <param name="SpentCodes">Codes of the authenticator app that were used in the last minutes; null: none.</param>
/// <param name="Language">The language the person is written to in; null: never said, which is English.</param>
public sealed record Account(
    string Email,
    string Name,
    bool EmailConfirmed,
    string? PasswordHash,
    string SecurityStamp,
    bool TwoFactorEnabled,
    string? AuthenticatorKey,
    ImmutableArray<string> RecoveryCodes,
    int FailedSignIns,
    Instant? LockedUntil,
    ImmutableArray<Passkey> Passkeys,
    ImmutableArray<ExternalLogin> Logins,
    ImmutableArray<SpentCode>? SpentCodes = null,
    SpokenLanguage? Language = null)
{
    /// <summary>Passkeys one person may have.</summary>
    public const int MostPasskeys = 20;

    /// <summary>Subjects of other services one person may have.</summary>
    public const int MostLogins = 20;

    /// <summary>The language mails to the person are written in.</summary>
    [JsonIgnore]
    public SpokenLanguage Spoken => Language ?? SpokenLanguage.En;
}

/// <summary>A passkey (WebAuthn credential): the public half only.</summary>
/// <param name="Id">Credential id, base64url.</param>
/// <param name="Name">What its owner calls it, 1 to 100 characters.</param>
/// <param name="PublicKey">COSE public key, base64url.</param>
/// <param name="CreatedAt">Real time of its registration.</param>
/// <param name="SignCount">The authenticator's counter at the last sign-in; a lower one betrays a copy.</param>
/// <param name="Transports">How the browser reaches it.</param>
/// <param name="IsUserVerified">Whether it verified its user when it was registered.</param>
/// <param name="IsBackupEligible">Whether it may be copied to other devices of its owner.</param>
/// <param name="IsBackedUp">Whether it was.</param>
/// <param name="Attestation">Attestation object, base64url.</param>
/// <param name="ClientData">Client data of the registration, base64url.</param>
public sealed record Passkey(
    string Id,
    string Name,
    string PublicKey,
    Instant CreatedAt,
    long SignCount,
    ImmutableArray<string> Transports,
    bool IsUserVerified,
    bool IsBackupEligible,
    bool IsBackedUp,
    string Attestation,
    string ClientData);

/// <summary>A code of the authenticator app that was used, and is good no more.</summary>
/// <param name="Hash">Hash of the person and the code.</param>
/// <param name="At">Real time of its use.</param>
public sealed record SpentCode(string Hash, Instant At);

/// <summary>Who a person is for another sign-in service.</summary>
/// <param name="Provider">The service, by its name in the settings.</param>
/// <param name="Subject">The person there; stable, not an address.</param>
/// <param name="DisplayName">What the service is called.</param>
public sealed record ExternalLogin(string Provider, string Subject, string? DisplayName);
