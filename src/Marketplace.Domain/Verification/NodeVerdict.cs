using System.Collections.Immutable;

namespace Marketplace.Domain.Verification;

/// <summary>What a node's answer to a challenge comes to, the best first.</summary>
public enum NodeOutcome
{
    /// <summary>Everything asked for was shown, and fits the hardware that is offered.</summary>
    Passed,

    /// <summary>Nothing is wrong, but something is missing or below what this hardware usually does.</summary>
    Downgraded,

    /// <summary>Something is better, or stranger, than was ever seen: a person looks at it before it counts.</summary>
    InReview,

    /// <summary>Nothing, or not everything, came in time.</summary>
    Unanswered,

    /// <summary>Something is impossible, contradicts itself, or is another's.</summary>
    Failed,
}

/// <summary>How much a finding weighs.</summary>
public enum FindingWeight
{
    /// <summary>For information.</summary>
    Note,

    /// <summary>It keeps the node below <see cref="VerificationLevel.Benchmarked"/>.</summary>
    Downgrade,

    /// <summary>A person has to look at it.</summary>
    Review,

    /// <summary>The answer cannot be true, or does not count.</summary>
    Reject,
}

/// <summary>What was looked at.</summary>
public enum FindingKind
{
    /// <summary>The node's clock against the marketplace's.</summary>
    Clock,

    /// <summary>An output that did not come, or could not be read.</summary>
    Output,

    /// <summary>The node's reading of an output against the marketplace's.</summary>
    Summary,

    /// <summary>Which GPUs there are, how many, and whether they are the ones offered.</summary>
    Inventory,

    /// <summary>Whether a device, or a machine, is also somewhere else.</summary>
    Uniqueness,

    /// <summary>Memory size.</summary>
    Memory,

    /// <summary>Memory bandwidth.</summary>
    MemoryBandwidth,

    /// <summary>Arithmetic throughput.</summary>
    Compute,

    /// <summary>Links between GPUs and to the host.</summary>
    Interconnect,

    /// <summary>Power limits and throttling.</summary>
    Power,

    /// <summary>Errors of devices and failed diagnostics.</summary>
    Health,

    /// <summary>Digits and variances.</summary>
    Statistics,

    /// <summary>The proof of work done.</summary>
    Work,

    /// <summary>The maker's attestation.</summary>
    Attestation,
}

/// <summary>One thing that was found, in words that an operator can act on.</summary>
/// <param name="Kind">What was looked at.</param>
/// <param name="Weight">How much it weighs.</param>
/// <param name="Detail">What is the matter, and what would be right.</param>
/// <param name="Measured">The figure found; null where there is none.</param>
/// <param name="Expected">The figure it was compared with.</param>
public sealed record Finding(FindingKind Kind, FindingWeight Weight, string Detail, decimal? Measured = null, decimal? Expected = null);

/// <summary>What the marketplace itself read from one node's outputs, per GPU on average. Null where nothing was shown.</summary>
/// <param name="Bf16Teraflops">BF16 matrix TFLOPS.</param>
/// <param name="MemoryBandwidth">Memory bandwidth, GB/s.</param>
/// <param name="TokensPerSecond">Tokens a second of MLPerf's llama2-70b Offline.</param>
/// <param name="WorkSeconds">Seconds from challenge to commitment on the marketplace's clock, network included.</param>
/// <param name="LatencyMilliseconds">Round trip the node stated.</param>
/// <param name="ShownMemory">Memory that each GPU was shown to hold, GB; null where it was not.</param>
/// <param name="MemorySeconds">Seconds from the question to the digests of the words read, on the marketplace's clock, network included.</param>
public sealed record NodeFigures(
    decimal? Bf16Teraflops, decimal? MemoryBandwidth, decimal? TokensPerSecond, decimal? WorkSeconds, decimal? LatencyMilliseconds, decimal? ShownMemory = null, decimal? MemorySeconds = null);

/// <summary>The verdict on one node.</summary>
/// <param name="Outcome">What it comes to.</param>
/// <param name="Findings">Why, the heaviest first, at most <see cref="MostFindings"/>.</param>
/// <param name="Figures">What was read.</param>
/// <param name="Score">Its <see cref="ProvenScore"/>; null when too little was shown.</param>
/// <param name="Attested">GPUs whose maker's evidence is valid.</param>
public sealed record NodeVerdict(NodeOutcome Outcome, ImmutableArray<Finding> Findings, NodeFigures Figures, decimal? Score, int Attested)
{
    /// <summary>Findings kept.</summary>
    public const int MostFindings = 40;

    /// <summary>Longest finding, in characters: some quote what a tool printed, which may be long.</summary>
    public const int LongestDetail = 1_100;

    /// <summary>An answer of which nothing else can be said.</summary>
    public static NodeVerdict Rejected(FindingKind kind, string detail) =>
        Of([new Finding(kind, FindingWeight.Reject, detail)], new NodeFigures(null, null, null, null, null), null, 0);

    /// <summary>Nothing came.</summary>
    public static NodeVerdict Silent(string detail) => new(
        NodeOutcome.Unanswered, [new Finding(FindingKind.Output, FindingWeight.Downgrade, detail)], new NodeFigures(null, null, null, null, null), null, 0);

    /// <summary>A verdict by what was found.</summary>
    public static NodeVerdict Of(IEnumerable<Finding> findings, NodeFigures figures, decimal? score, int attested)
    {
        ImmutableArray<Finding> sorted = [.. findings.OrderByDescending(finding => finding.Weight).ThenBy(finding => finding.Kind)];
        var outcome = (sorted.IsEmpty ? FindingWeight.Note : sorted[0].Weight) switch
        {
            FindingWeight.Reject => NodeOutcome.Failed,
            FindingWeight.Review => NodeOutcome.InReview,
            FindingWeight.Downgrade => NodeOutcome.Downgraded,
            _ => NodeOutcome.Passed,
        };
        return new NodeVerdict(outcome, [.. sorted.Take(MostFindings).Select(finding => finding with { Detail = Tools.Figures.Cut(finding.Detail, LongestDetail) })], figures, score, attested);
    }
}
