using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>The kernel's log. A log without Xid errors is a good log, so an empty one is no fault.</summary>
internal static partial class KernelLog
{
    public static ToolReading Read(Lines lines)
    {
        var xids = ImmutableArray.CreateBuilder<XidError>();
        for (var at = 0; at < lines.Count; at++)
        {
            if (!lines[at].Contains("NVRM: Xid", StringComparison.Ordinal))
            {
                continue;
            }

            var xid = Xid().Match(lines[at]);
            xids.Add(xid.Success
                ? new XidError(int.Parse(xid.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture), xid.Groups[1].Value.ToLowerInvariant(), xid.Groups[3].Value.Trim())
                : throw Lines.Wrong(at, "Expected an address and a number after Xid."));
        }

        return new ToolReading(Tool.KernelLog, ToolVerdict.None) { Xids = xids.ToImmutable() };
    }

    [GeneratedRegex(@"NVRM: Xid \((?:PCI:)?([0-9a-fA-F:.]{7,16})\): (\d{1,4}),?(.*)$")]
    private static partial Regex Xid();
}
