using Azure;
using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>Options of grain storage on Azure Blobs.</summary>
public class AzureBlobStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>Container of grain records unless another is named.</summary>
    public const string DEFAULT_CONTAINER_NAME = "grainstate";

    /// <summary>When storage opens unless said otherwise.</summary>
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    private Func<Task<BlobServiceClient>>? create;

    /// <summary>Container of the records. Blob names hold no service id: two services need two containers.</summary>
    public string ContainerName { get; set; } = DEFAULT_CONTAINER_NAME;

    /// <summary>The client; its own retry policy counts.</summary>
    public BlobServiceClient? BlobServiceClient { get; set; }

    /// <summary>Options of a client that this project makes.</summary>
    public BlobClientOptions? ClientOptions { get; set; }

    /// <summary>Whether clearing deletes the blob. False leaves an empty one, whose ETag goes on.</summary>
    public bool DeleteStateOnClear { get; set; } = true;

    /// <summary>Stage of the silo's start in which storage opens.</summary>
    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    /// <inheritdoc/>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>Makes what chooses the container of a grain.</summary>
    public Func<IServiceProvider, AzureBlobStorageOptions, IBlobContainerFactory> BuildContainerFactory { get; set; } = (_, options) => new DefaultBlobContainerFactory(options);

    /// <summary>Reaches the account by connection string.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        create = () => Task.FromResult(new BlobServiceClient(connectionString, ClientOptions));
    }

    /// <summary>Reaches the account by an address that carries its own permission.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(Uri serviceUri)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        create = () => Task.FromResult(new BlobServiceClient(serviceUri, ClientOptions));
    }

    /// <summary>Reaches the account with an identity.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(Uri serviceUri, TokenCredential tokenCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(tokenCredential);
        create = () => Task.FromResult(new BlobServiceClient(serviceUri, tokenCredential, ClientOptions));
    }

    /// <summary>Reaches the account with a shared access signature.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(Uri serviceUri, AzureSasCredential azureSasCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(azureSasCredential);
        create = () => Task.FromResult(new BlobServiceClient(serviceUri, azureSasCredential, ClientOptions));
    }

    /// <summary>Reaches the account with its key.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(Uri serviceUri, StorageSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        create = () => Task.FromResult(new BlobServiceClient(serviceUri, sharedKeyCredential, ClientOptions));
    }

    /// <summary>Reaches the account with the client that the callback makes.</summary>
    [Obsolete("Set BlobServiceClient.")]
    public void ConfigureBlobServiceClient(Func<Task<BlobServiceClient>> createClientCallback)
    {
        ArgumentNullException.ThrowIfNull(createClientCallback);
        create = createClientCallback;
    }

    internal async Task<BlobServiceClient> ClientAsync() => BlobServiceClient ?? (create is null ? throw Incomplete() : await create());

    internal void Validate(string? name)
    {
        if (BlobServiceClient is null && create is null)
        {
            throw Incomplete();
        }

        if (ContainerName is not { Length: >= 3 and <= 63 } || !ContainerName.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            throw new OrleansConfigurationException($"{GetType().Name} '{name}': '{ContainerName}' is not the name of a container: 3 to 63 lower-case letters, digits and dashes.");
        }
    }

    private OrleansConfigurationException Incomplete() => new($"{GetType().Name}: {nameof(BlobServiceClient)} is not set.");
}

/// <summary>Refuses options that cannot work, before the silo starts.</summary>
public class AzureBlobStorageOptionsValidator(AzureBlobStorageOptions options, string name) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration() => options.Validate(name);
}
