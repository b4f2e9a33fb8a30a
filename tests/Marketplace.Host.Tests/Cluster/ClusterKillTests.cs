using System.Globalization;
using Marketplace.Domain.Primitives;
using Marketplace.Testing.Azurite;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>
/// Three hosts over one storage account, under load through all three: one is killed, one is frozen for longer than the
/// others wait and then let go, and all are restarted in turn. Then what clients were told is compared with what is.
/// MARKETPLACE_CLUSTER_ROUNDS says how often; MARKETPLACE_CLUSTER_FIGURES names a file to which each round that held adds its
/// figures, as a row of the table in docs/reliability.md.
/// </summary>
public sealed class ClusterKillTests : IDisposable
{
    private const int Clerks = 10;
    private const int Pools = 6;
    private const int ProbePools = 24;
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    /// <summary>Every wait within has a bound of its own, much shorter; this one keeps many rounds from hanging at one that has none.</summary>
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(12);

    private static readonly string[] Header =
    [
        "| round | killed: pools, half after, all after | frozen: pools, half after, all after | longest attempt | to reserve: acknowledged, refused, unknown | to cancel: acknowledged, unknown | to pay: acknowledged, unknown | took |",
        "|---:|---|---|---:|---|---|---|---:|",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("marketplace-cluster-").FullName;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("MARKETPLACE_CLUSTER_ROUNDS"), CultureInfo.InvariantCulture, out var rounds) ? rounds : 1;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task NothingAcknowledgedIsLostAndNothingHappensTwiceWhateverHappensToASilo()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Freezing a process takes Unix signals.");
        for (var round = 1; round <= Rounds; round++)
        {
            await using var azurite = new AzuriteProcess();
            var reason = azurite.WhyNot();
            Assert.SkipWhen(reason is not null, reason ?? "");
            await using var cluster = await HostCluster.StartAsync(
                Path.Combine(folder, $"round-{round}"), await azurite.ConnectionAsync(), 3, "--Marketplace:DrainPeriod", Drain.ToString("c", CultureInfo.InvariantCulture));
            try
            {
                await RoundAsync(round, cluster).WaitAsync(LongestRound);
            }
            finally
            {
                TestContext.Current.TestOutputHelper?.WriteLine(cluster.Errors);
            }
        }
    }

    private static async Task RoundAsync(int round, HostCluster cluster)
    {
        var begun = TimeProvider.System.GetTimestamp();
        await using var balancer = new Balancer([.. cluster.Nodes.Select(node => node.Address)]);
        var administrator = HostKeys.Read(cluster.Nodes[0].DataFolder)["ADMIN_KEY"];
        var trade = new Trade(balancer, administrator);
        await trade.OpenAsync(Pools, ProbePools);
        var load = trade.RunAsync(Clerks, seed: round);
        await MoreAsync(trade, 20, load);

        var killed = await KillAsync(cluster, trade);
        await MoreAsync(trade, 20, load);
        var frozen = await FreezeAsync(cluster, trade);
        await MoreAsync(trade, 20, load);
        var cut = await RestartInTurnAsync(cluster, trade, balancer, load);
        trade.Close();
        await load;

        var faults = await new Checker(trade, administrator).FaultsAsync();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Empty(cut);
        Report(round, trade, killed, frozen, balancer.Longest, TimeProvider.System.GetElapsedTime(begun));
    }

    /// <summary>Ends a silo as a power cut would, and starts it again once the others have taken over.</summary>
    private static async Task<Outage> KillAsync(HostCluster cluster, Trade trade)
    {
        var victim = cluster.Nodes[1];
        var outage = await Outage.OfAsync(trade, cluster.Nodes[0].Address, await PoolsOfAsync(cluster, trade, victim), victim.Process.KillAsync);
        await victim.StartAsync();
        return outage;
    }

    /// <summary>Freezes a silo until the others have taken over, and lets it go on believing that it still owns what it owned.</summary>
    private static async Task<Outage> FreezeAsync(HostCluster cluster, Trade trade)
    {
        var victim = cluster.Nodes[2];
        var outage = await Outage.OfAsync(trade, cluster.Nodes[0].Address, await PoolsOfAsync(cluster, trade, victim), () => victim.Process.SignalAsync("STOP"));
        await victim.Process.SignalAsync("CONT");

        // It learns that it was declared dead, and ends; whoever runs it starts it again.
        Assert.NotEqual(0, await victim.Process.ExitAsync());
        await victim.StartAsync();
        return outage;
    }

    /// <summary>A rolling upgrade: answers the requests that were cut by it.</summary>
    private static async Task<IReadOnlyList<string>> RestartInTurnAsync(HostCluster cluster, Trade trade, Balancer balancer, Task load)
    {
        balancer.Cut.Clear();
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, await node.Process.StopAsync());
            await node.StartAsync();
            await MoreAsync(trade, 10, load);
        }

        return [.. balancer.Cut];
    }

    private static async Task<IReadOnlyCollection<PoolId>> PoolsOfAsync(HostCluster cluster, Trade trade, HostNode node)
    {
        foreach (var pool in trade.Probes)
        {
            await trade.TryTouchAsync(cluster.Nodes[0].Address, pool, 0);
        }

        PoolId[] owned = [.. (await cluster.OwnersAsync(trade.Probes)).Where(owner => owner.Value == node).Select(owner => owner.Key)];
        Assert.NotEmpty(owned);
        return owned;
    }

    /// <summary>Waits until so many more reservations were acknowledged.</summary>
    private static Task MoreAsync(Trade trade, int more, Task load)
    {
        var enough = trade.Granted + more;
        return trade.UntilAsync(() => trade.Granted >= enough, load);
    }

    private static void Report(int round, Trade trade, Outage killed, Outage frozen, TimeSpan longest, TimeSpan took)
    {
        int Count(Func<Booking, bool> which) => trade.Bookings.Count(which);
        var row = string.Create(CultureInfo.InvariantCulture, $"| {round} | {killed} | {frozen} | {longest.TotalSeconds:0.0} s ")
            + string.Create(CultureInfo.InvariantCulture, $"| {trade.Bookings.Count}: {Count(b => b.Reserved == Outcome.Acknowledged)}, {Count(b => b.Reserved == Outcome.Refused)}, {Count(b => b.Reserved == Outcome.Unknown)} ")
            + string.Create(CultureInfo.InvariantCulture, $"| {Count(b => b.Cancelled == Outcome.Acknowledged)}, {Count(b => b.Cancelled == Outcome.Unknown)} ")
            + string.Create(CultureInfo.InvariantCulture, $"| {Count(b => b.Paid == Outcome.Acknowledged)}, {Count(b => b.Paid == Outcome.Unknown)} | {took.TotalSeconds:0} s |");
        TestContext.Current.TestOutputHelper?.WriteLine(row);
        if (Environment.GetEnvironmentVariable("MARKETPLACE_CLUSTER_FIGURES") is { Length: > 0 } file)
        {
            File.AppendAllLines(file, File.Exists(file) ? [row] : [.. Header, row]);
        }
    }
}
