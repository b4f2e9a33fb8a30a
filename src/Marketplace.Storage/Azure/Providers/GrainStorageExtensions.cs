using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Adds grain storage on Azure Tables.</summary>
public static class AzureTableSiloBuilderExtensions
{
    /// <summary>Makes Azure Tables the default grain storage.</summary>
    public static ISiloBuilder AddAzureTableGrainStorageAsDefault(this ISiloBuilder builder, Action<AzureTableStorageOptions> configureOptions) =>
        builder.AddAzureTableGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Makes Azure Tables the default grain storage.</summary>
    public static ISiloBuilder AddAzureTableGrainStorageAsDefault(this ISiloBuilder builder, Action<OptionsBuilder<AzureTableStorageOptions>>? configureOptions = null) =>
        builder.AddAzureTableGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds grain storage on Azure Tables under a name.</summary>
    public static ISiloBuilder AddAzureTableGrainStorage(this ISiloBuilder builder, string name, Action<AzureTableStorageOptions> configureOptions) =>
        builder.AddAzureTableGrainStorage(name, (OptionsBuilder<AzureTableStorageOptions> options) => options.Configure(configureOptions));

    /// <summary>Adds grain storage on Azure Tables under a name.</summary>
    public static ISiloBuilder AddAzureTableGrainStorage(this ISiloBuilder builder, string name, Action<OptionsBuilder<AzureTableStorageOptions>>? configureOptions = null)
    {
        builder.Services.AddAzureTableGrainStorage(name, configureOptions);
        return builder;
    }

    /// <summary>Adds grain storage on Azure Tables under a name, for a process that has no silo.</summary>
    internal static IServiceCollection AddAzureTableGrainStorage(this IServiceCollection services, string name, Action<AzureTableStorageOptions> configureOptions) =>
        services.AddAzureTableGrainStorage(name, (OptionsBuilder<AzureTableStorageOptions> options) => options.Configure(configureOptions));

    private static IServiceCollection AddAzureTableGrainStorage(this IServiceCollection services, string name, Action<OptionsBuilder<AzureTableStorageOptions>>? configureOptions)
    {
        configureOptions?.Invoke(services.AddOptions<AzureTableStorageOptions>(name));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IPostConfigureOptions<AzureTableStorageOptions>, DefaultStorageProviderSerializerOptionsConfigurator<AzureTableStorageOptions>>());
        services.ConfigureNamedOptionForLogging<AzureTableStorageOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider => new AzureTableGrainStorageOptionsValidator(Options(provider, name), name));
        return services.AddGrainStorage(name, AzureTableGrainStorageFactory.Create);
    }

    private static AzureTableStorageOptions Options(IServiceProvider provider, string name) => provider.GetRequiredService<IOptionsMonitor<AzureTableStorageOptions>>().Get(name);
}

/// <summary>Adds grain storage on Azure Blobs to a silo.</summary>
public static class AzureBlobSiloBuilderExtensions
{
    /// <inheritdoc cref="AzureBlobGrainStorageServiceCollectionExtensions.AddAzureBlobGrainStorageAsDefault(IServiceCollection, Action{AzureBlobStorageOptions})"/>
    public static ISiloBuilder AddAzureBlobGrainStorageAsDefault(this ISiloBuilder builder, Action<AzureBlobStorageOptions> configureOptions)
    {
        builder.Services.AddAzureBlobGrainStorageAsDefault(configureOptions);
        return builder;
    }

    /// <inheritdoc cref="AzureBlobGrainStorageServiceCollectionExtensions.AddAzureBlobGrainStorageAsDefault(IServiceCollection, Action{AzureBlobStorageOptions})"/>
    public static ISiloBuilder AddAzureBlobGrainStorageAsDefault(this ISiloBuilder builder, Action<OptionsBuilder<AzureBlobStorageOptions>>? configureOptions = null)
    {
        builder.Services.AddAzureBlobGrainStorageAsDefault(configureOptions);
        return builder;
    }

    /// <inheritdoc cref="AzureBlobGrainStorageServiceCollectionExtensions.AddAzureBlobGrainStorage(IServiceCollection, string, Action{AzureBlobStorageOptions})"/>
    public static ISiloBuilder AddAzureBlobGrainStorage(this ISiloBuilder builder, string name, Action<AzureBlobStorageOptions> configureOptions)
    {
        builder.Services.AddAzureBlobGrainStorage(name, configureOptions);
        return builder;
    }

    /// <inheritdoc cref="AzureBlobGrainStorageServiceCollectionExtensions.AddAzureBlobGrainStorage(IServiceCollection, string, Action{AzureBlobStorageOptions})"/>
    public static ISiloBuilder AddAzureBlobGrainStorage(this ISiloBuilder builder, string name, Action<OptionsBuilder<AzureBlobStorageOptions>>? configureOptions = null)
    {
        builder.Services.AddAzureBlobGrainStorage(name, configureOptions);
        return builder;
    }
}

/// <summary>Adds grain storage on Azure Blobs to a service collection.</summary>
public static class AzureBlobGrainStorageServiceCollectionExtensions
{
    /// <summary>Makes Azure Blobs the default grain storage.</summary>
    public static IServiceCollection AddAzureBlobGrainStorageAsDefault(this IServiceCollection services, Action<AzureBlobStorageOptions> configureOptions) =>
        services.AddAzureBlobGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Makes Azure Blobs the default grain storage.</summary>
    public static IServiceCollection AddAzureBlobGrainStorageAsDefault(this IServiceCollection services, Action<OptionsBuilder<AzureBlobStorageOptions>>? configureOptions = null) =>
        services.AddAzureBlobGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, configureOptions);

    /// <summary>Adds grain storage on Azure Blobs under a name.</summary>
    public static IServiceCollection AddAzureBlobGrainStorage(this IServiceCollection services, string name, Action<AzureBlobStorageOptions> configureOptions) =>
        services.AddAzureBlobGrainStorage(name, (OptionsBuilder<AzureBlobStorageOptions> options) => options.Configure(configureOptions));

    /// <summary>Adds grain storage on Azure Blobs under a name.</summary>
    public static IServiceCollection AddAzureBlobGrainStorage(this IServiceCollection services, string name, Action<OptionsBuilder<AzureBlobStorageOptions>>? configureOptions = null)
    {
        configureOptions?.Invoke(services.AddOptions<AzureBlobStorageOptions>(name));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IPostConfigureOptions<AzureBlobStorageOptions>, DefaultStorageProviderSerializerOptionsConfigurator<AzureBlobStorageOptions>>());
        services.ConfigureNamedOptionForLogging<AzureBlobStorageOptions>(name);
        services.AddTransient<IConfigurationValidator>(provider => new AzureBlobStorageOptionsValidator(Options(provider, name), name));
        return services.AddGrainStorage(name, AzureBlobGrainStorageFactory.Create);
    }

    private static AzureBlobStorageOptions Options(IServiceProvider provider, string name) => provider.GetRequiredService<IOptionsMonitor<AzureBlobStorageOptions>>().Get(name);
}
