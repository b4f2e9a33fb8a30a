using System.Text.Json;
using Marketplace.Agent.Keys;
using Marketplace.Agent.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Tests;

/// <summary>Answers a node as the marketplace does, checks its signatures and its work, and fails when a test says so.</summary>
internal sealed class FakeMarket : INodeMarket
{
    public static NodeId Node { get; } = NodeId.From("node_4k2m7qz3v5xw6a2bc4d5e6f7ga");

    public static BenchmarkRunId Run { get; } = BenchmarkRunId.From("bench_4k2m7qz3v5xw6a2bc4d5e6f7ga");

    public static string Token { get; } = EnrolmentTokenText.Of(Node, new byte[32]).Reveal();

    /// <summary>What it answers next instead, once each.</summary>
    public Queue<AgentException> Failures { get; } = new();

    /// <summary>Whether a failure comes after the message was taken: the answer is lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Devices of a node of the pool.</summary>
    public IReadOnlyList<string> Devices { get; set; } = ["cpu"];

    public List<Heartbeat> Beats { get; } = [];

    public string? PublicKey { get; private set; }

    public BenchmarkReport? Report { get; private set; }

    /// <summary>Digests of the reports that were sent, each once.</summary>
    public List<string> Reports { get; } = [];

    /// <summary>Memory each device has to hold.</summary>
    public MemoryTerms? Memory { get; set; }

    public MemoryFills? Fills { get; private set; }

    public MemoryReads? Reads { get; private set; }

    /// <summary>How many uploads still fail, as where the way breaks off.</summary>
    public int FailingUploads { get; set; }

    public Dictionary<string, byte[]> Uploaded { get; } = [];

    public WorkCommitments? Commitments { get; private set; }

    public string? Waiting { get; set; }

    /// <summary>Ends when the node's answer was looked at.</summary>
    public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Numbers of all messages but heartbeats.</summary>
    public List<long> Sequences { get; } = [];

    private Challenge Challenge => new(new string('c', 64), default, default, default, 256, 20, Memory);

    private static string Seed { get; } = new('5', 64);

    public Task<EnrolledNode> EnrolAsync(SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        var body = Read<NodeEnrolment>(message);
        Assert.Equal(Token, body.Token);
        Assert.True(message.IsSignedBy(body.PublicKey, SigningKey.Check));
        PublicKey = body.PublicKey;
        return new EnrolledNode(Node.Value, "pool_1", "nvidia-h100-sxm5-80gb", 8);
    });

    public Task<string> RotateAsync(NodeId node, SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        var body = Taken<KeyRotation>(message, rotation => rotation.Sequence);
        Assert.True(message.IsSignedBy(body.PublicKey, SigningKey.Check));
        PublicKey = body.PublicKey;
        return message.Signatures[1].KeyId;
    });

    public Task<NodeChallenge?> AskAsync(NodeId node, SignedMessage message, CancellationToken cancellation) => Answer<NodeChallenge?>(() =>
    {
        Taken<ChallengeRequest>(message, request => request.Sequence);
        return new NodeChallenge(Run, "nvidia-h100-sxm5-80gb", Devices, Challenge, []);
    });

    public Task<string> CommitAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        Commitments = Taken<WorkCommitments>(message, commitments => commitments.Sequence);
        return Seed;
    });

    public Task<string> FillAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        Fills = Taken<MemoryFills>(message, fills => fills.Sequence);
        return Seed;
    });

    public Task<decimal> ReadAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        Reads = Taken<MemoryReads>(message, reads => reads.Sequence);
        return 0.1m;
    });

    public Task<IReadOnlyList<string>> ReportAsync(BenchmarkRunId run, SignedMessage message, CancellationToken cancellation) => Answer<IReadOnlyList<string>>(() =>
    {
        // The very same one may come again, as after an agent that was cut short.
        if (Reports.Count == 0 || Reports[^1] != message.Digest())
        {
            Report = Taken<BenchmarkReport>(message, report => report.Sequence);
            Reports.Add(message.Digest());
        }

        return [.. Report!.Outputs.Select(output => output.Sha256).Except(Uploaded.Keys)];
    });

    public Task UploadAsync(BenchmarkRunId run, string sha256, byte[] bytes, CancellationToken cancellation) => FailingUploads-- > 0
        ? Task.FromException(new AgentException(ExitCode.Unreachable, "Not reached."))
        : Answer(() => Uploaded[sha256] = bytes);

    public Task<AnswerState?> StateAsync(BenchmarkRunId run, NodeId node, CancellationToken cancellation) => Answer<AnswerState?>(() =>
    {
        Answered.TrySetResult();
        return new AnswerState("Passed", 99.5m, [], "Benchmarked");
    });

    public Task<BeatReply> BeatAsync(NodeId node, SignedMessage message, CancellationToken cancellation) => Answer(() =>
    {
        Assert.True(message.IsSignedBy(PublicKey!, SigningKey.Check));
        Beats.AddRange(Read<Domain.Verification.Heartbeats>(message).Beats.Where(beat => Beats.All(known => known.Sequence != beat.Sequence)));
        return new BeatReply(Beats.Max(beat => beat.Sequence), Waiting);
    });

    public Task<TimeSpan> RoundTripAsync(CancellationToken cancellation) => Task.FromResult(TimeSpan.FromMilliseconds(12.5));

    /// <summary>Whether the opened rows of a device are rows of its product.</summary>
    public WorkFault? CheckWork(string device)
    {
        var work = Challenge.WorkOf(Node, device);
        var output = Report!.Outputs.Single(output => output.Kind == OutputKind.OpenedRows && output.Device == device);
        return WorkCheck.Verify(work, Commitments!.Devices.Single(commitment => commitment.Device == device).Root, new WorkQuestion(Seed), OpenedRows.Read(work, new WorkQuestion(Seed), Uploaded[output.Sha256])!.Value);
    }

    /// <summary>Whether a device held the memory: the words it uploaded, against those made again.</summary>
    public MemoryFault? CheckMemory(string device) => MemoryCheck.Verify(
        Challenge.MemoryOf(Node, device)!, new MemoryQuestion(Seed), Seed, Uploaded[Reads!.Devices.Single(reads => reads.Device == device).Sha256]);

    private static T Read<T>(SignedMessage message) => JsonSerializer.Deserialize<T>(message.Bytes(), AgentJson.Line)!;

    private T Taken<T>(SignedMessage message, Func<T, long> sequence)
    {
        Assert.True(message.IsSignedBy(PublicKey!, SigningKey.Check));
        var body = Read<T>(message);
        Assert.True(Sequences.Count == 0 || sequence(body) > Sequences[^1]);
        Sequences.Add(sequence(body));
        return body;
    }

    private Task<T> Answer<T>(Func<T> take)
    {
        if (!Failures.TryDequeue(out var failure))
        {
            return Task.FromResult(take());
        }

        if (LosesAnswers)
        {
            take();
        }

        return Task.FromException<T>(failure);
    }
}
