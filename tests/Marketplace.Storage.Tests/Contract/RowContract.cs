using System.Text;
using Marketplace.Grains.Ports;

namespace Marketplace.Storage.Tests.Contract;

/// <summary>What every row store must keep. A store's tests derive from it.</summary>
public abstract class RowContract : IAsyncLifetime
{
    private const string T = "table";
    private const string P = "partition";
    private StoreUnderTest _store = null!;

    private IRowStore Rows => _store.Rows;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_inserted_row_reads_back()
    {
        Assert.Null(await Rows.GetAsync(T, P, "a"));
        Assert.True(await Rows.TryInsertAsync(T, P, [Row("a", 7, "text")]));

        var row = await Rows.GetAsync(T, P, "a");

        Assert.Equal(("a", 7, "text"), (row!.Value.Key, row.Value.Version, Text(row.Value)));
    }

    [Fact]
    public async Task An_empty_row_is_not_an_absent_one()
    {
        await Rows.TryInsertAsync(T, P, [new Row("a", 1, default)]);

        Assert.Equal(0, (await Rows.GetAsync(T, P, "a"))!.Value.Data.Length);
        Assert.False(await Rows.TryInsertAsync(T, P, [new Row("a", 1, default)]));
    }

    [Fact]
    public async Task An_insert_is_all_or_nothing()
    {
        Assert.True(await Rows.TryInsertAsync(T, P, [Row("b", 1, "first")]));

        Assert.False(await Rows.TryInsertAsync(T, P, [Row("a", 2, "x"), Row("b", 2, "x"), Row("c", 2, "x")]));

        Assert.Equal(["b:1:first"], await AllAsync());
    }

    [Fact]
    public async Task Of_many_inserts_of_one_row_one_wins()
    {
        var won = await Task.WhenAll(Enumerable.Range(0, 32).Select(number =>
            Rows.TryInsertAsync(T, P, [Row("head", number, "x"), Row("own" + number, number, "x")]).AsTask()));

        var winner = Array.IndexOf(won, true);
        Assert.Single(won, outcome => outcome);
        Assert.Equal([$"head:{winner}:x", $"own{winner}:{winner}:x"], await AllAsync());
    }

    [Fact]
    public async Task Newer_versions_win_whatever_their_order_of_arrival()
    {
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 2, "two"));
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 1, "one"));
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 2, "two again"));
        Assert.Equal(["a:2:two"], await AllAsync());

        await Rows.UpsertIfNewerAsync(T, P, Row("a", 3, "three"));
        Assert.Equal(["a:3:three"], await AllAsync());
    }

    [Fact]
    public async Task Rows_written_together_stand_as_if_written_alone()
    {
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 9, "newer"));
        await Rows.UpsertIfNewerAsync(T, P, Row("b", 1, "older"));
        await Rows.WriteAllAsync(
        [
            new RowChange(T, P, "a", 5, Row("a", 5, "late").Data),
            new RowChange(T, "other", "a", 5, Row("a", 5, "other").Data),
            new RowChange(T, P, "b", 2, null),
            new RowChange(T, P, "c", 3, default(ReadOnlyMemory<byte>)),
        ]);

        Assert.Equal("newer", Text((await Rows.GetAsync(T, P, "a"))!.Value));
        Assert.Equal("other", Text((await Rows.GetAsync(T, "other", "a"))!.Value));
        Assert.Null(await Rows.GetAsync(T, P, "b"));
        Assert.Equal(0, (await Rows.GetAsync(T, P, "c"))!.Value.Data.Length);
        await Rows.UpsertIfNewerAsync(T, P, Row("b", 2, "late"));
        Assert.Null(await Rows.GetAsync(T, P, "b"));
    }

    [Fact]
    public async Task A_delayed_delete_spares_a_newer_row()
    {
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 3, "three"));
        await Rows.DeleteAsync(T, P, "a", 2);
        Assert.Equal(["a:3:three"], await AllAsync());

        await Rows.DeleteAsync(T, P, "a", 3);
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task A_tombstone_refuses_delayed_and_repeated_writes()
    {
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 1, "one"));
        await Rows.DeleteAsync(T, P, "a", 5);
        await Rows.DeleteAsync(T, P, "b", 5);
        foreach (var key in (string[])["a", "b"])
        {
            await Rows.UpsertIfNewerAsync(T, P, Row(key, 4, "late"));
            await Rows.UpsertIfNewerAsync(T, P, Row(key, 5, "repeated"));

            // An older delete that comes late must not lower the tombstone.
            await Rows.DeleteAsync(T, P, key, 2);
            await Rows.UpsertIfNewerAsync(T, P, Row(key, 3, "late"));
            Assert.Null(await Rows.GetAsync(T, P, key));
        }

        await Rows.UpsertIfNewerAsync(T, P, Row("a", 6, "back"));
        Assert.Equal(["a:6:back"], await AllAsync());
    }

    [Fact]
    public async Task A_tombstone_does_not_hinder_an_insert()
    {
        await Rows.DeleteAsync(T, P, "a", 5);

        Assert.True(await Rows.TryInsertAsync(T, P, [Row("a", 1, "new")]));

        Assert.Equal(["a:1:new"], await AllAsync());
    }

    [Fact]
    public async Task Removing_forgets_rows_and_tombstones()
    {
        await Rows.UpsertIfNewerAsync(T, P, Row("a", 9, "x"));
        await Rows.DeleteAsync(T, P, "b", 9);
        await Rows.RemoveAsync(T, P, ["a", "b", "never-written"]);
        await Rows.RemoveAsync(T, P, []);

        await Rows.UpsertIfNewerAsync(T, P, Row("a", 1, "again"));
        await Rows.UpsertIfNewerAsync(T, P, Row("b", 1, "again"));

        Assert.Equal(["a:1:again", "b:1:again"], await AllAsync());
    }

    [Fact]
    public async Task Many_rows_go_in_one_removal()
    {
        var keys = Enumerable.Range(0, 250).Select(i => $"k{i:D3}").ToArray();
        foreach (var some in keys.Chunk(RowLimits.MostRowsInBatch))
        {
            Assert.True(await Rows.TryInsertAsync(T, P, [.. some.Select(key => Row(key, 1, "x"))]));
        }

        await Rows.RemoveAsync(T, P, keys[..^1]);

        Assert.Equal(["k249:1:x"], await AllAsync());
    }

    [Fact]
    public async Task Tables_and_partitions_are_apart()
    {
        await Rows.TryInsertAsync(T, P, [Row("a", 1, "mine")]);
        await Rows.TryInsertAsync(T, "other", [Row("a", 1, "other partition")]);
        await Rows.TryInsertAsync("other", P, [Row("a", 1, "other table")]);
        await Rows.DeleteAsync(T, "other", "a", 2);

        Assert.Equal(["a:1:mine"], await AllAsync());
        Assert.Equal("other table", Text((await Rows.GetAsync("other", P, "a"))!.Value));
    }

    [Fact]
    public async Task Keys_are_in_ordinal_order()
    {
        string[] keys = ["~", "b", "a", "Z", "A", "9", "10", "é", "\u4e2d", "\ue000", "a-b", "a b", "aa"];
        foreach (var key in keys)
        {
            await Rows.TryInsertAsync(T, P, [Row(key, 1, "x")]);
        }

        var up = await Rows.ScanAsync(T, P, null, null, 100);
        var down = await Rows.ScanAsync(T, P, null, null, 100, descending: true);

        Assert.Equal(keys.Order(StringComparer.Ordinal), up.Rows.Select(row => row.Key));
        Assert.Equal(keys.OrderDescending(StringComparer.Ordinal), down.Rows.Select(row => row.Key));
    }

    [Theory]
    [InlineData(null, null, "abcdef")]
    [InlineData("b", null, "bcdef")]
    [InlineData(null, "e", "abcd")]
    [InlineData("b", "e", "bcd")]
    [InlineData("bb", "dd", "cd")]
    [InlineData("d", "d", "")]
    [InlineData("e", "b", "")]
    public async Task A_scan_is_half_open(string? from, string? until, string expected)
    {
        await Rows.TryInsertAsync(T, P, [.. "abcdef".Select(letter => Row(letter.ToString(), 1, "x"))]);

        var up = await Rows.ScanAsync(T, P, from, until, 100);
        var down = await Rows.ScanAsync(T, P, from, until, 100, descending: true);

        Assert.Equal(expected, string.Concat(up.Rows.Select(row => row.Key)));
        Assert.Equal(expected, string.Concat(down.Rows.Select(row => row.Key).Reverse()));
        Assert.Null(up.NextFrom);
        Assert.Null(down.NextFrom);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task Pages_cover_everything_once_in_both_directions(int limit)
    {
        var keys = Enumerable.Range(0, 30).Select(i => $"k{i:D2}").ToArray();
        await Rows.TryInsertAsync(T, P, [.. keys.Select(key => Row(key, 1, "x"))]);
        await Rows.DeleteAsync(T, P, "k09", 2);
        await Rows.DeleteAsync(T, P, "k10", 2);
        var left = keys.Except(["k09", "k10"]).ToArray();

        Assert.Equal(left, await PagesAsync(limit, descending: false));
        Assert.Equal(left.Reverse(), await PagesAsync(limit, descending: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_of_large_rows_cover_everything_once(bool descending)
    {
        var keys = Enumerable.Range(0, 24).Select(i => $"k{i:D2}").ToArray();
        foreach (var key in keys)
        {
            await Rows.TryInsertAsync(T, P, [new Row(key, 1, new byte[RowLimits.LargestData])]);
        }

        Assert.Equal(descending ? keys.Reverse() : keys, await PagesAsync(1000, descending));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1001)]
    public async Task A_page_has_1_to_1000_rows(int limit) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.ScanAsync(T, P, null, null, limit).AsTask());

    public static TheoryData<string> BadKeys => ["", "a/b", "a\\b", "a#b", "a?b", "tab\t", "\u0085", "\ud83d\ude00", "\ud83d", new string('k', RowLimits.LongestKey + 1)];

    [Theory]
    [MemberData(nameof(BadKeys))]
    public async Task A_key_that_some_store_cannot_keep_is_refused(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.GetAsync(T, P, key).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.ScanAsync(T, key, null, null, 10).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.TryInsertAsync(T, P, [Row("good", 1, "x"), Row(key, 1, "x")]).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.TryInsertAsync(T, key, [Row("good", 1, "x")]).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.UpsertIfNewerAsync(T, P, Row(key, 1, "x")).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.DeleteAsync(T, P, key, 1).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.RemoveAsync(T, P, [key]).AsTask());
        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task Batches_outside_the_limits_are_refused_whole()
    {
        var largest = new byte[RowLimits.LargestData];
        IReadOnlyList<Row>[] bad =
        [
            [],
            [.. Enumerable.Range(0, RowLimits.MostRowsInBatch + 1).Select(i => Row("k" + i, 1, "x"))],
            [new Row("k", 1, new byte[RowLimits.LargestData + 1])],
            [.. Enumerable.Range(0, 5).Select(i => new Row("k" + i, 1, largest))],
            [Row("k", 1, "x"), Row("k", 2, "x")],
            [Row("k", -1, "x")],
        ];

        foreach (var rows in bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => Rows.TryInsertAsync(T, P, rows).AsTask());
        }

        Assert.Empty(await AllAsync());
    }

    [Fact]
    public async Task Batches_at_the_limits_are_taken()
    {
        var largest = new byte[RowLimits.LargestData];
        var key = new string('k', RowLimits.LongestKey - 1);

        Assert.True(await Rows.TryInsertAsync(T, "many", [.. Enumerable.Range(0, RowLimits.MostRowsInBatch).Select(i => Row($"k{i:D3}", long.MaxValue, ""))]));
        Assert.True(await Rows.TryInsertAsync(T, P, [.. Enumerable.Range(0, RowLimits.LargestBatch / RowLimits.LargestData).Select(i => new Row(key + i, 0, largest))]));

        Assert.Equal(RowLimits.LargestData, (await Rows.GetAsync(T, P, key + "0"))!.Value.Data.Length);
        Assert.Equal(long.MaxValue, (await Rows.GetAsync(T, "many", "k099"))!.Value.Version);
    }

    /// <summary>Opens an empty store.</summary>
    protected abstract Task<StoreUnderTest> OpenAsync();

    private static Row Row(string key, long version, string data) => new(key, version, Encoding.UTF8.GetBytes(data));

    private static string Text(Row row) => Encoding.UTF8.GetString(row.Data.Span);

    private async Task<IReadOnlyList<string>> AllAsync()
    {
        var page = await Rows.ScanAsync(T, P, null, null, 1000);
        return [.. page.Rows.Select(row => $"{row.Key}:{row.Version}:{Text(row)}")];
    }

    private async Task<IReadOnlyList<string>> PagesAsync(int limit, bool descending)
    {
        var keys = new List<string>();
        string? next = null;
        do
        {
            var page = descending
                ? await Rows.ScanAsync(T, P, null, next, limit, descending: true)
                : await Rows.ScanAsync(T, P, next, null, limit);
            Assert.InRange(page.Rows.Count, 1, limit);
            keys.AddRange(page.Rows.Select(row => row.Key));
            next = page.NextFrom;
        }
        while (next is not null);
        return keys;
    }
}
