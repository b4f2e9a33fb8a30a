using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>Opens a challenge. Repeating it changes nothing.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Operator">Whose nodes they are.</param>
/// <param name="Pool">Their pool.</param>
/// <param name="Sku">The hardware they are offered as.</param>
/// <param name="GpusPerNode">GPUs of a node.</param>
/// <param name="Nodes">Nodes to be tested, 1 to <see cref="BenchmarkRun.MostNodes"/>.</param>
/// <param name="Population">Nodes in service they were drawn from.</param>
/// <param name="Lease">The lease under which they were delivered.</param>
/// <param name="Tenant">Its tenant.</param>
public sealed record OpenBenchmarkRun(
    BenchmarkRunId Id,
    BenchmarkPurpose Purpose,
    OrganizationId Operator,
    PoolId Pool,
    SkuId Sku,
    int GpusPerNode,
    ImmutableArray<NodeId> Nodes,
    int Population,
    LeaseId? Lease = null,
    OrganizationId? Tenant = null);

/// <summary>A node asks for the challenge; the first to ask has it given out.</summary>
/// <param name="Node">The node.</param>
/// <param name="Nonce">Used if it has to be given out now.</param>
/// <param name="RealNow">Real time.</param>
/// <param name="WorkSize">Rows and columns of each product, if it has to be given out now.</param>
/// <param name="MemoryMebibytes">Memory each device has to hold; 0 asks for none, null for what <see cref="MemoryTerms.For"/> says.</param>
public sealed record AskChallenge(NodeId Node, string Nonce, Instant RealNow, int WorkSize = Challenge.StandardWorkSize, int? MemoryMebibytes = null);

/// <summary>A node commits to its products.</summary>
/// <param name="Body">What it says; its signature was checked.</param>
/// <param name="Seed">32 random bytes, hexadecimal, drawn now.</param>
/// <param name="RealNow">Real time.</param>
public sealed record CommitWork(WorkCommitments Body, string Seed, Instant RealNow);

/// <summary>A node says that its memory is filled.</summary>
/// <param name="Body">What it says; its signature was checked.</param>
/// <param name="Seed">32 random bytes, hexadecimal, drawn now.</param>
/// <param name="RealNow">Real time.</param>
public sealed record FillMemory(MemoryFills Body, string Seed, Instant RealNow);

/// <summary>A node commits to the words it read.</summary>
/// <param name="Body">What it says; its signature was checked.</param>
/// <param name="CheckSeed">32 random bytes, hexadecimal, drawn now.</param>
/// <param name="RealNow">Real time.</param>
public sealed record ReadMemory(MemoryReads Body, string CheckSeed, Instant RealNow);

/// <summary>A node reports.</summary>
/// <param name="Body">What it says; its signature was checked.</param>
/// <param name="Digest">SHA-256 of the signed bytes.</param>
/// <param name="RealNow">Real time.</param>
public sealed record TakeReport(BenchmarkReport Body, string Digest, Instant RealNow);

/// <summary>An output came, and its bytes are durable.</summary>
/// <param name="Sha256">Its digest.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="RealNow">Real time.</param>
public sealed record TakeOutput(string Sha256, long Bytes, Instant RealNow);

/// <summary>A node's answer was judged.</summary>
/// <param name="Node">The node.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Digits">First figures of its outputs.</param>
public sealed record GiveVerdict(NodeId Node, NodeVerdict Verdict, ImmutableArray<decimal> Digits);

/// <summary>The marketplace decides what was in review.</summary>
/// <param name="Node">The node.</param>
/// <param name="Passed">Whether it counts.</param>
/// <param name="Reason">Why, 1 to 1,000 characters.</param>
public sealed record DecideReview(NodeId Node, bool Passed, string Reason);
