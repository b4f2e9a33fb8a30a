using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Portal.Shell;

/// <summary>
/// What somebody wants, as an idempotency key: the same wish is the same key in every tab, on every day and in every process, so
/// that it is fulfilled once.
/// </summary>
internal static class Intent
{
    /// <summary>The key of a wish.</summary>
    /// <param name="parts">What is wanted and of what, as far as it tells this wish from others.</param>
    public static string Key(params string[] parts) =>
        "portal-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..40];
}
