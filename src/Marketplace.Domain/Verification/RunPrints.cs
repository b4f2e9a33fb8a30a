using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Domain.Verification;

/// <summary>
/// Names what measuring tools printed, so that an output of another challenge is known again. A changed byte makes it another
/// output: this finds what was uploaded twice, not what was rewritten.
/// </summary>
internal static class RunPrints
{
    /// <summary>Fewest figures that no two runs share by chance.</summary>
    public const int Least = 6;

    /// <summary>They print figures by the dozen, or the time of day.</summary>
    private static readonly ImmutableHashSet<Tool> Long =
        [Tool.NcclTests, Tool.Nvbandwidth, Tool.GpuBurn, Tool.GpuStream, Tool.Hpl, Tool.Stream, Tool.RdmaBandwidth, Tool.Fio, Tool.Iperf3];

    /// <summary>They print one figure of one GPU: any two may agree, those of a whole node do not.</summary>
    private static readonly ImmutableHashSet<Tool> Short = [Tool.GemmSweep, Tool.CudaBandwidth];

    /// <summary>Whether two honest runs of a tool never print the same bytes.</summary>
    public static bool IsUnlike(Tool? tool) => tool is { } one && !Short.Contains(one) && one is not (Tool.DcgmDiag or Tool.KernelLog);

    /// <summary>
    /// The names: of every output of a tool that prints many figures, and of all outputs together of one that prints few. MLPerf's
    /// results are run once and shown for as long as they count; inventories and logs may well be the same twice.
    /// </summary>
    public static ImmutableHashSet<string> Of(ImmutableArray<OutputReading> readings) =>
    [
        .. readings.Where(reading => Long.Contains(reading.Tool)).Select(reading => "output:" + reading.Output.Sha256),
        .. readings.Where(reading => Short.Contains(reading.Tool)).GroupBy(reading => reading.Tool)
            .Where(group => group.SelectMany(reading => reading.Reading.Measures).Select(measure => measure.Value).Where(value => value != 0).Distinct().Count() >= Least)
            .Select(group => $"outputs:{group.Key.Spelled()}:{Together(group)}"),
    ];

    private static string Together(IEnumerable<OutputReading> readings) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
        string.Join(' ', readings.Select(reading => reading.Output.Sha256).Order(StringComparer.Ordinal)))));
}
