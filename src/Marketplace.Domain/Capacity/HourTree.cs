using System.Runtime.CompilerServices;

namespace Marketplace.Domain.Capacity;

/// <summary>
/// A whole number for every hour of a horizon of 2^18 hours, as an immutable tree that shares what did not change with its
/// predecessors. Adding to a range and asking a range for its largest value cost O(log H). A node has four quarters and
/// keeps the bounds of each beside its pointer, so that neither adding to a whole quarter nor comparing quarters touches
/// what lies below; only a quarter of unlike hours has a node at all. The default value is zero throughout.
/// </summary>
/// <param name="below">The four quarters; null when all hours are alike.</param>
/// <param name="max">The largest value.</param>
/// <param name="min">The smallest value.</param>
internal readonly struct HourTree(HourTree.Node? below, int max, int min)
{
    /// <summary>Hours of the horizon: 2^18 = 4^9, a little under 30 years.</summary>
    internal const int Hours = 1 << 18;

    private readonly Node? below = below;
    private readonly int max = max;
    private readonly int min = min;

    /// <summary>The largest value of all.</summary>
    internal int Top => max;

    /// <summary>The tree with <paramref name="delta"/> added to every hour of <c>[from, until)</c>.</summary>
    internal HourTree Add(int from, int until, int delta) => Add(0, Hours, from, until, delta);

    /// <summary>The largest value within <c>[from, until)</c>.</summary>
    internal int Max(int from, int until) => Max(0, Hours, from, until);

    /// <summary>The first hour at or after <paramref name="from"/> whose value exceeds <paramref name="limit"/>; <see cref="Hours"/> if none.</summary>
    internal int FirstAbove(int from, int limit) => FirstAbove(0, Hours, from, limit);

    /// <summary>The first hour at or after <paramref name="from"/> whose value is at most <paramref name="limit"/>; <see cref="Hours"/> if none.</summary>
    internal int FirstAtMost(int from, int limit) => FirstAtMost(0, Hours, from, limit);

    /// <summary>
    /// The first hour at or after <paramref name="from"/> with which <paramref name="length"/> hours begin whose values are all
    /// at most <paramref name="limit"/>; <see cref="Hours"/> if none. One walk, however many shorter runs it passes.
    /// </summary>
    internal int FirstRun(int from, int length, int limit)
    {
        var start = Hours;
        return FirstRun(0, Hours, from, length, limit, ref start) ? start : Hours;
    }

    /// <summary>
    /// Appends the runs of equal value within <c>[from, until)</c> whose value lies between <paramref name="least"/> and
    /// <paramref name="most"/>; quarters wholly outside those bounds are passed over unread.
    /// </summary>
    internal void Runs(int from, int until, int least, int most, List<HourRun> runs) => Runs(0, Hours, from, until, 0, least, most, runs);

    // What was added to the whole of this since its node was made: the node's own bounds do not know of it.
    private int Added => below is null ? max : max - below.Max;

    private HourTree Plus(int delta) => new(below, max + delta, min + delta);

    private HourTree Add(int low, int high, int from, int until, int delta)
    {
        if (from <= low && high <= until)
        {
            return Plus(delta);
        }

        var quarters = default(Quarters);
        var added = Added;
        var size = (high - low) >> 2;
        var alike = true;
        for (var i = 0; i < 4; i++)
        {
            var start = low + (i * size);
            var quarter = below is null ? new HourTree(null, added, added) : below.Quarters[i].Plus(added);
            quarters[i] = from < start + size && until > start ? quarter.Add(start, start + size, from, until, delta) : quarter;
            alike &= quarters[i].below is null && quarters[i].max == quarters[0].max;
        }

        // Four quarters of one and the same value are one value: the tree shrinks again when holds end.
        if (alike)
        {
            return quarters[0];
        }

        var node = new Node(quarters);
        return new(node, node.Max, node.Min);
    }

    private int Max(int low, int high, int from, int until)
    {
        if (below is null || (from <= low && high <= until))
        {
            return max;
        }

        var size = (high - low) >> 2;
        var largest = int.MinValue;
        for (var i = 0; i < 4; i++)
        {
            var start = low + (i * size);
            if (from < start + size && until > start)
            {
                largest = Math.Max(largest, below.Quarters[i].Max(start, start + size, from, until));
            }
        }

        return Added + largest;
    }

    private int FirstAbove(int low, int high, int from, int limit)
    {
        if (high <= from || max <= limit)
        {
            return Hours;
        }

        var found = below is null ? Math.Max(low, from) : Hours;
        for (var i = 0; i < 4 && found == Hours; i++)
        {
            var (start, end) = Quarter(low, high, i);
            found = below!.Quarters[i].FirstAbove(start, end, from, limit - Added);
        }

        return found;
    }

    private int FirstAtMost(int low, int high, int from, int limit)
    {
        if (high <= from || min > limit)
        {
            return Hours;
        }

        var found = below is null ? Math.Max(low, from) : Hours;
        for (var i = 0; i < 4 && found == Hours; i++)
        {
            var (start, end) = Quarter(low, high, i);
            found = below!.Quarters[i].FirstAtMost(start, end, from, limit - Added);
        }

        return found;
    }

    // Start is that of the run that reaches up to low; Hours when none does.
    private bool FirstRun(int low, int high, int from, int length, int limit, ref int start)
    {
        if (high <= from)
        {
            return false;
        }

        if (min > limit)
        {
            start = Hours;
            return false;
        }

        if (max <= limit)
        {
            start = Math.Min(start, Math.Max(low, from));
            return high - start >= length;
        }

        for (var i = 0; i < 4; i++)
        {
            var (quarter, end) = Quarter(low, high, i);
            if (below!.Quarters[i].FirstRun(quarter, end, from, length, limit - Added, ref start))
            {
                return true;
            }
        }

        return false;
    }

    private void Runs(int low, int high, int from, int until, int above, int least, int most, List<HourRun> runs)
    {
        if (high <= from || until <= low || above + max < least || above + min > most)
        {
            return;
        }

        if (below is null)
        {
            HourRun.Append(runs, Math.Max(low, from), Math.Min(high, until), above + max);
            return;
        }

        for (var i = 0; i < 4; i++)
        {
            var (start, end) = Quarter(low, high, i);
            below.Quarters[i].Runs(start, end, from, until, above + Added, least, most, runs);
        }
    }

    private static (int Start, int End) Quarter(int low, int high, int number)
    {
        var size = (high - low) >> 2;
        return (low + (number * size), low + ((number + 1) * size));
    }

    /// <summary>Four quarters of a stretch of hours that are not all alike.</summary>
    internal sealed class Node(Quarters quarters)
    {
        internal readonly Quarters Quarters = quarters;

        internal int Max => Math.Max(Math.Max(Quarters[0].max, Quarters[1].max), Math.Max(Quarters[2].max, Quarters[3].max));

        internal int Min => Math.Min(Math.Min(Quarters[0].min, Quarters[1].min), Math.Min(Quarters[2].min, Quarters[3].min));
    }

    /// <summary>In order of time.</summary>
    [InlineArray(4)]
    internal struct Quarters
    {
        private HourTree first;
    }
}
