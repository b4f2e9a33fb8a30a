using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification.Work;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>What the nodes of a challenge have to do at once. All its times are real time on the marketplace's clock.</summary>
/// <param name="Nonce">32 random bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="IssuedAt">When it was given out.</param>
/// <param name="CommitBy">Commitments that come later are refused.</param>
/// <param name="AnswerBy">Reports and outputs that come later are refused.</param>
/// <param name="WorkSize">Rows and columns of each device's product.</param>
/// <param name="OpenedRows">Rows each device opens.</param>
/// <param name="Memory">Memory each device has to hold; null where none is asked for.</param>
public sealed record Challenge(string Nonce, Instant IssuedAt, Instant CommitBy, Instant AnswerBy, int WorkSize, int OpenedRows, MemoryTerms? Memory = null)
{
    /// <summary>Digits of a nonce.</summary>
    public const int NonceLength = 64;

    /// <summary>Rows and columns of the product of a GPU, or of a CPU where a node has none.</summary>
    public const int StandardWorkSize = 2048;

    /// <summary>Time from the challenge to the commitments.</summary>
    public static readonly Duration CommitLife = Duration.FromMinutes(10);

    /// <summary>Time from the challenge to the last output.</summary>
    public static readonly Duration AnswerLife = Duration.FromMinutes(90);

    /// <summary>Rows opened: a device that left out 1 % of its rows is caught with 95 % confidence.</summary>
    public static readonly int StandardOpenedRows = WorkChallenge.RowsFor(0.01, 0.95);

    /// <summary>Gives a challenge out.</summary>
    /// <param name="nonce">32 random bytes, hexadecimal.</param>
    /// <param name="realNow">Real time.</param>
    /// <param name="workSize">Rows and columns of each product: a power of two that <see cref="WorkChallenge"/> takes.</param>
    /// <param name="memory">Memory each device has to hold; null for none.</param>
    public static Challenge Issue(string nonce, Instant realNow, int workSize, MemoryTerms? memory = null) =>
        new(nonce, realNow, realNow + CommitLife, realNow + AnswerLife, workSize, Math.Min(StandardOpenedRows, workSize), memory);

    /// <summary>Whether a text is a nonce.</summary>
    public static bool IsNonce(string text) => text.Length == NonceLength && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The devices of a node that prove work: its GPUs by index, or its CPU.</summary>
    public static ImmutableArray<string> DevicesOf(int gpus) =>
        gpus == 0 ? ["cpu"] : [.. Enumerable.Range(0, gpus).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The product one device has to compute. Every device of every node has its own, so that none can answer for another.</summary>
    /// <param name="node">The node.</param>
    /// <param name="device">The device, as in <see cref="DeviceCommitment"/>.</param>
    public WorkChallenge WorkOf(NodeId node, string device) => new(DeviceNonce(Nonce, node, device), WorkSize, OpenedRows);

    /// <summary>The memory one device has to hold; null where none is asked for.</summary>
    /// <param name="node">The node.</param>
    /// <param name="device">The device.</param>
    public MemoryChallenge? MemoryOf(NodeId node, string device) =>
        Memory is { } memory ? new MemoryChallenge(DeviceNonce(Nonce, node, device), memory.Blocks, memory.BlockWords, memory.Reads) : null;

    /// <summary>Nonce of a device: SHA-256 of the challenge's 32 bytes followed by <c>{node}:{device}</c> in ASCII, lower-case hexadecimal.</summary>
    public static string DeviceNonce(string nonce, NodeId node, string device) =>
        Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(nonce), .. Encoding.ASCII.GetBytes($"{node}:{device}")]));
}

/// <summary>How much memory each device of a challenge has to hold, and how it is read. What it proves: <see cref="MemoryChallenge"/>.</summary>
/// <param name="Blocks">Blocks to fill.</param>
/// <param name="BlockWords">Words of 8 bytes of each block.</param>
/// <param name="Reads">Reads of the chain.</param>
public sealed record MemoryTerms(int Blocks, int BlockWords, int Reads)
{
    /// <summary>Words of a block: one word made again costs 131,072 steps, each of which waits for the one before.</summary>
    public const int StandardBlockWords = 1 << 16;

    /// <summary>Reads of a chain.</summary>
    public const int StandardReads = 1 << 16;

    /// <summary>Share of a model's memory that is asked for: the rest is the driver's, and what other programs hold.</summary>
    public const decimal Share = 0.75m;

    /// <summary>
    /// Longest time from the question to the digests of what was read, by the marketplace's clock, network included. Whoever
    /// keeps the words needs less than a second; whoever makes them again about half a minute on the fastest processor core.
    /// </summary>
    public static readonly Duration Limit = Duration.FromSeconds(5);

    /// <summary>Bytes of each device.</summary>
    public long Bytes => (long)Blocks * BlockWords * sizeof(ulong);

    /// <summary>
    /// Terms for a model: <see cref="Share"/> of its memory. Null for other makers than NVIDIA, whose GPUs the agent's kernels
    /// do not reach, and where the size is 0.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="mebibytes">Another size for each device; null for the usual.</param>
    public static MemoryTerms? For(HardwareModel model, int? mebibytes)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Gpu is not { } gpu || model.Vendor != "NVIDIA" || mebibytes == 0)
        {
            return null;
        }

        var bytes = mebibytes is { } size ? (long)size << 20 : (long)(gpu.MemoryGigabytes * Share * 1_000_000_000m);
        return new MemoryTerms((int)Math.Max(1, bytes / (StandardBlockWords * sizeof(ulong))), StandardBlockWords, StandardReads);
    }
}

/// <summary>How many nodes of a pool have to be tested, and which.</summary>
public static class SampleSize
{
    /// <summary>A sample finds at least one bad node with this confidence …</summary>
    public const double Confidence = 0.95;

    /// <summary>… when at least this share of the pool's nodes is bad.</summary>
    public const double BadShare = 0.10;

    /// <summary>
    /// The smallest sample, drawn without putting back, that misses all bad nodes with a chance of at most 1 - <see cref="Confidence"/>:
    /// all of few nodes, 25 of 100, 29 of very many.
    /// </summary>
    /// <param name="nodes">Nodes in service, at least 1.</param>
    public static int Of(int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        var bad = (int)Math.Ceiling(nodes * BadShare);
        var missed = 1.0;
        var sample = 0;
        while (missed > 1 - Confidence && sample < nodes)
        {
            missed *= Math.Max(0, nodes - bad - sample) / (double)(nodes - sample);
            sample++;
        }

        return sample;
    }

    /// <summary>Draws the sample: the nodes whose digests under the nonce are least, so that nobody knows it before the nonce and everybody can check it after.</summary>
    /// <param name="nodes">Nodes in service, each once.</param>
    /// <param name="nonce">The challenge's nonce.</param>
    public static ImmutableArray<NodeId> Draw(IReadOnlyCollection<NodeId> nodes, string nonce) =>
    [
        .. nodes.OrderBy(node => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{nonce}:sample:{node}"))), StringComparer.Ordinal).Take(nodes.Count == 0 ? 0 : Of(nodes.Count)),
    ];
}
