using System.Text.Json;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Transparency;
using Marketplace.Testing;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Orleans.TestingHost;

namespace Marketplace.Grains.Tests.Durability;

/// <summary>The moments at which a crash or a failing store could lose, double or invent something, one test each.</summary>
public class CrashPointTests : IAsyncLifetime
{
    private static readonly AggregateAddress Address = new("tally", "tally_one");
    private TestMarket market = null!;

    private ITallyGrain Tally => TallyOf(market);

    public async ValueTask InitializeAsync()
    {
        using var markets = Markets();
        market = await TestMarket.StartAsync();
    }

    /// <summary>Where markets that are started have their store; null for one embedded each.</summary>
    protected virtual IDisposable? Markets() => null;

    public async ValueTask DisposeAsync()
    {
        await market.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_crash_between_due_row_and_record_leaves_a_row_and_no_aggregate()
    {
        market.Faults.Reset();
        var record = market.Faults.At(FaultKind.Delay, write => write is { Operation: "WriteState", Table: "tally" });
        var creation = Tally.CountAsync(new Operation("op", "hash"), 1);
        await record.Reached;
        Assert.Single(await DueRowsAsync());
        await market.CrashAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => creation);

        await market.Time.SettleAsync();
        Assert.Equal(0, (await Tally.GetAsync()).Count);

        // The client repeats what it never heard of, and the row that was left stands for the aggregate.
        var again = await Tally.CountAsync(new Operation("op", "hash"), 1);
        Assert.False(again.Replayed);
        Assert.Equal(1, (await Tally.GetAsync()).Count);
        Assert.Single(await DueRowsAsync());
    }

    [Fact]
    public async Task A_due_row_whose_record_never_came_does_not_stop_market_time()
    {
        market.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "WriteState", Table: "tally" });
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => Tally.SetAlarmAsync(TestMarket.Begin));

        await market.Time.AdvanceAsync(TestMarket.Begin + NodaTime.Duration.FromHours(1));

        Assert.Equal(TestMarket.Begin + NodaTime.Duration.FromHours(1), market.Clock.Now);
        Assert.Single(await DueRowsAsync());
    }

    [Fact]
    public async Task A_due_row_whose_record_never_came_goes_after_24_hours()
    {
        var (old, time) = await StartWithRealTimeAsync();
        await using var ends = old;
        old.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "WriteState", Table: "tally" });
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => TallyOf(old).SetAlarmAsync(TestMarket.Begin));
        Assert.Single(await DueRowsAsync(old));
        var shard = old.Grains.GetGrain<ISchedulerGrain>(GrainKeys.DueShardOf(Address));

        time.Advance(TimeSpan.FromHours(23));
        await shard.VisitDueAsync();
        Assert.Single(await DueRowsAsync(old));

        time.Advance(TimeSpan.FromHours(2));
        await shard.VisitDueAsync();
        Assert.Empty(await DueRowsAsync(old));
    }

    [Theory]
    [InlineData(FaultKind.ErrorBeforeWrite)]
    [InlineData(FaultKind.ErrorAfterWrite)]
    [InlineData(FaultKind.StaleETag)]
    public async Task Whatever_write_fails_a_repeated_command_counts_once(FaultKind kind)
    {
        // First without faults, to know how many writes there are to strike.
        await CountUntilAnsweredAsync(TallyOf(market, "tally_clean"), "op");
        await QuietAsync();
        var writes = market.Faults.Writes.Count;
        Assert.InRange(writes, 4, 12);
        for (var number = 1; number <= writes; number++)
        {
            var tally = TallyOf(market, $"tally_{number}");
            var before = await market.Grains.GetGrain<IEventFeedGrain>("org_tally").GetLastAsync();
            market.Faults.Reset();
            market.Faults.AtNumber(kind, number);

            await CountUntilAnsweredAsync(tally, "op");
            await tally.DrainAsync();
            await QuietAsync();

            Assert.Equal(1, (await tally.GetAsync()).Count);
            Assert.Equal(before + 1, await market.Grains.GetGrain<IEventFeedGrain>("org_tally").GetLastAsync());
        }
    }

    [Fact]
    public async Task A_lost_answer_is_given_again_not_done_again()
    {
        market.Faults.At(FaultKind.ErrorAfterWrite, write => write is { Operation: "WriteState", Table: "tally" });
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => Tally.CountAsync(new Operation("op", "hash"), 3));

        var again = await RetryAsync(() => Tally.CountAsync(new Operation("op", "hash"), 3));

        Assert.True(again.Replayed);
        Assert.Equal(3, again.Value);
        Assert.Equal(3, (await Tally.GetAsync()).Count);
    }

    [Fact]
    public async Task A_change_whose_caller_saw_an_error_never_rides_on_a_later_write()
    {
        market.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "WriteState", Table: "tally" });
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => Tally.CountAsync(new Operation("failed", "hash"), 100));

        await RetryAsync(() => Tally.CountAsync(new Operation("other", "hash"), 1));
        await market.CrashAsync();

        Assert.Equal(1, (await Tally.GetAsync()).Count);
    }

    [Fact]
    public async Task A_failed_journal_write_fails_everyone_it_covers_and_everyone_queued()
    {
        var tally = market.Grains.GetGrain<IHotTallyGrain>("tally_hot");
        await tally.CountAsync(1);
        var slow = market.Faults.At(FaultKind.Delay, write => write is { Operation: "TryInsert", Table: "journal" });
        var first = tally.CountAsync(1);
        await slow.Reached;
        var queued = Enumerable.Range(0, 20).Select(_ => tally.CountAsync(1)).ToArray();
        foreach (var _ in queued)
        {
            // As many as could be needed, since a call may arrive after the write that the first ones share.
            market.Faults.At(FaultKind.ErrorBeforeWrite, write => write is { Operation: "TryInsert", Table: "journal" });
        }

        slow.Release();

        Assert.True((await first).IsGranted);
        foreach (var caller in queued)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => caller);
        }

        market.Faults.Reset();
        var later = await RetryAsync(() => tally.CountAsync(1));
        Assert.Equal(3, later.Value);
    }

    [Fact]
    public async Task Of_two_activations_of_one_journal_the_second_loses_cleanly()
    {
        await using var second = await market.StartSecondAsync();
        var one = market.Grains.GetGrain<IHotTallyGrain>("tally_hot");
        var two = second.Grains.GetGrain<IHotTallyGrain>("tally_hot");
        Assert.Equal(0, await one.GetAsync());
        Assert.Equal(0, await two.GetAsync());

        Assert.Equal(1, (await one.CountAsync(1)).Value);
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => two.CountAsync(1));

        var again = await RetryAsync(() => two.CountAsync(1));
        Assert.Equal(2, again.Value);
    }

    [Fact]
    public async Task Two_activations_of_one_journal_never_grant_more_than_the_limit_together()
    {
        await using var second = await market.StartSecondAsync();
        IHotTallyGrain[] both = [market.Grains.GetGrain<IHotTallyGrain>("tally_hot"), second.Grains.GetGrain<IHotTallyGrain>("tally_hot")];

        // A write that lost is known not to have happened, so each caller goes on until it is granted or refused.
        var answers = await Task.WhenAll(both.SelectMany(tally => Enumerable.Range(0, 8).Select(async _ =>
        {
            var mine = new List<int>();
            while (await RetryAsync(() => tally.CountAsync(5)) is { IsGranted: true } answer)
            {
                mine.Add(answer.Value);
            }

            return mine;
        })));

        Assert.Equal(Enumerable.Range(1, TallyRules.Limit / 5).Select(i => i * 5), answers.SelectMany(mine => mine).Order());
        await market.CrashAsync();
        Assert.Equal(TallyRules.Limit, await market.Grains.GetGrain<IHotTallyGrain>("tally_hot").GetAsync());
    }

    [Fact]
    public async Task A_stale_activation_gives_no_final_refusal()
    {
        await using var second = await market.StartSecondAsync();
        var one = TallyOf(market);
        var two = TallyOf(second);
        await one.CountAsync(new Operation("first", "hash"), TallyRules.Limit);
        await two.GetAsync();
        await one.TakeBackAsync(new Operation("back", "hash"), TallyRules.Limit);

        // The second still believes the tally full. It must look again before it says so.
        await Assert.ThrowsAsync<UnknownOutcomeException>(() => two.CountAsync(new Operation("second", "hash"), 1));

        Assert.True((await RetryAsync(() => two.CountAsync(new Operation("second", "hash"), 1))).IsGranted);
    }

    [Fact]
    public async Task A_stale_journaled_activation_gives_no_final_refusal()
    {
        await using var second = await market.StartSecondAsync();
        var one = market.Grains.GetGrain<IHotTallyGrain>("tally_hot");
        var two = second.Grains.GetGrain<IHotTallyGrain>("tally_hot");
        await one.CountAsync(TallyRules.Limit);
        await two.GetAsync();
        await one.CountAsync(-TallyRules.Limit);

        await Assert.ThrowsAsync<UnknownOutcomeException>(() => two.CountAsync(1));

        Assert.Equal(1, (await RetryAsync(() => two.CountAsync(1))).Value);
    }

    [Fact]
    public async Task A_delayed_row_write_never_overwrites_a_newer_row()
    {
        var late = market.Faults.At(FaultKind.Delay, write => write is { Operation: "UpsertIfNewer", Table: "tallies" });
        await Tally.CountAsync(new Operation("one", "hash"), 1);
        await late.Reached;

        // The activation whose write hangs goes; the next one sends that row again and then a newer one.
        await using var second = await market.StartSecondAsync();
        await TallyOf(second).CountAsync(new Operation("two", "hash"), 1);
        await second.Time.WhenQuietAsync();
        Assert.Equal(2, await RowAsync());

        late.Release();
        await market.Time.WhenQuietAsync();

        Assert.Equal(2, await RowAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delayed_removal_of_a_due_row_never_removes_a_later_one(bool journaled)
    {
        Instant early = TestMarket.Begin + Duration.FromDays(1), late = TestMarket.Begin + Duration.FromDays(2);
        Task SetAsync(Instant at) => journaled ? Hot(market).SetAlarmAsync(at) : Tally.SetAlarmAsync(at);
        await SetAsync(early);
        var removal = market.Faults.At(FaultKind.Delay, write => write is { Operation: "Remove", Table: "due" } && write.Key.Contains(DueIndex.KeyAfter(early)[..^1], StringComparison.Ordinal));
        await SetAsync(late);
        await removal.Reached;

        // The alarm is set back to the time whose old row is about to go.
        await SetAsync(early);
        removal.Release();
        await market.Time.AdvanceAsync(early);

        Assert.Equal(1, journaled ? await Hot(market).GetAlarmsRungAsync() : (await Tally.GetAsync()).AlarmsRung);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stale_activation_leaves_the_due_rows_of_a_newer_one_alone(bool journaled)
    {
        await using var second = await market.StartSecondAsync();
        Instant early = TestMarket.Begin + Duration.FromDays(1), late = TestMarket.Begin + Duration.FromDays(2);
        IAggregateGrain stale = journaled ? Hot(market) : Tally;
        await (journaled ? Hot(market).SetAlarmAsync(late) : Tally.SetAlarmAsync(late));

        // The second may have been woken by its keeper's first sweep before that was written, and then loses once.
        await RetryAsync(async () =>
        {
            await (journaled ? Hot(second).SetAlarmAsync(early) : TallyOf(second).SetAlarmAsync(early));
            return true;
        });
        var row = (await market.Rows.ScanAsync("due", GrainKeys.DueShardOf(journaled ? new("hot-tally", "tally_hot") : Address), null, null, 1)).Rows[0];

        await stale.VisitAsync(DueIndex.Parse(row.Key).Row);
        await second.Time.AdvanceAsync(early);

        Assert.Equal(1, journaled ? await Hot(second).GetAlarmsRungAsync() : (await TallyOf(second).GetAsync()).AlarmsRung);
    }

    private static IHotTallyGrain Hot(TestMarket market) => market.Grains.GetGrain<IHotTallyGrain>("tally_hot");

    private static ITallyGrain TallyOf(TestMarket market, string key = "tally_one") => market.Grains.GetGrain<ITallyGrain>(key);

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
                // Outcome unknown: the same command again, as a client would.
            }
        }
    }

    private static Task<Answer<int>> CountUntilAnsweredAsync(ITallyGrain tally, string operation) =>
        RetryAsync(() => tally.CountAsync(new Operation(operation, "hash"), 1));

    private async Task<(TestMarket Market, FakeTimeProvider Time)> StartWithRealTimeAsync()
    {
        using var markets = Markets();
        var fake = new FakeTimeProvider(TestMarket.Begin.ToDateTimeOffset());
        var started = await TestMarket.StartAsync(silo =>
        {
            silo.Services.AddSingleton<TimeProvider>(fake);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        return (started, fake);
    }

    private async Task<int> RowAsync()
    {
        var row = await market.Rows.GetAsync("tallies", "all", "tally_one");
        return JsonSerializer.Deserialize<Tally>(row!.Value.Data.Span, MarketJson.Options)!.Count;
    }

    private Task<IReadOnlyList<Ports.Row>> DueRowsAsync() => DueRowsAsync(market);

    private static async Task<IReadOnlyList<Ports.Row>> DueRowsAsync(TestMarket market) =>
        (await market.Rows.ScanAsync("due", GrainKeys.DueShardOf(Address), null, null, 10)).Rows;

    private async Task QuietAsync()
    {
        // An entry whose delivery failed waits for its next attempt; asking the feed and the tally to drain is that attempt.
        await market.Grains.GetGrain<IEventFeedGrain>("org_tally").DrainAsync();
        await market.Time.WhenQuietAsync();
    }
}
