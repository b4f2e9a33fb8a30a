namespace Marketplace.Domain.Capacity;

/// <summary>One value over the hours <c>[From, Until)</c> of a calendar, counted from its origin.</summary>
internal readonly record struct HourRun(int From, int Until, int Value)
{
    /// <summary>Appends a run, joining it to the last one where they touch and have one value.</summary>
    internal static void Append(List<HourRun> runs, int from, int until, int value)
    {
        if (runs.Count > 0 && runs[^1].Until == from && runs[^1].Value == value)
        {
            runs[^1] = runs[^1] with { Until = until };
        }
        else
        {
            runs.Add(new HourRun(from, until, value));
        }
    }

    /// <summary>
    /// Combines two ascending lists hour by hour (an hour outside a list counts as 0) and keeps the hours whose result is
    /// positive.
    /// </summary>
    internal static List<HourRun> Combine(IReadOnlyList<HourRun> one, IReadOnlyList<HourRun> other, Func<int, int, int> combine)
    {
        var cuts = new SortedSet<int>();
        foreach (var run in one.Concat(other))
        {
            cuts.Add(run.From);
            cuts.Add(run.Until);
        }

        var result = new List<HourRun>();
        int i = 0, j = 0, start = -1;
        foreach (var cut in cuts)
        {
            if (start >= 0)
            {
                var value = combine(At(one, ref i, start), At(other, ref j, start));
                if (value > 0)
                {
                    Append(result, start, cut, value);
                }
            }

            start = cut;
        }

        return result;
    }

    private static int At(IReadOnlyList<HourRun> runs, ref int index, int hour)
    {
        while (index < runs.Count && runs[index].Until <= hour)
        {
            index++;
        }

        return index < runs.Count && runs[index].From <= hour ? runs[index].Value : 0;
    }
}
