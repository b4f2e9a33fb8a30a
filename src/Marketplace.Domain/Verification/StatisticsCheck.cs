using System.Collections.Immutable;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>Looks for figures that no machine produces: copies, copies times a number, the same to the last digit, and round ones.</summary>
internal static class StatisticsCheck
{
    /// <summary>Two runs of real machines never keep one ratio over all figures as closely as this.</summary>
    private const double SameRatio = 0.0005;

    public static IEnumerable<Finding> Look(ReportCase given, ImmutableArray<OutputReading> readings, ImmutableArray<decimal> digits)
    {
        foreach (var other in given.Run.Answers.Where(answer => answer.Node != given.Report.NodeId))
        {
            var copies = given.Report.Outputs.Where(output => output.Kind == OutputKind.ToolOutput && RunPrints.IsUnlike(output.Tool)).Select(output => output.Sha256).Intersect(other.Outputs.Select(output => output.Sha256)).Count();
            if (copies > 0)
            {
                yield return new Finding(FindingKind.Statistics, FindingWeight.Reject, $"{copies} outputs are byte for byte those of {other.Node}; two runs never print the same.");
            }
            else if (Ratio(digits, other.Digits) is { } ratio)
            {
                yield return new Finding(FindingKind.Statistics, FindingWeight.Reject, $"All figures are those of {other.Node}{(ratio == 1 ? "" : $" times {Math.Round(ratio, 4)}")}; two runs never agree like that.", ratio, null);
            }
        }

        foreach (var clash in given.Clashes.Where(clash => clash.IsOutput))
        {
            yield return new Finding(FindingKind.Statistics, FindingWeight.Reject, $"What a tool printed was uploaded before, {clash.Elsewhere}: {clash.Identity}. Two runs never print the same; run the tools for this challenge.");
        }

        foreach (var reading in readings)
        {
            // Per GPU, the figures of one kind: no two GPUs reach the same to the last of four digits or more.
            foreach (var kind in reading.Reading.Measures.Where(measure => measure.Gpu is not null && measure.Unit is MeasureUnit.Teraflops or MeasureUnit.GigabytesPerSecond)
                .GroupBy(measure => (measure.Name, measure.Bytes)))
            {
                var values = kind.Select(measure => measure.Value).ToList();
                if (values.Count >= 4 && values.Distinct().Count() == 1 && Significant(values[0]) >= 4)
                {
                    yield return new Finding(FindingKind.Statistics, FindingWeight.Review, $"{reading.Tool}: {kind.Key.Name} is {values[0]} on all {values.Count} GPUs, to the last digit.", values[0], null);
                    break;
                }
            }

            var printed = reading.Reading.Measures.Where(measure => measure.Value >= 10 && measure.Unit is MeasureUnit.Teraflops or MeasureUnit.GigabytesPerSecond).Select(measure => measure.Value).ToList();
            if (printed.Count >= RunPrints.Least && printed.All(value => value % 10 == 0))
            {
                yield return new Finding(FindingKind.Statistics, FindingWeight.Review, $"{reading.Tool}: all {printed.Count} figures are multiples of ten.");
            }
        }
    }

    /// <summary>The one number that turns one list of figures into the other; null when there is none.</summary>
    internal static decimal? Ratio(ImmutableArray<decimal> ours, ImmutableArray<decimal> theirs)
    {
        var count = Math.Min(ours.Length, theirs.Length);
        if (count < RunPrints.Least || theirs.Take(count).Any(value => value == 0) || ours.Take(count).Distinct().Count() < RunPrints.Least)
        {
            return null;
        }

        // In floating point: the quotient of two figures may be beyond what a decimal holds.
        var ratios = ours.Zip(theirs, (mine, other) => (double)mine / (double)other).ToList();
        return ratios.Max() - ratios.Min() <= SameRatio * Math.Abs(ratios[0]) && Math.Abs(ratios[0]) <= (double)Figures.Largest ? Math.Round((decimal)ratios.Average(), 9) : null;
    }

    private static int Significant(decimal value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture).Count(char.IsAsciiDigit);
}
