using System.Text.Json;

namespace Marketplace.Domain.Verification.Tools;

/// <summary><c>iperf3 --json</c>: what was sent and what arrived.</summary>
internal static class Iperf3
{
    public static ToolReading Read(JsonElement root)
    {
        var version = root.Find("start")?.OptionalText("version");
        if (root.OptionalText("error") is { } error)
        {
            return new ToolReading(Tool.Iperf3, ToolVerdict.Failed) { Version = version, Remarks = [error] };
        }

        var end = root.Object("end");
        return new ToolReading(Tool.Iperf3, ToolVerdict.None)
        {
            Version = version,
            Measures = end.Find("sum_received") is { ValueKind: JsonValueKind.Object } received
                ? [Rate("sent", end.Object("sum_sent")), Rate("received", received)]
                // UDP has one sum.
                : [Rate("received", end.Object("sum"))],
        };
    }

    private static Measure Rate(string name, JsonElement sum) => new(name, sum.Number("bits_per_second") / 1_000_000_000, MeasureUnit.GigabitsPerSecond);
}
