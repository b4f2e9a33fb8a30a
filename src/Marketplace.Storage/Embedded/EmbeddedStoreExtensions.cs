using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Providers;
using Orleans.Runtime.Hosting;

namespace Marketplace.Storage.Embedded;

/// <summary>Registers the embedded store behind both seams.</summary>
public static class EmbeddedStoreExtensions
{
    /// <inheritdoc cref="AddEmbeddedStore(IServiceCollection, Action{EmbeddedStoreOptions})"/>
    public static ISiloBuilder AddEmbeddedStore(this ISiloBuilder builder, Action<EmbeddedStoreOptions> configure)
    {
        builder.Services.AddEmbeddedStore(configure);
        return builder;
    }

    /// <summary>
    /// Makes the embedded store the default grain storage, the row store and the record scan. The file is opened when the
    /// first of them is asked for. Records are written by the <c>IGrainStorageSerializer</c> that is registered.
    /// </summary>
    public static IServiceCollection AddEmbeddedStore(this IServiceCollection services, Action<EmbeddedStoreOptions> configure)
    {
        services.TryAddSingleton(_ =>
        {
            var options = new EmbeddedStoreOptions();
            configure(options);
            return new EmbeddedStore(options);
        });
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<EmbeddedGrainStorage>(provider));
        services.TryAddSingleton<IRecordScan>(provider => provider.GetRequiredService<EmbeddedGrainStorage>());
        services.TryAddSingleton(provider => StoreTracing.Traced(new EmbeddedRowStore(provider.GetRequiredService<EmbeddedStore>()), "sqlite"));
        services.TryAddSingleton<IRowScan>(provider => new EmbeddedRowScan(provider.GetRequiredService<EmbeddedStore>()));
        services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => StoreTracing.Traced(provider.GetRequiredService<EmbeddedGrainStorage>(), "sqlite"));
        return services;
    }
}
