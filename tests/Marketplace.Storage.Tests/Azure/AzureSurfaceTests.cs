using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Azure;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Persistence = Orleans.Persistence.AzureStorage;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>What a host written against Microsoft's packages says compiles, and does what it says.</summary>
public sealed class AzureSurfaceTests(AzuriteProcess azurite)
{
    private static readonly Uri Tables = new("https://account.table.core.windows.net");
    private static readonly Uri Blobs = new("https://account.blob.core.windows.net");

    [Fact]
    public void Every_overload_that_a_host_may_call_is_there()
    {
        var silo = new Silo();
        silo.AddAzureTableGrainStorageAsDefault((AzureTableStorageOptions options) => options.TableServiceClient = new TableServiceClient(Tables, new DefaultAzureCredential()))
            .AddAzureTableGrainStorageAsDefault((OptionsBuilder<AzureTableStorageOptions> options) => options.Configure(storage => storage.TableName = "Other"))
            .AddAzureTableGrainStorage("named", (AzureTableStorageOptions options) => (options.DeleteStateOnClear, options.UseStringFormat, options.InitStage) = (true, true, AzureTableStorageOptions.DEFAULT_INIT_STAGE))
            .AddAzureTableGrainStorage("built", (OptionsBuilder<AzureTableStorageOptions> _) => { })
            .AddAzureBlobGrainStorageAsDefault((AzureBlobStorageOptions options) => options.BlobServiceClient = new BlobServiceClient(Blobs, new DefaultAzureCredential()))
            .AddAzureBlobGrainStorageAsDefault((OptionsBuilder<AzureBlobStorageOptions> _) => { })
            .AddAzureBlobGrainStorage("named", (AzureBlobStorageOptions options) => options.ContainerName = AzureBlobStorageOptions.DEFAULT_CONTAINER_NAME)
            .AddAzureBlobGrainStorage("built", (OptionsBuilder<AzureBlobStorageOptions> _) => { })
            .UseAzureStorageClustering((AzureStorageClusteringOptions options) => options.TableName = AzureStorageClusteringOptions.DEFAULT_TABLE_NAME)
            .UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> _) => { });
        silo.Services.AddAzureBlobGrainStorageAsDefault((AzureBlobStorageOptions _) => { })
            .AddAzureBlobGrainStorageAsDefault((OptionsBuilder<AzureBlobStorageOptions> _) => { })
            .AddAzureBlobGrainStorage("more", (AzureBlobStorageOptions _) => { })
            .AddAzureBlobGrainStorage("yet more", (OptionsBuilder<AzureBlobStorageOptions> _) => { });

        Assert.Contains(silo.Services, service => service.ServiceType == typeof(IMembershipTable));
    }

    [Fact]
    public void Hosts_as_Orleans_documents_them_compile_as_they_stand()
    {
        // Lambdas without types and arguments by name: an overload that is missing, or one too many, ends the build here.
        using var services = AzureTestStore.Services(silo => silo
            .UseAzureStorageClustering(options => options.TableServiceClient = new TableServiceClient(Tables, new DefaultAzureCredential()))
            .AddAzureTableGrainStorageAsDefault(options => options.TableName = "Default")
            .AddAzureTableGrainStorage(
                name: "profileStore",
                configureOptions: options =>
                {
                    options.UseStringFormat = true;
                    options.TableServiceClient = new TableServiceClient(Tables, new DefaultAzureCredential());
                })
            .AddAzureTableGrainStorage("PubSubStore", options => options.TableServiceClient = new TableServiceClient(Tables, new DefaultAzureCredential()))
            .AddAzureTableGrainStorage("byCluster", builder => builder.Configure<IOptions<ClusterOptions>>((options, cluster) => options.TableName = cluster.Value.ServiceId))
            .AddAzureBlobGrainStorageAsDefault(options => options.ContainerName = "default")
            .AddAzureBlobGrainStorage(name: "files", configureOptions: options => options.BlobServiceClient = new BlobServiceClient(Blobs, new DefaultAzureCredential()))
            .AddAzureBlobGrainStorage("byCluster", builder => builder.Configure<IOptions<ClusterOptions>>((options, cluster) => options.ContainerName = cluster.Value.ServiceId)));

        AzureTableStorageOptions Table(string name) => services.GetRequiredService<IOptionsMonitor<AzureTableStorageOptions>>().Get(name);
        Assert.Equal((true, Tables), (Table("profileStore").UseStringFormat, Table("profileStore").TableServiceClient!.Uri));
        Assert.Equal((Tables, "service", "Default"), (Table("PubSubStore").TableServiceClient!.Uri, Table("byCluster").TableName, Table("Default").TableName));
        Assert.Equal(Blobs, services.GetRequiredService<IOptionsMonitor<AzureBlobStorageOptions>>().Get("files").BlobServiceClient!.Uri);
        Assert.Equal(Tables, services.GetRequiredService<IOptions<AzureStorageClusteringOptions>>().Value.TableServiceClient!.Uri);
    }

    [Fact]
    public void Every_way_to_reach_an_account_is_there()
    {
#pragma warning disable CS0618 // Older hosts use them, and they are to compile.
        var table = new AzureTableStorageOptions { ClientOptions = new TableClientOptions() };
        table.ConfigureTableServiceClient("UseDevelopmentStorage=true");
        table.ConfigureTableServiceClient(Tables);
        table.ConfigureTableServiceClient(Tables, new DefaultAzureCredential());
        table.ConfigureTableServiceClient(Tables, new AzureSasCredential("sig"));
        table.ConfigureTableServiceClient(Tables, new TableSharedKeyCredential("account", "a2V5"));
        table.ConfigureTableServiceClient(() => Task.FromResult(new TableServiceClient(Tables)));
        var blob = new AzureBlobStorageOptions { ClientOptions = new BlobClientOptions() };
        blob.ConfigureBlobServiceClient("UseDevelopmentStorage=true");
        blob.ConfigureBlobServiceClient(Blobs);
        blob.ConfigureBlobServiceClient(Blobs, new DefaultAzureCredential());
        blob.ConfigureBlobServiceClient(Blobs, new AzureSasCredential("sig"));
        blob.ConfigureBlobServiceClient(Blobs, new StorageSharedKeyCredential("account", "a2V5"));
        blob.ConfigureBlobServiceClient(() => Task.FromResult(new BlobServiceClient(Blobs)));
#pragma warning restore CS0618
        new AzureTableGrainStorageOptionsValidator(table, "name").ValidateConfiguration();
        new AzureBlobStorageOptionsValidator(blob, "name").ValidateConfiguration();
        Assert.Throws<OrleansConfigurationException>(() => new AzureStorageOperationOptionsValidator<AzureStorageClusteringOptions>(new AzureStorageClusteringOptions()).ValidateConfiguration());
        Assert.Throws<OrleansConfigurationException>(() => new Persistence.AzureStorageOperationOptionsValidator<AzureTableStorageOptions>(new AzureTableStorageOptions(), "n").ValidateConfiguration());
    }

    [Fact]
    public void The_policy_has_the_names_and_defaults_of_the_packages()
    {
        Persistence.AzureStoragePolicyOptions records = new AzureTableStorageOptions().StoragePolicyOptions;
        AzureStoragePolicyOptions silos = new AzureStorageClusteringOptions().StoragePolicyOptions;

        Assert.Equal((100, 60, 5), (records.MaxBulkUpdateRows, records.MaxCreationRetries, records.MaxOperationRetries));
        Assert.Equal((TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(24)), (silos.CreationTimeout, silos.OperationTimeout));
        silos.OperationTimeout = TimeSpan.FromSeconds(3);
        Assert.Equal(TimeSpan.FromSeconds(3), silos.OperationTimeout);
        Assert.Throws<ArgumentOutOfRangeException>(() => silos.CreationTimeout = TimeSpan.Zero);
    }

    [Fact]
    public void A_conflict_names_grain_state_and_table_and_crosses_silos_under_the_packages_numbers()
    {
        var cause = new RequestFailedException(412, "changed");
        var conflict = new TableStorageUpdateConditionNotSatisfiedException("state", "note/n", "Records", "stored", null, cause);
        var said = new TableStorageUpdateConditionNotSatisfiedException("so it is", "state", "note/n", "Records", "stored", "held", cause);

        Assert.Equal(("note/n", "state", "Records", "stored", null, cause), (conflict.GrainId, conflict.GrainType, conflict.TableName, conflict.StoredEtag, conflict.CurrentEtag, conflict.InnerException));
        Assert.Equal(("so it is", "held"), (said.Message, said.CurrentEtag));
        Assert.Equal(
            ["GrainId 0", "GrainType 1", "TableName 2"],
            typeof(TableStorageUpdateConditionNotSatisfiedException).GetProperties().Where(member => member.DeclaringType == typeof(TableStorageUpdateConditionNotSatisfiedException))
                .Select(member => $"{member.Name} {member.GetCustomAttribute<IdAttribute>()!.Id}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_storages_can_be_made_by_hand_and_by_their_factories()
    {
        var own = new AzureStoreOptions();
        (await AzureTestStore.OptionsAsync(azurite))(own);
        await using var services = AzureTestStore.Services(silo => silo
            .AddAzureTableGrainStorage("tables", (AzureTableStorageOptions options) => options.TableServiceClient = own.CreateTableServiceClient())
            .AddAzureBlobGrainStorage("blobs", (AzureBlobStorageOptions options) => (options.BlobServiceClient, options.ContainerName) = (own.CreateBlobServiceClient(), own.BlobContainer)));
        var activators = services.GetRequiredService<IActivatorProvider>();
        var cluster = services.GetRequiredService<IOptions<ClusterOptions>>();
        var table = new AzureTableStorageOptions { TableServiceClient = own.CreateTableServiceClient(), TableName = own.RecordTable, GrainStorageSerializer = new NoteSerializer() };
        var blob = new AzureBlobStorageOptions { BlobServiceClient = own.CreateBlobServiceClient(), ContainerName = own.BlobContainer, GrainStorageSerializer = new NoteSerializer() };

        IGrainStorage[] storages =
        [
            new AzureTableGrainStorage("tables", table, cluster, NullLogger<AzureTableGrainStorage>.Instance, activators),
            new AzureBlobGrainStorage("blobs", blob, blob.BuildContainerFactory(services, blob), activators, NullLogger<AzureBlobGrainStorage>.Instance),
            AzureTableGrainStorageFactory.Create(services, "tables"),
            AzureBlobGrainStorageFactory.Create(services, "blobs"),
        ];
        foreach (var (storage, number) in storages.Select((storage, number) => (storage, number)))
        {
            var state = new GrainState<Note>(new Note { Number = number });
            await storage.WriteStateAsync($"s{number}", GrainId.Create("note", "n"), state);
            var read = new GrainState<Note>();
            await storage.ReadStateAsync($"s{number}", GrainId.Create("note", "n"), read);
            Assert.Equal((state.State, state.ETag), (read.State, read.ETag));
        }
    }

    [Fact]
    public void A_configuration_file_finds_the_providers()
    {
        var registered = typeof(AzureTableGrainStorage).Assembly.GetCustomAttributes<RegisterProviderAttribute>().Select(provider => $"{provider.Target} {provider.Kind} {provider.Name}");

        Assert.Equal(
            ["Client Clustering AzureTableStorage", "Silo Clustering AzureTableStorage", "Silo GrainStorage AzureBlobStorage", "Silo GrainStorage AzureTableStorage"],
            registered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_host_described_by_a_configuration_file_clusters_and_stores()
    {
        var own = new AzureStoreOptions();
        (await AzureTestStore.OptionsAsync(azurite))(own);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:account"] = own.ConnectionString,
            ["Orleans:ClusterId"] = "configured",
            ["Orleans:ServiceId"] = "configured",
            ["Orleans:Clustering:ProviderType"] = "AzureTableStorage",
            ["Orleans:Clustering:ConnectionName"] = "account",
            ["Orleans:GrainStorage:tables:ProviderType"] = "AzureTableStorage",
            ["Orleans:GrainStorage:tables:ServiceKey"] = "client",
            ["Orleans:GrainStorage:tables:TableName"] = own.RecordTable,
            ["Orleans:GrainStorage:tables:SerializerKey"] = "notes",
            ["Orleans:GrainStorage:blobs:ProviderType"] = "AzureBlobStorage",
            ["Orleans:GrainStorage:blobs:ConnectionString"] = own.ConnectionString,
            ["Orleans:GrainStorage:blobs:ContainerName"] = own.BlobContainer,
            ["Orleans:GrainStorage:blobs:SerializerKey"] = "notes",
        });
        builder.Services.AddKeyedSingleton("client", own.CreateTableServiceClient());
        builder.Services.AddKeyedSingleton<IGrainStorageSerializer>("notes", new NoteSerializer());
        builder.UseOrleans(silo => silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort()));
        using var host = builder.Build();
        await host.StartAsync();

        Assert.Equal("AzureBasedMembershipTable", host.Services.GetRequiredService<IMembershipTable>().GetType().Name);
        foreach (var (name, type) in ((string, Type)[])[("tables", typeof(AzureTableGrainStorage)), ("blobs", typeof(AzureBlobGrainStorage))])
        {
            var storage = host.Services.GetRequiredKeyedService<IGrainStorage>(name);
            await storage.WriteStateAsync("s", GrainId.Create("note", "n"), new GrainState<Note>(new Note { Text = name }));
            Assert.IsType(type, storage);
        }

        Assert.True((await own.CreateTableServiceClient().GetTableClient(own.RecordTable).GetEntityIfExistsAsync<TableEntity>("configured_note_n", "s")).HasValue);
        Assert.True(await own.CreateBlobServiceClient().GetBlobContainerClient(own.BlobContainer).GetBlobClient("s-note/n.json").ExistsAsync());
        await host.StopAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Silo : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
