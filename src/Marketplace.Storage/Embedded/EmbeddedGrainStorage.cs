using System.Globalization;
using Marketplace.Grains.Ports;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Marketplace.Storage.Embedded;

/// <summary>Grain records in the embedded store. The ETag is the record's version, which grows by one with every write and every clear and never starts again.</summary>
internal sealed class EmbeddedGrainStorage(EmbeddedStore store, IGrainStorageSerializer serializer, IActivatorProvider activators) : IGrainStorage, IRecordScan
{
    private const string Select = "SELECT version, payload FROM record WHERE grain_type = ?1 AND state_name = ?2 AND key = ?3";
    private const string Insert = "INSERT INTO record(grain_type, state_name, key, version, payload) VALUES(?1, ?2, ?3, 1, ?4) ON CONFLICT DO NOTHING";
    private const string Update = "UPDATE record SET version = version + 1, payload = ?4 WHERE grain_type = ?1 AND state_name = ?2 AND key = ?3 AND version = ?5";
    private const string Keys = "SELECT key FROM record WHERE grain_type = ?1 AND state_name = ?2 AND key > ?3 AND payload IS NOT NULL ORDER BY key LIMIT ?4";

    public bool IsAvailable => true;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (version, payload) = store.Read((stateName, grainId), static (connection, at) => Find(connection, at.stateName, at.grainId));
        grainState.ETag = version is 0 ? null! : Text(version);
        grainState.RecordExists = payload is not null;
        grainState.State = payload is null ? Empty<T>() : serializer.Deserialize<T>(new BinaryData(payload))!;
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Serialised here, on the grain's own scheduler: the writer's thread never sees the grain's objects.
        var payload = serializer.Serialize(grainState.State).ToMemory();
        if (payload.Length > store.Options.LargestRecord)
        {
            throw new StoreException($"{grainId} '{stateName}': {payload.Length} bytes, at most {store.Options.LargestRecord} fit a record.");
        }

        grainState.ETag = await PutAsync(stateName, grainId, grainState.ETag, payload);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await PutAsync(stateName, grainId, grainState.ETag, null);
        grainState.RecordExists = false;
        grainState.State = Empty<T>();
    }

    public ValueTask<IReadOnlyList<string>> KeysAsync(string stateName, string grainType, string? after, int limit, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        cancellation.ThrowIfCancellationRequested();
        var found = store.Read((stateName, grainType, after, limit), static (connection, at) =>
        {
            var keys = new List<string>();
            var select = connection.Prepare(Keys).Bind(1, at.grainType).Bind(2, at.stateName).Bind(3, at.after ?? "").Bind(4, at.limit);
            try
            {
                while (select.Step())
                {
                    keys.Add(select.Text(0));
                }
            }
            finally
            {
                select.Reset();
            }

            return keys;
        });
        return ValueTask.FromResult<IReadOnlyList<string>>(found);
    }

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static Statement At(Statement statement, string stateName, GrainId grainId) =>
        statement.Bind(1, grainId.Type.ToString()!).Bind(2, stateName).Bind(3, grainId.Key.ToString()!);

    private static (long Version, byte[]? Payload) Find(Connection connection, string stateName, GrainId grainId)
    {
        var select = At(connection.Prepare(Select), stateName, grainId);
        try
        {
            return select.Step() ? (select.Int64(0), select.IsNull(1) ? null : select.Bytes(1)) : (0, null);
        }
        finally
        {
            select.Reset();
        }
    }

    private T Empty<T>() => activators.GetActivator<T>().Create();

    /// <summary>Writes (or clears) the record if it still has the version that <paramref name="etag"/> names, null for none yet.</summary>
    private async Task<string> PutAsync(string stateName, GrainId grainId, string? etag, ReadOnlyMemory<byte>? payload)
    {
        var expected = string.IsNullOrEmpty(etag) ? 0 : long.Parse(etag, NumberStyles.None, CultureInfo.InvariantCulture);
        var found = await store.WriteAsync(payload?.Length ?? 0, connection =>
        {
            var put = At(connection.Prepare(expected == 0 ? Insert : Update), stateName, grainId);
            _ = payload is { } bytes ? put.Bind(4, bytes.Span) : put.BindNull(4);
            if (expected != 0)
            {
                put.Bind(5, expected);
            }

            return put.Run() == 1 ? expected : Find(connection, stateName, grainId).Version;
        });
        return found == expected
            ? Text(expected + 1)
            : throw new InconsistentStateException($"{grainId} '{stateName}' has been written by another activation.", found == 0 ? null! : Text(found), etag!);
    }
}
