using Marketplace.Client;

namespace Marketplace.Portal.Leases;

/// <summary>What a lease's nodes were worth to its tenant in one month of the contract's zone.</summary>
/// <param name="Month">The month's first day.</param>
/// <param name="Served">Nodes that served in it.</param>
/// <param name="Heard">Those whose agents were heard of.</param>
/// <param name="UpMinutes">Minutes in which they were up.</param>
/// <param name="CountedMinutes">Minutes that count.</param>
/// <param name="DegradedMinutes">Minutes in which a GPU throttled, lost lanes or reported errors.</param>
/// <param name="Outages">Outages, with the node they befell, earliest first.</param>
public sealed record MonthlyAvailability(DateOnly Month, int Served, int Heard, long UpMinutes, long CountedMinutes, long DegradedMinutes, IReadOnlyList<(string Node, NodeFault Fault)> Outages)
{
    /// <summary>Months shown at most.</summary>
    public const int MostMonths = 6;

    /// <summary>Minutes up in percent of those that count; null where none counts.</summary>
    public decimal? Percent => CountedMinutes == 0 ? null : 100m * UpMinutes / CountedMinutes;

    /// <summary>Adds up what was read of every node.</summary>
    /// <param name="month">The month's first day.</param>
    /// <param name="nodes">All nodes that served in it.</param>
    public static MonthlyAvailability Of(DateOnly month, IReadOnlyCollection<LeaseNodeHealth> nodes) => new(
        month,
        nodes.Count,
        nodes.Count(node => node.AvailabilityPercent is not null),
        nodes.Sum(node => (long)node.UpMinutes),
        nodes.Sum(node => (long)node.CountedMinutes),
        nodes.Sum(node => (long)node.DegradedMinutes),
        [.. nodes.SelectMany(node => node.Faults.Select(fault => (node.NodeId, fault))).OrderBy(it => it.fault.From)]);

    /// <summary>The months of a lease so far, newest first, at most <see cref="MostMonths"/>.</summary>
    /// <param name="from">First day of the lease.</param>
    /// <param name="until">The last day to look at: today, or the lease's last.</param>
    public static IEnumerable<DateOnly> MonthsOf(DateOnly from, DateOnly until)
    {
        var first = new DateOnly(from.Year, from.Month, 1);
        var month = new DateOnly(until.Year, until.Month, 1);
        for (var shown = 0; shown < MostMonths && month >= first; shown++, month = month.AddMonths(-1))
        {
            yield return month;
        }
    }
}
