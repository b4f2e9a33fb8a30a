using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Marketplace.Testing.Faults;

/// <summary>Puts a fault plan before the store that is already registered.</summary>
public static class FaultyStoreExtensions
{
    /// <summary>Wraps the default grain storage and the row store. Call it after the store was added.</summary>
    public static ISiloBuilder AddFaults(this ISiloBuilder silo, FaultPlan plan)
    {
        var services = silo.Services;
        var records = services.Last(service => service.ServiceType == typeof(IGrainStorage) && service.IsKeyedService && Equals(service.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        services.Remove(records);
        services.AddKeyedSingleton<IGrainStorage>(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (provider, key) => new FaultyGrainStorage((IGrainStorage)records.KeyedImplementationFactory!(provider, key), plan));

        var rows = services.Last(service => service.ServiceType == typeof(IRowStore));
        services.Remove(rows);
        services.AddSingleton<IRowStore>(provider => new FaultyRowStore((IRowStore)rows.ImplementationFactory!(provider), plan));
        return silo;
    }
}
