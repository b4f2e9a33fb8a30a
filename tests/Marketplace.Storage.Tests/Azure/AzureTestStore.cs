using Marketplace.Grains.Ports;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Serialization;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>Opens stores on Azurite as a silo would, without the silo; each with tables and a container of its own.</summary>
internal static class AzureTestStore
{
    /// <summary>The store as the marketplace uses it.</summary>
    public static async Task<StoreUnderTest> OpenAsync(AzuriteServer azurite, Action<AzureStoreOptions>? configure = null)
    {
        var services = await SiloServicesAsync(azurite, configure);
        return Under(services, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
    }

    /// <summary>The store with every state in blobs.</summary>
    public static Task<StoreUnderTest> OpenBlobsAsync(AzuriteServer azurite) => OpenAsync(azurite, options => options.StatesInBlobs.UnionWith(["s", "t", "model"]));

    /// <summary>The store with every record outgrown.</summary>
    public static Task<StoreUnderTest> OpenOutgrownAsync(AzuriteServer azurite) => OpenAsync(azurite, options => options.LargestInTable = 0);

    /// <summary>Options of a store of its own, where that Azurite can start.</summary>
    public static Task<Action<AzureStoreOptions>> OptionsAsync(AzuriteServer azurite)
    {
        var reason = azurite.WhyNot();
        Assert.SkipWhen(reason is not null, reason ?? "");
        return azurite.StoreAsync();
    }

    public static async Task<ServiceProvider> SiloServicesAsync(AzuriteServer azurite, Action<AzureStoreOptions>? configure = null)
    {
        var ownOptions = await OptionsAsync(azurite);
        return Services(silo => silo.AddAzureStore(options =>
        {
            ownOptions(options);
            configure?.Invoke(options);
        }));
    }

    public static ServiceProvider Services(Action<ISiloBuilder> configure)
    {
        var silo = new BareSilo();
        silo.Services.AddSerializer().AddLogging().AddOptions().AddSingleton<IGrainStorageSerializer, NoteSerializer>();
        silo.Services.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = ("service", "cluster"));
        configure(silo);
        return silo.Services.BuildServiceProvider();
    }

    private static StoreUnderTest Under(ServiceProvider services, string name) => new(
        services.GetRequiredKeyedService<IGrainStorage>(name),
        services.GetRequiredService<IRowStore>(),
        services.GetRequiredService<IRecordScan>(),
        services);

    private sealed class BareSilo : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
