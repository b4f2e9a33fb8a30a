using System.Collections.Immutable;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Api.Capacity;

/// <summary>What the newest decided challenge shows of a pool's hardware. Level rules and the score's formula: docs/verification.md.</summary>
/// <param name="Level">The level it shows by itself.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
/// <param name="Score">Mean proven performance score of the sample: 100 is what the model usually reaches. Null when too little was shown.</param>
/// <param name="SpreadPercent">Highest less lowest score in percent of the mean; null with fewer than two nodes.</param>
/// <param name="SampledNodes">Nodes tested.</param>
/// <param name="PopulationNodes">Nodes in service they were drawn from.</param>
/// <param name="BenchmarkRunId">The challenge.</param>
/// <param name="Evidence">Address of the challenge with all answers and raw outputs.</param>
/// <param name="Missing">What keeps the pool from a higher level.</param>
internal sealed record VerificationModel(
    VerificationLevel Level,
    Instant DecidedAt,
    Instant ExpiresAt,
    decimal? Score,
    decimal? SpreadPercent,
    int SampledNodes,
    int PopulationNodes,
    BenchmarkRunId BenchmarkRunId,
    string Evidence,
    ImmutableArray<string> Missing)
{
    public static VerificationModel Example { get; } = new(
        VerificationLevel.Benchmarked,
        Instant.FromUtc(2027, 3, 1, 6, 40),
        Instant.FromUtc(2027, 5, 30, 6, 40),
        98.4m,
        2.1m,
        25,
        100,
        BenchmarkRunId.From("bench_4k2m7qz3v5xw6a2bc4d5e6f7ga"),
        "/v1/benchmark-runs/bench_4k2m7qz3v5xw6a2bc4d5e6f7ga",
        ["Valid attestation evidence of every GPU from its maker."]);

    public static VerificationModel? Of(PoolSummary pool) => pool.Verification is { } verification
        ? new VerificationModel(
            verification.Level,
            verification.At,
            verification.ExpiresAt,
            verification.Score,
            verification.Spread,
            verification.Sampled,
            verification.Population,
            verification.Run,
            $"/v1/benchmark-runs/{verification.Run}",
            verification.Missing)
        : null;
}
