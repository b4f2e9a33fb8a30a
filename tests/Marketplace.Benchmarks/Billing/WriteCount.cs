using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Marketplace.Benchmarks.Billing;

/// <summary>How much is written through both seams of the store.</summary>
internal sealed class WriteCount
{
    private long records;
    private long batches;
    private long rows;

    public long Records => Interlocked.Read(ref records);

    public long Batches => Interlocked.Read(ref batches);

    public long Rows => Interlocked.Read(ref rows);

    public void Record() => Interlocked.Increment(ref records);

    public void Batch(int count)
    {
        Interlocked.Increment(ref batches);
        Interlocked.Add(ref rows, count);
    }

    public void Reset() => (records, batches, rows) = (0, 0, 0);
}

/// <summary>Counts what goes to the store that is already registered.</summary>
internal static class WriteCountExtensions
{
    public static ISiloBuilder AddWriteCount(this ISiloBuilder silo, WriteCount count)
    {
        var services = silo.Services;
        var records = services.Last(service => service.ServiceType == typeof(IGrainStorage) && service.IsKeyedService && Equals(service.ServiceKey, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME));
        services.Remove(records);
        services.AddKeyedSingleton<IGrainStorage>(
            ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME,
            (provider, key) => new CountedRecords((IGrainStorage)records.KeyedImplementationFactory!(provider, key), count));
        var rows = services.Last(service => service.ServiceType == typeof(IRowStore));
        services.Remove(rows);
        services.AddSingleton<IRowStore>(provider => new CountedRows((IRowStore)rows.ImplementationFactory!(provider), count));
        return silo;
    }

    private sealed class CountedRecords(IGrainStorage inner, WriteCount count) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ReadStateAsync(stateName, grainId, grainState);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            count.Record();
            return inner.WriteStateAsync(stateName, grainId, grainState);
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            count.Record();
            return inner.ClearStateAsync(stateName, grainId, grainState);
        }
    }

    private sealed class CountedRows(IRowStore inner, WriteCount count) : IRowStore
    {
        public ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default) => inner.GetAsync(table, partition, key, cancellation);

        public ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default) =>
            inner.ScanAsync(table, partition, from, until, limit, descending, cancellation);

        public ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default)
        {
            count.Batch(rows.Count);
            return inner.TryInsertAsync(table, partition, rows, cancellation);
        }

        public ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default)
        {
            count.Batch(1);
            return inner.UpsertIfNewerAsync(table, partition, row, cancellation);
        }

        public ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default)
        {
            count.Batch(1);
            return inner.DeleteAsync(table, partition, key, version, cancellation);
        }

        public ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default)
        {
            count.Batch(keys.Count);
            return inner.RemoveAsync(table, partition, keys, cancellation);
        }
    }
}
