using Orleans.Storage;

namespace Marketplace.Storage.Azure;

/// <summary>Grain records: in tables, which are quick and hold little, except those of the states that go to blobs.</summary>
internal sealed class AzureGrainStorage(IGrainStorage tables, IGrainStorage blobs, AzureStoreOptions options) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => For(stateName).ReadStateAsync(stateName, grainId, grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => For(stateName).WriteStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => For(stateName).ClearStateAsync(stateName, grainId, grainState);

    private IGrainStorage For(string stateName) => options.StatesInBlobs.Contains(stateName) ? blobs : tables;
}
