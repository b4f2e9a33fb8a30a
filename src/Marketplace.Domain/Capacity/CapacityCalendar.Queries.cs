using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Capacity;

/// <content>What can be asked of the calendar.</content>
public sealed partial class CapacityCalendar
{
    /// <summary>Most windows or steps one answer holds.</summary>
    public const int MostSteps = 10_000;

    /// <summary>
    /// Adds every hold up anew, hour by hour, and says where that exceeds supply or differs from what the calendar answers by;
    /// empty when all is well. O(holds).
    /// </summary>
    public ImmutableArray<string> Faults()
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var (kept, answered) = (new List<HourRun>(), new List<HourRun>());
        new CapacityCalendar(Origin, Supply, Holds).load.Runs(0, HourTree.Hours, int.MinValue, int.MaxValue, kept);
        load.Runs(0, HourTree.Hours, int.MinValue, int.MaxValue, answered);
        faults.AddRange(kept.Where(run => run.Value > 0).Select(run => $"holds exceed supply by {run.Value} units from {At(run.From)} to {At(run.Until)}."));
        if (!kept.SequenceEqual(answered))
        {
            faults.Add("the holds do not add up to what the calendar answers by.");
        }

        return faults.ToImmutable();
    }

    /// <summary>Units free in every hour of <paramref name="term"/>; 0 where the term leaves the calendar. O(log H).</summary>
    public int FreeThroughout(Term term) => term.Start < Origin || term.End > End
        ? 0
        : Math.Max(0, -load.Max(Index(term.Start), Index(term.End)));

    /// <summary>Most units held in any hour of <paramref name="term"/>, which lies within the calendar. O(log H) per step of supply.</summary>
    public int PeakHeld(Term term)
    {
        var peak = 0;
        foreach (var (from, until, supply) in SupplyWithin(Index(term.Start), Index(term.End)))
        {
            peak = Math.Max(peak, load.Max(from, until) + supply);
        }

        return peak;
    }

    /// <summary>Whether <paramref name="units"/> are free in every hour of <paramref name="term"/>. O(log H).</summary>
    public bool Fits(int units, Term term) => units <= FreeThroughout(term);

    /// <summary>
    /// The first whole hour at or after <paramref name="notBefore"/> from which <paramref name="units"/> are free for
    /// <paramref name="hours"/> hours on end; null when the calendar has none. One walk over the
    /// tree: O(log H) and the windows that are too short.
    /// </summary>
    public Instant? EarliestStart(int units, int hours, Instant notBefore) => EarliestStart(load, units, hours, notBefore);

    private Instant? EarliestStart(HourTree tree, int units, int hours, Instant notBefore)
    {
        var start = tree.FirstRun(FirstIndex(notBefore), hours, -units);
        return start < HourTree.Hours ? At(start) : null;
    }

    /// <summary>
    /// Every longest stretch within <paramref name="within"/> in which <paramref name="units"/> are free for at least
    /// <paramref name="hours"/> hours, at most <see cref="MostSteps"/>.
    /// </summary>
    public ImmutableArray<Term> FreeWindows(int units, int hours, Term within)
    {
        var windows = ImmutableArray.CreateBuilder<Term>();
        var end = IndexWithin(within.End);
        var start = load.FirstAtMost(FirstIndex(within.Start), -units);
        while (start < end && windows.Count < MostSteps)
        {
            var blocked = Math.Min(end, load.FirstAbove(start, -units));
            if (blocked - start >= hours)
            {
                windows.Add(new Term(At(start), At(blocked)));
            }

            start = load.FirstAtMost(blocked, -units);
        }

        return windows.ToImmutable();
    }

    /// <summary>Supply, use and what is free over <paramref name="term"/>, a step wherever one of them changes, at most <see cref="MostSteps"/>.</summary>
    public ImmutableArray<AvailabilityStep> Availability(Term term)
    {
        var steps = ImmutableArray.CreateBuilder<AvailabilityStep>();
        var runs = new List<HourRun>();
        foreach (var (from, until, supply) in SupplyWithin(IndexWithin(term.Start), IndexWithin(term.End)))
        {
            runs.Clear();
            load.Runs(from, until, int.MinValue, int.MaxValue, runs);
            foreach (var run in runs)
            {
                if (steps.Count == MostSteps)
                {
                    return steps.ToImmutable();
                }

                steps.Add(new AvailabilityStep(At(run.From), supply, supply + run.Value, Math.Max(0, -run.Value)));
            }
        }

        return steps.ToImmutable();
    }

    private int FirstIndex(Instant instant) => IndexWithin(Term.CeilingHour(instant));

    // Supply as runs that cover [from, until) without a gap; neighbouring runs of one value are joined.
    private List<HourRun> SupplyWithin(int from, int until)
    {
        var runs = new List<HourRun>();
        var start = from;
        var units = 0;
        foreach (var step in Supply)
        {
            var index = Math.Clamp(IndexWithin(step.From), from, until);
            if (index > start)
            {
                HourRun.Append(runs, start, index, units);
                start = index;
            }

            units = step.Units;
        }

        if (until > start)
        {
            HourRun.Append(runs, start, until, units);
        }

        return runs;
    }
}
