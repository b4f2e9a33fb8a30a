using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Grain records: in tables, which are quick and hold little; those of the states that are said to grow in blobs; and of the
/// others whatever has outgrown an entity. Such a record is a blob of its own, written first, and the entity names it: the entity
/// alone decides what is stored, so a blob that no entity names is none.
/// </summary>
internal sealed class AzureGrainStorage(
    IGrainStorage tables,
    IGrainStorage blobs,
    OutgrownRecords outgrown,
    IGrainStorageSerializer serializer,
    IActivatorProvider activators,
    AzureStoreOptions options) : IGrainStorage
{
    /// <summary>A blob that is gone was replaced after its name was read; the entity names its successor.</summary>
    private const int MostReads = 5;

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (options.StatesInBlobs.Contains(stateName))
        {
            await blobs.ReadStateAsync(stateName, grainId, grainState);
            return;
        }

        for (var reads = 1; ; reads++)
        {
            var found = new GrainState<StoredPayload>();
            await tables.ReadStateAsync(stateName, grainId, found);
            var (payload, blob) = (found.RecordExists ? found.State!.Bytes : null, found.RecordExists ? OutgrownRecords.NamedIn(found.State!.Bytes) : null);
            if (blob is { } named && (payload = await outgrown.ReadAsync(stateName, grainId, named)) is null)
            {
                _ = reads < MostReads ? true : throw new StoreException($"{grainId} '{stateName}' is kept in a blob that is missing.");
                continue;
            }

            grainState.ETag = RecordETag.Join(found.ETag, blob)!;
            grainState.RecordExists = payload is not null;
            grainState.State = payload is null ? activators.GetActivator<T>().Create() : serializer.Deserialize<T>(new BinaryData(payload))!;
            return;
        }
    }

    /// <exception cref="StoreException">The record is larger than <see cref="AzureStoreOptions.LargestRecord"/>; nothing was written.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = serializer.Serialize(grainState.State);
        if (payload.ToMemory().Length > options.LargestRecord)
        {
            throw new StoreException($"{grainId} '{stateName}': {payload.ToMemory().Length} bytes, at most {options.LargestRecord} fit a record.");
        }

        if (options.StatesInBlobs.Contains(stateName))
        {
            await blobs.WriteStateAsync(stateName, grainId, grainState);
            return;
        }

        var (etag, before) = RecordETag.Split(grainState.ETag);
        Guid? blob = payload.ToMemory().Length > options.LargestInTable ? await outgrown.WriteAsync(stateName, grainId, payload) : null;

        // A failure here leaves the blob: with a lost answer the entity may name it.
        var write = new GrainState<StoredPayload>(new StoredPayload { Bytes = blob is { } named ? OutgrownRecords.Naming(named) : payload.ToArray() }, etag);
        await tables.WriteStateAsync(stateName, grainId, write);
        grainState.ETag = RecordETag.Join(write.ETag, blob)!;
        grainState.RecordExists = true;
        await outgrown.RemoveAsync(stateName, grainId, before);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (options.StatesInBlobs.Contains(stateName))
        {
            await blobs.ClearStateAsync(stateName, grainId, grainState);
            return;
        }

        var (etag, before) = RecordETag.Split(grainState.ETag);
        var clear = new GrainState<StoredPayload>(new StoredPayload(), etag);
        await tables.ClearStateAsync(stateName, grainId, clear);
        grainState.ETag = clear.ETag;
        grainState.RecordExists = false;
        grainState.State = activators.GetActivator<T>().Create();
        await outgrown.RemoveAsync(stateName, grainId, before);
    }
}

/// <summary>A record's payload as the table's provider takes it: serialized already.</summary>
internal sealed class StoredPayload
{
    public byte[] Bytes { get; init; } = [];

    /// <summary>Hands payloads through.</summary>
    internal sealed class Serializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(((StoredPayload)(object)input!).Bytes);

        public T Deserialize<T>(BinaryData input) => (T)(object)new StoredPayload { Bytes = input.ToArray() };
    }
}

/// <summary>The ETag that a holder of a record is given: the entity's, and which blob it named, if one, so that the next write removes it.</summary>
internal static class RecordETag
{
    private const char Separator = '|';
    private const int GuidLength = 32;

    public static string? Join(string? etag, Guid? blob) => blob is { } named ? $"{etag}{Separator}{named:N}" : etag;

    public static (string? ETag, Guid? Blob) Split(string? etag) =>
        etag is { Length: > GuidLength } && etag[^(GuidLength + 1)] == Separator && Guid.TryParseExact(etag[^GuidLength..], "N", out var blob)
            ? (etag[..^(GuidLength + 1)], blob)
            : (etag, null);
}
