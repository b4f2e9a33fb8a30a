using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>An API key as it is kept: never its secret, only the secret's hash.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">What its owner calls it, 1 to 100 characters.</param>
/// <param name="Prefix">The key's readable beginning, enough to recognise it by.</param>
/// <param name="SecretHash">Base32 of SHA-256 of the secret. The secret has 256 random bits, so a plain hash is enough.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scopes">Narrows the role; empty: all that the role may.</param>
/// <param name="CreatedAt">When it was issued, market time.</param>
/// <param name="ExpiresAt">From this instant of real time on it is refused; null: never.</param>
/// <param name="RevokedAt">When it was revoked, market time; null: it was not.</param>
/// <param name="ReplacedBy">The key that takes its place, after a rotation; null: none does.</param>
public sealed record ApiKey(
    ApiKeyId Id,
    string Name,
    string Prefix,
    string SecretHash,
    OrganizationRole Role,
    ImmutableArray<Scope> Scopes,
    Instant CreatedAt,
    Instant? ExpiresAt,
    Instant? RevokedAt,
    ApiKeyId? ReplacedBy = null)
{
    /// <summary>Whether it was revoked.</summary>
    [JsonIgnore]
    public bool IsRevoked => RevokedAt is not null;

    /// <summary>Whether the holder of <paramref name="secret"/> may use this key at real time <paramref name="realNow"/>. Takes the same time for every wrong secret.</summary>
    public bool Admits(string secret, Instant realNow) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(secret)), Encoding.ASCII.GetBytes(SecretHash)) &&
        !IsRevoked && (ExpiresAt is not { } end || realNow < end);

    /// <summary>What is kept of a secret.</summary>
    public static string Hash(string secret) => PublicId.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

/// <summary>
/// The text of an API key, <c>mk_{organization}_{key}_{secret}</c>: it names its organization and itself, so that it is
/// checked against one grain without any index.
/// </summary>
/// <param name="Organization">The organization it acts for.</param>
/// <param name="Key">The key.</param>
/// <param name="Secret">52 base32 characters, 256 bits.</param>
public sealed record ApiKeyText(OrganizationId Organization, ApiKeyId Key, string Secret)
{
    private const int SecretLength = 52;

    /// <summary>The readable beginning, without the secret.</summary>
    public string Prefix => $"mk_{Suffix(Organization.Value)}_{Suffix(Key.Value)}";

    /// <summary>Makes the text of a key from 32 random bytes.</summary>
    public static ApiKeyText Of(OrganizationId organization, ApiKeyId key, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, 32);
        return new ApiKeyText(organization, key, PublicId.Encode(random));
    }

    /// <summary>Reads a key, or answers null where the text is none.</summary>
    public static ApiKeyText? Parse(string text)
    {
        var parts = text.Split('_');
        return parts.Length == 4 && parts[0] == "mk" && parts[3].Length == SecretLength &&
            PublicId.TryParse<OrganizationId>("org_" + parts[1], out var organization) &&
            PublicId.TryParse<ApiKeyId>("key_" + parts[2], out var key)
                ? new ApiKeyText(organization, key, parts[3])
                : null;
    }

    /// <summary>The whole key, for its holder alone.</summary>
    public string Reveal() => Prefix + "_" + Secret;

    /// <summary>The readable beginning: a key printed by accident tells nothing.</summary>
    public override string ToString() => Prefix;

    private static string Suffix(string id) => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];
}
