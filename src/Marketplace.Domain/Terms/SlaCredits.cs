using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>A step of a service level: from this availability on, this credit.</summary>
/// <param name="From">Lowest availability that earns it, in percent.</param>
/// <param name="Credit">Percent of the unit's monthly fee.</param>
public sealed record SlaTier(Percentage From, Percentage Credit);

/// <summary>Credits for missed availability, computed for the contract's unit: one node, or the whole fleet.</summary>
public static class SlaCredits
{
    /// <summary>Time lost to incidents inside a window: overlapping incidents count once (case BC-45).</summary>
    public static Duration Downtime(Interval window, IEnumerable<Interval> incidents) => Length(Union(window, incidents));

    /// <summary>
    /// Availability as an exact fraction: time up over time counted. Announced maintenance leaves both sides; a window that is
    /// all maintenance is wholly available.
    /// </summary>
    public static Fraction Availability(Interval window, IEnumerable<Interval> incidents, IEnumerable<Interval> maintenance)
    {
        var excused = Union(window, maintenance);
        var counted = window.Duration - Length(excused);
        var lost = Length(Union(window, incidents).SelectMany(incident => Without(incident, excused)));
        return counted == Duration.Zero ? Fraction.One : new Fraction((counted - lost).BclCompatibleTicks, counted.BclCompatibleTicks);
    }

    /// <summary>The credit in percent for an availability: that of the highest tier reached, all of the fee below the lowest (case BC-43).</summary>
    /// <param name="tiers">The tiers, in any order.</param>
    /// <param name="availability">0 to 1, compared exactly.</param>
    public static Percentage CreditFor(ImmutableArray<SlaTier> tiers, Fraction availability)
    {
        foreach (var tier in tiers.OrderByDescending(tier => tier.From.Value))
        {
            if (availability * 100 >= Fraction.From(tier.From.Value))
            {
                return tier.Credit;
            }
        }

        return Percentage.From(100);
    }

    /// <summary>
    /// Credits of several kinds on one fee, in the order the contract lists them, together never more than the cap (case BC-47).
    /// </summary>
    /// <param name="fee">The month's fee of the unit.</param>
    /// <param name="credits">Percent of the fee each would be, in the contract's order.</param>
    /// <param name="cap">Most that all together may be, in percent of the fee; customarily 100.</param>
    public static ImmutableArray<Money> Capped(Money fee, ImmutableArray<Percentage> credits, Percentage cap)
    {
        var room = fee.Share(cap);
        var taken = ImmutableArray.CreateBuilder<Money>(credits.Length);
        foreach (var credit in credits)
        {
            var amount = fee.Share(credit);
            taken.Add(amount < room ? amount : room);
            room -= taken[^1];
        }

        return taken.MoveToImmutable();
    }

    private static List<Interval> Union(Interval window, IEnumerable<Interval> intervals)
    {
        var union = new List<Interval>();
        foreach (var (start, end) in intervals
            .Select(interval => (Start: Instant.Max(interval.Start, window.Start), End: Instant.Min(interval.End, window.End)))
            .Where(part => part.Start < part.End)
            .OrderBy(part => part.Start))
        {
            if (union.Count > 0 && start <= union[^1].End)
            {
                union[^1] = new Interval(union[^1].Start, Instant.Max(union[^1].End, end));
            }
            else
            {
                union.Add(new Interval(start, end));
            }
        }

        return union;
    }

    private static IEnumerable<Interval> Without(Interval whole, List<Interval> excused)
    {
        var start = whole.Start;
        foreach (var gap in excused.Where(gap => gap.End > whole.Start && gap.Start < whole.End))
        {
            if (start < gap.Start)
            {
                yield return new Interval(start, gap.Start);
            }

            start = Instant.Max(start, gap.End);
        }

        if (start < whole.End)
        {
            yield return new Interval(start, whole.End);
        }
    }

    private static Duration Length(IEnumerable<Interval> intervals) => intervals.Aggregate(Duration.Zero, (sum, interval) => sum + interval.Duration);
}
