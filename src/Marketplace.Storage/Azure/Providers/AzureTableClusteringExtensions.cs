using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Clustering.AzureStorage;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.MembershipService;

namespace Orleans.Hosting;

/// <summary>Keeps the cluster's membership in Azure Tables.</summary>
public static class AzureTableClusteringExtensions
{
    /// <summary>Silos find each other through a table.</summary>
    public static ISiloBuilder UseAzureStorageClustering(this ISiloBuilder builder, Action<AzureStorageClusteringOptions> configureOptions) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageClusteringOptions> options) => options.Configure(configureOptions));

    /// <summary>Silos find each other through a table.</summary>
    public static ISiloBuilder UseAzureStorageClustering(this ISiloBuilder builder, Action<OptionsBuilder<AzureStorageClusteringOptions>> configureOptions)
    {
        var services = builder.Services;
        configureOptions?.Invoke(services.AddOptions<AzureStorageClusteringOptions>());
        services.AddTransient<IConfigurationValidator>(provider => new AzureStorageOperationOptionsValidator<AzureStorageClusteringOptions>(provider.GetRequiredService<IOptions<AzureStorageClusteringOptions>>().Value));
        services.AddSingleton<IMembershipTable, AzureBasedMembershipTable>();
        services.ConfigureFormatter<AzureStorageClusteringOptions>();
        return builder;
    }

    /// <summary>A client finds gateways through the silos' table.</summary>
    public static IClientBuilder UseAzureStorageClustering(this IClientBuilder builder, Action<AzureStorageGatewayOptions> configureOptions) =>
        builder.UseAzureStorageClustering((OptionsBuilder<AzureStorageGatewayOptions> options) => options.Configure(configureOptions));

    /// <summary>A client finds gateways through the silos' table.</summary>
    public static IClientBuilder UseAzureStorageClustering(this IClientBuilder builder, Action<OptionsBuilder<AzureStorageGatewayOptions>> configureOptions)
    {
        var services = builder.Services;
        configureOptions?.Invoke(services.AddOptions<AzureStorageGatewayOptions>());
        services.AddTransient<IConfigurationValidator>(provider => new AzureStorageOperationOptionsValidator<AzureStorageGatewayOptions>(provider.GetRequiredService<IOptions<AzureStorageGatewayOptions>>().Value));
        services.AddSingleton<IGatewayListProvider, AzureGatewayListProvider>();
        services.ConfigureFormatter<AzureStorageGatewayOptions>();
        return builder;
    }
}
