using System.Net;
using Azure.Data.Tables;
using Marketplace.Api.Billing;
using Marketplace.Portal;

namespace Marketplace.Host;

/// <summary>Reads the settings, and refuses what is misspelt, missing or contradictory before anything starts.</summary>
internal static class Settings
{
    /// <summary>Short forms of settings on the command line.</summary>
    private static readonly Dictionary<string, string> Switches = new() { ["--role"] = $"{HostOptions.Section}:{nameof(HostOptions.Role)}" };

    /// <summary>Names, or first parts of names, that the command line may give a value: the product's own, and those of the web host and of telemetry.</summary>
    private static readonly string[] Known =
    [
        "urls", "role", HostOptions.Section, "Api", "Portal", "Verification", "Logging", "Kestrel", "AllowedHosts", "environment", "http_ports", "https_ports",
        Telemetry.Otlp, Telemetry.AzureMonitor,
    ];

    /// <summary>Adds the command line with its short forms.</summary>
    /// <param name="configuration">To it.</param>
    /// <param name="arguments">Names and values.</param>
    /// <param name="more">Further names that this command knows.</param>
    /// <exception cref="SettingsException">A name is none of a setting: it would be taken in silence and change nothing.</exception>
    public static void AddSwitches(this ConfigurationManager configuration, string[] arguments, params string[] more)
    {
        for (var index = 0; index < arguments.Length; index++)
        {
            var argument = arguments[index];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException($"'{argument}' is neither a command nor a setting; --help lists both.");
            }

            var name = argument[2..].Split('=', 2)[0];
            if (!Known.Concat(more).Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingsException($"There is no setting --{name}; --help lists what there is.");
            }

            if (!argument.Contains('=', StringComparison.Ordinal) && ++index == arguments.Length)
            {
                throw new SettingsException($"--{name} needs a value.");
            }
        }

        configuration.AddCommandLine(arguments, Switches);
    }

    /// <exception cref="SettingsException">They cannot be meant.</exception>
    public static HostOptions Read(IConfiguration configuration)
    {
        HostOptions options;
        try
        {
            options = configuration.GetSection(HostOptions.Section).Get<HostOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new HostOptions();
        }
        catch (InvalidOperationException error)
        {
            // The binder names what it does not know after the last colon, and says everything else well itself.
            throw new SettingsException(
                error.Message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
                    ? $"There is no such setting under {HostOptions.Section}: {error.Message.Split(": ")[^1]}."
                    : error.Message,
                error);
        }

        string[] faults = [.. Unresolved(configuration), .. Faults(options), .. OfPortal(options, configuration)];
        return faults.Length == 0 ? options : throw new SettingsException(string.Join(Environment.NewLine + "  ", faults));
    }

    /// <summary>Everything that is wrong with them, in words for whoever set them.</summary>
    internal static IEnumerable<string> Faults(HostOptions options) =>
    [
        .. options.Role == HostRole.Portal ? [] : options.Store == StoreKind.Embedded ? OfEmbedded(options) : OfAzure(options.Azure),
        .. OfCluster(options.Cluster),
        .. OfPayments(options),
        .. options is { Demo: true, Sandbox: false } ? new[] { "Marketplace:Demo needs Marketplace:Sandbox: its history is made on a clock that is advanced." } : [],
        .. options is { Demo: true, Role: HostRole.Api } ? new[] { "Marketplace:Demo needs a silo: role 'api' has none." } : [],
        .. options is { Webhooks.AllowLoopback: true, Sandbox: false } ? new[] { "Marketplace:Webhooks:AllowLoopback needs Marketplace:Sandbox: it is for development." } : [],
        .. OfAccess(options),
        .. options.DrainPeriod is { } drain && (drain < TimeSpan.Zero || drain > TimeSpan.FromMinutes(5)) ? new[] { "Marketplace:DrainPeriod is 00:00:00 to 00:05:00." } : [],
        .. options.InvariantsEvery < TimeSpan.Zero ? new[] { "Marketplace:InvariantsEvery is 00:00:00, for never, or longer." } : [],
        .. options.Telemetry.TraceRatio is >= 0 and <= 1 ? [] : new[] { "Marketplace:Telemetry:TraceRatio is 0 to 1." },
    ];

    private static IEnumerable<string> OfPortal(HostOptions options, IConfiguration configuration)
    {
        var api = configuration[$"{PortalOptions.Section}:{nameof(PortalOptions.ApiBaseUrl)}"];
        if (options.Role == HostRole.Portal && string.IsNullOrEmpty(api))
        {
            yield return "Role 'portal' needs Portal:ApiBaseUrl: it has no API of its own.";
        }
        else if (api is { Length: > 0 } && !(Uri.TryCreate(api, UriKind.Absolute, out var root) && root.Scheme is "http" or "https"))
        {
            yield return "Portal:ApiBaseUrl is a whole address, such as https://api.market.example/.";
        }
    }

    private static IEnumerable<string> OfAccess(HostOptions options)
    {
        var access = options.Access;
        if (options.Mail.Host is { Length: > 0 } && access.PublicAddress is null)
        {
            yield return "Marketplace:Mail:Host needs Marketplace:Access:PublicAddress: links in mails lead there, and whoever asks for a mail must not choose it.";
        }

        if (access.PublicAddress is { } address && (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)))
        {
            yield return "Marketplace:Access:PublicAddress is a whole address with https, or one of this machine.";
        }

        if (access.FailedSignInsBeforeLock is < 3 or > 100)
        {
            yield return "Marketplace:Access:FailedSignInsBeforeLock is 3 to 100.";
        }

        if (access.LockFor <= TimeSpan.Zero || access.SessionLasts <= TimeSpan.Zero || access.RememberedSessionLasts <= TimeSpan.Zero || access.TokensLast <= TimeSpan.Zero)
        {
            yield return "Marketplace:Access: times are longer than nothing.";
        }

        if (access.PortalCredential is { Length: > 0 and < 32 })
        {
            yield return "Marketplace:Access:PortalCredential has at least 32 characters.";
        }

        foreach (var (name, provider) in access.Providers)
        {
            if (name.Length is 0 or > 30 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                yield return $"Marketplace:Access:Providers:{name}: a name has lower-case letters, digits and hyphens.";
            }

            if (provider is not { Authority.IsAbsoluteUri: true, ClientId.Length: > 0 } || (provider.Authority.Scheme != Uri.UriSchemeHttps && !provider.Authority.IsLoopback))
            {
                yield return $"Marketplace:Access:Providers:{name} needs Authority, with https, and ClientId.";
            }
        }

        if (options is { Mail.Console: true, Sandbox: false })
        {
            yield return "Marketplace:Mail:Console needs Marketplace:Sandbox: mails hold links that let people in.";
        }
    }

    /// <summary>App Service hands on the reference itself where it could not read the secret.</summary>
    private static IEnumerable<string> Unresolved(IConfiguration configuration) => configuration.GetSection(HostOptions.Section).AsEnumerable()
        .Where(setting => setting.Value?.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal) == true)
        .Select(setting => $"{setting.Key} is a secret of the vault that could not be read: it must exist there, and the host's identity must be let in.");

    private static IEnumerable<string> OfPayments(HostOptions options)
    {
        var payments = options.Payments;
        if (payments.ApiKey is not { Length: > 0 } key)
        {
            yield break;
        }

        if (options.Sandbox && !PaymentOptions.IsTestKey(key))
        {
            yield return "Marketplace:Payments:ApiKey is no key of Stripe's test mode, but Marketplace:Sandbox is on: where the clock can be advanced no real money may move.";
        }

        if (payments.WebhookSecrets.Count == 0)
        {
            yield return "Marketplace:Payments:ApiKey needs Marketplace:Payments:WebhookSecrets, or nobody would hear of payments.";
        }

        if (payments.Timeout < TimeSpan.FromSeconds(1) || payments.Timeout > TimeSpan.FromSeconds(80))
        {
            yield return "Marketplace:Payments:Timeout is 00:00:01 to 00:01:20.";
        }

        if (payments.ApiBase is { } api && (!api.IsAbsoluteUri || (api.Scheme != Uri.UriSchemeHttps && !api.IsLoopback)))
        {
            yield return "Marketplace:Payments:ApiBase is a whole address with https, or one of this machine.";
        }
    }

    private static IEnumerable<string> OfEmbedded(HostOptions options)
    {
        if (options.Role == HostRole.Api)
        {
            yield return "Role 'api' needs Marketplace:Store 'azure': the embedded store belongs to the one process that holds the silo.";
        }

        if (options.Azure.IsSet)
        {
            yield return "Marketplace:Azure is set, but Marketplace:Store is not 'azure'.";
        }

        if (options.Cluster.IsSet)
        {
            yield return "Marketplace:Cluster is set, but Marketplace:Store is not 'azure': the embedded store belongs to one process.";
        }
    }

    private static IEnumerable<string> OfAzure(AzureSettings azure)
    {
        var byString = azure.ConnectionString is { Length: > 0 };
        var endpoints = new[] { azure.TablesEndpoint, azure.BlobsEndpoint }.Count(endpoint => endpoint is not null);
        if (byString && (endpoints > 0 || azure.ManagedIdentityClientId is { Length: > 0 }))
        {
            yield return "Marketplace:Azure:ConnectionString and the endpoints or identity exclude each other.";
        }

        if (!byString && endpoints < 2)
        {
            yield return "Marketplace:Store 'azure' needs Marketplace:Azure:TablesEndpoint and Marketplace:Azure:BlobsEndpoint, or for development Marketplace:Azure:ConnectionString.";
        }

        if (new[] { azure.TablesEndpoint, azure.BlobsEndpoint }.Any(endpoint => endpoint is { IsAbsoluteUri: false } || endpoint?.Scheme == Uri.UriSchemeHttp))
        {
            yield return "Marketplace:Azure: endpoints are whole addresses with https, such as https://account.table.core.windows.net.";
        }

        if (byString && !IsConnection(azure.ConnectionString!))
        {
            yield return "Marketplace:Azure:ConnectionString is not one: it reads like DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…";
        }
    }

    private static bool IsConnection(string text)
    {
        try
        {
            return new TableServiceClient(text) is not null;
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    private static IEnumerable<string> OfCluster(ClusterSettings cluster)
    {
        if (cluster.ClusterId.Length == 0 || cluster.ServiceId.Length == 0)
        {
            yield return "Marketplace:Cluster:ClusterId and Marketplace:Cluster:ServiceId must not be empty.";
        }

        if (cluster.SiloPort is < 1 or > 65535 || cluster.GatewayPort is < 0 or > 65535)
        {
            yield return "Marketplace:Cluster: a port is 1 to 65535.";
        }
        else if (cluster.GatewayPort != 0 && cluster.GatewayPort == cluster.SiloPort)
        {
            yield return "Marketplace:Cluster:SiloPort and Marketplace:Cluster:GatewayPort must differ.";
        }

        if (cluster.AdvertisedAddress is { Length: > 0 } address && !IPAddress.TryParse(address, out _))
        {
            yield return $"Marketplace:Cluster:AdvertisedAddress is an IP address, not '{address}'.";
        }

        if (cluster.ProbeTimeout < TimeSpan.FromMilliseconds(500) || cluster.ProbeTimeout > TimeSpan.FromMinutes(1))
        {
            yield return "Marketplace:Cluster:ProbeTimeout is 00:00:00.5 to 00:01:00.";
        }
    }
}

/// <summary>Settings that cannot be meant, in words for whoever set them.</summary>
internal sealed class SettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
