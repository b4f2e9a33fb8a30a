using Marketplace.Grains.Ports;
using Marketplace.Storage.Embedded;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Embedded;

public sealed class EmbeddedStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("store.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_is_there_after_reopening()
    {
        await using (var first = EmbeddedTestStore.Open(Path))
        {
            await first.Records.WriteStateAsync("s", GrainId.Create("note", "note_1"), new GrainState<Note>(new Note { Text = "kept" }));
            await first.Rows.TryInsertAsync("t", "p", [new Row("a", 3, "kept"u8.ToArray())]);
            await first.Rows.DeleteAsync("t", "p", "dead", 9);
        }

        await using var second = EmbeddedTestStore.Open(Path);
        var note = new GrainState<Note>();
        await second.Records.ReadStateAsync("s", GrainId.Create("note", "note_1"), note);
        await second.Rows.UpsertIfNewerAsync("t", "p", new Row("dead", 8, default));

        Assert.Equal(("kept", "1"), (note.State!.Text, note.ETag));
        Assert.Equal(3, (await second.Rows.GetAsync("t", "p", "a"))!.Value.Version);
        Assert.Null(await second.Rows.GetAsync("t", "p", "dead"));
    }

    [Fact]
    public async Task Nobody_else_can_read_its_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows keeps who may read a file by other means.");
            return;
        }

        var folder = _folder.File("new");
        var path = System.IO.Path.Combine(folder, "store.db");
        await using var store = EmbeddedTestStore.Open(path);
        await store.Rows.TryInsertAsync("t", "p", [new Row("a", 1, default)]);
        await EmbeddedStore.CopyAsync(path, System.IO.Path.Combine(folder, "copy.db"), TestContext.Current.CancellationToken);

        const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var entry in Directory.GetFileSystemEntries(folder).Append(folder))
        {
            Assert.True((File.GetUnixFileMode(entry) & Others) == 0, entry);
        }

        Assert.True(Directory.GetFiles(folder).Length >= 4, "The log and its index are among them.");
    }

    [Fact]
    public async Task In_one_transaction_a_refused_write_fails_alone()
    {
        await using var store = EmbeddedTestStore.Open(Path);
        await store.Rows.TryInsertAsync("t", "p", [new Row("taken", 1, default)]);
        var held = new GrainState<Note>(new Note());
        await store.Records.WriteStateAsync("s", GrainId.Create("note", "note_0"), held);

        var inserts = Enumerable.Range(0, 500).Select(i => store.Rows.TryInsertAsync("t", "p", [new Row("k" + i, 1, default), new Row(i % 2 == 0 ? "taken" : "own" + i, 1, default)]).AsTask()).ToArray();
        var writes = Enumerable.Range(0, 500).Select(async i =>
        {
            try
            {
                await store.Records.WriteStateAsync("s", GrainId.Create("note", "note_0"), new GrainState<Note>(new Note { Number = i }, held.ETag));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }).ToArray();

        Assert.Equal(Enumerable.Range(0, 500).Select(i => i % 2 == 1), await Task.WhenAll(inserts));
        Assert.Single(await Task.WhenAll(writes), won => won);
        Assert.Equal(501, (await store.Rows.ScanAsync("t", "p", null, null, 1000)).Rows.Count);
    }

    [Fact]
    public async Task A_full_disk_fails_the_write_and_spares_what_was_acknowledged()
    {
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions { Path = Path });
        var rows = new EmbeddedRowStore(store);
        await rows.TryInsertAsync("t", "p", [new Row("before", 1, "kept"u8.ToArray())]);
        await store.WriteAsync(0, connection => connection.Scalar("PRAGMA max_page_count = 40"));

        var failure = await Assert.ThrowsAsync<StoreException>(() => rows.TryInsertAsync("t", "p", [new Row("large", 1, new byte[500_000])]).AsTask());

        // The writer has opened the file again, without the limit, and nothing of the failed transaction is left.
        Assert.Contains("unknown outcome", failure.Message, StringComparison.Ordinal);
        Assert.Null(await rows.GetAsync("t", "p", "large"));
        Assert.True(await rows.TryInsertAsync("t", "p", [new Row("large", 1, new byte[500_000])]));
        Assert.Equal(["before", "large"], (await rows.ScanAsync("t", "p", null, null, 10)).Rows.Select(row => row.Key));
    }

    [Fact]
    public async Task A_failed_transaction_fails_every_write_it_covers()
    {
        await using var store = new EmbeddedStore(new EmbeddedStoreOptions { Path = Path });
        var rows = new EmbeddedRowStore(store);
        using var writing = new ManualResetEventSlim();
        using var queued = new ManualResetEventSlim();

        // The first write holds the writer until the others are queued behind it, so that one transaction covers them.
        var first = store.WriteAsync(0, _ =>
        {
            writing.Set();
            queued.Wait();
            return 0;
        }).AsTask();
        writing.Wait();
        var covered = rows.TryInsertAsync("t", "p", [new Row("covered", 1, default)]).AsTask();
        var failing = store.WriteAsync<int>(0, _ => throw new IOException("The disk is gone.")).AsTask();
        var later = rows.TryInsertAsync("t", "p", [new Row("later", 1, default)]).AsTask();
        queued.Set();

        await first;
        await Assert.ThrowsAsync<StoreException>(() => covered);
        await Assert.ThrowsAsync<StoreException>(() => failing);
        await Assert.ThrowsAsync<StoreException>(() => later);
        Assert.Empty((await rows.ScanAsync("t", "p", null, null, 10)).Rows);
        Assert.True(await rows.TryInsertAsync("t", "p", [new Row("covered", 1, default)]));
    }

    [Fact]
    public async Task A_full_queue_makes_writers_wait_not_fail()
    {
        await using var store = EmbeddedTestStore.Open(Path, configure: options =>
        {
            options.QueueLength = 2;
            options.LargestBatch = 3;
        });

        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Rows.TryInsertAsync("t", "p", [new Row("k" + i, 1, default)]).AsTask()));

        Assert.All(all, Assert.True);
    }

    [Fact]
    public async Task A_read_sees_every_acknowledged_write()
    {
        await using var store = EmbeddedTestStore.Open(Path);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var version = 1; version <= 100; version++)
            {
                await store.Rows.UpsertIfNewerAsync("t", "p", new Row("k" + writer, version, default));
                Assert.Equal(version, (await store.Rows.GetAsync("t", "p", "k" + writer))!.Value.Version);
            }
        })));
    }

    [Fact]
    public async Task A_record_that_is_too_large_is_refused_before_the_writer_sees_it()
    {
        await using var store = EmbeddedTestStore.Open(Path, configure: options => options.LargestRecord = 100);
        var id = GrainId.Create("note", "note_1");

        var failure = await Assert.ThrowsAsync<StoreException>(() => store.Records.WriteStateAsync("s", id, new GrainState<Note>(new Note { Text = new string('x', 200) })));

        Assert.Contains("at most 100", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_store_over_the_same_file_is_refused()
    {
        await using var first = EmbeddedTestStore.Open(Path);

        var failure = Assert.Throws<StoreException>(() => EmbeddedTestStore.Open(Path));

        Assert.Contains("in use by another process", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_is_refused()
    {
        await using var first = EmbeddedTestStore.Open(Path);
        using var second = VictimProcess.Start(Path);

        var said = await second.StandardOutput.ReadToEndAsync();
        await second.WaitForExitAsync();

        Assert.Equal(VictimProcess.Refused, second.ExitCode);
        Assert.Contains("in use by another process", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_is_a_store_with_everything_acknowledged_before_it()
    {
        var copy = _folder.File("copy.db");
        await using (var store = new EmbeddedStore(new EmbeddedStoreOptions { Path = Path }))
        {
            var rows = new EmbeddedRowStore(store);
            await rows.TryInsertAsync("t", "p", [new Row("before", 1, default)]);
            await EmbeddedStore.CopyAsync(Path, copy);
            await rows.TryInsertAsync("t", "p", [new Row("after", 1, default)]);
            await Assert.ThrowsAsync<StoreException>(() => EmbeddedStore.CopyAsync(Path, copy));
        }

        await using var restored = EmbeddedTestStore.Open(copy);
        Assert.Equal(["before"], (await restored.Rows.ScanAsync("t", "p", null, null, 10)).Rows.Select(row => row.Key));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 99", "layout 99")]
    [InlineData("PRAGMA application_id = 1", "another program")]
    public async Task A_file_of_another_layout_or_program_is_refused(string change, string expected)
    {
        await using (EmbeddedTestStore.Open(Path))
        {
        }

        using (var connection = Connection.Open(Path, readOnly: false))
        {
            connection.Execute(change);
        }

        var failure = Assert.Throws<StoreException>(() => EmbeddedTestStore.Open(Path));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var store = new EmbeddedStore(new EmbeddedStoreOptions { Path = Path });
        var rows = new EmbeddedRowStore(store);
        await store.DisposeAsync();

        await Assert.ThrowsAsync<StoreException>(() => rows.TryInsertAsync("t", "p", [new Row("k", 1, default)]).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rows.GetAsync("t", "p", "k").AsTask());
    }
}
