using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>Visits the aggregates of one shard of the due index when they fall due. Key: the shard's name. Holds no state.</summary>
[Alias("Marketplace.ISchedulerGrain")]
public interface ISchedulerGrain : IGrainWithStringKey
{
    /// <summary>Visits everything due at the present market time.</summary>
    /// <returns>How many aggregates were visited without failure.</returns>
    [Alias("VisitDue")]
    Task<int> VisitDueAsync();

    /// <summary>Market time at which the next aggregate falls due, or null for an empty shard.</summary>
    [Alias("NextDue")]
    Task<Instant?> NextDueAsync();

    /// <summary>Lets every open aggregate of the shard check itself and drain its outbox, due or not.</summary>
    /// <returns>How many were visited without failure.</returns>
    [Alias("Sweep")]
    Task<int> SweepAsync();
}
