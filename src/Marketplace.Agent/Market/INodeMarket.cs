using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Market;

/// <summary>A challenge as this node got it.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Sku">Hardware the pool is offered as.</param>
/// <param name="Devices">Names of the devices that prove work.</param>
/// <param name="Terms">Nonce, sizes, and until when what counts.</param>
/// <param name="Tools">Tools whose outputs make a full answer, in the marketplace's words.</param>
internal sealed record NodeChallenge(BenchmarkRunId Run, string Sku, IReadOnlyList<string> Devices, Challenge Terms, IReadOnlyList<string> Tools);

/// <summary>What an enrolled node is told.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Sku">Hardware the pool is offered as.</param>
/// <param name="GpusPerNode">GPUs that nodes of the pool have.</param>
internal sealed record EnrolledNode(string Node, string Pool, string Sku, int GpusPerNode);

/// <summary>What the marketplace answers to beats.</summary>
/// <param name="Acknowledged">Highest number of a beat that is durable.</param>
/// <param name="Challenge">The challenge that waits for the node; null when none does.</param>
internal sealed record BeatReply(long Acknowledged, string? Challenge);

/// <summary>What became of the node's answer to a challenge.</summary>
/// <param name="Outcome">The verdict, or null while it is open.</param>
/// <param name="Score">The node's proven score.</param>
/// <param name="Findings">What was found, the heaviest first.</param>
/// <param name="Level">The level the whole challenge shows; null while other nodes' answers are open.</param>
internal sealed record AnswerState(string? Outcome, decimal? Score, IReadOnlyList<string> Findings, string? Level);

/// <summary>The marketplace, as a node speaks to it. A refusal is thrown as an <see cref="AgentException"/>.</summary>
internal interface INodeMarket
{
    /// <summary>Introduces the node.</summary>
    Task<EnrolledNode> EnrolAsync(SignedMessage message, CancellationToken cancellation);

    /// <summary>Changes its key; the id of the key that counts now.</summary>
    Task<string> RotateAsync(NodeId node, SignedMessage message, CancellationToken cancellation);

    /// <summary>Asks for the challenge; one is opened where none waits. Null when this node is not to be tested.</summary>
    Task<NodeChallenge?> AskAsync(NodeId node, SignedMessage message, CancellationToken cancellation);

    /// <summary>Commits to products; what is asked then.</summary>
    Task<string> CommitAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation);

    /// <summary>Says that memory is filled; what is asked then.</summary>
    Task<string> FillAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation);

    /// <summary>Commits to the words read; the seconds it took on the marketplace's clock.</summary>
    Task<decimal> ReadAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation);

    /// <summary>Reports; digests of outputs still to upload.</summary>
    Task<IReadOnlyList<string>> ReportAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation);

    /// <summary>Uploads an output.</summary>
    Task UploadAsync(BenchmarkRunId run, string sha256, byte[] bytes, CancellationToken cancellation);

    /// <summary>What became of the node's answer; null where only others may see it.</summary>
    Task<AnswerState?> StateAsync(BenchmarkRunId run, NodeId node, CancellationToken cancellation);

    /// <summary>Beats.</summary>
    Task<BeatReply> BeatAsync(NodeId node, SignedMessage message, CancellationToken cancellation);

    /// <summary>Shortest of a few round trips.</summary>
    Task<TimeSpan> RoundTripAsync(CancellationToken cancellation);
}
