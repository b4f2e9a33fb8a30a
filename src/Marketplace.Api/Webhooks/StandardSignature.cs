using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Api.Webhooks;

/// <summary>Signatures of the Standard Webhooks specification, version 1: HMAC-SHA256 of <c>id.timestamp.body</c>, in base64.</summary>
internal static class StandardSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";
    public const string SecretPrefix = "whsec_";

    /// <summary>Random bytes of a secret.</summary>
    public const int SecretBytes = 32;

    /// <summary>A new secret, as its holder gets it.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The header's part for one secret: <c>v1,{base64}</c>.</summary>
    /// <param name="secret">A secret as <see cref="NewSecret"/> makes it.</param>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="unixSeconds">The header <c>webhook-timestamp</c>.</param>
    /// <param name="body">The exact bytes of the body.</param>
    public static string Of(string secret, string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}."));
        var signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[SecretPrefix.Length..]), signed));
    }
}
