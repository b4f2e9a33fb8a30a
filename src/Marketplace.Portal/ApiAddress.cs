using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Marketplace.Portal;

/// <summary>Where the API is: as configured, or at this host's own listener.</summary>
public sealed class ApiAddress(IOptions<PortalOptions> options, IServer server)
{
    private static readonly string[] AnyAddress = ["0.0.0.0", "[::]", "*", "+"];

    /// <summary>Whether requests to the API have to be forwarded to another process.</summary>
    public bool IsElsewhere => options.Value.ApiBaseUrl is not null;

    /// <summary>Root of the API. This host's own is known from when it listens.</summary>
    public Uri Root => options.Value.ApiBaseUrl ?? OwnListener();

    /// <summary>The first address of those listened at, as a client on this machine reaches it; unencrypted before encrypted.</summary>
    internal static Uri? Reachable(IEnumerable<string> addresses)
    {
        foreach (var address in addresses.OrderBy(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            var host = AnyAddress.FirstOrDefault(any => address.Contains($"//{any}", StringComparison.Ordinal));
            var text = host is null ? address : address.Replace($"//{host}", "//127.0.0.1", StringComparison.Ordinal);
            if (Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var root))
            {
                return root;
            }
        }

        return null;
    }

    private Uri OwnListener() => Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        ?? throw new InvalidOperationException("Portal:ApiBaseUrl is not set and this host does not listen anywhere.");
}
