using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Api.Tests.Webhooks;

/// <summary>The receiver of docs/webhooks.md.</summary>
public static class WebhookVerifier
{
    /// <summary>Whether this request was signed with the secret, within five minutes.</summary>
    public static bool Verify(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        if (!long.TryParse(timestamp, out var seconds) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300)
        {
            return false;
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), signed);
        return signatures.Split(' ').Any(given =>
            given.StartsWith("v1,", StringComparison.Ordinal) &&
            CryptographicOperations.FixedTimeEquals(expected, Convert.FromBase64String(given["v1,".Length..])));
    }
}
