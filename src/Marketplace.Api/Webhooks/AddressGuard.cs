using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Webhooks;

/// <summary>
/// Says where webhooks may go: to public unicast addresses, by https on port 443. What an address is for is taken from the IANA
/// special-purpose address registries. The sender asks for each address it is about to connect to, since a name says nothing.
/// </summary>
internal sealed class AddressGuard(IOptions<WebhookOptions> options)
{
    public const int HttpsPort = 443;
    private const int LongestUrl = 2_000;

    /// <summary>IPv4 that is not the public internet.</summary>
    private static readonly ImmutableArray<IPNetwork> Closed4 = Networks(
        "0.0.0.0/8", // this network
        "10.0.0.0/8", // private
        "100.64.0.0/10", // shared by carriers
        "127.0.0.0/8", // loopback
        "168.63.129.16/32", // the host of an Azure machine, public in form alone
        "169.254.0.0/16", // link-local, metadata of clouds
        "172.16.0.0/12", // private
        "192.0.0.0/24", // protocol assignments
        "192.0.2.0/24", // documentation
        "192.88.99.0/24", // 6to4 relays
        "192.168.0.0/16", // private
        "198.18.0.0/15", // benchmarks
        "198.51.100.0/24", // documentation
        "203.0.113.0/24", // documentation
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, broadcast

    /// <summary>All of IPv6 that is handed out as global unicast; whatever lies outside is closed: loopback, mapped, NAT64, unique-local, link-local, multicast.</summary>
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    /// <summary>Parts of it that are no host of its own.</summary>
    private static readonly ImmutableArray<IPNetwork> Closed6 = Networks(
        "2001::/23", // protocol assignments, Teredo
        "2001:db8::/32", // documentation
        "2002::/16", // 6to4: embeds an IPv4 address
        "3fff::/20"); // documentation

    /// <summary>Why this is no address to send to, in a sentence; null when it may be one.</summary>
    public string? Fault(string url)
    {
        if (url.Length > LongestUrl || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return $"Expected a whole address such as https://example.com/webhooks, of at most {LongestUrl:N0} characters.";
        }

        var isLocal = IsLoopbackName(uri);
        if (isLocal && !options.Value.AllowLoopback)
        {
            return "Loopback addresses are not sent to.";
        }

        if (uri.Scheme != Uri.UriSchemeHttps && !(isLocal && uri.Scheme == Uri.UriSchemeHttp))
        {
            return "Expected https.";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return "Expected an address without user name, password and fragment.";
        }

        if (uri.Port != HttpsPort && !isLocal)
        {
            return $"Expected port {HttpsPort}.";
        }

        return IPAddress.TryParse(uri.IdnHost, out var address) && !Allows(address, uri) ? "That address is not on the public internet." : null;
    }

    /// <summary>Whether a connection to this address may be opened for this request.</summary>
    public bool Allows(IPAddress address, Uri uri)
    {
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(bare)
            ? options.Value.AllowLoopback
            : IsPublic(bare) && uri.Scheme == Uri.UriSchemeHttps && uri.Port == HttpsPort;
    }

    /// <summary>Whether an address is public and of one host.</summary>
    public static bool IsPublic(IPAddress address)
    {
        var bare = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return bare.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Closed4.Any(network => network.Contains(bare)),
            AddressFamily.InterNetworkV6 => bare.ScopeId == 0 && Global6.Contains(bare) && !Closed6.Any(network => network.Contains(bare)),
            _ => false,
        };
    }

    private static bool IsLoopbackName(Uri uri) => uri.IsLoopback || uri.IdnHost.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static ImmutableArray<IPNetwork> Networks(params ReadOnlySpan<string> texts)
    {
        var networks = ImmutableArray.CreateBuilder<IPNetwork>(texts.Length);
        foreach (var text in texts)
        {
            networks.Add(IPNetwork.Parse(text));
        }

        return networks.ToImmutable();
    }
}

/// <summary>A name led to an address that webhooks do not go to.</summary>
internal sealed class AddressRefusedException(string host, IPAddress address)
    : IOException($"{host} leads to {address}, which is not on the public internet or not on the port expected there.");
