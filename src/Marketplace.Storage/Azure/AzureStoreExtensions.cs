using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
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
            records.GrainStorageSerializer = new StoredPayload.Serializer();
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
            new OutgrownRecords(blobs, options.BlobContainer, ServiceId(provider)),
            provider.GetRequiredService<IGrainStorageSerializer>(),
            provider.GetRequiredService<IActivatorProvider>(),
            options), "azure.storage"));
        services.TryAddSingleton<IRecordScan>(provider => new AzureRecordScan(
            options,
            new LazyTable(() => Task.FromResult(tables), options.RecordTable),
            blobs,
            ServiceId(provider)));
        var rows = new LazyTable(() => Task.FromResult(tables), options.RowTable);
        services.TryAddSingleton(_ => StoreTracing.Traced(new AzureRowStore(rows), "azure.storage"));
        services.TryAddSingleton<IRowScan>(_ => new AzureRowScan(rows));
    }

    private static string ServiceId(IServiceProvider provider) => provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;
}
