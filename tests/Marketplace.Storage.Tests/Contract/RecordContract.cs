using Marketplace.Grains.Ports;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Contract;

/// <summary>What every store of grain records must keep. A store's tests derive from it.</summary>
public abstract class RecordContract : IAsyncLifetime
{
    private static readonly GrainId Id = GrainId.Create("note", "note_1");
    private StoreUnderTest _store = null!;

    private IGrainStorage Records => _store.Records;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_never_written_is_absent()
    {
        var read = await ReadAsync(Id);

        Assert.False(read.RecordExists);
        Assert.True(string.IsNullOrEmpty(read.ETag));
        Assert.Equal(new Note(), read.State);
    }

    [Fact]
    public async Task A_write_reads_back_with_its_ETag_and_every_write_changes_it()
    {
        var held = await WriteAsync(Id, new Note { Text = "first" });
        var first = held.ETag;
        Assert.True(held.RecordExists);
        held.State = new Note { Text = "second", Number = 2 };
        await Records.WriteStateAsync("s", Id, held);

        var read = await ReadAsync(Id);

        Assert.NotEqual(first, held.ETag);
        Assert.Equal(held.ETag, read.ETag);
        Assert.True(read.RecordExists);
        Assert.Equal(new Note { Text = "second", Number = 2 }, read.State);
    }

    [Fact]
    public async Task A_stale_ETag_is_refused_and_nothing_changes()
    {
        var mine = await WriteAsync(Id, new Note { Number = 1 });
        var theirs = await ReadAsync(Id);
        theirs.State = new Note { Number = 2 };
        await Records.WriteStateAsync("s", Id, theirs);

        mine.State = new Note { Number = 3 };
        var stale = mine.ETag;
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Records.WriteStateAsync("s", Id, mine));
        await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Records.ClearStateAsync("s", Id, mine));

        var read = await ReadAsync(Id);
        Assert.Equal((theirs.ETag, 2), (read.ETag, read.State!.Number));
        Assert.Equal(stale, mine.ETag);
    }

    [Fact]
    public async Task Of_many_first_writes_one_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async number =>
        {
            try
            {
                await WriteAsync(Id, new Note { Number = number });
                return number;
            }
            catch (InconsistentStateException)
            {
                return -1;
            }
        }));

        var winner = Assert.Single(outcomes, outcome => outcome >= 0);
        Assert.Equal(winner, (await ReadAsync(Id)).State!.Number);
    }

    [Fact]
    public async Task A_cleared_record_is_absent_and_can_be_written_again()
    {
        var held = await WriteAsync(Id, new Note { Number = 1 });
        await Records.ClearStateAsync("s", Id, held);
        Assert.False(held.RecordExists);
        Assert.Equal(new Note(), held.State);
        Assert.False((await ReadAsync(Id)).RecordExists);

        held.State = new Note { Number = 2 };
        await Records.WriteStateAsync("s", Id, held);

        Assert.Equal(2, (await ReadAsync(Id)).State!.Number);
    }

    [Fact]
    public async Task After_a_clear_no_earlier_ETag_fits_again()
    {
        // The danger is a version that starts again: the first write after the clear would get the ETag an old holder has.
        var earlier = new List<string>();
        var held = await ReadAsync(Id);
        for (var round = 0; round < 3; round++)
        {
            held.State = new Note { Number = round };
            await Records.WriteStateAsync("s", Id, held);
            earlier.Add(held.ETag!);
            await Records.ClearStateAsync("s", Id, held);
        }

        foreach (var etag in earlier)
        {
            var stale = new GrainState<Note>(new Note { Number = 99 }, etag) { RecordExists = true };
            await Assert.ThrowsAnyAsync<InconsistentStateException>(() => Records.WriteStateAsync("s", Id, stale));
        }

        Assert.False((await ReadAsync(Id)).RecordExists);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_is_harmless()
    {
        var held = await ReadAsync(Id);
        await Records.ClearStateAsync("s", Id, held);
        Assert.False((await ReadAsync(Id)).RecordExists);

        held.State = new Note { Number = 5 };
        await Records.WriteStateAsync("s", Id, held);

        Assert.Equal(5, (await ReadAsync(Id)).State!.Number);
    }

    [Theory]
    [InlineData("note", "note_1", "t")]
    [InlineData("note", "note_2", "s")]
    [InlineData("note", "Note_1", "s")]
    [InlineData("memo", "note_1", "s")]
    [InlineData("note", "10", "s")]
    public async Task State_name_type_and_key_together_name_a_record(string type, string key, string stateName)
    {
        await WriteAsync(Id, new Note { Text = "mine" });
        await WriteAsync(GrainId.Create("note", "010"), new Note { Text = "ten" });
        var other = GrainId.Create(type, key);

        Assert.False((await ReadAsync(other, stateName)).RecordExists);
        await WriteAsync(other, new Note { Text = "other" }, stateName);

        Assert.Equal("mine", (await ReadAsync(Id)).State!.Text);
        Assert.Equal("other", (await ReadAsync(other, stateName)).State!.Text);
    }

    [Fact]
    public async Task A_record_holds_what_the_smallest_store_can()
    {
        // 15 properties of 64 KiB is the most a record of Azure Tables holds; the rest is left for the JSON around it.
        var text = string.Create(RowLimits.LargestData - 1024, 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });

        await WriteAsync(Id, new Note { Text = text });

        Assert.Equal(text, (await ReadAsync(Id)).State!.Text);
    }

    [Fact]
    public async Task The_scan_pages_through_the_keys_of_one_type_and_state()
    {
        Assert.SkipUnless(_store.Scan.IsAvailable, "This store cannot list records.");
        string[] keys = ["note_a", "note_b", "note_c", "note_d", "note_e"];
        foreach (var key in keys.Reverse())
        {
            await WriteAsync(GrainId.Create("note", key), new Note());
        }

        await WriteAsync(GrainId.Create("memo", "note_x"), new Note());
        await WriteAsync(GrainId.Create("note", "note_y"), new Note(), "t");
        await Records.ClearStateAsync("s", GrainId.Create("note", "note_c"), await ReadAsync(GrainId.Create("note", "note_c")));

        var found = new List<string>();
        string? after = null;
        while (await _store.Scan.KeysAsync("s", "note", after, 3) is { Count: > 0 } page)
        {
            Assert.InRange(page.Count, 1, 3);
            found.AddRange(page);
            after = page[^1];
        }

        Assert.Equal(["note_a", "note_b", "note_d", "note_e"], found);
    }

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<StoreUnderTest> OpenAsync();

    private async Task<GrainState<Note>> ReadAsync(GrainId id, string stateName = "s")
    {
        var state = new GrainState<Note>();
        await Records.ReadStateAsync(stateName, id, state);
        return state;
    }

    private async Task<GrainState<Note>> WriteAsync(GrainId id, Note note, string stateName = "s")
    {
        var state = new GrainState<Note>(note);
        await Records.WriteStateAsync(stateName, id, state);
        return state;
    }
}
