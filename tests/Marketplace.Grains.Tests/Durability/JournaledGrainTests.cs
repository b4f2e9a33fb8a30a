using Marketplace.Grains.Transparency;
using Marketplace.Testing;

namespace Marketplace.Grains.Tests.Durability;

public class JournaledGrainTests : IAsyncLifetime
{
    private TestMarket market = null!;

    private IHotTallyGrain Tally => market.Grains.GetGrain<IHotTallyGrain>("tally_hot");

    public virtual async ValueTask InitializeAsync() => market = await TestMarket.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await market.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Concurrent_commits_share_writes_and_all_survive_a_restart()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Tally.CountAsync(1)));
        var rows = await market.Rows.ScanAsync("journal", "hot-tally:tally_hot", null, null, 1000, cancellation: TestContext.Current.CancellationToken);
        await market.CrashAsync();

        Assert.All(answers, answer => Assert.True(answer.IsGranted));
        Assert.Equal(Enumerable.Range(1, 500), answers.Select(answer => answer.Value).Order());
        Assert.True(rows.Rows.Count < 500, $"{rows.Rows.Count} writes for 500 commits.");
        Assert.Equal(500, await Tally.GetAsync());
    }

    [Fact]
    public async Task No_more_is_granted_than_the_limit_and_each_grant_is_told_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 1200).Select(_ => Tally.CountAsync(1)));
        await market.CrashAsync();
        await Tally.DrainAsync();
        await market.Time.WhenQuietAsync();

        Assert.Equal(TallyRules.Limit, answers.Count(answer => answer.IsGranted));
        Assert.Equal(TallyRules.Limit, await Tally.GetAsync());
        Assert.Equal(TallyRules.Limit, await market.Grains.GetGrain<IEventFeedGrain>("org_tally").GetLastAsync());
    }

    [Fact]
    public async Task A_long_history_loads_from_a_snapshot_and_its_tail()
    {
        for (var i = 0; i < 900; i++)
        {
            await Tally.CountAsync(1);
        }

        await market.CrashAsync();
        Assert.Equal(900, await Tally.GetAsync());
        var after = await Tally.CountAsync(1);
        Assert.Equal(901, after.Value);
    }
}
