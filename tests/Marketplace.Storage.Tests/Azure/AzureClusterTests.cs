using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Marketplace.Storage.Azure;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>Silos that know nothing of each other but a table.</summary>
public sealed class AzureClusterTests(AzuriteProcess azurite)
{
    [Fact]
    public async Task Silos_find_each_other_and_a_client_finds_them()
    {
        var options = new AzureStoreOptions();
        (await AzureTestStore.OptionsAsync(azurite))(options);
        var tables = options.CreateTableServiceClient();
        using var first = await StartAsync(builder => builder.UseOrleans(silo => Silo(silo, tables)));
        using var second = await StartAsync(builder => builder.UseOrleans(silo => Silo(silo, tables)));
        using var client = await StartAsync(builder => builder.UseOrleansClient(clients =>
        {
            Cluster(clients.Services);
            clients.UseAzureStorageClustering((AzureStorageGatewayOptions gateways) => gateways.TableServiceClient = tables);
        }));
        var management = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);

        Assert.Equal(Addresses(first, second), (await management.GetHosts(onlyActive: true)).Keys.Order());

        await second.StopAsync();
        Assert.Equal(Addresses(first), (await management.GetHosts(onlyActive: true)).Keys);
        await client.StopAsync();
        await first.StopAsync();
    }

    private static IOrderedEnumerable<SiloAddress> Addresses(params IHost[] hosts) =>
        hosts.Select(host => host.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress).Order();

    private static void Silo(ISiloBuilder silo, TableServiceClient tables)
    {
        Cluster(silo.Services);
        silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort());
        silo.UseAzureStorageClustering((AzureStorageClusteringOptions membership) => membership.TableServiceClient = tables);
    }

    private static void Cluster(IServiceCollection services) =>
        services.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = ("marketplace", nameof(AzureClusterTests)));

    private static async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        configure(builder);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
