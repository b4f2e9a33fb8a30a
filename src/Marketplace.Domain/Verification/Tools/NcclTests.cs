using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>
/// nccl-tests. Columns differ by version and collective (<c>redop</c>, <c>root</c>; <c>error</c> became <c>#wrong</c>), so
/// places are taken from the heading. What counts is the bus bandwidth of the largest message, and that nothing was wrong.
/// </summary>
internal static partial class NcclTests
{
    private const decimal Tolerance = 0.03m;

    public static ToolReading Read(Lines lines)
    {
        var heading = lines.Find(line => line.StartsWith('#') && line.Contains("busbw", StringComparison.Ordinal) && line.Contains("size", StringComparison.Ordinal));
        if (heading < 0)
        {
            throw new ToolFormatException(null, "There is no heading with size and busbw.");
        }

        string[] columns = [.. lines.Words(heading).Skip(1)];
        int[] bandwidths = [.. Places(columns, "busbw")];
        int[] times = [.. Places(columns, "time")];
        int[] rates = [.. Places(columns, "algbw")];
        int[] errors = [.. Places(columns, "error"), .. Places(columns, "#wrong")];
        var measures = ImmutableArray.CreateBuilder<Measure>();
        long wrong = 0;
        for (var at = heading + 1; at < lines.Count; at++)
        {
            var words = lines.Words(at);
            if (words.Length == 0 || !char.IsAsciiDigit(words[0][0]))
            {
                continue;
            }

            if (words.Length != columns.Length)
            {
                throw Lines.Wrong(at, $"The row has {words.Length} columns; the heading has {columns.Length}.");
            }

            var bytes = Lines.Whole(at, words[0]);
            foreach (var (time, rate) in times.Zip(rates).Where(pair => Lines.Number(at, words[pair.Second]) >= 1 && Lines.Number(at, words[pair.First]) > 0))
            {
                var follows = bytes / Lines.Number(at, words[time]) / 1000;
                if (Math.Abs(follows - Lines.Number(at, words[rate])) > Tolerance * follows)
                {
                    throw Lines.Wrong(at, $"algbw is {Figures.Shown(words[rate])}, but size and time come to {follows:0.##} GB/s.");
                }
            }

            measures.AddRange(bandwidths.Select((place, turn) => new Measure(turn == 0 ? "busbw" : "busbw in place", Lines.Number(at, words[place]), MeasureUnit.GigabytesPerSecond, Bytes: bytes)));
            wrong += errors.Count(place => words[place] != "N/A" && Lines.Number(at, words[place]) != 0);
        }

        if (measures.Count == 0)
        {
            throw new ToolFormatException(null, "There is no row of figures.");
        }

        var last = lines.Require("# Avg bus bandwidth", "the run did not end, or its output is cut off.");
        if (last == lines.Count - 1)
        {
            throw Lines.Wrong(last, "The average may be cut off: a line should follow.");
        }

        measures.Add(new Measure("average busbw", Lines.Number(last, lines[last].Split(':')[^1].Trim()), MeasureUnit.GigabytesPerSecond));
        var bounds = lines.Require("# Out of bounds values", "the run did not end, or its output is cut off.");
        var sound = wrong == 0 && lines.Words(bounds)[^1] == "OK";
        return new ToolReading(Tool.NcclTests, sound ? ToolVerdict.Passed : ToolVerdict.Failed)
        {
            Gpus = [.. Enumerable.Range(0, heading).Select(at => Rank().Match(lines[at])).Where(match => match.Success)
                .Select((match, index) => new GpuReading { Index = index, Model = match.Groups[1].Value.Trim() })],
            Measures = measures.ToImmutable(),
            Remarks = sound ? [] : [$"{wrong} rows had wrong results; {lines[bounds].TrimStart('#', ' ')}"],
        };
    }

    private static IEnumerable<int> Places(string[] columns, string name) => Enumerable.Range(0, columns.Length).Where(place => columns[place] == name);

    [GeneratedRegex(@"^#\s+Rank\s+\d{1,6}\s.{0,300}\[0x[0-9a-fA-F]{1,16}\]\s{1,9}(.+)$")]
    private static partial Regex Rank();
}
