using NodaTime;

namespace Marketplace.Grains.Scheduling;

/// <summary>Visits the aggregates of one shard of the due index when they fall due. Key: the shard's name. Holds no state.</summary>
[Alias("Marketplace.ISchedulerGrain"), GrainInterfaceType("Marketplace.ISchedulerGrain")]
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

    /// <summary>Lets some of the shard's open aggregates check themselves and drain their outboxes, due or not.</summary>
    /// <param name="from">What the last call answered; null to begin with the first.</param>
    /// <returns>Where to go on, or null when all have been visited.</returns>
    [Alias("Sweep"), ResponseTimeout(Patience)]
    Task<string?> SweepAsync(string? from);
}
