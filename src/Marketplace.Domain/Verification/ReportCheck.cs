using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Verification.Attestation;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Domain.Verification.Work;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>A device, machine or output of this report that was seen elsewhere: a device with another node, an output in another challenge.</summary>
/// <param name="Identity">What it is known by, such as <c>uuid:GPU-…</c>, <c>boot:…</c>, <c>output:…</c>.</param>
/// <param name="Elsewhere">Where, in words that name no other operator.</param>
public sealed record DeviceClash(string Identity, string Elsewhere)
{
    /// <summary>Whether it is an output, which counts for one challenge alone.</summary>
    public bool IsOutput => Identity.StartsWith("output", StringComparison.Ordinal);

    /// <summary>Whether it is the start of a machine, which is one node's.</summary>
    public bool IsBoot => Identity.StartsWith("boot:", StringComparison.Ordinal);
}

/// <summary>What a node's answer is judged by.</summary>
/// <param name="Run">The challenge, with the answers of the other nodes.</param>
/// <param name="Report">The report, read from the signed bytes.</param>
/// <param name="Outputs">The outputs it names, by digest.</param>
/// <param name="Clashes">Devices seen with other nodes.</param>
/// <param name="Now">Real time, at which certificates have to be valid.</param>
public sealed record ReportCase(BenchmarkRun Run, BenchmarkReport Report, ImmutableDictionary<string, ImmutableArray<byte>> Outputs, ImmutableArray<DeviceClash> Clashes, Instant Now)
{
    /// <summary>The node's answer.</summary>
    public NodeAnswer Answer => Run.AnswerOf(Report.NodeId)!;

    /// <summary>The hardware it is offered as.</summary>
    public HardwareModel Model => HardwareCatalogue.Find(Run.Sku)!;
}

/// <summary>What an answer comes to.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Digits">First figures of its outputs, for comparison with other nodes.</param>
/// <param name="Prints">Names of what its tools printed: each counts for one challenge alone.</param>
/// <param name="Certificates">Serial numbers of the certificates under its makers' valid evidence: each names one GPU for ever.</param>
public sealed record Judgement(NodeVerdict Verdict, ImmutableArray<decimal> Digits, ImmutableHashSet<string> Prints, ImmutableHashSet<string> Certificates)
{
    /// <summary>The judgement on an answer that cannot be judged.</summary>
    /// <param name="reason">Why not, in words.</param>
    public static Judgement Impossible(string reason) => new(NodeVerdict.Rejected(FindingKind.Output, reason), [], [], []);
}

/// <summary>Judges a node's answer. Deterministic: the same bytes come to the same verdict for everybody.</summary>
public static class ReportCheck
{
    private const int MostDigits = 32;
    private static readonly Duration ClockTolerance = Duration.FromMinutes(5);
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Judges it. Whatever was uploaded, this ends in a verdict: an answer that breaks a rule of the judge's own fails by that.</summary>
    public static Judgement Judge(ReportCase given)
    {
        ArgumentNullException.ThrowIfNull(given);
        try
        {
            return JudgeWhole(given);
        }
        catch (Exception unforeseen) when (unforeseen is not OutOfMemoryException)
        {
            return Judgement.Impossible($"The answer holds something that cannot be judged ({unforeseen.GetType().Name}). Run the tests again and upload what the tools print, whole and unchanged.");
        }
    }

    private static Judgement JudgeWhole(ReportCase given)
    {
        var findings = new List<Finding>();
        findings.AddRange(Clock(given));
        var readings = Read(given, findings);
        findings.AddRange(Summary(given, readings));
        findings.AddRange(DeviceCheck.Inventory(given, readings));
        findings.AddRange(DeviceCheck.Uniqueness(given));
        findings.AddRange(DeviceCheck.State(given, readings));
        var (held, shown, seconds) = HeldMemoryCheck.Look(given);
        findings.AddRange(held);
        var figures = FigureCheck.FiguresOf(given, readings, WorkSeconds(given)) with { ShownMemory = shown, MemorySeconds = seconds };
        findings.AddRange(FigureCheck.Plausible(given, readings, figures));
        var digits = readings.SelectMany(reading => reading.Reading.Measures).Where(measure => measure.Value != 0).Select(measure => measure.Value).Take(MostDigits).ToImmutableArray();
        findings.AddRange(StatisticsCheck.Look(given, readings, digits));
        findings.AddRange(Work(given));
        var (attested, faults) = Attestation(given);
        findings.AddRange(faults);
        var verdict = NodeVerdict.Of(findings, figures, ProvenScore.Of(given.Model, figures.Bf16Teraflops, figures.TokensPerSecond, figures.MemoryBandwidth), attested.Count);
        return new Judgement(verdict, digits, RunPrints.Of(readings), attested);
    }

    private static IEnumerable<Finding> Clock(ReportCase given)
    {
        var clock = given.Report.Clock;
        var challenge = given.Run.Challenge!;
        var reported = given.Answer.ReportedAt!.Value;
        if (clock.StartedAt < clock.ChallengeAt || clock.FinishedAt < clock.StartedAt)
        {
            yield return Reject($"By the node's clock the tests ended at {clock.FinishedAt}, began at {clock.StartedAt} and followed a challenge of {clock.ChallengeAt}: the clock was set back meanwhile. Keep it with NTP and run the tests again.");
        }
        else if (clock.FinishedAt - clock.ChallengeAt > reported - challenge.IssuedAt + ClockTolerance)
        {
            yield return Reject($"The node says that {Minutes(clock.FinishedAt - clock.ChallengeAt)} minutes passed between challenge and last test; on the marketplace's clock it was {Minutes(reported - challenge.IssuedAt)}.");
        }
        else if (clock.ChallengeAt < challenge.IssuedAt - ClockTolerance || clock.FinishedAt > reported + ClockTolerance)
        {
            yield return Reject($"The node's clock says {clock.FinishedAt} where the marketplace's says {reported}, or the tests began before the challenge of {challenge.IssuedAt} was given out. Keep it with NTP and run the tests again.");
        }

        static Finding Reject(string detail) => new(FindingKind.Clock, FindingWeight.Reject, detail);

        static string Minutes(Duration duration) => duration.TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture);
    }

    private static ImmutableArray<OutputReading> Read(ReportCase given, List<Finding> findings)
    {
        var readings = ImmutableArray.CreateBuilder<OutputReading>();
        foreach (var output in given.Report.Outputs.Where(output => output.Kind == OutputKind.ToolOutput))
        {
            var result = Text(given.Outputs[output.Sha256]) is { } text ? ToolOutput.Read(output.Tool!.Value, text) : new ToolFault(null, "It is no UTF-8 text.");
            if (result.Reading is { } reading)
            {
                readings.Add(new OutputReading(output, reading));
            }
            else
            {
                findings.Add(new Finding(FindingKind.Output, FindingWeight.Reject, $"The output of {output.Tool} cannot be understood{(result.Fault!.Line is { } line ? $" (line {line})" : "")}: {result.Fault.Reason} Upload what the tool printed, whole and unchanged."));
            }
        }

        return readings.ToImmutable();
    }

    private static IEnumerable<Finding> Summary(ReportCase given, ImmutableArray<OutputReading> readings)
    {
        foreach (var figure in given.Report.Figures)
        {
            var measures = readings.Where(reading => reading.Output.Sha256 == figure.Sha256).SelectMany(reading => reading.Reading.Measures)
                .Where(measure => measure.Name == figure.Name && measure.Gpu == figure.Gpu && measure.Bytes == figure.Bytes).ToList();
            if (measures.All(measure => measure.Value != figure.Value))
            {
                yield return new Finding(
                    FindingKind.Summary,
                    FindingWeight.Reject,
                    $"The report states {figure.Name} = {figure.Value.ToString(CultureInfo.InvariantCulture)}; the raw output says {(measures.Count == 0 ? "nothing of the kind" : measures[0].Value.ToString(CultureInfo.InvariantCulture))}. Only raw outputs count, and what is said of them has to agree.",
                    figure.Value,
                    measures.Count == 0 ? null : measures[0].Value);
            }
        }
    }

    private static decimal? WorkSeconds(ReportCase given) =>
        given.Answer.CommittedAt is { } committed ? Math.Round((decimal)(committed - given.Run.Challenge!.IssuedAt).TotalSeconds, 3) : null;

    private static IEnumerable<Finding> Work(ReportCase given)
    {
        var challenge = given.Run.Challenge!;
        foreach (var commitment in given.Answer.Commitments)
        {
            if (given.Report.Outputs.FirstOrDefault(output => output.Kind == OutputKind.OpenedRows && output.Device == commitment.Device) is not { } output)
            {
                yield return new Finding(FindingKind.Work, FindingWeight.Reject, $"Device {commitment.Device} committed to a product and opened no rows of it.");
                continue;
            }

            var work = challenge.WorkOf(given.Report.NodeId, commitment.Device);
            var question = new WorkQuestion(given.Answer.Seed!);
            var fault = OpenedRows.Read(work, question, given.Outputs[output.Sha256].AsSpan()) is { } rows ? WorkCheck.Verify(work, commitment.Root, question, rows) : WorkFault.WrongRows;
            if (fault is { } wrong)
            {
                yield return new Finding(FindingKind.Work, FindingWeight.Reject, $"Device {commitment.Device}: " + wrong switch
                {
                    WorkFault.NotCommitted => "an opened row is not the one it committed to.",
                    WorkFault.NotTheProduct => "an opened row is not that row of the product of this challenge: it was not computed, or for another node or device.",
                    _ => "not exactly the rows asked for were opened.",
                });
            }
        }
    }

    private static (ImmutableHashSet<string> Serials, ImmutableArray<Finding> Faults) Attestation(ReportCase given)
    {
        var faults = ImmutableArray.CreateBuilder<Finding>();
        var serials = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var report in given.Report.Outputs.Where(output => output.Kind == OutputKind.AttestationReport))
        {
            if (given.Report.Outputs.FirstOrDefault(output => output.Kind == OutputKind.AttestationChain && output.Device == report.Device) is not { } chain)
            {
                faults.Add(new Finding(FindingKind.Attestation, FindingWeight.Reject, $"GPU {report.Device}: the evidence comes without its certificate chain."));
                continue;
            }

            var nonce = Challenge.DeviceNonce(given.Run.Challenge!.Nonce, given.Report.NodeId, report.Device ?? "");
            var (gpu, fault) = GpuAttestation.Verify(given.Outputs[report.Sha256].AsSpan(), Text(given.Outputs[chain.Sha256]) ?? "", nonce, given.Now);
            if (gpu is null)
            {
                faults.Add(new Finding(FindingKind.Attestation, FindingWeight.Reject, $"GPU {report.Device}: the maker's evidence does not count ({fault!.Value})."));
            }
            else if (ModelDevices.HasChip(given.Model, gpu.Chip) is not true)
            {
                faults.Add(OtherChip(given.Model, report.Device, gpu.Chip));
            }
            else if (!serials.Add(gpu.DeviceSerial))
            {
                faults.Add(new Finding(FindingKind.Uniqueness, FindingWeight.Reject, $"GPU {report.Device} has the same certificate as another GPU of this node: one device answered twice."));
            }
        }

        return (serials.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>Evidence of another chip than the model's rejects; of a model whose chip is not known it counts for nothing.</summary>
    internal static Finding OtherChip(HardwareModel model, string? device, string chip) => ModelDevices.HasChip(model, chip) is false
        ? new Finding(FindingKind.Attestation, FindingWeight.Reject, $"GPU {device}: the maker's evidence is of the chip {chip}, which no {model.Name} has.")
        : new Finding(FindingKind.Attestation, FindingWeight.Note, $"GPU {device}: the maker's evidence is of the chip {chip}; which chip a {model.Name} has is not known here, so that it does not count.");

    private static string? Text(ImmutableArray<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes.AsSpan());
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>An output and what it says.</summary>
internal sealed record OutputReading(ReportedOutput Output, ToolReading Reading)
{
    public Tool Tool => Reading.Tool;
}
