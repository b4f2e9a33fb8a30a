using Marketplace.Grains.Ports;
using Marketplace.Storage.Embedded;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Serialization;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Embedded;

/// <summary>Opens embedded stores as a silo would, without the silo.</summary>
internal static class EmbeddedTestStore
{
    public static StoreUnderTest OpenInTemporaryFolder()
    {
        var folder = new TemporaryFolder();
        return Open(folder.File("store.db"), folder);
    }

    public static StoreUnderTest Open(string path, IDisposable? with = null, Action<EmbeddedStoreOptions>? configure = null)
    {
        var services = new ServiceCollection()
            .AddSerializer()
            .AddSingleton<IGrainStorageSerializer, NoteSerializer>()
            .AddEmbeddedStore(options =>
            {
                options.Path = path;
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        var records = services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        return new StoreUnderTest(records, services.GetRequiredService<IRowStore>(), services.GetRequiredService<IRecordScan>(), new Owner(services, with));
    }

    private sealed class Owner(ServiceProvider services, IDisposable? with) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            with?.Dispose();
        }
    }
}
