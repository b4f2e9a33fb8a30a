using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;

[assembly: RegisterProvider("AzureTableStorage", "Clustering", "Silo", typeof(AzureTableStorageClusteringProviderBuilder))]
[assembly: RegisterProvider("AzureTableStorage", "Clustering", "Client", typeof(AzureTableStorageClusteringProviderBuilder))]
[assembly: RegisterProvider("AzureTableStorage", "GrainStorage", "Silo", typeof(AzureTableStorageGrainStorageProviderBuilder))]
[assembly: RegisterProvider("AzureBlobStorage", "GrainStorage", "Silo", typeof(AzureBlobStorageGrainStorageProviderBuilder))]

namespace Orleans.Hosting;

/// <summary>Membership on Azure Tables, named in a configuration file.</summary>
internal sealed class AzureTableStorageClusteringProviderBuilder : IProviderBuilder<ISiloBuilder>, IProviderBuilder<IClientBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> options) =>
            options.Configure<IServiceProvider>((silos, services) => ProviderSection.Fill(silos, configurationSection, services)));

    public void Configure(IClientBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageGatewayOptions> options) =>
            options.Configure<IServiceProvider>((gateways, services) => ProviderSection.Fill(gateways, configurationSection, services)));
}

/// <summary>Grain storage on Azure Tables, named in a configuration file.</summary>
internal sealed class AzureTableStorageGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddAzureTableGrainStorage(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (OptionsBuilder<AzureTableStorageOptions> options) =>
            options.Configure<IServiceProvider>((records, services) =>
            {
                ProviderSection.Fill(records, configurationSection, services);
                records.GrainStorageSerializer = ProviderSection.Serializer(configurationSection, services) ?? records.GrainStorageSerializer;
            }));
}

/// <summary>Grain storage on Azure Blobs, named in a configuration file.</summary>
internal sealed class AzureBlobStorageGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddAzureBlobGrainStorage(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (OptionsBuilder<AzureBlobStorageOptions> options) =>
            options.Configure<IServiceProvider>((records, services) =>
            {
                records.ContainerName = configurationSection["ContainerName"] is { Length: > 0 } container ? container : records.ContainerName;
                records.BlobServiceClient = ProviderSection.Client(configurationSection, services, address => new BlobServiceClient(address), connection => new BlobServiceClient(connection));
                records.GrainStorageSerializer = ProviderSection.Serializer(configurationSection, services) ?? records.GrainStorageSerializer;
            }));
}

/// <summary>What a provider's section of a configuration file says, under the names of Microsoft's packages.</summary>
internal static class ProviderSection
{
    public static void Fill(Marketplace.Storage.Azure.TableConnectionOptions options, IConfigurationSection section, IServiceProvider services)
    {
        options.TableName = section["TableName"] is { Length: > 0 } table ? table : options.TableName;
        options.TableServiceClient = Client(section, services, address => new TableServiceClient(address), connection => new TableServiceClient(connection));
    }

    public static IGrainStorageSerializer? Serializer(IConfigurationSection section, IServiceProvider services) =>
        section["SerializerKey"] is { Length: > 0 } key ? services.GetRequiredKeyedService<IGrainStorageSerializer>(key) : null;

    /// <summary>A client registered under a key, or one by connection string or address, given itself or by its name.</summary>
    public static TClient? Client<TClient>(IConfigurationSection section, IServiceProvider services, Func<Uri, TClient> byAddress, Func<string, TClient> byConnection)
        where TClient : class
    {
        if (section["ServiceKey"] is { Length: > 0 } key)
        {
            return services.GetRequiredKeyedService<TClient>(key);
        }

        var connection = section["ConnectionString"] is { Length: > 0 } given ? given
            : section["ConnectionName"] is { Length: > 0 } name ? services.GetRequiredService<IConfiguration>().GetConnectionString(name)
            : null;
        return connection is not { Length: > 0 } ? null
            : Uri.TryCreate(connection, UriKind.Absolute, out var address) ? byAddress(address)
            : byConnection(connection);
    }
}
