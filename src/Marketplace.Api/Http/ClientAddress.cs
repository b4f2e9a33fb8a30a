using System.Security.Cryptography;
using System.Text;
using Marketplace.Api.Identity;

namespace Marketplace.Api.Http;

/// <summary>Whose request it is, by network address: limits are counted by it, and the access log names it.</summary>
internal static class ClientAddress
{
    /// <summary>Where the portal says who it is.</summary>
    public const string PortalHeader = "Marketplace-Portal";

    /// <summary>Where the portal says for whom it asks.</summary>
    public const string Header = "Marketplace-Client-Address";

    /// <summary>The address that the request came from; what the portal forwards, and nobody else, counts as coming from where the portal says.</summary>
    public static string Of(HttpContext http)
    {
        var credential = http.Request.Headers[PortalHeader].ToString();
        return credential.Length > 0 && http.Request.Headers[Header].ToString() is { Length: > 0 and <= 64 } forwarded && System.Net.IPAddress.TryParse(forwarded, out var address) && IsPortal(http, credential)
            ? address.ToString()
            : http.Connection.RemoteIpAddress?.ToString() ?? "local";
    }

    private static bool IsPortal(HttpContext http, string credential) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(credential)),
        SHA256.HashData(Encoding.UTF8.GetBytes(http.RequestServices.GetRequiredService<PortalCredential>().Value)));
}
