using Marketplace.Testing.Azurite;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>Hosts that open a market at the same moment, as the instances of a first deployment do.</summary>
public sealed class ClusterOpeningTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-opening-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task HostsThatStartTogetherIssueOneAdministratorKey()
    {
        await using var azurite = new AzuriteProcess();
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        await using var cluster = await HostCluster.StartTogetherAsync(folder, await azurite.ConnectionAsync(), 3);
        var administrator = HostKeys.Read(folder)["ADMIN_KEY"];

        foreach (var node in cluster.Nodes)
        {
            using var api = new ApiClient(node.Address, administrator);
            var keys = (await api.GetAsync("/v1/organizations/org_platform/api-keys")).GetProperty("data");
            Assert.Equal(1, keys.GetArrayLength());
            Assert.False((await api.GetAsync("/v1/clock")).GetProperty("canAdvance").GetBoolean());
        }
    }

    [Fact]
    public async Task AnApiWithoutASiloServesTheMarketOfTheSilos()
    {
        await using var azurite = new AzuriteProcess();
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        await using var cluster = await HostCluster.StartAsync(folder, await azurite.ConnectionAsync(), 1);
        var administrator = HostKeys.Read(cluster.Nodes[0].DataFolder)["ADMIN_KEY"];
        await using var host = await HostProcess.StartReadyAsync(
            Path.Combine(folder, "api"), "--role", "api", "--Marketplace:Store", "azure", "--Marketplace:Azure:ConnectionString", await azurite.ConnectionAsync());
        await using var balancer = new Balancer([await host.ReadyAsync()]);

        var trade = new Trade(balancer, administrator);
        await trade.OpenAsync(pools: 1, probes: 0);
        var load = trade.RunAsync(clerks: 1, seed: 1);
        await trade.UntilAsync(() => trade.Granted >= 4, load);
        trade.Close();
        await load;

        Assert.Empty(await new Checker(trade, administrator).FaultsAsync());
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task OneTraceFollowsARequestFromAnApiThroughASiloToTheAccount()
    {
        await using var azurite = new AzuriteProcess();
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        await using var collector = await Collector.StartAsync();
        string[] told = ["--APPLICATIONINSIGHTS_CONNECTION_STRING", collector.ConnectionString];
        await using var cluster = await HostCluster.StartAsync(folder, await azurite.ConnectionAsync(), 1, told);
        await using var host = await HostProcess.StartReadyAsync(
            Path.Combine(folder, "api"), ["--role", "api", "--Marketplace:Store", "azure", "--Marketplace:Azure:ConnectionString", await azurite.ConnectionAsync(), .. told]);
        using (var client = new PatientClient(host.ReadyAsync, () => { }))
        {
            await client.PostAsync(HostKeys.Read(cluster.Nodes[0].DataFolder)["ADMIN_KEY"], "organizations", new { name = "Acme", kind = "tenant", country = "NO" });
        }

        Assert.Equal(0, await host.StopAsync());
        Assert.Equal(0, await cluster.Nodes[0].Process.StopAsync());

        var tracked = collector.Tracked;
        var request = Assert.Single(tracked, one => one is { Kind: "RequestData", Name: "POST /v1/organizations" });
        var write = Assert.Single(tracked, one => one.Trace == request.Trace && one.Name == "write organization");
        Assert.NotEqual(request.From.Process, write.From.Process);
        Assert.Equal("azure.storage", write.Data.GetProperty("type").GetString());
    }
}
