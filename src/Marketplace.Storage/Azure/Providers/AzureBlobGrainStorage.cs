using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Marketplace.Storage.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;

namespace Orleans.Storage;

/// <summary>Grain records in Azure Blobs, laid out as by Microsoft.Orleans.Persistence.AzureStorage; see docs/storage.md.</summary>
public partial class AzureBlobGrainStorage(
    string name,
    AzureBlobStorageOptions options,
    IBlobContainerFactory blobContainerFactory,
    IActivatorProvider activatorProvider,
    ILogger<AzureBlobGrainStorage> logger) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Lock gate = new();
    private Task? opening;

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (payload, etag) = await DownloadAsync(await BlobAsync(stateName, grainId));
        grainState.ETag = etag!;
        grainState.RecordExists = payload is not null;
        grainState.State = payload is null ? Empty<T>() : options.GrainStorageSerializer.Deserialize<T>(payload)!;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = options.GrainStorageSerializer.Serialize(grainState.State);
        grainState.ETag = await UploadAsync(stateName, grainId, payload, grainState.ETag);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = options.DeleteStateOnClear
            ? await DeleteAsync(stateName, grainId, grainState.ETag)
            : await UploadAsync(stateName, grainId, BinaryData.Empty, grainState.ETag);
        grainState.RecordExists = false;
        grainState.State = Empty<T>();
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe($"{nameof(AzureBlobGrainStorage)}-{name}", options.InitStage, async _ =>
        {
            await OpenAsync();
            LogOpened(logger, name, options.ContainerName);
        });

    private static async Task<(BinaryData? Payload, string? ETag)> DownloadAsync(BlobClient blob)
    {
        try
        {
            var found = (await blob.DownloadContentAsync()).Value;
            return (found.Details.ContentLength == 0 ? null : found.Content, found.Details.ETag.ToString());
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return (null, null);
        }
    }

    private async Task<string> UploadAsync(string stateName, GrainId grainId, BinaryData payload, string? etag)
    {
        var upload = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" },
            Conditions = string.IsNullOrEmpty(etag) ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(etag) },
        };
        var blob = await BlobAsync(stateName, grainId);
        try
        {
            return (await blob.UploadAsync(payload, upload)).Value.ETag.ToString();
        }
        catch (RequestFailedException error) when (error.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync();
            return await UploadAsync(stateName, grainId, payload, etag);
        }
        catch (RequestFailedException error) when (error.IsConflict())
        {
            throw Conflict(stateName, grainId, etag, error);
        }
    }

    private async Task<string> DeleteAsync(string stateName, GrainId grainId, string? etag)
    {
        if (string.IsNullOrEmpty(etag))
        {
            return null!;
        }

        try
        {
            await (await BlobAsync(stateName, grainId)).DeleteAsync(DeleteSnapshotsOption.None, new BlobRequestConditions { IfMatch = new ETag(etag) });
            return null!;
        }
        catch (RequestFailedException error) when (error.IsConflict())
        {
            throw Conflict(stateName, grainId, etag, error);
        }
    }

    private InconsistentStateException Conflict(string stateName, GrainId grainId, string? etag, RequestFailedException error) =>
        new($"{grainId} '{stateName}' in container {options.ContainerName} has been written by another activation.", "unknown", etag!, error);

    private T Empty<T>() => activatorProvider.GetActivator<T>().Create();

    private async Task<BlobClient> BlobAsync(string stateName, GrainId grainId)
    {
        await OpenAsync();
        return blobContainerFactory.GetBlobContainerClient(grainId).GetBlobClient($"{stateName}-{grainId}.json");
    }

    private Task OpenAsync()
    {
        lock (gate)
        {
            if (opening is null || opening.IsFaulted || opening.IsCanceled)
            {
                opening = InitializeAsync();
            }

            return opening;
        }
    }

    private async Task InitializeAsync() => await blobContainerFactory.InitializeAsync(await options.ClientAsync());

    [LoggerMessage(Level = LogLevel.Debug, Message = "Grain storage {Name} keeps its records in container {Container}.")]
    private static partial void LogOpened(ILogger log, string name, string container);
}

/// <summary>Makes <see cref="AzureBlobGrainStorage"/> by its name.</summary>
public static class AzureBlobGrainStorageFactory
{
    /// <summary>The storage whose options bear this name.</summary>
    public static IGrainStorage Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<AzureBlobStorageOptions>>().Get(name);
        return ActivatorUtilities.CreateInstance<AzureBlobGrainStorage>(services, name, options, options.BuildContainerFactory(services, options));
    }
}
