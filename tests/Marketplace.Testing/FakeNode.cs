using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Domain.Verification.Work;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using NodaTime;
using NSec.Cryptography;

namespace Marketplace.Testing;

/// <summary>A made-up node: its key, its messages, and the answers of its hardware.</summary>
public sealed class FakeNode(NodeId id) : IDisposable
{
    private readonly Key _key = NewKey();

    /// <summary>The node.</summary>
    public NodeId Id => id;

    /// <summary>Sequence of the last message.</summary>
    public long Sequence { get; set; }

    /// <summary>What its tools print.</summary>
    public FakeHardware Hardware { get; set; } = new();

    /// <summary>Its boot id.</summary>
    public string BootId { get; set; } = "boot-of-" + id.Value;

    /// <summary>Its public key, base64.</summary>
    public string PublicKey => Public(_key);

    /// <summary>A key that may leave the test.</summary>
    public static Key NewKey() => Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    /// <summary>A public key, base64.</summary>
    public static string Public(Key key) => Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    /// <summary>Signs a payload with the node's key.</summary>
    public SignedMessage Sign<TBody>(string payloadType, TBody body) => Sign(payloadType, body, _key);

    /// <summary>Signs any text with the node's key.</summary>
    public SignedMessage SignText(string payloadType, string payload) => Sign(payloadType, Encoding.UTF8.GetBytes(payload), [_key]);

    /// <summary>Signs a payload with other keys.</summary>
    public static SignedMessage Sign<TBody>(string payloadType, TBody body, params Key[] keys) =>
        Sign(payloadType, JsonSerializer.SerializeToUtf8Bytes(body, MarketJson.Options), keys);

    private static SignedMessage Sign(string payloadType, byte[] payload, Key[] keys)
    {
        var toSign = SignedMessage.ToSign(payloadType, payload);
        return new SignedMessage(payloadType, Convert.ToBase64String(payload), [.. keys.Select(key => new MessageSignature(
            SignedMessage.KeyIdOf(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
            Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, toSign))))]);
    }

    /// <summary>Its introduction.</summary>
    public SignedMessage Enrolment(string token) => Sign(PayloadTypes.Enrolment, new NodeEnrolment(token, PublicKey, "test"));

    /// <summary>A change of keys, signed by both.</summary>
    public SignedMessage Rotation(Key next) => Sign(PayloadTypes.KeyRotation, new KeyRotation(id, ++Sequence, Public(next)), _key, next);

    /// <summary>Its request for the challenge.</summary>
    public SignedMessage Request() => Sign(PayloadTypes.ChallengeRequest, new ChallengeRequest(id, ++Sequence));

    /// <summary>Computes the products of all devices.</summary>
    public ImmutableDictionary<string, Product> Compute(Challenge challenge) =>
        Challenge.DevicesOf(Hardware.Gpus).ToImmutableDictionary(device => device, device => Product.Of(challenge.WorkOf(id, device)));

    /// <summary>Its commitment.</summary>
    public SignedMessage Commitment(BenchmarkRunId run, string nonce, ImmutableDictionary<string, Product> products) => Sign(
        PayloadTypes.WorkCommitments,
        new WorkCommitments(run, id, nonce, ++Sequence, [.. products.Select(pair => new DeviceCommitment(pair.Key, pair.Value.Commitment.Root))]));

    /// <summary>Says that all its devices hold the memory asked for.</summary>
    public SignedMessage Fill(BenchmarkRunId run, Challenge challenge) =>
        Sign(PayloadTypes.MemoryFills, new MemoryFills(run, id, challenge.Nonce, ++Sequence, Challenge.DevicesOf(Hardware.Gpus)));

    /// <summary>What its devices read when asked: memory that is made and kept for this alone.</summary>
    public ImmutableArray<(ReportedOutput Output, byte[] Bytes)> ReadMemory(Challenge challenge, string seed) =>
        [.. Challenge.DevicesOf(Hardware.Gpus).Select(device => Of(OutputKind.MemoryWords, Words(challenge.MemoryOf(id, device)!, new MemoryQuestion(seed)), null, device))];

    /// <summary>Commits to what they read.</summary>
    public SignedMessage Reads(BenchmarkRunId run, string nonce, IEnumerable<(ReportedOutput Output, byte[] Bytes)> words) =>
        Sign(PayloadTypes.MemoryReads, new MemoryReads(run, id, nonce, ++Sequence, [.. words.Select(word => new DeviceReads(word.Output.Device!, word.Output.Sha256))]));

    /// <summary>The words of a chain of reads, from memory that is filled for it.</summary>
    public static byte[] Words(MemoryChallenge challenge, MemoryQuestion question)
    {
        var memory = new ulong[challenge.Words];
        for (var block = 0; block < challenge.Blocks; block++)
        {
            MemoryChallenge.Fill(challenge.Key, block, memory.AsSpan(block * challenge.BlockWords, challenge.BlockWords));
        }

        var words = new ulong[challenge.Reads];
        for (var read = 0; read < words.Length; read++)
        {
            words[read] = memory[MemoryChallenge.Place(question.Start, read, read == 0 ? 0 : words[read - 1], challenge.Words)];
        }

        return MemoryCheck.Write(words);
    }

    /// <summary>All that it uploads: what its tools print, and the opened rows.</summary>
    public ImmutableArray<(ReportedOutput Output, byte[] Bytes)> Outputs(ImmutableDictionary<string, Product> products, string seed)
    {
        var question = new WorkQuestion(seed);
        Hardware = Hardware with { Round = Hardware.Round + 1 };
        return
        [
            Text(Tool.NvidiaSmi, Hardware.NvidiaSmi(), null),
            .. Enumerable.Range(0, Hardware.Gpus).Select(gpu => Text(Tool.GemmSweep, Hardware.Gemm(gpu), gpu.ToString(System.Globalization.CultureInfo.InvariantCulture))),
            Text(Tool.GpuStream, Hardware.GpuStream(), null),
            .. products.Select(pair => Of(OutputKind.OpenedRows, OpenedRows.Write(pair.Value.Open(question)), null, pair.Key)),
        ];

        static (ReportedOutput, byte[]) Text(Tool tool, string text, string? device) => Of(OutputKind.ToolOutput, Encoding.UTF8.GetBytes(text), tool, device);
    }

    /// <summary>An output with its digest.</summary>
    public static (ReportedOutput Output, byte[] Bytes) Of(OutputKind kind, byte[] bytes, Tool? tool, string? device) =>
        (new ReportedOutput(kind, EvidenceStore.DigestOf(bytes), bytes.Length, tool, device), bytes);

    /// <summary>Its report, honest unless the test changes it.</summary>
    public BenchmarkReport Report(BenchmarkRunId run, string nonce, Instant now, IEnumerable<ReportedOutput> outputs) => new(
        run,
        id,
        nonce,
        ++Sequence,
        "test",
        new ReportClock(now, now, now, 12m),
        new ReportedMachine(BootId),
        [.. Enumerable.Range(0, Hardware.Gpus).Select(gpu => new ReportedGpu(gpu, Hardware.Name, Hardware.Uuid(gpu), Hardware.Serial(gpu)))],
        [.. outputs],
        []);

    /// <summary>One beat.</summary>
    public SignedMessage Beat(long sequence, Instant at, ImmutableArray<GpuSample>? gpus = null) =>
        Sign(PayloadTypes.Heartbeats, new Heartbeats(id, BootId, [new Heartbeat(sequence, at, gpus)]));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}

/// <summary>A product of small matrices, computed the plain way.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Commitment">The tree over them.</param>
public sealed record Product(ImmutableArray<int[]> Rows, WorkCommitment Commitment)
{
    /// <summary>Computes it.</summary>
    public static Product Of(WorkChallenge challenge)
    {
        var size = challenge.Size;
        var right = new sbyte[size][];
        var left = new sbyte[size];
        for (var row = 0; row < size; row++)
        {
            challenge.RightRow(row, right[row] = new sbyte[size]);
        }

        var rows = ImmutableArray.CreateBuilder<int[]>(size);
        for (var row = 0; row < size; row++)
        {
            challenge.LeftRow(row, left);
            var sums = new int[size];
            for (var at = 0; at < size; at++)
            {
                for (var column = 0; column < size; column++)
                {
                    sums[column] += left[at] * right[at][column];
                }
            }

            rows.Add(sums);
        }

        return new Product(rows.ToImmutable(), WorkCommitment.Of([.. rows.Select(row => WorkCommitment.Leaf(row))]));
    }

    /// <summary>Opens the rows asked for.</summary>
    public IEnumerable<OpenedRow> Open(WorkQuestion question) =>
        question.Rows(new WorkChallenge(new string('0', 64), Rows.Length, Math.Min(Challenge.StandardOpenedRows, Rows.Length))).Select(row => new OpenedRow(row, [.. Rows[row]], Commitment.Path(row)));
}
