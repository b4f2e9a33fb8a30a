using System.Net;
using Azure.Data.Tables;
using Marketplace.Storage.Azure;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Marketplace.Storage.Tests.Azure;

public sealed class AzuriteProcessMembershipTests(AzuriteProcess azurite) : AzureMembershipTests(azurite);

public sealed class AzuriteContainerMembershipTests(AzuriteContainer azurite) : AzureMembershipTests(azurite);

/// <summary>Cluster membership in a table: one history, whoever writes it.</summary>
public abstract class AzureMembershipTests(AzuriteServer azurite) : IAsyncLifetime
{
    private const string Cluster = "cluster";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTime Now = new(2026, 1, 5, 9, 0, 0, DateTimeKind.Utc);
    private TableServiceClient _client = null!;
    private string _table = "";
    private IMembershipTable _membership = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new AzureStoreOptions();
        (await AzureTestStore.OptionsAsync(azurite))(options);
        _client = options.CreateTableServiceClient();
        _table = options.RecordTable;
        _membership = Open();
        await _membership.InitializeMembershipTableAsync(tryInitTableVersion: true, None);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_empty_table_has_a_version_and_no_silo()
    {
        await Open().InitializeMembershipTableAsync(tryInitTableVersion: true, None);

        var data = await _membership.ReadAllAsync(None);

        Assert.Equal(0, data.Version.Version);
        Assert.Empty(data.Members);
    }

    [Fact]
    public async Task A_silo_reads_back_whole()
    {
        var silo = Silo(1);
        silo.AddSuspector(Silo(2).SiloAddress, Now);
        silo.AddSuspector(Silo(3).SiloAddress, Now.AddSeconds(1));
        Assert.True(await _membership.InsertRowAsync(silo, (await _membership.ReadAllAsync(None)).Version.Next(), None));

        var data = await _membership.ReadRowAsync(silo.SiloAddress, None);

        var read = Assert.Single(data.Members).Item1;
        Assert.Equal(1, data.Version.Version);
        Assert.Equal(
            (silo.SiloAddress, silo.HostName, silo.SiloName, silo.RoleName, silo.Status, silo.ProxyPort, silo.StartTime, silo.IAmAliveTime),
            (read.SiloAddress, read.HostName, read.SiloName, read.RoleName, read.Status, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(silo.SuspectTimes, read.SuspectTimes);
    }

    [Fact]
    public async Task The_layout_is_Microsofts()
    {
        await _membership.InsertRowAsync(Silo(1), (await _membership.ReadAllAsync(None)).Version.Next(), None);

        var rows = new Dictionary<string, TableEntity>(StringComparer.Ordinal);
        await foreach (var row in _client.GetTableClient(_table).QueryAsync<TableEntity>())
        {
            Assert.Equal(Cluster, row.PartitionKey);
            rows.Add(row.RowKey, row);
        }

        Assert.Equal(["!Start", "127.0.0.1-11111-1", "VersionRow", "~End"], rows.Keys.Order(StringComparer.Ordinal));
        Assert.All((string[])["!Start", "VersionRow", "~End"], key => Assert.Equal("1", rows[key].GetString("MembershipVersion")));
        Assert.Equal(("Active", "Active"), (rows["!Start"].GetString("Status"), rows["~End"].GetString("Status")));
        var silo = rows["127.0.0.1-11111-1"];
        Assert.Equal(
            ["Address", "DeploymentId", "FaultZone", "Generation", "HostName", "IAmAliveTime", "InstanceName", "Port", "ProxyPort", "RoleName", "SiloName", "StartTime", "Status", "SuspectingSilos", "SuspectingTimes", "UpdateZone"],
            silo.Keys.Except(["PartitionKey", "RowKey", "Timestamp", "odata.etag"]).Order(StringComparer.Ordinal));
        Assert.Equal("2026-01-05 09:00:00.000 GMT", silo.GetString("StartTime"));
    }

    [Fact]
    public async Task A_table_that_an_earlier_package_wrote_is_read_and_goes_on()
    {
        // Without the rows that stand before and after the silos, and with the silo's name where it once was.
        var table = _client.GetTableClient(_table);
        await table.UpsertEntityAsync(new TableEntity(Cluster, "VersionRow") { ["DeploymentId"] = Cluster, ["MembershipVersion"] = "7" }, TableUpdateMode.Replace);
        await table.AddEntityAsync(new TableEntity(Cluster, "10.0.0.4-11111-3")
        {
            ["DeploymentId"] = Cluster,
            ["Address"] = "10.0.0.4",
            ["Port"] = "11111",
            ["Generation"] = "3",
            ["HostName"] = "host",
            ["Status"] = "Active",
            ["ProxyPort"] = "30000",
            ["RoleName"] = "role",
            ["InstanceName"] = "silo",
            ["UpdateZone"] = "0",
            ["FaultZone"] = "0",
            ["SuspectingSilos"] = "10.0.0.5:11111@4|10.0.0.6:11111@5",
            ["SuspectingTimes"] = "2026-01-05 09:00:00.000 GMT|2026-01-05 09:00:01.000 GMT",
            ["StartTime"] = "2026-01-05 08:00:00.000 GMT",
            ["IAmAliveTime"] = "2026-01-05 09:00:00.000 GMT",
        });

        var data = await _membership.ReadAllAsync(None);
        var (silo, etag) = Assert.Single(data.Members);
        Assert.Equal((7, "silo", SiloAddress.New(IPAddress.Parse("10.0.0.4"), 11111, 3)), (data.Version.Version, silo.SiloName, silo.SiloAddress));
        Assert.Equal([(SiloAddress.New(IPAddress.Parse("10.0.0.5"), 11111, 4), Now), (SiloAddress.New(IPAddress.Parse("10.0.0.6"), 11111, 5), Now.AddSeconds(1))], silo.SuspectTimes!.Select(vote => (vote.Item1, vote.Item2)));

        silo.Status = SiloStatus.Dead;
        Assert.True(await _membership.UpdateRowAsync(silo, etag, data.Version.Next(), None));
        Assert.Equal((8, SiloStatus.Dead), ((await _membership.ReadAllAsync(None)).Version.Version, Assert.Single((await _membership.ReadAllAsync(None)).Members).Item1.Status));
        Assert.Equal("8", (await table.GetEntityAsync<TableEntity>(Cluster, "!Start")).Value.GetString("MembershipVersion"));
    }

    [Fact]
    public async Task A_write_on_an_old_version_changes_nothing()
    {
        var old = (await _membership.ReadAllAsync(None)).Version;
        Assert.True(await _membership.InsertRowAsync(Silo(1), old.Next(), None));

        Assert.False(await _membership.InsertRowAsync(Silo(2), old.Next(), None));
        Assert.False(await _membership.InsertRowAsync(Silo(1), (await _membership.ReadAllAsync(None)).Version.Next(), None));
        var before = await _membership.ReadAllAsync(None);
        var (silo, etag) = Assert.Single(before.Members);
        silo.Status = SiloStatus.Dead;
        Assert.False(await _membership.UpdateRowAsync(silo, etag, old.Next(), None));

        var after = await _membership.ReadAllAsync(None);
        Assert.Equal((before.Version.Version, before.Version.VersionEtag), (after.Version.Version, after.Version.VersionEtag));
        Assert.Equal(SiloStatus.Active, Assert.Single(after.Members).Item1.Status);

        Assert.True(await _membership.UpdateRowAsync(silo, etag, after.Version.Next(), None));
        Assert.False(await _membership.UpdateRowAsync(silo, etag, (await _membership.ReadAllAsync(None)).Version.Next(), None));
    }

    [Fact]
    public async Task Silos_that_join_at_once_all_get_in_one_version_each()
    {
        const int silos = 12;
        await Task.WhenAll(Enumerable.Range(1, silos).Select(async number =>
        {
            var table = Open();
            while (!await table.InsertRowAsync(Silo(number), (await table.ReadAllAsync(None)).Version.Next(), None))
            {
                // Another silo came first; the next read shows it.
            }
        }));

        var data = await _membership.ReadAllAsync(None);
        Assert.Equal((silos, silos), (data.Version.Version, data.Members.Count));
        Assert.Equal(silos, data.Members.Select(member => member.Item1.SiloAddress).Distinct().Count());
    }

    [Fact]
    public async Task Updates_at_once_all_count()
    {
        await _membership.InsertRowAsync(Silo(1), (await _membership.ReadAllAsync(None)).Version.Next(), None);
        await Task.WhenAll(Enumerable.Range(2, 8).Select(async number =>
        {
            var table = Open();
            for (var done = false; !done;)
            {
                var data = await table.ReadAllAsync(None);
                var (silo, etag) = Assert.Single(data.Members);
                silo.AddSuspector(Silo(number).SiloAddress, Now);
                done = await table.UpdateRowAsync(silo, etag, data.Version.Next(), None);
            }
        }));

        var after = await _membership.ReadAllAsync(None);
        Assert.Equal(9, after.Version.Version);
        Assert.Equal(8, Assert.Single(after.Members).Item1.SuspectTimes!.Count);
    }

    [Fact]
    public async Task A_heartbeat_changes_the_time_and_no_version()
    {
        var silo = Silo(1);
        await _membership.InsertRowAsync(silo, (await _membership.ReadAllAsync(None)).Version.Next(), None);
        var before = await _membership.ReadAllAsync(None);

        silo.IAmAliveTime = Now.AddMinutes(5);
        silo.Status = SiloStatus.Dead;
        await _membership.UpdateIAmAliveAsync(silo, None);

        var after = await _membership.ReadAllAsync(None);
        var read = Assert.Single(after.Members).Item1;
        Assert.Equal((Now.AddMinutes(5), SiloStatus.Active, "host"), (read.IAmAliveTime, read.Status, read.HostName));
        Assert.Equal(before.Version.VersionEtag, after.Version.VersionEtag);
    }

    [Fact]
    public async Task Clean_up_takes_silos_that_are_gone_and_nothing_else()
    {
        foreach (var (number, status) in ((int, SiloStatus)[])[(1, SiloStatus.Active), (2, SiloStatus.Dead)])
        {
            var silo = Silo(number);
            silo.Status = status;
            await _membership.InsertRowAsync(silo, (await _membership.ReadAllAsync(None)).Version.Next(), None);
        }

        await _membership.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(-1), None);
        Assert.Equal(2, (await _membership.ReadAllAsync(None)).Members.Count);

        await _membership.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(1), None);
        var left = await _membership.ReadAllAsync(None);
        Assert.Equal(Silo(1).SiloAddress, Assert.Single(left.Members).Item1.SiloAddress);
        Assert.Equal(2, left.Version.Version);

        await _membership.DeleteMembershipTableEntriesAsync(Cluster, None);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => _membership.ReadAllAsync(None));
    }

    [Fact]
    public async Task Clients_see_the_gateways_that_are_active()
    {
        foreach (var (number, status, gateway) in ((int, SiloStatus, int)[])[(1, SiloStatus.Active, 30001), (2, SiloStatus.Active, 0), (3, SiloStatus.Dead, 30003)])
        {
            var silo = Silo(number);
            (silo.Status, silo.ProxyPort) = (status, gateway);
            await _membership.InsertRowAsync(silo, (await _membership.ReadAllAsync(None)).Version.Next(), None);
        }

        var client = new BareClient();
        client.Services.AddLogging().Configure<ClusterOptions>(cluster => cluster.ClusterId = Cluster);
        client.UseAzureStorageClustering((AzureStorageGatewayOptions options) => (options.TableServiceClient, options.TableName) = (_client, _table));
        await using var services = client.Services.BuildServiceProvider();
        var gateways = services.GetRequiredService<IGatewayListProvider>();
        await gateways.InitializeGatewayListProviderAsync(None);

        Assert.Equal([new Uri("gwy.tcp://127.0.0.1:30001/1")], await gateways.GetGatewaysAsync(None));
    }

    private static MembershipEntry Silo(int number) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, 11110 + number, number),
        HostName = "host",
        SiloName = "silo" + number,
        RoleName = "role",
        Status = SiloStatus.Active,
        ProxyPort = 30000,
        StartTime = Now,
        IAmAliveTime = Now,
    };

    private IMembershipTable Open() => AzureTestStore
        .Services(silo => silo.UseAzureStorageClustering((AzureStorageClusteringOptions options) => (options.TableServiceClient, options.TableName) = (_client, _table)))
        .GetRequiredService<IMembershipTable>();

    private sealed class BareClient : IClientBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
