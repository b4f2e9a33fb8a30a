using Azure;
using Azure.Data.Tables;
using Marketplace.Grains.Ports;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing.Azurite;

namespace Marketplace.Storage.Tests.Azure;

/// <summary>What rows in Azure Tables do beyond the contract: lost answers, and what scans cost.</summary>
public sealed class AzureRowStoreTests(AzuriteProcess azurite) : IDisposable
{
    private const string T = "table";
    private const string P = "partition";
    private readonly LossyTransport _network = new();
    private AzureStoreOptions _options = null!;

    public void Dispose() => _network.Dispose();

    [Fact]
    public async Task An_insert_whose_answer_was_lost_is_known_to_have_landed()
    {
        // The client sends again by itself, and the service says that the row exists: it is this insert's own.
        await using var store = await OpenAsync();
        _network.Next("POST", Mishap.AnswerLost);

        Assert.True(await store.Rows.TryInsertAsync(T, P, [Row("a", 1)]));

        _network.Next("POST", Mishap.AnswerLost);
        Assert.True(await store.Rows.TryInsertAsync(T, P, [Row("b", 1), Row("c", 1)]));
        Assert.False(await store.Rows.TryInsertAsync(T, P, [Row("c", 2)]));
    }

    [Fact]
    public async Task A_conflict_that_answers_a_second_sending_is_no_proof()
    {
        await using var store = await OpenAsync();
        await store.Rows.TryInsertAsync(T, P, [Row("a", 1)]);
        _network.Next("POST", Mishap.Refused);

        var error = await Assert.ThrowsAsync<StoreException>(() => store.Rows.TryInsertAsync(T, P, [Row("a", 2)]).AsTask());

        Assert.Contains("unknown", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await store.Rows.GetAsync(T, P, "a"))!.Value.Version);
    }

    [Theory]
    [InlineData("k1")]
    [InlineData("k2")]
    public async Task A_replacement_whose_answer_was_lost_stands(string key)
    {
        await using var store = await OpenAsync();
        _network.Next("POST", Mishap.AnswerLost);
        await store.Rows.UpsertIfNewerAsync(T, P, Row(key, 1));
        _network.Next("PUT", Mishap.AnswerLost);
        await store.Rows.UpsertIfNewerAsync(T, P, Row(key, 2));
        _network.Next("PUT", Mishap.AnswerLost);
        await store.Rows.DeleteAsync(T, P, key, 3);
        Assert.Null(await store.Rows.GetAsync(T, P, key));

        _network.Next("DELETE", Mishap.AnswerLost);
        await store.Rows.RemoveAsync(T, P, [key]);
        await store.Rows.UpsertIfNewerAsync(T, P, Row(key, 1));

        Assert.Equal(1, (await store.Rows.GetAsync(T, P, key))!.Value.Version);
    }

    [Theory]
    [InlineData(Mishap.Refused)]
    [InlineData(Mishap.Slowed)]
    public async Task What_passes_by_itself_is_waited_out(Mishap mishap)
    {
        await using var store = await OpenAsync();
        _network.Next("POST", mishap, 2);
        await store.Rows.UpsertIfNewerAsync(T, P, Row("a", 1));
        _network.Next("GET", mishap, 2);

        Assert.NotNull(await store.Rows.GetAsync(T, P, "a"));
    }

    [Fact]
    public async Task A_service_that_asks_for_a_long_pause_is_not_waited_for()
    {
        await using var store = await OpenAsync();
        await store.Rows.GetAsync(T, P, "a");
        var before = _network.Sent;
        _network.Next("GET", Mishap.SentAway);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => store.Rows.GetAsync(T, P, "a").AsTask().WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Equal((503, 1), (error.Status, _network.Sent - before));
        Assert.Null(await store.Rows.GetAsync(T, P, "a"));
    }

    [Theory]
    [InlineData(Mishap.Refused)]
    [InlineData(Mishap.Silence)]
    public async Task Patience_has_an_end(Mishap mishap)
    {
        await using var store = await OpenAsync(options => (options.MaxRetries, options.TableTimeout) = (2, TimeSpan.FromMilliseconds(100)));
        await store.Rows.GetAsync(T, P, "a");
        var before = _network.Sent;
        _network.Next("GET", mishap, 100);

        await Assert.ThrowsAnyAsync<Exception>(() => store.Rows.GetAsync(T, P, "a").AsTask());

        Assert.Equal(3, _network.Sent - before);
    }

    [Fact]
    public async Task A_backward_page_costs_a_few_requests_however_long_the_partition()
    {
        await using var store = await OpenAsync();
        var keys = await FillAsync(store, 3000);
        await store.Rows.ScanAsync(T, P, null, null, 1);

        foreach (var until in (string?[])[null, "k1500", "k0100"])
        {
            var before = _network.Sent;
            var page = await store.Rows.ScanAsync(T, P, null, until, 50, descending: true);

            Assert.Equal(keys.Where(key => until is null || string.CompareOrdinal(key, until) < 0).Reverse().Take(50), page.Rows.Select(row => row.Key));
            Assert.InRange(_network.Sent - before, 1, 6);
        }
    }

    [Fact]
    public async Task Without_milestones_a_backward_scan_costs_more_and_finds_the_same()
    {
        await using var store = await OpenAsync();
        var keys = await FillAsync(store, 300);
        var table = _options.CreateTableServiceClient().GetTableClient(_options.RowTable);
        var milestones = 0;
        await foreach (var entity in table.QueryAsync<TableEntity>(RowEntity.MilestoneRange(RowEntity.Partition(T, P), null, null)))
        {
            await table.DeleteEntityAsync(entity, ETag.All);
            milestones++;
        }

        var found = new List<string>();
        for (string? until = null; ;)
        {
            var page = await store.Rows.ScanAsync(T, P, null, until, 70, descending: true);
            found.AddRange(page.Rows.Select(row => row.Key));
            if ((until = page.NextFrom) is null)
            {
                break;
            }
        }

        Assert.InRange(milestones, 5, 60);
        Assert.Equal(keys.Reverse(), found);
    }

    [Fact]
    public async Task Removed_rows_leave_nothing()
    {
        await using var store = await OpenAsync();
        await store.Rows.RemoveAsync(T, P, await FillAsync(store, 200));

        var left = 0;
        await foreach (var entity in _options.CreateTableServiceClient().GetTableClient(_options.RowTable).QueryAsync<TableEntity>())
        {
            left++;
        }

        Assert.Equal(0, left);
    }

    private static Row Row(string key, long version) => new(key, version, "x"u8.ToArray());

    private static async Task<string[]> FillAsync(StoreUnderTest store, int count)
    {
        var keys = Enumerable.Range(0, count).Select(i => $"k{i:D4}").ToArray();
        foreach (var some in keys.Chunk(RowLimits.MostRowsInBatch))
        {
            // Ninety of a hundred, so that their milestones fit the same request.
            await store.Rows.TryInsertAsync(T, P, [.. some.Take(90).Select(key => Row(key, 1))]);
            await store.Rows.TryInsertAsync(T, P, [.. some.Skip(90).Select(key => Row(key, 1))]);
        }

        return keys;
    }

    private Task<StoreUnderTest> OpenAsync(Action<AzureStoreOptions>? configure = null) => AzureTestStore.OpenAsync(azurite, options =>
    {
        _options = options;
        options.Transport = _network;
        options.FirstPause = TimeSpan.FromMilliseconds(1);
        configure?.Invoke(options);
    });
}
