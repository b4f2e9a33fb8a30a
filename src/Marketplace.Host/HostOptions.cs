using Marketplace.Api.Billing;
using Marketplace.Api.Identity;
using Marketplace.Api.Webhooks;

namespace Marketplace.Host;

/// <summary>What can be set from outside, under <c>Marketplace</c>: <c>--Marketplace:Demo false</c>, or <c>Marketplace__Demo=false</c> in the environment.</summary>
internal sealed class HostOptions
{
    public const string Section = "Marketplace";

    /// <summary>What this process does; also <c>--role</c>.</summary>
    public HostRole Role { get; set; } = HostRole.All;

    /// <summary>Where records and rows are kept.</summary>
    public StoreKind Store { get; set; } = StoreKind.Embedded;

    /// <summary>Where the embedded store and the first keys lie. Relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>
    /// Whether the market clock can be advanced, by a lone silo only, and payments are played by a sandbox unless a payment
    /// provider is configured, of which it takes the test mode only.
    /// </summary>
    public bool Sandbox { get; set; } = true;

    /// <summary>The payment provider; see docs/payments.md.</summary>
    public PaymentOptions Payments { get; set; } = new();

    /// <summary>Whether an empty store is filled with the demo market. Unless set: an embedded one is.</summary>
    public bool? Demo { get; set; }

    /// <summary>
    /// How long a process that was told to stop goes on serving while it reports itself not ready, so that whoever spreads
    /// requests over several processes stops sending it any. Unless set: none where one process is all there is, 5 s otherwise.
    /// </summary>
    public TimeSpan? DrainPeriod { get; set; }

    /// <summary>Azure Storage, for <see cref="StoreKind.Azure"/>.</summary>
    public AzureSettings Azure { get; set; } = new();

    /// <summary>Which silos belong together and how they reach this one, for <see cref="StoreKind.Azure"/>.</summary>
    public ClusterSettings Cluster { get; set; } = new();

    /// <summary>What is told about this process, to whom the environment names.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Whether administrators can look at silos and grains under <see cref="ClusterDashboard.Path"/>.</summary>
    public bool Dashboard { get; set; } = true;

    /// <summary>Between two checks of what must always hold, each of which reads every record; zero for none.</summary>
    public TimeSpan InvariantsEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Sign-in; see docs/access.md.</summary>
    public AccessOptions Access { get; set; } = new();

    /// <summary>Mails out; see docs/access.md.</summary>
    public MailOptions Mail { get; set; } = new();

    /// <summary>Webhooks out.</summary>
    public WebhookOptions Webhooks { get; set; } = new();

    /// <summary>The file that holds the demo's keys beside the data, as shell assignments.</summary>
    public string KeysFile => Path.Combine(DataFolder, "keys.env");

    public string DatabaseFile => Path.Combine(DataFolder, "marketplace.db");

    /// <summary>Whether this process makes the demo market in an empty store.</summary>
    public bool MakesDemo => Role.HasSilo && Sandbox && Payments.ApiKey is null or "" && (Demo ?? Store == StoreKind.Embedded);

    /// <summary><see cref="DrainPeriod"/>, or what stands for it.</summary>
    public TimeSpan Drain => DrainPeriod ?? (Store == StoreKind.Embedded && Role != HostRole.Portal ? TimeSpan.Zero : TimeSpan.FromSeconds(5));
}

/// <summary>Where records and rows are kept.</summary>
internal enum StoreKind
{
    /// <summary>In one file of this machine, by one process.</summary>
    Embedded,

    /// <summary>In an Azure Storage account, by one silo or many.</summary>
    Azure,
}

/// <summary>The storage account: a connection string, or both endpoints and an identity.</summary>
internal sealed class AzureSettings
{
    /// <summary>Connection string of the account, for development: it holds the account's key.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Address of the account's tables.</summary>
    public Uri? TablesEndpoint { get; set; }

    /// <summary>Address of the account's blobs.</summary>
    public Uri? BlobsEndpoint { get; set; }

    /// <summary>Client id of the managed identity used with the endpoints. Unless set: what the machine's surroundings offer.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>Whether any of it is set.</summary>
    public bool IsSet => ConnectionString is { Length: > 0 } || TablesEndpoint is not null || BlobsEndpoint is not null || ManagedIdentityClientId is { Length: > 0 };
}

/// <summary>The cluster that this process belongs to.</summary>
internal sealed class ClusterSettings
{
    public const int DefaultSiloPort = 11111;
    private const string DefaultId = "marketplace";

    /// <summary>Silos with the same one, on the same storage account, find each other.</summary>
    public string ClusterId { get; set; } = DefaultId;

    /// <summary>Whose data it is: part of every record's key, so it never changes once there are records.</summary>
    public string ServiceId { get; set; } = DefaultId;

    /// <summary>Port at which other silos reach this one. Unless set: the first of <c>WEBSITE_PRIVATE_PORTS</c>, or 11111.</summary>
    public int? SiloPort { get; set; }

    /// <summary>IP address at which they do. Unless set: <c>WEBSITE_PRIVATE_IP</c>, or loopback.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>Port at which processes without a silo (role <c>api</c>) reach this one; 0 for none.</summary>
    public int GatewayPort { get; set; }

    /// <summary>How long a silo waits for another's answer to "are you there?". Two missed answers, confirmed by a second silo, take it out of the cluster.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether any of it differs from what is meant without it.</summary>
    public bool IsSet => SiloPort is not null || AdvertisedAddress is { Length: > 0 } || GatewayPort != 0;
}
