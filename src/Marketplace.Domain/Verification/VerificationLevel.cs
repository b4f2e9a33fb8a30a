using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>How much of what a listing states was checked, in ascending order. A level says no more than its own words.</summary>
public enum VerificationLevel
{
    /// <summary>The operator's word alone.</summary>
    Declared,

    /// <summary>The site stands in a public record, and an administrator confirmed that it is the operator's.</summary>
    SiteConfirmed,

    /// <summary>A random sample of the nodes answered a fresh challenge with keys of their own, and has the GPUs the listing names, found nowhere else in the market.</summary>
    Identified,

    /// <summary>The sample's raw outputs fit that hardware, at no less than its usual performance, and work was done for the challenge.</summary>
    Benchmarked,

    /// <summary>The maker's own evidence of every GPU in the sample is valid besides.</summary>
    Attested,
}

/// <summary>What a pool's newest challenge says of it.</summary>
/// <param name="Level">The level shown.</param>
/// <param name="Run">The challenge that shows it.</param>
/// <param name="At">When it was decided.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
/// <param name="Score">Mean <see cref="ProvenScore"/> of the sample; null without one.</param>
/// <param name="Spread">Highest less lowest score of the sample in percent of the mean.</param>
/// <param name="Sampled">Nodes tested.</param>
/// <param name="Population">Nodes in service they were drawn from.</param>
/// <param name="Missing">What keeps it from a higher level, in words.</param>
public sealed record PoolVerification(
    VerificationLevel Level,
    BenchmarkRunId Run,
    Instant At,
    Instant ExpiresAt,
    decimal? Score,
    decimal? Spread,
    int Sampled,
    int Population,
    ImmutableArray<string> Missing)
{
    private const int MostShown = 5;

    /// <summary>
    /// Nodes that the pool still has to show: they failed, were downgraded or did not answer, and were not tested since. Those that have
    /// waited longest come first. The next challenge names them again, until they pass or are replaced.
    /// </summary>
    public ImmutableArray<NodeId> Owed { get; init; } = [];

    /// <summary>When the challenge was opened: of two, the one opened later counts. Null in what was written before this was kept.</summary>
    public Instant? OpenedAt { get; init; }

    /// <summary>What a decided challenge says of its pool.</summary>
    public static PoolVerification Of(BenchmarkRun run, BenchmarkResult result) => new(
        result.Level, run.Id, result.At, result.ExpiresAt, result.Score, result.Spread, run.Answers.Length, run.Population, result.Missing)
    {
        Owed = [.. run.Answers.Where(answer => answer.Verdict!.Outcome != NodeOutcome.Passed).Select(answer => answer.Node)],
        OpenedAt = run.OpenedAt,
    };

    /// <summary>The same, with nodes owed from before that were not tested: what is known to be bad and could have been shown keeps the pool from any level.</summary>
    /// <param name="owed">Nodes owed from before, not tested and still in service.</param>
    /// <param name="isFree">Whether a node works for no tenant, so that it could have been tested.</param>
    public PoolVerification WithOwed(IEnumerable<NodeId> owed, Func<NodeId, bool> isFree)
    {
        ImmutableArray<NodeId> untested = [.. owed];
        ImmutableArray<NodeId> waiting = [.. untested.Where(isFree)];
        var owing = this with { Owed = [.. untested, .. Owed.Except(untested)] };
        return waiting.IsEmpty ? owing : owing with
        {
            Level = VerificationLevel.Declared,
            Missing = [.. Missing, $"Nodes that did not pass before and were not tested since: {string.Join(", ", waiting.Take(MostShown).Select(node => node.Value))}{(waiting.Length > MostShown ? $" and {waiting.Length - MostShown} more" : "")}. Run a challenge again."],
        };
    }

    /// <summary>The same after its time.</summary>
    public PoolVerification Expired() => this with
    {
        Level = VerificationLevel.Declared,
        Missing = [$"The challenge of {At.InUtc().Date:uuuu-MM-dd} showed {Level.Spelled()} until {ExpiresAt.InUtc().Date:uuuu-MM-dd}; run it again."],
    };
}

/// <summary>Derives levels from what is known.</summary>
public static class VerificationLevels
{
    private const int MostMissing = 10;

    /// <summary>The level of everything at a site; an unknown site has the lowest.</summary>
    public static VerificationLevel Of(Site? site) => site?.IsConfirmed == true
        ? VerificationLevel.SiteConfirmed
        : VerificationLevel.Declared;

    /// <summary>The level of a pool: what its newest challenge shows, or its site, whichever is more.</summary>
    public static VerificationLevel Of(Site? site, PoolVerification? verification) =>
        (VerificationLevel)Math.Max((int)Of(site), (int)(verification?.Level ?? VerificationLevel.Declared));

    /// <summary>
    /// What a challenge comes to once every node has its verdict. One node that failed or did not answer leaves the pool
    /// declared; one that was downgraded leaves it identified; all passed make it benchmarked, and attested when the maker's
    /// evidence of every GPU is valid.
    /// </summary>
    public static BenchmarkResult ResultOf(BenchmarkRun run, Instant now)
    {
        var verdicts = run.Answers.Select(answer => (answer.Node, Verdict: answer.Verdict!)).ToList();
        var worst = verdicts.Max(answer => answer.Verdict.Outcome);
        var attested = run.GpusPerNode > 0 && verdicts.All(answer => answer.Verdict.Attested >= run.GpusPerNode);
        var level = worst switch
        {
            NodeOutcome.Passed => attested ? VerificationLevel.Attested : VerificationLevel.Benchmarked,
            NodeOutcome.Downgraded => VerificationLevel.Identified,
            _ => VerificationLevel.Declared,
        };
        var scores = verdicts.Where(answer => answer.Verdict.Outcome <= NodeOutcome.Downgraded).Select(answer => answer.Verdict.Score).OfType<decimal>().ToList();
        ImmutableArray<string> missing = worst == NodeOutcome.Passed && !attested
            ? ["Valid attestation evidence of every GPU from its maker."]
            : [.. verdicts.SelectMany(answer => answer.Verdict.Findings.Where(finding => finding.Weight >= FindingWeight.Downgrade).Select(finding => $"{answer.Node}: {finding.Detail}")).Take(MostMissing)];
        return new BenchmarkResult(
            now,
            now + BenchmarkRun.Validity,
            level,
            scores.Count == 0 ? null : Math.Round(scores.Average(), 1),
            scores.Count < 2 || scores.Average() == 0 ? null : Math.Round((scores.Max() - scores.Min()) / scores.Average() * 100, 1),
            attested ? [] : missing);
    }
}
