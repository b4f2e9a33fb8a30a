namespace Marketplace.Domain.Capacity;

/// <summary>
/// A whole number for every hour of a horizon of 2^18 hours, as an immutable tree that shares what did not change with its
/// predecessors. Adding to a range and asking a range for its largest value cost O(log H). An amount added to a whole
/// subtree stays at its root and is never pushed down; no subtree (null) stands for zero throughout.
/// </summary>
internal sealed class HourTree
{
    /// <summary>Hours of the horizon: 2^18, a little under 30 years.</summary>
    internal const int Hours = 1 << 18;

    private readonly HourTree? left;
    private readonly HourTree? right;
    private readonly int add;
    private readonly int max;
    private readonly int min;

    private HourTree(HourTree? left, HourTree? right, int add, int max, int min)
    {
        this.left = left;
        this.right = right;
        this.add = add;
        this.max = max;
        this.min = min;
    }

    /// <summary>The tree with <paramref name="delta"/> added to every hour of <c>[from, until)</c>.</summary>
    internal static HourTree? Add(HourTree? tree, int from, int until, int delta) =>
        delta == 0 ? tree : Add(tree, 0, Hours, from, until, delta);

    /// <summary>The largest value within <c>[from, until)</c>.</summary>
    internal static int Max(HourTree? tree, int from, int until) => Max(tree, 0, Hours, from, until);

    /// <summary>The first hour at or after <paramref name="from"/> whose value exceeds <paramref name="limit"/>; <see cref="Hours"/> if none.</summary>
    internal static int FirstAbove(HourTree? tree, int from, int limit) => FirstAbove(tree, 0, Hours, from, limit);

    /// <summary>The first hour at or after <paramref name="from"/> whose value is at most <paramref name="limit"/>; <see cref="Hours"/> if none.</summary>
    internal static int FirstAtMost(HourTree? tree, int from, int limit) => FirstAtMost(tree, 0, Hours, from, limit);

    /// <summary>
    /// Appends the runs of equal value within <c>[from, until)</c> whose value lies between <paramref name="least"/> and
    /// <paramref name="most"/>; subtrees wholly outside those bounds are passed over unread.
    /// </summary>
    internal static void Runs(HourTree? tree, int from, int until, int least, int most, List<HourRun> runs) =>
        Runs(tree, 0, Hours, from, until, 0, least, most, runs);

    private static HourTree? Add(HourTree? node, int low, int high, int from, int until, int delta)
    {
        if (from <= low && high <= until)
        {
            return node is null ? new(null, null, delta, delta, delta) : Make(node.left, node.right, node.add + delta);
        }

        var middle = (low + high) >> 1;
        var (left, right, add) = node is null ? (null, null, 0) : (node.left, node.right, node.add);
        if (from < middle)
        {
            left = Add(left, low, middle, from, until, delta);
        }

        if (until > middle)
        {
            right = Add(right, middle, high, from, until, delta);
        }

        return Make(left, right, add);
    }

    private static HourTree? Make(HourTree? left, HourTree? right, int add)
    {
        if (left is null && right is null)
        {
            return add == 0 ? null : new(null, null, add, add, add);
        }

        // Two halves of one and the same value are one value: the tree shrinks again when holds end.
        if (left is not null && right is not null && left.add == right.add && left.IsUniform && right.IsUniform)
        {
            return Make(null, null, add + left.add);
        }

        var (leftMax, leftMin) = left is null ? (0, 0) : (left.max, left.min);
        var (rightMax, rightMin) = right is null ? (0, 0) : (right.max, right.min);
        return new(left, right, add, add + Math.Max(leftMax, rightMax), add + Math.Min(leftMin, rightMin));
    }

    private bool IsUniform => left is null && right is null;

    private static int Max(HourTree? node, int low, int high, int from, int until)
    {
        if (node is null)
        {
            return 0;
        }

        if ((from <= low && high <= until) || node.IsUniform)
        {
            return node.max;
        }

        var middle = (low + high) >> 1;
        return node.add + (
            until <= middle ? Max(node.left, low, middle, from, until)
            : from >= middle ? Max(node.right, middle, high, from, until)
            : Math.Max(Max(node.left, low, middle, from, until), Max(node.right, middle, high, from, until)));
    }

    private static int FirstAbove(HourTree? node, int low, int high, int from, int limit)
    {
        if (high <= from || (node?.max ?? 0) <= limit)
        {
            return Hours;
        }

        if (node is null || node.IsUniform)
        {
            return Math.Max(low, from);
        }

        var middle = (low + high) >> 1;
        var found = FirstAbove(node.left, low, middle, from, limit - node.add);
        return found < Hours ? found : FirstAbove(node.right, middle, high, from, limit - node.add);
    }

    private static int FirstAtMost(HourTree? node, int low, int high, int from, int limit)
    {
        if (high <= from || (node?.min ?? 0) > limit)
        {
            return Hours;
        }

        if (node is null || node.IsUniform)
        {
            return Math.Max(low, from);
        }

        var middle = (low + high) >> 1;
        var found = FirstAtMost(node.left, low, middle, from, limit - node.add);
        return found < Hours ? found : FirstAtMost(node.right, middle, high, from, limit - node.add);
    }

    private static void Runs(HourTree? node, int low, int high, int from, int until, int above, int least, int most, List<HourRun> runs)
    {
        if (high <= from || until <= low || above + (node?.max ?? 0) < least || above + (node?.min ?? 0) > most)
        {
            return;
        }

        if (node is null || node.IsUniform)
        {
            HourRun.Append(runs, Math.Max(low, from), Math.Min(high, until), above + (node?.add ?? 0));
            return;
        }

        var middle = (low + high) >> 1;
        Runs(node.left, low, middle, from, until, above + node.add, least, most, runs);
        Runs(node.right, middle, high, from, until, above + node.add, least, most, runs);
    }
}
