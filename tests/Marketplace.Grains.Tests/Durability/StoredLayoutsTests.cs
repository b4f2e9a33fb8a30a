using Marketplace.Grains.Durability;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Marketplace.Grains.Tests.Durability;

/// <summary>
/// An upgrade to a layout that earlier code would not keep, and the way back, with both versions alive on one store: the code of
/// today, which knows no notes; a release that reads them and writes none; a release that writes them.
/// </summary>
public sealed class StoredLayoutsTests : IAsyncLifetime
{
    private static readonly StoredLayouts Today = new(Writes: 1, Reads: 1);
    private static readonly StoredLayouts Reads = new(Writes: 1, Reads: 2);
    private static readonly StoredLayouts Writes = new(Writes: 2, Reads: 2);
    private StoredLayouts deployed = Reads;
    private TestMarket market = null!;

    public async ValueTask InitializeAsync() => market = await TestMarket.StartAsync(silo => silo.Services.AddSingleton(deployed));

    public ValueTask DisposeAsync() => market.DisposeAsync();

    [Fact]
    public async Task A_release_that_reads_more_works_beside_todays_and_gives_way_to_it()
    {
        await using (var today = await StartTodayAsync())
        {
            for (var count = 1; count <= 6; count++)
            {
                var at = count % 2 == 0 ? today : market;
                Assert.Equal(count, await CountAsync(at));
                Assert.Equal(count, await CountHotAsync(at));
            }
        }

        // Rolled back: today's code alone goes on with what the other wrote.
        await using var back = await StartTodayAsync();
        Assert.Equal(7, await CountAsync(back));
        Assert.Equal(7, await CountHotAsync(back));
        Assert.Equal(1, await SchemaAsync());
    }

    [Fact]
    public async Task What_the_writing_release_wrote_is_kept_by_the_reading_one_and_the_way_back_leads_through_it()
    {
        await CountAsync(market);
        await CountHotAsync(market);
        await using (var writing = await market.StartSecondAsync(silo => silo.Services.AddSingleton(Writes)))
        {
            Assert.True(await RetryAsync(() => Tally(writing).NoteAsync("kept")));
            Assert.True(await RetryAsync(() => Hot(writing).NoteAsync("kept")));

            // Both versions alive: the reading one goes on with it and loses nothing.
            Assert.Equal(2, await CountAsync(market));
            Assert.Equal(2, await CountHotAsync(market));
            Assert.Equal(2, await SchemaAsync());
            await writing.ReloadAsync(Tally(writing));
            await writing.ReloadAsync(Hot(writing));
            Assert.Equal("kept", await Tally(writing).GetNoteAsync());
            Assert.Equal("kept", await Hot(writing).GetNoteAsync());
        }

        // Rolled back: the reading one alone, started anew.
        await DeployAsync(Reads);
        Assert.Equal(3, await CountAsync(market));
        Assert.Equal(3, await CountHotAsync(market));
        Assert.Equal("kept", await Tally(market).GetNoteAsync());
        Assert.Equal("kept", await Hot(market).GetNoteAsync());
        Assert.Equal(2, await SchemaAsync());
    }

    [Fact]
    public async Task Code_two_releases_behind_refuses_what_it_does_not_know_and_goes_on_with_the_rest()
    {
        await DeployAsync(Writes);
        Assert.True(await Tally(market).NoteAsync("kept"));
        Assert.True(await Hot(market).NoteAsync("kept"));
        await market.Time.WhenQuietAsync();
        var before = await ContentAsync();
        await using (var today = await StartTodayAsync())
        {
            foreach (var refused in (Func<Task>[])[() => Tally(today).CountAsync(new Operation("late", "hash"), 1), () => Hot(today).CountAsync(1)])
            {
                var error = await Assert.ThrowsAnyAsync<Exception>(refused);
                Assert.Contains("written by a newer version", error.ToString(), StringComparison.Ordinal);
            }

            Assert.Equal(1, (await today.Grains.GetGrain<ITallyGrain>("tally_two").CountAsync(new Operation("one", "hash"), 1)).Value);
        }

        Assert.Equal(before, await ContentAsync());
        await DeployAsync(Reads);
        Assert.Equal(1, await CountAsync(market));
        Assert.Equal(("kept", "kept"), (await Tally(market).GetNoteAsync(), await Hot(market).GetNoteAsync()));
    }

    private static ITallyGrain Tally(TestMarket market) => market.Grains.GetGrain<ITallyGrain>("tally_one");

    private static IHotTallyGrain Hot(TestMarket market) => market.Grains.GetGrain<IHotTallyGrain>("tally_hot");

    private static async Task<int> CountAsync(TestMarket at)
    {
        var operation = new Operation(Guid.NewGuid().ToString(), "hash");
        return (await RetryAsync(() => Tally(at).CountAsync(operation, 1))).Value;
    }

    private static async Task<int> CountHotAsync(TestMarket at) => (await RetryAsync(() => Hot(at).CountAsync(1))).Value;

    /// <summary>As a client would: whoever meets a stale activation asks again.</summary>
    private static async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (error is UnknownOutcomeException or OrleansMessageRejectionException)
            {
                await Task.Yield();
            }
        }
    }

    private Task DeployAsync(StoredLayouts release)
    {
        deployed = release;
        return market.RestartAsync();
    }

    /// <summary>A silo with today's code: it drops the member it does not know, in reading and in writing.</summary>
    private Task<TestMarket> StartTodayAsync() => market.StartSecondAsync(silo =>
    {
        silo.Services.AddSingleton(Today);
        var records = market.Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        silo.Services.AddKeyedSingleton<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, new WithoutNotes(records));
    });

    private async Task<int> SchemaAsync() => (await StoredAsync()).State!.Schema;

    private async Task<(Tally? State, long Version)> ContentAsync() => await StoredAsync() is { State: { } record } ? (record.State, record.Version) : default;

    private async Task<GrainState<AggregateRecord<Tally>>> StoredAsync()
    {
        var stored = new GrainState<AggregateRecord<Tally>>();
        await market.Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME).ReadStateAsync("tally", GrainId.Create("tally", "tally_one"), stored);
        return stored;
    }

    private sealed class WithoutNotes(IGrainStorage inner) : IGrainStorage
    {
        public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            await inner.ReadStateAsync(stateName, grainId, grainState);
            grainState.State = Known(grainState.State);
        }

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            grainState.State = Known(grainState.State);
            await inner.WriteStateAsync(stateName, grainId, grainState);
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ClearStateAsync(stateName, grainId, grainState);

        private static T Known<T>(T state) => state is AggregateRecord<Tally> { State: { } tally } record ? (T)(object)(record with { State = tally with { Note = null } }) : state;
    }
}
