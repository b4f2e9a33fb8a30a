using Azure;
using Azure.Data.Tables;
using Marketplace.Storage.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization.Serializers;

namespace Orleans.Storage;

/// <summary>Grain records in Azure Tables, laid out as by Microsoft.Orleans.Persistence.AzureStorage; see docs/storage.md.</summary>
public partial class AzureTableGrainStorage(
    string name,
    AzureTableStorageOptions options,
    IOptions<ClusterOptions> clusterOptions,
    ILogger<AzureTableGrainStorage> logger,
    IActivatorProvider activatorProvider) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly LazyTable records = options.Table();

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var table = await records.OpenAsync();
        var found = await table.GetEntityIfExistsAsync<TableEntity>(Partition(grainId), TableKeys.Clean(stateName));
        var payload = found.HasValue ? TablePayload.Get(found.Value!) : null;
        grainState.ETag = found.HasValue ? found.Value!.ETag.ToString() : null!;
        grainState.RecordExists = payload is not null;
        grainState.State = payload is null ? Empty<T>() : options.GrainStorageSerializer.Deserialize<T>(new BinaryData(payload))!;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The record is larger than an entity; nothing was written.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = options.GrainStorageSerializer.Serialize(grainState.State).ToMemory();
        var size = TablePayload.Size(payload, options.UseStringFormat);
        if (size > TablePayload.Largest)
        {
            throw new ArgumentOutOfRangeException(nameof(grainState), $"{grainId} '{stateName}': {size} bytes, at most {TablePayload.Largest} fit a record of Azure Tables.");
        }

        var entity = new TableEntity(Partition(grainId), TableKeys.Clean(stateName));
        TablePayload.Put(entity, payload, options.UseStringFormat);
        grainState.ETag = await PutAsync(stateName, grainId, entity, grainState.ETag);
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var entity = new TableEntity(Partition(grainId), TableKeys.Clean(stateName));
        grainState.ETag = options.DeleteStateOnClear
            ? await DeleteAsync(stateName, grainId, entity, grainState.ETag)
            : await PutAsync(stateName, grainId, entity, grainState.ETag);
        grainState.RecordExists = false;
        grainState.State = Empty<T>();
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe($"{nameof(AzureTableGrainStorage)}-{name}", options.InitStage, async _ =>
        {
            await records.OpenAsync();
            LogOpened(logger, name, options.TableName);
        });

    private string Partition(GrainId grainId) => TableKeys.OfGrain(clusterOptions.Value.ServiceId, grainId);

    private T Empty<T>() => activatorProvider.GetActivator<T>().Create();

    private async Task<string> PutAsync(string stateName, GrainId grainId, TableEntity entity, string? etag)
    {
        var table = await records.OpenAsync();
        return await ConditionallyAsync(stateName, grainId, etag, async () =>
        {
            var response = string.IsNullOrEmpty(etag)
                ? await table.AddEntityAsync(entity)
                : await table.UpdateEntityAsync(entity, new ETag(etag), TableUpdateMode.Replace);
            return response.Headers.ETag!.Value.ToString();
        });
    }

    private async Task<string> DeleteAsync(string stateName, GrainId grainId, TableEntity entity, string? etag)
    {
        if (string.IsNullOrEmpty(etag))
        {
            return null!;
        }

        var table = await records.OpenAsync();
        return await ConditionallyAsync<string>(stateName, grainId, etag, async () =>
        {
            await table.DeleteEntityAsync(entity, new ETag(etag));
            return null!;
        });
    }

    private async Task<T> ConditionallyAsync<T>(string stateName, GrainId grainId, string? etag, Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (RequestFailedException error) when (error.IsConflict())
        {
            throw new TableStorageUpdateConditionNotSatisfiedException(stateName, grainId.ToString(), options.TableName, "unknown", etag ?? "", error);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Grain storage {Name} keeps its records in table {Table}.")]
    private static partial void LogOpened(ILogger log, string name, string table);
}

/// <summary>Makes <see cref="AzureTableGrainStorage"/> by its name.</summary>
public static class AzureTableGrainStorageFactory
{
    /// <summary>The storage whose options bear this name.</summary>
    public static AzureTableGrainStorage Create(IServiceProvider services, string name) =>
        ActivatorUtilities.CreateInstance<AzureTableGrainStorage>(services, name, services.GetRequiredService<IOptionsMonitor<AzureTableStorageOptions>>().Get(name));
}
