using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Agent.Inventory;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Agent.Benchmarks;

/// <summary>Puts a report together from what was run.</summary>
internal static class BenchmarkReports
{
    /// <summary>These change with load, so that two looks at different moments need not agree.</summary>
    private static readonly ImmutableArray<string> Fleeting = ["pcieWidth", "mostPcieWidth"];

    /// <summary>Figures a report may state. What the outputs say beyond them the marketplace reads all the same.</summary>
    private const int MostFigures = 1_000;

    /// <summary>GPUs as the first inventory tool that ran names them.</summary>
    public static ImmutableArray<GpuReading> Gpus(IEnumerable<BenchmarkResult> results) =>
        results.FirstOrDefault(result => result is { Tool: Tool.NvidiaSmi or Tool.RocmSmi, Reading.Gpus.Length: > 0 })?.Reading!.Gpus ?? [];

    /// <summary>The report.</summary>
    /// <param name="machine">For the boot id.</param>
    /// <param name="inventory">For what tells this machine from others.</param>
    /// <param name="run">The challenge.</param>
    /// <param name="node">The node.</param>
    /// <param name="nonce">The challenge's nonce.</param>
    /// <param name="sequence">Number of the message.</param>
    /// <param name="clock">Times of the run.</param>
    /// <param name="results">Tools that ran.</param>
    /// <param name="outputs">Every output, opened rows included.</param>
    public static BenchmarkReport Of(
        Machine machine,
        NodeInventory inventory,
        BenchmarkRunId run,
        NodeId node,
        string nonce,
        long sequence,
        ReportClock clock,
        IReadOnlyList<BenchmarkResult> results,
        ImmutableArray<ReportedOutput> outputs) => new(
        run,
        node,
        nonce,
        sequence,
        AgentVersion.Text,
        clock,
        new ReportedMachine(
            Heartbeats.HeartbeatSampler.BootId(machine),
            inventory.Value("node", "serial"),
            inventory.Value("node", "cpu"),
            [.. inventory.Disagreements.Where(property => !Fleeting.Contains(property.Name)).Select(Difference)]),
        [.. Gpus(results).Select(gpu => new ReportedGpu(gpu.Index, gpu.Model ?? "", gpu.Uuid, gpu.Serial, gpu.PciAddress))],
        outputs,
        [.. results.Where(result => result.Reading is not null).SelectMany(result => result.Reading!.Measures
            .Select(measure => new ReportedFigure(result.Digest!, measure.Name, measure.Value, measure.Gpu, measure.Bytes))).Take(MostFigures)]);

    /// <summary>Outputs of tools, as a report names them. Of two GPUs whose outputs are the same to the last byte one alone is shown.</summary>
    public static ImmutableArray<ReportedOutput> Outputs(AgentFolder folder, IEnumerable<BenchmarkResult> results) =>
    [
        .. results.Where(result => result is { Reading: not null, Digest: not null })
            .DistinctBy(result => result.Digest)
            .Select(result => new ReportedOutput(OutputKind.ToolOutput, result.Digest!, folder.Bytes(result.Digest!)!.LongLength, result.Tool, result.Gpu?.ToString(CultureInfo.InvariantCulture))),
    ];

    /// <summary>Now, by the node's clock.</summary>
    public static Instant Now(TimeProvider time) => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static string Difference(Property property) =>
        $"{property.Subject} {property.Name}: {string.Join("; ", property.Claims.Select(claim => $"{claim.Source} says {claim.Value}"))}";
}
