using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Marketplace.Storage.Azure;

/// <summary>Registers Azure Storage behind both seams.</summary>
public static class AzureStoreExtensions
{
    private const string Tables = "marketplace-tables";
    private const string Blobs = "marketplace-blobs";

    /// <summary>
    /// Makes Azure Storage the default grain storage, the row store and the record scan. Tables and container are made when
    /// absent. Records are written by the <c>IGrainStorageSerializer</c> that is registered.
    /// </summary>
    public static ISiloBuilder AddAzureStore(this ISiloBuilder builder, Action<AzureStoreOptions> configure)
    {
        AddAzureStore(builder.Services, configure);
        return builder;
    }

    /// <summary>The same for a process that only calls silos, and reads rows and records itself.</summary>
    public static IClientBuilder AddAzureStore(this IClientBuilder builder, Action<AzureStoreOptions> configure)
    {
        AddAzureStore(builder.Services, configure);
        return builder;
    }

    private static void AddAzureStore(IServiceCollection services, Action<AzureStoreOptions> configure)
    {
        var options = new AzureStoreOptions();
        configure(options);
        options.Validate();
        var tables = options.CreateTableServiceClient();
        var blobs = options.CreateBlobServiceClient();

        services.AddAzureTableGrainStorage(Tables, (AzureTableStorageOptions records) =>
        {
            records.TableServiceClient = tables;
            records.TableName = options.RecordTable;
        });
        services.AddAzureBlobGrainStorage(Blobs, (AzureBlobStorageOptions records) =>
        {
            records.BlobServiceClient = blobs;
            records.ContainerName = options.BlobContainer;

            // A deleted blob forgets its ETag, and a holder of none could write as if it were the first.
            records.DeleteStateOnClear = false;
        });
        services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => StoreTracing.Traced(new AzureGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(Tables),
            provider.GetRequiredKeyedService<IGrainStorage>(Blobs),
            options), "azure.storage"));
        services.TryAddSingleton<IRecordScan>(provider => new AzureRecordScan(
            options,
            new LazyTable(() => Task.FromResult(tables), options.RecordTable),
            blobs,
            provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId));
        var rows = new LazyTable(() => Task.FromResult(tables), options.RowTable);
        services.TryAddSingleton(_ => StoreTracing.Traced(new AzureRowStore(rows), "azure.storage"));
        services.TryAddSingleton<IRowScan>(_ => new AzureRowScan(rows));
    }
}
