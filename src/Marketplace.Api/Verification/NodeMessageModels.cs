using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Verification;
using NodaTime;

namespace Marketplace.Api.Verification;

/// <summary>A signature over a message.</summary>
/// <param name="KeyId">SHA-256 of the public key's 32 bytes, lower-case hexadecimal.</param>
/// <param name="Signature">64 bytes of Ed25519 over <c>DSSEv1 {length of type} {type} {length of payload} {payload}</c>, base64.</param>
internal sealed record MessageSignatureModel([Length(64, 64)] string KeyId, [Length(88, 88)] string Signature);

/// <summary>What a node sends: a DSSE 1.0 envelope. docs/verification.md says what each payload holds.</summary>
/// <param name="PayloadType">Kind of payload; each operation takes one.</param>
/// <param name="Payload">The signed bytes, base64: UTF-8 JSON.</param>
/// <param name="Signatures">One signature; two where a key hands over to the next.</param>
internal sealed record SignedMessageModel(
    [Length(1, 200)] string PayloadType,
    [Length(4, 2_000_000)] string Payload,
    [Items(1, 2)] ImmutableArray<MessageSignatureModel> Signatures)
{
    private const string Signature = "SbSM1pDpE5H4y3dXgJgVwg3zrJ3ehEyVQJXb4f1Ei7h0G0PcMdvRkSz1kqCZlYhJf7fS0cFh1HqfE0m3JmQqDA==";

    public static SignedMessageModel Example(string payloadType) => new(
        payloadType,
        Convert.ToBase64String(NodePayloads.Example(payloadType)),
        [.. (payloadType == PayloadTypes.KeyRotation ? new[] { NodeModelIds.Key, NodeModelIds.NextKey } : [NodeModelIds.Key]).Select(key => new MessageSignatureModel(key, Signature))]);

    public SignedMessage ToMessage() => new(PayloadType, Payload, [.. Signatures.Select(signature => new MessageSignature(signature.KeyId, signature.Signature))]);
}

/// <summary>A node that was enrolled.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="OperatorId">Whose it is.</param>
/// <param name="KeyId">The key that counts from now on.</param>
/// <param name="Sku">Hardware the pool is offered as.</param>
/// <param name="GpusPerNode">GPUs of a node.</param>
/// <param name="HeartbeatSeconds">Time between two beats.</param>
internal sealed record NodeEnrolmentModel(NodeId NodeId, PoolId PoolId, OrganizationId OperatorId, string KeyId, SkuId Sku, int GpusPerNode, int HeartbeatSeconds)
{
    public const int StandardHeartbeatSeconds = 60;

    public static NodeEnrolmentModel Example { get; } = new(
        NodeModelIds.Node, PoolId.From("pool_4k2m7qz3v5xw6a2bc4d5e6f7ga"), OrganizationId.From("org_4k2m7qz3v5xw6a2bc4d5e6f7ga"), NodeModelIds.Key, SkuId.From("nvidia-h100-sxm5-80gb"), 8, StandardHeartbeatSeconds);
}

/// <summary>Ids of examples.</summary>
internal static class NodeModelIds
{
    public const string Key = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    public const string NextKey = "9f2c1e0d8b7a69584736251403f2e1d0c9b8a7968574635241302f1e0d9c8b7a";
    public const string Nonce = "7b1f5c0e9d3a48826f5e4d3c2b1a09876543210fedcba9876543210123456789";

    public static NodeId Node { get; } = NodeId.From("node_4k2m7qz3v5xw6a2bc4d5e6f7ga");

    public static BenchmarkRunId Run { get; } = BenchmarkRunId.From("bench_4k2m7qz3v5xw6a2bc4d5e6f7ga");
}

/// <summary>Which key of a node counts.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="KeyId">SHA-256 of the public key.</param>
/// <param name="AddedAt">When the node brought it.</param>
internal sealed record NodeKeyInUseModel(NodeId NodeId, string KeyId, Instant AddedAt)
{
    public static NodeKeyInUseModel Example { get; } = new(NodeModelIds.Node, NodeModelIds.Key, Instant.FromUtc(2027, 3, 1, 6, 0));
}

/// <summary>A challenge as a node gets it. Times are real time on the marketplace's clock.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Nonce">32 bytes, hexadecimal.</param>
/// <param name="Nodes">All nodes challenged at once.</param>
/// <param name="Sku">Hardware they are offered as.</param>
/// <param name="GpusPerNode">GPUs of a node.</param>
/// <param name="Devices">The devices of this node that commit to a product each: GPUs by index, or <c>cpu</c>.</param>
/// <param name="IssuedAt">When it was given out.</param>
/// <param name="CommitBy">Commitments that come later are refused.</param>
/// <param name="AnswerBy">Reports and outputs that come later are refused.</param>
/// <param name="WorkSize">Rows and columns of each product.</param>
/// <param name="OpenedRows">Rows each device will be asked for.</param>
/// <param name="Memory">Memory each device has to hold once work is committed to; null where none is asked for.</param>
/// <param name="Wanted">What a full answer holds, in words.</param>
internal sealed record ChallengeModel(
    BenchmarkRunId RunId,
    BenchmarkPurpose Purpose,
    string Nonce,
    ImmutableArray<NodeId> Nodes,
    SkuId Sku,
    int GpusPerNode,
    ImmutableArray<string> Devices,
    Instant IssuedAt,
    Instant CommitBy,
    Instant AnswerBy,
    int WorkSize,
    int OpenedRows,
    MemoryTermsModel? Memory,
    ImmutableArray<string> Wanted)
{
    private static readonly ImmutableArray<string> FullAnswer =
    [
        "inventory: nvidia-smi -q -x, or rocm-smi -a --json",
        "compute: a BF16 GEMM sweep, or an MLPerf summary",
        "memory bandwidth: gpu_stream, nvbandwidth or CUDA's bandwidthTest",
        "work: a product per device, committed to and opened",
        "memory, where asked for: filled, and read when asked",
    ];

    public static ChallengeModel Example { get; } = new(
        NodeModelIds.Run, BenchmarkPurpose.Listing, NodeModelIds.Nonce, [NodeModelIds.Node], SkuId.From("nvidia-h100-sxm5-80gb"), 8, Challenge.DevicesOf(8),
        Instant.FromUtc(2027, 3, 1, 6, 0), Instant.FromUtc(2027, 3, 1, 6, 10), Instant.FromUtc(2027, 3, 1, 7, 30), Challenge.StandardWorkSize, Challenge.StandardOpenedRows, MemoryTermsModel.Example, FullAnswer);

    public static ChallengeModel Of(BenchmarkRun run)
    {
        var challenge = run.Challenge!;
        return new ChallengeModel(
            run.Id, run.Purpose, challenge.Nonce, [.. run.Answers.Select(answer => answer.Node)], run.Sku, run.GpusPerNode, Challenge.DevicesOf(run.GpusPerNode),
            challenge.IssuedAt, challenge.CommitBy, challenge.AnswerBy, challenge.WorkSize, challenge.OpenedRows, challenge.Memory is { } memory ? MemoryTermsModel.Of(memory) : null, FullAnswer);
    }
}

/// <summary>What a node is asked once it has committed.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Seed">32 bytes, hexadecimal, drawn after the commitment came: from it follow the rows.</param>
/// <param name="Rows">Rows that every device opens, ascending.</param>
internal sealed record WorkQuestionModel(BenchmarkRunId RunId, NodeId NodeId, string Seed, ImmutableArray<int> Rows)
{
    public static WorkQuestionModel Example { get; } = new(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Nonce, [3, 17, 254]);
}

/// <summary>Memory that each device has to hold at once. docs/verification.md says how it is filled and read.</summary>
/// <param name="Bytes">Bytes of each device: blocks × words of a block × 8.</param>
/// <param name="Blocks">Blocks to fill.</param>
/// <param name="BlockWords">Words of 8 bytes of each block.</param>
/// <param name="Reads">Reads of the chain.</param>
/// <param name="LimitSeconds">Longest time from the question to the digests of what was read, s, network included.</param>
internal sealed record MemoryTermsModel(long Bytes, int Blocks, int BlockWords, int Reads, int LimitSeconds)
{
    public static MemoryTermsModel Example { get; } = Of(MemoryTerms.For(HardwareCatalogue.Find(SkuId.From("nvidia-h100-sxm5-80gb"))!, null)!);

    public static MemoryTermsModel Of(MemoryTerms terms) => new(terms.Bytes, terms.Blocks, terms.BlockWords, terms.Reads, (int)MemoryTerms.Limit.TotalSeconds);
}

/// <summary>What a node is asked once its memory is filled. Its clock runs from now.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Seed">32 bytes, hexadecimal, drawn now: where the chain of reads begins.</param>
/// <param name="ReadBy">Digests of the words that come later do not show that the memory was held.</param>
internal sealed record MemoryQuestionModel(BenchmarkRunId RunId, NodeId NodeId, string Seed, Instant ReadBy)
{
    public static MemoryQuestionModel Example { get; } = new(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Nonce, Instant.FromUtc(2027, 3, 1, 6, 2));

    public static MemoryQuestionModel Of(BenchmarkRun run, NodeId node, MemoryAnswer memory) => new(run.Id, node, memory.Seed, memory.AskedAt + MemoryTerms.Limit);
}

/// <summary>Digests of read words that were taken. The words are uploaded with the report.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Seconds">Time from the question to the digests on the marketplace's clock, s.</param>
internal sealed record TakenReadsModel(BenchmarkRunId RunId, NodeId NodeId, decimal Seconds)
{
    public static TakenReadsModel Example { get; } = new(NodeModelIds.Run, NodeModelIds.Node, 0.31m);

    public static TakenReadsModel Of(BenchmarkRun run, NodeId node, MemoryAnswer memory) =>
        new(run.Id, node, Math.Round((decimal)(memory.ReadAt!.Value - memory.AskedAt).TotalSeconds, 3));
}

/// <summary>A report that was taken. It is judged when all its outputs have come.</summary>
/// <param name="RunId">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="ReportSha256">Digest of the signed bytes, under which the report is kept.</param>
/// <param name="MissingOutputs">Digests of outputs still to upload.</param>
internal sealed record TakenReportModel(BenchmarkRunId RunId, NodeId NodeId, string ReportSha256, ImmutableArray<string> MissingOutputs)
{
    public static TakenReportModel Example { get; } = new(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Key, [NodeModelIds.Nonce]);

    public static TakenReportModel Of(BenchmarkRun run, NodeAnswer answer) =>
        new(run.Id, answer.Node, answer.Report!, [.. answer.Outputs.Select(output => output.Sha256).Except(answer.Arrived)]);
}

/// <summary>What a beating node hears back.</summary>
/// <param name="Acknowledged">Highest sequence of a beat that is durable. Keep later beats and send them again.</param>
/// <param name="ChallengeRunId">The challenge that waits for this node: ask for it, answer it. Null when none does.</param>
internal sealed record BeatAnswerModel(long Acknowledged, BenchmarkRunId? ChallengeRunId)
{
    public static BeatAnswerModel Example { get; } = new(41, null);

    public static BeatAnswerModel Of(BeatAnswer answer) => new(answer.Acknowledged, answer.Challenge);
}
