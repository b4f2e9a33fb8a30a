using System.Globalization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>How long each of some pools could not be written to, as seen from hosts that live.</summary>
internal sealed class Outage
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);

    private Outage(IReadOnlyList<TimeSpan> durations) => Durations = durations;

    /// <summary>From the fault to the first success of each pool, shortest first.</summary>
    public IReadOnlyList<TimeSpan> Durations { get; }

    /// <summary>The time after which half of the pools took work again.</summary>
    public TimeSpan Median => Durations[Durations.Count / 2];

    /// <summary>The time after which all of them did.</summary>
    public TimeSpan Longest => Durations[^1];

    /// <summary>Writes to every pool through one living host until each has taken a write that began after <paramref name="fault"/> was done.</summary>
    public static async Task<Outage> OfAsync(Trade trade, Uri living, IReadOnlyCollection<PoolId> pools, Func<Task> fault)
    {
        await fault();
        var begun = DateTime.UtcNow;
        var durations = await Task.WhenAll(pools.Select(async pool =>
        {
            for (var attempt = 0; !await trade.TryTouchAsync(living, pool, attempt); attempt++)
            {
                Assert.True(DateTime.UtcNow - begun < Patience, $"{pool} takes no work.");
                await Task.Delay(BetweenAttempts);
            }

            return DateTime.UtcNow - begun;
        }));
        return new Outage([.. durations.Order()]);
    }

    /// <summary>How many pools, when half of them took work again, and when all did.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Durations.Count}, {Median.TotalSeconds:0.0} s, {Longest.TotalSeconds:0.0} s");
}
