using System.Text;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using NodaTime;

namespace Marketplace.Grains.Tests.Durability;

public class RecordGrainTests : IAsyncLifetime
{
    private TestMarket market = null!;

    private ITallyGrain Tally => market.Grains.GetGrain<ITallyGrain>("tally_one");

    private IEventFeedGrain Feed => market.Grains.GetGrain<IEventFeedGrain>("org_tally");

    public virtual async ValueTask InitializeAsync() => market = await TestMarket.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await market.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_repeated_operation_is_answered_from_the_log_also_after_a_restart()
    {
        var operation = new Operation("op-1", "hash-1");
        var first = await Tally.CountAsync(operation, 2);
        await market.CrashAsync();
        var again = await Tally.CountAsync(operation, 2);
        await market.Time.WhenQuietAsync();

        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(2, again.Value);
        Assert.Equal(2, (await Tally.GetAsync()).Count);
        Assert.Equal(1, await Feed.GetLastAsync());
    }

    [Fact]
    public async Task The_same_operation_id_with_other_input_is_refused()
    {
        await Tally.CountAsync(new Operation("op-1", "hash-1"), 2);
        var other = await Tally.CountAsync(new Operation("op-1", "hash-2"), 3);

        Assert.Equal("idempotency_key_reused", other.Refusal?.Code);
        Assert.Equal(2, (await Tally.GetAsync()).Count);
    }

    [Fact]
    public async Task An_operation_keeps_its_answer_when_others_have_followed()
    {
        await Tally.CountAsync(new Operation("op-1", "hash-1"), 2);
        await Tally.CountAsync(new Operation("op-2", "hash-2"), 3);
        await Tally.SetAlarmAsync(Instant.FromUtc(2027, 6, 1, 0, 0));
        await market.CrashAsync();

        Assert.Equal(2, (await Tally.CountAsync(new Operation("op-1", "hash-1"), 2)).Value);
        Assert.Equal(5, (await Tally.CountAsync(new Operation("op-2", "hash-2"), 3)).Value);
    }

    [Fact]
    public async Task A_row_that_was_not_written_before_a_crash_is_made_again_from_the_state()
    {
        var fault = market.Faults.At(FaultKind.ErrorBeforeWrite, write => write.Table == "tallies");
        await Tally.CountAsync(new Operation("op-1", "hash-1"), 2);
        await fault.Reached;
        await market.CrashAsync();
        Assert.Null(await market.Rows.GetAsync("tallies", "all", "tally_one", TestContext.Current.CancellationToken));

        await Tally.GetAsync();
        await market.Time.WhenQuietAsync();
        var row = await market.Rows.GetAsync("tallies", "all", "tally_one", TestContext.Current.CancellationToken);
        Assert.Equal("""{"count":2,"alarmsRung":0}""", Encoding.UTF8.GetString(row!.Value.Data.Span));
    }

    [Fact]
    public async Task Every_event_reaches_the_feed_once_over_restarts()
    {
        for (var i = 0; i < 10; i++)
        {
            await Tally.CountAsync(new Operation("op-" + i, "hash"), 1);
            if (i % 3 == 0)
            {
                await market.CrashAsync();
            }
        }

        await Tally.DrainAsync();
        await market.Time.WhenQuietAsync();
        Assert.Equal(10, await Feed.GetLastAsync());
        await Feed.DrainAsync();
        await market.Time.WhenQuietAsync();
        var rows = await market.Rows.ScanAsync(EventRows.Table, "org_tally", null, null, 100, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(10, rows.Rows.Count);
    }

    [Fact]
    public async Task An_alarm_rings_once_at_its_market_time_and_leaves_one_due_row()
    {
        await Tally.SetAlarmAsync(Instant.FromUtc(2027, 6, 1, 0, 0));
        await market.CrashAsync();
        await market.Time.AdvanceAsync(Instant.FromUtc(2027, 5, 31, 23, 0), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, (await Tally.GetAsync()).AlarmsRung);

        await market.Time.AdvanceAsync(Instant.FromUtc(2028, 1, 1, 0, 0), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(1, (await Tally.GetAsync()).AlarmsRung);

        var shard = GrainKeys.DueShardOf(new AggregateAddress("tally", "tally_one"));
        var rows = await market.Rows.ScanAsync("due", shard, null, null, 10, cancellation: TestContext.Current.CancellationToken);
        Assert.Single(rows.Rows);
    }
}
