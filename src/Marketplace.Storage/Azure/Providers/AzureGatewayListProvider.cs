using System.Net;
using Azure.Data.Tables;
using Marketplace.Storage.Azure;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Runtime.MembershipService;

/// <summary>Gateways as the silos' table has them: silos that are active and take clients.</summary>
internal sealed class AzureGatewayListProvider(IOptions<AzureStorageGatewayOptions> options, IOptions<ClusterOptions> cluster, IOptions<GatewayOptions> gateways) : IGatewayListProvider
{
    private readonly LazyTable silos = options.Value.Table();

    public TimeSpan MaxStaleness { get; } = gateways.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => silos.OpenAsync();

    public async Task<IList<Uri>> GetGateways()
    {
        var table = await silos.OpenAsync();
        var found = new List<Uri>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {cluster.Value.ClusterId} and Status eq {nameof(SiloStatus.Active)} and ProxyPort ne {"0"}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter))
        {
            if (SiloEntity.IsSilo(row.RowKey))
            {
                var silo = SiloEntity.ToSilo(row);
                found.Add(SiloAddress.New(new IPEndPoint(silo.SiloAddress.Endpoint.Address, silo.ProxyPort), silo.SiloAddress.Generation).ToGatewayUri());
            }
        }

        return found;
    }
}
