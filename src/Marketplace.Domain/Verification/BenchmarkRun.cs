using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>What a challenge is for.</summary>
public enum BenchmarkPurpose
{
    /// <summary>The level of a pool.</summary>
    Listing,

    /// <summary>A surprise: the level of a pool, tested again.</summary>
    Retest,

    /// <summary>Acceptance of delivered nodes under a lease.</summary>
    Acceptance,
}

/// <summary>Where a challenge stands.</summary>
public enum BenchmarkRunStatus
{
    /// <summary>Nobody asked for it yet; the nonce is drawn when the first node does.</summary>
    Waiting,

    /// <summary>Given out; the nodes have until its end to answer.</summary>
    Issued,

    /// <summary>All answers are in; a person looks at some of them.</summary>
    InReview,

    /// <summary>Decided.</summary>
    Concluded,

    /// <summary>Decided, and too old to count.</summary>
    Expired,
}

/// <summary>What one node answered so far.</summary>
/// <param name="Node">The node.</param>
public sealed record NodeAnswer(NodeId Node)
{
    /// <summary>Roots of its products.</summary>
    public ImmutableArray<DeviceCommitment> Commitments { get; init; } = [];

    /// <summary>What it was asked afterwards: 32 bytes, hexadecimal.</summary>
    public string? Seed { get; init; }

    /// <summary>When it committed, real time.</summary>
    public Instant? CommittedAt { get; init; }

    /// <summary>Memory it holds; null before it said so.</summary>
    public MemoryAnswer? Memory { get; init; }

    /// <summary>Digest of the signed report; the report itself is evidence under it.</summary>
    public string? Report { get; init; }

    /// <summary>When the report came, real time.</summary>
    public Instant? ReportedAt { get; init; }

    /// <summary>Boot id it reported.</summary>
    public string? BootId { get; init; }

    /// <summary>Outputs it named.</summary>
    public ImmutableArray<ReportedOutput> Outputs { get; init; } = [];

    /// <summary>Digests of the outputs that have come.</summary>
    public ImmutableArray<string> Arrived { get; init; } = [];

    /// <summary>First figures of its outputs, to find copies.</summary>
    public ImmutableArray<decimal> Digits { get; init; } = [];

    /// <summary>The verdict; null while it is open.</summary>
    public NodeVerdict? Verdict { get; init; }

    /// <summary>Whether everything has come.</summary>
    [JsonIgnore]
    public bool IsComplete => Report is not null && Outputs.All(output => Arrived.Contains(output.Sha256));
}

/// <summary>What a node answered about its memory.</summary>
/// <param name="Sequence">Number of the message that said it is filled.</param>
/// <param name="Devices">Devices that hold it.</param>
/// <param name="Seed">What was asked then: 32 bytes, hexadecimal.</param>
/// <param name="AskedAt">When, real time.</param>
/// <param name="Fills">How often the node said that its memory is filled; each time it was asked something else.</param>
public sealed record MemoryAnswer(long Sequence, ImmutableArray<string> Devices, string Seed, Instant AskedAt, int Fills)
{
    /// <summary>Most fills of a node, such as after an agent that was cut short.</summary>
    public const int MostFills = 5;

    /// <summary>Digests of the words read; empty before they came.</summary>
    public ImmutableArray<DeviceReads> Read { get; init; } = [];

    /// <summary>Which words are made again: 32 bytes, hexadecimal, drawn when the digests came.</summary>
    public string? CheckSeed { get; init; }

    /// <summary>When the digests came, real time.</summary>
    public Instant? ReadAt { get; init; }
}

/// <summary>One challenge to some nodes of a pool, their answers, and the verdict.</summary>
public sealed record BenchmarkRun
{
    /// <summary>Most nodes of one challenge.</summary>
    public const int MostNodes = 64;

    /// <summary>How long a verdict counts.</summary>
    public static readonly Duration Validity = Duration.FromDays(90);

    /// <summary>How long a challenge waits for the first node to ask: agents hear of it within a minute, and who is never asked for has not answered.</summary>
    public static readonly Duration WaitingLife = Challenge.AnswerLife;

    /// <summary>How long an acceptance test waits: its nodes ask when they are ready, and silence or the tenant's word may come first.</summary>
    public static readonly Duration AcceptanceWaitingLife = Duration.FromDays(90);

    /// <summary>The challenge.</summary>
    public required BenchmarkRunId Id { get; init; }

    /// <summary>What it is for.</summary>
    public required BenchmarkPurpose Purpose { get; init; }

    /// <summary>Whose nodes they are.</summary>
    public required OrganizationId OperatorId { get; init; }

    /// <summary>Their pool.</summary>
    public required PoolId PoolId { get; init; }

    /// <summary>The hardware they are offered as.</summary>
    public required SkuId Sku { get; init; }

    /// <summary>GPUs of a node.</summary>
    public required int GpusPerNode { get; init; }

    /// <summary>Nodes in service the sample was drawn from.</summary>
    public required int Population { get; init; }

    /// <summary>The lease under which they were delivered; null unless for acceptance.</summary>
    public LeaseId? LeaseId { get; init; }

    /// <summary>The tenant of that lease, who sees all of this.</summary>
    public OrganizationId? TenantId { get; init; }

    /// <summary>When it was opened, market time.</summary>
    public required Instant OpenedAt { get; init; }

    /// <summary>When it ends by itself, market time.</summary>
    public required Instant ClosesAt { get; init; }

    /// <summary>Where it stands.</summary>
    public required BenchmarkRunStatus Status { get; init; }

    /// <summary>What was given out; null while it waits.</summary>
    public Challenge? Challenge { get; init; }

    /// <summary>One answer for each node to be tested.</summary>
    public required ImmutableArray<NodeAnswer> Answers { get; init; }

    /// <summary>What it comes to; null before it is decided.</summary>
    public BenchmarkResult? Result { get; init; }

    /// <summary>The answer of a node, or null when it is not tested.</summary>
    public NodeAnswer? AnswerOf(NodeId node) => Answers.FirstOrDefault(answer => answer.Node == node);

    /// <summary>The challenge for lists: without the nodes' answers.</summary>
    public BenchmarkRun WithoutAnswers() => this with { Answers = [] };

    /// <summary>Market time of the next effect; null when there is none.</summary>
    public Instant? DueAt() => Status switch
    {
        BenchmarkRunStatus.Waiting or BenchmarkRunStatus.Issued => ClosesAt,
        BenchmarkRunStatus.InReview => Instant.MaxValue,
        BenchmarkRunStatus.Concluded => Result!.ExpiresAt,
        _ => null,
    };
}

/// <summary>What a challenge comes to.</summary>
/// <param name="At">When it was decided.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
/// <param name="Level">The level it shows, by itself.</param>
/// <param name="Score">Mean <see cref="ProvenScore"/> of the nodes that passed or were downgraded; null without one.</param>
/// <param name="Spread">Highest less lowest score of these nodes in percent of the mean; null with fewer than two.</param>
/// <param name="Missing">What keeps it from a higher level, in words.</param>
public sealed record BenchmarkResult(Instant At, Instant ExpiresAt, VerificationLevel Level, decimal? Score, decimal? Spread, ImmutableArray<string> Missing);

/// <summary>Something that happened to a challenge.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(RunOpened), "opened")]
[JsonDerivedType(typeof(ChallengeIssued), "issued")]
[JsonDerivedType(typeof(WorkCommitted), "committed")]
[JsonDerivedType(typeof(MemoryFilled), "filled")]
[JsonDerivedType(typeof(MemoryRead), "read")]
[JsonDerivedType(typeof(ReportTaken), "reported")]
[JsonDerivedType(typeof(OutputArrived), "arrived")]
[JsonDerivedType(typeof(VerdictGiven), "judged")]
[JsonDerivedType(typeof(ReviewBegan), "reviewBegan")]
[JsonDerivedType(typeof(RunConcluded), "concluded")]
[JsonDerivedType(typeof(RunExpired), "expired")]
public abstract record BenchmarkRunFact;

/// <summary>A challenge was opened.</summary>
public sealed record RunOpened(OpenBenchmarkRun As, Instant At) : BenchmarkRunFact;

/// <summary>It was given out.</summary>
public sealed record ChallengeIssued(Challenge Challenge, Instant ClosesAt) : BenchmarkRunFact;

/// <summary>A node committed to its products and was asked to open rows.</summary>
public sealed record WorkCommitted(NodeId Node, ImmutableArray<DeviceCommitment> Devices, string Seed, Instant At) : BenchmarkRunFact;

/// <summary>A node filled its memory and was asked to read it.</summary>
public sealed record MemoryFilled(NodeId Node, MemoryAnswer Memory) : BenchmarkRunFact;

/// <summary>A node committed to the words it read.</summary>
public sealed record MemoryRead(NodeId Node, ImmutableArray<DeviceReads> Devices, string CheckSeed, Instant At) : BenchmarkRunFact;

/// <summary>A node's report was taken.</summary>
public sealed record ReportTaken(NodeId Node, string Digest, string BootId, ImmutableArray<ReportedOutput> Outputs, Instant At) : BenchmarkRunFact;

/// <summary>An output came.</summary>
public sealed record OutputArrived(string Sha256) : BenchmarkRunFact;

/// <summary>A node was judged, or judged anew.</summary>
public sealed record VerdictGiven(NodeId Node, NodeVerdict Verdict, ImmutableArray<decimal> Digits) : BenchmarkRunFact;

/// <summary>All answers are in, and a person has to look.</summary>
public sealed record ReviewBegan : BenchmarkRunFact;

/// <summary>It was decided.</summary>
public sealed record RunConcluded(BenchmarkResult Result) : BenchmarkRunFact;

/// <summary>It counts no more.</summary>
public sealed record RunExpired(Instant At) : BenchmarkRunFact;
