using Orleans.Storage;

namespace Marketplace.Testing.Faults;

/// <summary>Grain records with the faults of a plan.</summary>
public sealed class FaultyGrainStorage(IGrainStorage inner, FaultPlan plan) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync("WriteState", stateName, grainId, grainState, () => inner.WriteStateAsync(stateName, grainId, grainState));

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunAsync("ClearState", stateName, grainId, grainState, () => inner.ClearStateAsync(stateName, grainId, grainState));

    private Task<bool> RunAsync<T>(string operation, string stateName, GrainId grainId, IGrainState<T> grainState, Func<Task> write) => plan.RunAsync(
        operation,
        stateName,
        grainId.ToString(),
        async () =>
        {
            await write();
            return true;
        },
        made => throw new InconsistentStateException($"{made}: another activation has written.", "newer", grainState.ETag));
}
