using System.Net;
using System.Net.Sockets;
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

    private const string Local = "local";
    private const int NetworkBytes = 8;

    /// <summary>The address that the request came from; what the portal forwards, and nobody else, counts as coming from where the portal says.</summary>
    public static string Of(HttpContext http)
    {
        var credential = http.Request.Headers[PortalHeader].ToString();
        return credential.Length > 0 && http.Request.Headers[Header].ToString() is { Length: > 0 and <= 64 } forwarded && IPAddress.TryParse(forwarded, out var address) && IsPortal(http, credential)
            ? Plain(address).ToString()
            : http.Connection.RemoteIpAddress is { } direct ? Plain(direct).ToString() : Local;
    }

    /// <summary>By what limits are counted: the address, or of IPv6 the network of 64 bits that one subscriber has to choose addresses from.</summary>
    public static string NetworkOf(HttpContext http) => NetworkOf(Of(http));

    private static string NetworkOf(string client)
    {
        if (!IPAddress.TryParse(client, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return client;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes) + "/64";
    }

    /// <summary>An IPv4 address as such, where a listener for both kinds writes it as one of IPv6.</summary>
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsPortal(HttpContext http, string credential) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(credential)),
        SHA256.HashData(Encoding.UTF8.GetBytes(http.RequestServices.GetRequiredService<PortalCredential>().Value)));
}
