using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>Visits the aggregates of one shard of the due index when they fall due. Key: the shard's name. Holds no state.</summary>
[Alias("Marketplace.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Longest wait for a round of visits: thousands of aggregates may be due at once.</summary>
    private const string Patience = "00:10:00";

    /// <summary>Visits everything due at the present market time.</summary>
    /// <returns>How many aggregates there were to visit, failed visits included; rows whose aggregate never came into being do not count.</returns>
    [Alias("VisitDue"), ResponseTimeout(Patience)]
    Task<int> VisitDueAsync();

    /// <summary>Market time of the first row later than <paramref name="after"/>, or of all rows; null when there is none.</summary>
    [Alias("NextDue")]
    Task<Instant?> NextDueAsync(Instant? after);

    /// <summary>Lets every open aggregate of the shard check itself and drain its outbox, due or not.</summary>
    /// <returns>How many were visited without failure.</returns>
    [Alias("Sweep"), ResponseTimeout(Patience)]
    Task<int> SweepAsync();
}
