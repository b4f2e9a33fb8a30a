using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Api.Billing;

/// <summary>
/// Signatures of the gateway's notifications, in Stripe's form: <c>t={unix seconds},v1={hex HMAC-SHA256 of "t.body"}</c>, one
/// <c>v1</c> per secret while secrets are being changed.
/// </summary>
internal static class WebhookSignature
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "Stripe-Signature";

    /// <summary>How far a notification's time may be off.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    /// <summary>The header's value for a body sent now.</summary>
    public static string Sign(string secret, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Convert.ToHexStringLower(Hash(secret, seconds, body))}";
    }

    /// <summary>Whether the body was signed with one of the secrets, within the tolerance.</summary>
    public static bool IsValid(string header, ReadOnlySpan<byte> body, IEnumerable<string> secrets, DateTimeOffset now)
    {
        string? seconds = null;
        var signatures = new List<byte[]>();
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal))
            {
                seconds ??= part[2..];
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && part.Length == 3 + (2 * HMACSHA256.HashSizeInBytes) && part.Skip(3).All(char.IsAsciiHexDigit))
            {
                signatures.Add(Convert.FromHexString(part.AsSpan(3)));
            }
        }

        if (!long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var sent) ||
            Math.Abs(now.ToUnixTimeSeconds() - (decimal)sent) > (decimal)Tolerance.TotalSeconds)
        {
            return false;
        }

        foreach (var secret in secrets)
        {
            var expected = Hash(secret, seconds!, body);
            if (signatures.Exists(signature => CryptographicOperations.FixedTimeEquals(signature, expected)))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Hash(string secret, string seconds, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.UTF8.GetBytes(seconds + ".");
        var signed = new byte[prefix.Length + body.Length];
        prefix.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(prefix.Length));
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed);
    }
}
