using System.Collections.Immutable;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>HPL: a line per run with its rate; a run counts only when its residual passed.</summary>
internal static class Hpl
{
    public static ToolReading Read(Lines lines)
    {
        var first = lines.Find(line => line.StartsWith("HPLinpack", StringComparison.Ordinal) || line.StartsWith("HPL-", StringComparison.Ordinal));
        lines.Require("End of Tests.", "the run did not end, or its output is cut off.");
        if (first < 0)
        {
            throw new ToolFormatException(null, "There is no heading of HPL.");
        }

        var measures = ImmutableArray.CreateBuilder<Measure>();
        var remarks = ImmutableArray.CreateBuilder<string>();
        var checks = 0;
        for (var at = first; at < lines.Count; at++)
        {
            var words = lines.Words(at);
            if (words is [['W', 'R' or 'C' or 'H', ..], _, _, _, _, _, _])
            {
                measures.Add(new Measure("gflops", Lines.Number(at, words[^1]) / 1000, MeasureUnit.Teraflops));
            }
            else if (lines[at].StartsWith("||Ax-b||", StringComparison.Ordinal))
            {
                checks++;
                if (words[^1] != "PASSED")
                {
                    remarks.Add($"Residual: {words[^1]}");
                }
            }
        }

        if (measures.Count == 0 || checks != measures.Count)
        {
            throw new ToolFormatException(null, $"{measures.Count} runs have {checks} residual checks; each needs one.");
        }

        return new ToolReading(Tool.Hpl, remarks.Count == 0 ? ToolVerdict.Passed : ToolVerdict.Failed)
        {
            Version = lines.Words(first).ElementAtOrDefault(1),
            Measures = measures.ToImmutable(),
            Remarks = remarks.ToImmutable(),
        };
    }
}
