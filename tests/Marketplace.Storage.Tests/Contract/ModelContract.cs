using System.Text;
using CsCheck;
using Marketplace.Grains.Ports;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Contract;

/// <summary>Random operations, among them late and repeated ones, against a store and a model of it in memory.</summary>
public abstract class ModelContract : IAsyncLifetime
{
    private static readonly string[] Keys = ["a", "b", "c"];
    private StoreUnderTest _store = null!;
    private int _round;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private abstract record RowStep
    {
        public sealed record Insert(string[] Keys, long Version) : RowStep;

        public sealed record Upsert(string Key, long Version) : RowStep;

        public sealed record Delete(string Key, long Version) : RowStep;

        public sealed record Remove(string Key) : RowStep;
    }

    private static readonly Gen<string> AnyKey = Gen.Int[0, Keys.Length - 1].Select(i => Keys[i]);
    private static readonly Gen<long> AnyVersion = Gen.Long[0, 6];

    private static readonly Gen<RowStep> AnyRowStep = Gen.Frequency(
        (2, Gen.Select(Gen.Shuffle(Keys), Gen.Int[1, 3], AnyVersion, RowStep (keys, count, version) => new RowStep.Insert(keys[..count], version))),
        (4, Gen.Select(AnyKey, AnyVersion, RowStep (key, version) => new RowStep.Upsert(key, version))),
        (3, Gen.Select(AnyKey, AnyVersion, RowStep (key, version) => new RowStep.Delete(key, version))),
        (1, AnyKey.Select(RowStep (key) => new RowStep.Remove(key))));

    // An actor holds the ETag of its last read or write, as an activation does; two of them share each record.
    private enum RecordVerb
    {
        Read,
        Write,
        Clear,
        Restart,
    }

    private static readonly Gen<(int Actor, string Key, RecordVerb Verb)> AnyRecordStep =
        Gen.Select(Gen.Int[0, 1], AnyKey, Gen.Enum<RecordVerb>());

    [Fact]
    public async Task Rows_do_what_the_model_does() => await AnyRowStep.Array[1, 25].SampleAsync(
        async steps =>
        {
            var partition = "round" + Interlocked.Increment(ref _round);
            var model = new Dictionary<string, (long Version, string? Data)>(StringComparer.Ordinal);
            for (var i = 0; i < steps.Length; i++)
            {
                var data = "write " + i;
                await ApplyAsync(partition, model, steps[i], data);
            }

            var page = await _store.Rows.ScanAsync("model", partition, null, null, 100);
            Assert.Equal(
                model.Where(pair => pair.Value.Data is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.Version, pair.Value.Data!)),
                page.Rows.Select(row => (row.Key, row.Version, Encoding.UTF8.GetString(row.Data.Span))));
        },
        iter: Rounds);

    [Fact]
    public async Task Records_do_what_the_model_does() => await AnyRecordStep.Array[1, 25].SampleAsync(
        async steps =>
        {
            var type = "round" + Interlocked.Increment(ref _round);
            var model = new Dictionary<string, (int Writes, int? Number)>(StringComparer.Ordinal);
            var held = new Dictionary<(int, string), (GrainState<Note> State, int Writes)>();
            for (var i = 0; i < steps.Length; i++)
            {
                var (actor, key, verb) = steps[i];
                var id = GrainId.Create(type, key);
                var (writes, number) = model.GetValueOrDefault(key);
                if (verb == RecordVerb.Restart || !held.TryGetValue((actor, key), out var mine))
                {
                    // An activation that never read holds no ETag, like one that believes it is the first.
                    mine = (new GrainState<Note>(new Note()), 0);
                }

                if (verb == RecordVerb.Read)
                {
                    await _store.Records.ReadStateAsync("model", id, mine.State);
                    Assert.Equal((number is not null, number ?? 0), (mine.State.RecordExists, mine.State.State!.Number));
                    mine.Writes = writes;
                }
                else if (verb != RecordVerb.Restart)
                {
                    var fits = mine.Writes == writes;
                    try
                    {
                        if (verb == RecordVerb.Write)
                        {
                            mine.State.State = new Note { Number = i + 1 };
                            await _store.Records.WriteStateAsync("model", id, mine.State);
                        }
                        else
                        {
                            await _store.Records.ClearStateAsync("model", id, mine.State);
                        }

                        Assert.True(fits, "A stale ETag was taken.");
                        mine.Writes = writes + 1;
                        model[key] = (writes + 1, verb == RecordVerb.Write ? i + 1 : null);
                    }
                    catch (InconsistentStateException)
                    {
                        Assert.False(fits, "A current ETag was refused.");
                    }
                }

                held[(actor, key)] = mine;
            }
        },
        iter: Rounds);

    /// <summary>Sequences tried per test.</summary>
    protected virtual long Rounds => 500;

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<StoreUnderTest> OpenAsync();

    private async Task ApplyAsync(string partition, Dictionary<string, (long Version, string? Data)> model, RowStep step, string data)
    {
        var bytes = Encoding.UTF8.GetBytes(data);
        switch (step)
        {
            case RowStep.Insert insert:
                var free = insert.Keys.All(key => model.GetValueOrDefault(key).Data is null);
                Assert.Equal(free, await _store.Rows.TryInsertAsync("model", partition, [.. insert.Keys.Select(key => new Row(key, insert.Version, bytes))]));
                foreach (var key in free ? insert.Keys : [])
                {
                    model[key] = (insert.Version, data);
                }

                break;
            case RowStep.Upsert upsert:
                await _store.Rows.UpsertIfNewerAsync("model", partition, new Row(upsert.Key, upsert.Version, bytes));
                if (!model.TryGetValue(upsert.Key, out var standing) || upsert.Version > standing.Version)
                {
                    model[upsert.Key] = (upsert.Version, data);
                }

                break;
            case RowStep.Delete delete:
                await _store.Rows.DeleteAsync("model", partition, delete.Key, delete.Version);
                if (!model.TryGetValue(delete.Key, out var found) || delete.Version >= found.Version)
                {
                    model[delete.Key] = (delete.Version, null);
                }

                break;
            case RowStep.Remove remove:
                await _store.Rows.RemoveAsync("model", partition, [remove.Key]);
                model.Remove(remove.Key);
                break;
        }
    }
}
