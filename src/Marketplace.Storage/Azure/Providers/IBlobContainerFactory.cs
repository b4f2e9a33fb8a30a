using Azure.Storage.Blobs;
using Orleans.Configuration;

namespace Orleans.Storage;

/// <summary>Chooses the container of a grain's blob.</summary>
public interface IBlobContainerFactory
{
    /// <summary>The container of a grain.</summary>
    BlobContainerClient GetBlobContainerClient(GrainId grainId);

    /// <summary>Called once, before the first grain is read.</summary>
    Task InitializeAsync(BlobServiceClient client);
}

/// <summary>One container for all.</summary>
internal sealed class DefaultBlobContainerFactory(AzureBlobStorageOptions options) : IBlobContainerFactory
{
    private BlobContainerClient? container;

    public BlobContainerClient GetBlobContainerClient(GrainId grainId) => container ?? throw new InvalidOperationException("Blob storage is not open yet.");

    public async Task InitializeAsync(BlobServiceClient client)
    {
        container = client.GetBlobContainerClient(options.ContainerName);
        await container.CreateIfNotExistsAsync();
    }
}
