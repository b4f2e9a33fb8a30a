using System.Diagnostics;
using Marketplace.Grains.Ports;
using Orleans.Storage;

namespace Marketplace.Storage;

/// <summary>Spans of the two storage seams: what was read or written, of what kind, under which key; never what it held.</summary>
public static class StoreTracing
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "Marketplace.Storage";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The grain storage, with a span to each call while somebody listens.</summary>
    internal static IGrainStorage Traced(IGrainStorage records, string system) => new Records(records, system);

    /// <summary>The row store, with a span to each call while somebody listens.</summary>
    internal static IRowStore Traced(IRowStore rows, string system) => new Rows(rows, system);

    private static Activity? Start(string system, string operation, string collection, string key)
    {
        var span = Source.StartActivity($"{operation} {collection}", ActivityKind.Client);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("db.system.name", system);
            span.SetTag("db.operation.name", operation);
            span.SetTag("db.collection.name", collection);
            span.SetTag("marketplace.key", key);
        }

        return span;
    }

    private static async Task SpanAsync(Activity? span, Func<Task> call)
    {
        using (span)
        {
            try
            {
                await call();
            }
            catch (Exception error)
            {
                // The type alone: a message may quote what was written.
                span?.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
                throw;
            }
        }
    }

    private static async ValueTask<T> SpanAsync<T>(Activity? span, Func<ValueTask<T>> call)
    {
        T answer = default!;
        await SpanAsync(span, async () => { answer = await call(); });
        return answer;
    }

    private sealed class Records(IGrainStorage inner, string system) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Source.HasListeners()
            ? SpanAsync(Start(system, "read", stateName, grainId.ToString()), () => inner.ReadStateAsync(stateName, grainId, grainState))
            : inner.ReadStateAsync(stateName, grainId, grainState);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Source.HasListeners()
            ? SpanAsync(Start(system, "write", stateName, grainId.ToString()), () => inner.WriteStateAsync(stateName, grainId, grainState))
            : inner.WriteStateAsync(stateName, grainId, grainState);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Source.HasListeners()
            ? SpanAsync(Start(system, "clear", stateName, grainId.ToString()), () => inner.ClearStateAsync(stateName, grainId, grainState))
            : inner.ClearStateAsync(stateName, grainId, grainState);
    }

    private sealed class Rows(IRowStore inner, string system) : IRowStore
    {
        public ValueTask<Row?> GetAsync(string table, string partition, string key, CancellationToken cancellation = default) => Source.HasListeners()
            ? SpanAsync(Start(system, "get", table, partition), () => inner.GetAsync(table, partition, key, cancellation))
            : inner.GetAsync(table, partition, key, cancellation);

        public ValueTask<RowPage> ScanAsync(string table, string partition, string? from, string? until, int limit, bool descending = false, CancellationToken cancellation = default) => Source.HasListeners()
            ? SpanAsync(Start(system, "scan", table, partition), () => inner.ScanAsync(table, partition, from, until, limit, descending, cancellation))
            : inner.ScanAsync(table, partition, from, until, limit, descending, cancellation);

        public ValueTask<bool> TryInsertAsync(string table, string partition, IReadOnlyList<Row> rows, CancellationToken cancellation = default) => Source.HasListeners()
            ? SpanAsync(Start(system, "insert", table, partition), () => inner.TryInsertAsync(table, partition, rows, cancellation))
            : inner.TryInsertAsync(table, partition, rows, cancellation);

        public ValueTask UpsertIfNewerAsync(string table, string partition, Row row, CancellationToken cancellation = default) => Source.HasListeners()
            ? new ValueTask(SpanAsync(Start(system, "upsert", table, partition), () => inner.UpsertIfNewerAsync(table, partition, row, cancellation).AsTask()))
            : inner.UpsertIfNewerAsync(table, partition, row, cancellation);

        public ValueTask DeleteAsync(string table, string partition, string key, long version, CancellationToken cancellation = default) => Source.HasListeners()
            ? new ValueTask(SpanAsync(Start(system, "delete", table, partition), () => inner.DeleteAsync(table, partition, key, version, cancellation).AsTask()))
            : inner.DeleteAsync(table, partition, key, version, cancellation);

        public ValueTask WriteAllAsync(IReadOnlyList<RowChange> changes, CancellationToken cancellation = default) => Source.HasListeners() && changes.Count > 0
            ? new ValueTask(SpanAsync(Start(system, "write", changes[0].Table, changes[0].Partition), () => inner.WriteAllAsync(changes, cancellation).AsTask()))
            : inner.WriteAllAsync(changes, cancellation);

        public ValueTask RemoveAsync(string table, string partition, IReadOnlyList<string> keys, CancellationToken cancellation = default) => Source.HasListeners()
            ? new ValueTask(SpanAsync(Start(system, "remove", table, partition), () => inner.RemoveAsync(table, partition, keys, cancellation).AsTask()))
            : inner.RemoveAsync(table, partition, keys, cancellation);
    }
}
