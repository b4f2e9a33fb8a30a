using System.Collections.Immutable;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>perftest. A loopback run prints client and server into one text, so headings and the last row may stand there twice.</summary>
internal static class RdmaBandwidth
{
    private const int Columns = 5;

    public static ToolReading Read(Lines lines)
    {
        var heading = lines.Require("#bytes", "this is no output of a perftest bandwidth test.");
        // In MiB a second unless asked for otherwise.
        var gigabits = lines[heading].Contains("Gb/sec", StringComparison.Ordinal);
        var closed = false;
        var measures = ImmutableArray.CreateBuilder<Measure>();
        for (var at = heading + 1; at < lines.Count; at++)
        {
            var words = lines.Words(at);
            if (words.Length > 0 && char.IsAsciiDigit(words[0][0]))
            {
                if (words.Length != Columns)
                {
                    throw Lines.Wrong(at, $"The row has {words.Length} columns, not {Columns}.");
                }

                var average = Lines.Number(at, words[3]);
                measures.Add(new Measure(
                    "average bandwidth",
                    gigabits ? average : average * (1 << 20) / 1_000_000_000,
                    gigabits ? MeasureUnit.GigabitsPerSecond : MeasureUnit.GigabytesPerSecond,
                    Bytes: Lines.Whole(at, words[0])));
            }

            closed = measures.Count > 0 && lines[at].StartsWith("-----", StringComparison.Ordinal) || closed && words.Length is 0 or Columns;
        }

        return measures.Count > 0 && closed
            ? new ToolReading(Tool.RdmaBandwidth, ToolVerdict.None) { Measures = [.. measures.Distinct()] }
            : throw new ToolFormatException(null, "The table does not end: the output is cut off.");
    }
}
