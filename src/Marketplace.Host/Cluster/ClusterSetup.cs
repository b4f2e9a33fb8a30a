using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Identity;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Embedded;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;

namespace Marketplace.Host.Cluster;

/// <summary>Store and cluster of a silo, and of a process that only calls silos. The numbers are explained in docs/reliability.md.</summary>
internal static class ClusterSetup
{
    /// <summary>Longest wait for a grain's answer: past it the caller is told that the outcome is unknown and asks again.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at the membership table, for what gossip did not bring.</summary>
    private static readonly TimeSpan TableLook = TimeSpan.FromSeconds(10);

    /// <summary>Between two signs of life in the membership table: silos that gave none for long do not keep a new one from joining, nor vote.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    /// <summary>Adds the store, and the silos this one belongs to.</summary>
    public static void AddStoreAndCluster(this ISiloBuilder silo, HostOptions options)
    {
        if (options.Store == StoreKind.Embedded)
        {
            // One process is the whole cluster: it has no gateway, and other processes cannot reach its silo port.
            silo.UseLocalhostClustering(siloPort: FreeLoopbackPort(), gatewayPort: 0, serviceId: options.Cluster.ServiceId, clusterId: options.Cluster.ClusterId);
            silo.AddEmbeddedStore(store => store.Path = options.DatabaseFile);
            return;
        }

        var (address, port) = Endpoint(options.Cluster);
        silo.AddAzureStore(store => Fill(store, options.Azure));
        silo.UseAzureStorageClustering((AzureStorageClusteringOptions membership) => membership.TableServiceClient = Tables(options.Azure));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster.ClusterId, options.Cluster.ServiceId));
        silo.ConfigureEndpoints(address, port, options.Cluster.GatewayPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
        silo.Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = LongestCall);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = options.Cluster.ProbeTimeout;
            membership.MaxProbeTimeout = options.Cluster.ProbeTimeout;
            membership.NumMissedProbesLimit = 2;
            membership.NumVotesForDeathDeclaration = 2;
            membership.TableRefreshTimeout = TableLook;
            membership.IAmAliveTablePublishTimeout = SignOfLife;
        });
    }

    /// <summary>Adds the store, and the way to the silos.</summary>
    public static void AddStoreAndCluster(this IClientBuilder client, HostOptions options)
    {
        client.AddAzureStore(store => Fill(store, options.Azure));
        client.UseAzureStorageClustering((AzureStorageGatewayOptions gateways) => gateways.TableServiceClient = Tables(options.Azure));
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.Cluster.ClusterId, options.Cluster.ServiceId));
        client.Configure<ClientMessagingOptions>(messages => messages.ResponseTimeout = LongestCall);
        client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = SignOfLife);
    }

    private static TableServiceClient Tables(AzureSettings azure)
    {
        var store = new AzureStoreOptions();
        Fill(store, azure);
        return store.CreateTableServiceClient();
    }

    private static void Fill(AzureStoreOptions store, AzureSettings azure)
    {
        store.ConnectionString = azure.ConnectionString;
        store.TableEndpoint = azure.TablesEndpoint;
        store.BlobEndpoint = azure.BlobsEndpoint;
        store.Credential = azure.ManagedIdentityClientId is { Length: > 0 } identity
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(identity))
            : null;
    }

    /// <summary>Where the others reach this silo. App Service says it in two variables of its own.</summary>
    private static (IPAddress Address, int Port) Endpoint(ClusterSettings cluster)
    {
        var address = cluster.AdvertisedAddress is { Length: > 0 } set ? set : Environment.GetEnvironmentVariable("WEBSITE_PRIVATE_IP");
        var port = Environment.GetEnvironmentVariable("WEBSITE_PRIVATE_PORTS")?.Split(',')[0];
        return (
            address is { Length: > 0 } ? IPAddress.Parse(address) : IPAddress.Loopback,
            cluster.SiloPort ?? (port is { Length: > 0 } ? int.Parse(port, CultureInfo.InvariantCulture) : ClusterSettings.DefaultSiloPort));
    }

    private static int FreeLoopbackPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
