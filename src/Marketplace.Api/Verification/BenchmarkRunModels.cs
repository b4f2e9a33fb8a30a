using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Api.Verification;

/// <summary>A decision on what is in review.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Passed">Whether its answer counts.</param>
/// <param name="Reason">Why.</param>
internal sealed record ReviewDecision(NodeId NodeId, bool Passed, [Length(1, 1000)] string Reason)
{
    public static ReviewDecision Example { get; } = new(NodeModelIds.Node, true, "Liquid-cooled at 800 W; the maker confirmed the figures.");
}

/// <summary>Which challenges to list.</summary>
/// <param name="Status">Only challenges that stand here.</param>
internal sealed record BenchmarkRunFilter(BenchmarkRunStatus? Status)
{
    public static BenchmarkRunFilter Example { get; } = new(BenchmarkRunStatus.Concluded);

    public bool Takes(BenchmarkRun run) => Status is null || run.Status == Status;
}

/// <summary>One thing that was found.</summary>
/// <param name="Kind">What was looked at.</param>
/// <param name="Weight">How much it weighs: a rejection fails the node, a review waits for a person, a downgrade keeps it below benchmarked.</param>
/// <param name="Detail">What is the matter, and what would be right.</param>
/// <param name="Measured">The figure found.</param>
/// <param name="Expected">The figure it was compared with.</param>
internal sealed record FindingModel(FindingKind Kind, FindingWeight Weight, string Detail, decimal? Measured, decimal? Expected)
{
    public static FindingModel Of(Finding finding) => new(finding.Kind, finding.Weight, finding.Detail, finding.Measured, finding.Expected);
}

/// <summary>The verdict on one node.</summary>
/// <param name="Outcome">What its answer comes to.</param>
/// <param name="Findings">Why, the heaviest first.</param>
/// <param name="Bf16Teraflops">Mean BF16 TFLOPS of its GPUs, read from the raw outputs.</param>
/// <param name="MemoryBandwidthGigabytesPerSecond">Mean memory bandwidth of its GPUs, GB/s.</param>
/// <param name="TokensPerSecond">MLPerf llama2-70b Offline tokens a second per GPU.</param>
/// <param name="WorkSeconds">Seconds from challenge to commitment on the marketplace's clock, network included.</param>
/// <param name="LatencyMilliseconds">Round trip the node stated, ms.</param>
/// <param name="ShownMemoryGigabytes">Memory that each GPU was shown to hold, GB; null where it was not asked for or not shown.</param>
/// <param name="MemorySeconds">Seconds the reads of that memory took on the marketplace's clock, network included.</param>
/// <param name="Score">Its proven performance score: 100 is what the model usually reaches.</param>
/// <param name="AttestedGpus">GPUs whose maker's evidence is valid.</param>
internal sealed record VerdictModel(
    NodeOutcome Outcome,
    ImmutableArray<FindingModel> Findings,
    decimal? Bf16Teraflops,
    decimal? MemoryBandwidthGigabytesPerSecond,
    decimal? TokensPerSecond,
    decimal? WorkSeconds,
    decimal? LatencyMilliseconds,
    decimal? ShownMemoryGigabytes,
    decimal? MemorySeconds,
    decimal? Score,
    int AttestedGpus)
{
    public static VerdictModel Of(NodeVerdict verdict) => new(
        verdict.Outcome,
        [.. verdict.Findings.Select(FindingModel.Of)],
        verdict.Figures.Bf16Teraflops,
        verdict.Figures.MemoryBandwidth,
        verdict.Figures.TokensPerSecond,
        verdict.Figures.WorkSeconds,
        verdict.Figures.LatencyMilliseconds,
        verdict.Figures.ShownMemory,
        verdict.Figures.MemorySeconds,
        verdict.Score,
        verdict.Attested);
}

/// <summary>An output a node named.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sha256">SHA-256 of its bytes; it is read at <c>/v1/benchmark-runs/{benchmarkRunId}/outputs/{digest}</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Tool">The tool that printed it.</param>
/// <param name="Device">The device it is of.</param>
/// <param name="Arrived">Whether it has come.</param>
internal sealed record OutputModel(OutputKind Kind, string Sha256, long Bytes, Tool? Tool, string? Device, bool Arrived);

/// <summary>What one node answered.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="CommittedAt">When it committed to its work, real time.</param>
/// <param name="ReportedAt">When its report came, real time.</param>
/// <param name="ReportSha256">Digest of the signed report, which is evidence too.</param>
/// <param name="Outputs">Outputs it named.</param>
/// <param name="Verdict">The verdict; null while it is open.</param>
internal sealed record NodeAnswerModel(NodeId NodeId, Instant? CommittedAt, Instant? ReportedAt, string? ReportSha256, ImmutableArray<OutputModel> Outputs, VerdictModel? Verdict)
{
    public static NodeAnswerModel Of(NodeAnswer answer) => new(
        answer.Node,
        answer.CommittedAt,
        answer.ReportedAt,
        answer.Report,
        [.. answer.Outputs.Select(output => new OutputModel(output.Kind, output.Sha256, output.Bytes, output.Tool, output.Device, answer.Arrived.Contains(output.Sha256)))],
        answer.Verdict is { } verdict ? VerdictModel.Of(verdict) : null);
}

/// <summary>A challenge with its answers and verdicts.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="OperatorId">Whose nodes they are.</param>
/// <param name="PoolId">Their pool.</param>
/// <param name="LeaseId">The lease, when it is for acceptance.</param>
/// <param name="Sku">Hardware they are offered as.</param>
/// <param name="GpusPerNode">GPUs of a node.</param>
/// <param name="Population">Nodes in service the sample was drawn from.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="ClosesAt">When it ends by itself.</param>
/// <param name="AnswerBy">Real time until which answers count; null before it was given out.</param>
/// <param name="Level">The level it shows; null before it is decided.</param>
/// <param name="Score">Mean score of its nodes.</param>
/// <param name="SpreadPercent">Highest less lowest score in percent of the mean.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
/// <param name="Missing">What keeps it from a higher level.</param>
/// <param name="Answers">One for each node tested; empty in lists.</param>
internal sealed record BenchmarkRunModel(
    BenchmarkRunId Id,
    BenchmarkPurpose Purpose,
    BenchmarkRunStatus Status,
    OrganizationId OperatorId,
    PoolId PoolId,
    LeaseId? LeaseId,
    SkuId Sku,
    int GpusPerNode,
    int Population,
    Instant OpenedAt,
    Instant ClosesAt,
    Instant? AnswerBy,
    VerificationLevel? Level,
    decimal? Score,
    decimal? SpreadPercent,
    Instant? DecidedAt,
    Instant? ExpiresAt,
    ImmutableArray<string> Missing,
    ImmutableArray<NodeAnswerModel> Answers)
{
    public static BenchmarkRunModel Example { get; } = new(
        NodeModelIds.Run,
        BenchmarkPurpose.Listing,
        BenchmarkRunStatus.Concluded,
        OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        null,
        SkuId.From("nvidia-h100-sxm5-80gb"),
        8,
        1,
        Instant.FromUtc(2027, 3, 1, 6, 0),
        Instant.FromUtc(2027, 3, 1, 7, 35),
        Instant.FromUtc(2027, 3, 1, 7, 30),
        VerificationLevel.Benchmarked,
        98.4m,
        null,
        Instant.FromUtc(2027, 3, 1, 6, 40),
        Instant.FromUtc(2027, 5, 30, 6, 40),
        ["Valid attestation evidence of every GPU from its maker."],
        [
            new NodeAnswerModel(
                NodeModelIds.Node,
                Instant.FromUtc(2027, 3, 1, 6, 1),
                Instant.FromUtc(2027, 3, 1, 6, 39),
                NodeModelIds.Key,
                [new OutputModel(OutputKind.ToolOutput, NodeModelIds.Nonce, 41_230, Tool.NvidiaSmi, null, true)],
                new VerdictModel(NodeOutcome.Passed, [], 781.2m, 2890m, null, 4.2m, 18m, 59.8m, 0.31m, 98.4m, 0)),
        ]);

    public static BenchmarkRunModel Of(BenchmarkRun run) => new(
        run.Id,
        run.Purpose,
        run.Status,
        run.OperatorId,
        run.PoolId,
        run.LeaseId,
        run.Sku,
        run.GpusPerNode,
        run.Population,
        run.OpenedAt,
        run.ClosesAt,
        run.Challenge?.AnswerBy,
        run.Result?.Level,
        run.Result?.Score,
        run.Result?.Spread,
        run.Result?.At,
        run.Result?.ExpiresAt,
        run.Result?.Missing ?? [],
        [.. run.Answers.Select(NodeAnswerModel.Of)]);
}
