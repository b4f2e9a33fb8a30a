using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Work;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Verification;

/// <summary>
/// What nodes say. Their messages carry no API key and no Idempotency-Key: each is signed by the node's own key and numbered,
/// so that it counts once and a repeated one gets the same answer.
/// </summary>
internal static class NodeMessageEndpoints
{
    private const int MessageLimit = 3 << 20;
    private static readonly Enum[] Signed =
    [
        NodeRefusal.NotFound, NodeRefusal.MessageMalformed, NodeRefusal.NotEnrolled, NodeRefusal.KeyRevoked, NodeRefusal.KeyUnknown, NodeRefusal.SignatureWrong, NodeRefusal.Replayed,
    ];

    public static IEndpointRouteBuilder MapNodeMessages(this IEndpointRouteBuilder routes)
    {
        var room = new Room(routes, "Node messages");
        room.Post("/v1/node-enrolments", Message("enrolNode", "Enrol a node", "The node introduces itself with the one-time token its operator got for it, and the key it made. The payload is signed with that key, so that nobody enrols a key he does not have.", PayloadTypes.Enrolment) with
        {
            Gives = NodeEnrolmentModel.Example,
            Status = 201,
            Refuses = [NodeRefusal.TokenUnknown, NodeRefusal.TokenExpired, NodeRefusal.MessageMalformed, NodeRefusal.SignatureWrong, NodeRefusal.KeyTaken],
        }, EnrolAsync);

        room.Post("/v1/nodes/{nodeId}/key-rotations", Message("rotateNodeKey", "Take another key", "Signed by the key in use and by the new one. From then on only the new one counts.", PayloadTypes.KeyRotation) with
        {
            Gives = NodeKeyInUseModel.Example,
            Refuses = [.. Signed, NodeRefusal.KeyTaken],
        }, RotateAsync);

        room.Post("/v1/nodes/{nodeId}/challenges", Message("askChallenge", "Ask for the challenge", "Answers the challenge that waits for this node. When none does, one is opened for its pool, and its sample is drawn; a node that was not drawn is told so. The first node to ask starts the clock for all.", PayloadTypes.ChallengeRequest) with
        {
            Gives = ChallengeModel.Example,
            Refuses = [.. Signed, BenchmarkRunRefusal.Invalid, BenchmarkRunRefusal.NodeNotChallenged, BenchmarkRunRefusal.Over, BenchmarkRunRefusal.Late],
        }, AskAsync);

        room.Post("/v1/benchmark-runs/{benchmarkRunId}/commitments", Message("commitWork", "Commit to the work", "The roots of the products of this challenge, one a device. Only then is the node asked which rows to open. A commitment is never changed.", PayloadTypes.WorkCommitments) with
        {
            Gives = WorkQuestionModel.Example,
            Refuses = [.. Signed, .. Answering, BenchmarkRunRefusal.DevicesWrong, BenchmarkRunRefusal.CommittedOtherwise],
        }, CommitAsync);

        room.Post("/v1/benchmark-runs/{benchmarkRunId}/memory-fills", Message("fillMemory", "Say that memory is filled", "Where the challenge asks for memory: all devices named hold it now, each filled from its own nonce. The answer says where their chains of reads begin, and the clock runs until the digests of the words come. An agent that was cut short fills anew and is asked something else, five times at most.", PayloadTypes.MemoryFills) with
        {
            Gives = MemoryQuestionModel.Example,
            Refuses = [.. Signed, .. Answering, BenchmarkRunRefusal.NotCommitted, BenchmarkRunRefusal.MemoryNotAsked, BenchmarkRunRefusal.MemoryDevicesWrong, BenchmarkRunRefusal.MemoryFillsSpent, BenchmarkRunRefusal.MemoryReadOtherwise, BenchmarkRunRefusal.ReportedOtherwise],
        }, FillAsync);

        room.Post("/v1/benchmark-runs/{benchmarkRunId}/memory-reads", Message("readMemory", "Commit to the words read", "The digests of the words that the devices read, in the order in which they were named. The words themselves are outputs of kind `memoryWords` of the report; some of them, drawn now, are made again.", PayloadTypes.MemoryReads) with
        {
            Gives = TakenReadsModel.Example,
            Refuses = [.. Signed, .. Answering, BenchmarkRunRefusal.MemoryNotFilled, BenchmarkRunRefusal.MemoryDevicesWrong, BenchmarkRunRefusal.MemoryReadOtherwise, BenchmarkRunRefusal.ReportedOtherwise],
        }, ReadMemoryAsync);

        room.Post("/v1/benchmark-runs/{benchmarkRunId}/reports", Message("reportBenchmark", "Report", "What the node found and ran. Nothing in it counts by itself: every figure is read again from the outputs, which are uploaded next, by digest.", PayloadTypes.BenchmarkReport) with
        {
            Gives = TakenReportModel.Example,
            Refuses = [.. Signed, .. Answering, BenchmarkRunRefusal.NotCommitted, BenchmarkRunRefusal.ReportedOtherwise, BenchmarkRunRefusal.OutputsInvalid],
        }, ReportAsync);

        room.Post("/v1/nodes/{nodeId}/heartbeats", Message("beat", "Beat", "Shows that the node is alive, once a minute. The answer acknowledges what is durable; later beats are kept and sent again.", PayloadTypes.Heartbeats) with
        {
            Gives = BeatAnswerModel.Example,
            Refuses = [NodeRefusal.NotFound, NodeRefusal.MessageMalformed, NodeRefusal.NotEnrolled, NodeRefusal.KeyRevoked, NodeRefusal.KeyUnknown, NodeRefusal.SignatureWrong, NodeRefusal.BeatsTooMany],
        }, BeatAsync);
        return routes;
    }

    private static Enum[] Answering { get; } =
        [BenchmarkRunRefusal.NotFound, BenchmarkRunRefusal.NodeNotChallenged, BenchmarkRunRefusal.Over, BenchmarkRunRefusal.NotIssued, BenchmarkRunRefusal.NonceForeign, BenchmarkRunRefusal.Late];

    private static ApiOperation Message(string id, string summary, string description, string payloadType) =>
        new(id, summary, $"{description} Payload type `{payloadType}`.", Permission.Public)
        {
            Takes = SignedMessageModel.Example(payloadType),
            NoIdempotencyKey = true,
            SignedByNode = true,
            BodyLimit = MessageLimit,
        };

    private static async Task<IResult> EnrolAsync(ApiRequest request)
    {
        var (message, body) = await ReadAsync<NodeEnrolment>(request);
        var token = EnrolmentTokenText.Parse(body.Token) ?? throw Refused(Refusal.Of(NodeRefusal.TokenUnknown, "This is not the text of an enrolment token, enr_…", "token"));
        var node = request.Granted(await request.Grain<INodeGrain>(token.Node.Value).EnrolAsync(new EnrolNode(message, body))).State;
        var pool = (await request.Grain<IGpuPoolGrain>(node.PoolId.Value).GetAsync())!.State;
        return request.Ok(new NodeEnrolmentModel(node.Id, node.PoolId, node.OperatorId, node.Key!.Id, pool.Hardware!.Sku, pool.GpusPerUnit, NodeEnrolmentModel.StandardHeartbeatSeconds));
    }

    private static async Task<IResult> RotateAsync(ApiRequest request)
    {
        var id = request.Id<NodeId>("nodeId");
        var (message, body) = await ReadAsync<KeyRotation>(request);
        var node = request.Granted(await request.Grain<INodeGrain>(id.Value).RotateKeyAsync(new RotateKey(message, body))).State;
        return request.Ok(new NodeKeyInUseModel(node.Id, node.Key!.Id, node.Key.AddedAt));
    }

    private static async Task<IResult> AskAsync(ApiRequest request)
    {
        var id = request.Id<NodeId>("nodeId");
        var (message, body) = await ReadAsync<ChallengeRequest>(request);
        var grain = request.Grain<INodeGrain>(id.Value);
        var node = request.Granted(await grain.TakeMessageAsync(new TakeMessage(message, PayloadTypes.ChallengeRequest, body.Sequence, body.NodeId))).State;
        var nonce = Random();
        var sizes = request.Service<IOptions<VerificationOptions>>().Value;
        var ask = new AskChallenge(id, nonce, request.RealNow, sizes.WorkSize, sizes.MemoryMebibytes);
        var run = node.Challenge ?? await OpenAsync(request, node, nonce);
        var asked = await request.Grain<IBenchmarkRunGrain>(run.Value).AskAsync(ask);
        if (asked.Refusal is { } refusal && node.Challenge is not null && refusal.Code is "challenge_over" or "answer_late")
        {
            // What waited is over: a new one for the pool.
            run = await OpenAsync(request, node, nonce);
            asked = await request.Grain<IBenchmarkRunGrain>(run.Value).AskAsync(ask);
        }

        return request.Ok(ChallengeModel.Of((await NotedAsync(request, grain, message, asked)).State));
    }

    private static async Task<BenchmarkRunId> OpenAsync(ApiRequest request, Node node, string nonce) =>
        await BenchmarkRunEndpoints.OpenAsync(request, node.PoolId, new(null, BenchmarkPurpose.Listing, nonce));

    private static async Task<IResult> CommitAsync(ApiRequest request)
    {
        var (message, body) = await ReadAsync<WorkCommitments>(request);
        var (node, run) = await TakeAsync(request, message, PayloadTypes.WorkCommitments, body.Sequence, body.NodeId);
        var committed = (await NotedAsync(request, node, message, await run.CommitWorkAsync(new CommitWork(body, Random(), request.RealNow)))).State;
        var seed = committed.AnswerOf(body.NodeId)!.Seed!;
        return request.Ok(new WorkQuestionModel(committed.Id, body.NodeId, seed, new WorkQuestion(seed).Rows(committed.Challenge!.WorkOf(body.NodeId, body.Devices[0].Device))));
    }

    private static async Task<IResult> FillAsync(ApiRequest request)
    {
        var (message, body) = await ReadAsync<MemoryFills>(request);
        var (node, run) = await TakeAsync(request, message, PayloadTypes.MemoryFills, body.Sequence, body.NodeId);
        var filled = (await NotedAsync(request, node, message, await run.FillMemoryAsync(new FillMemory(body, Random(), request.RealNow)))).State;
        return request.Ok(MemoryQuestionModel.Of(filled, body.NodeId, filled.AnswerOf(body.NodeId)!.Memory!));
    }

    private static async Task<IResult> ReadMemoryAsync(ApiRequest request)
    {
        // The moment all of it had come: what is done with it from now on is no time of the node's, what was left to send is.
        var (message, body) = await ReadAsync<MemoryReads>(request);
        var cameAt = request.RealNow;
        var (node, run) = await TakeAsync(request, message, PayloadTypes.MemoryReads, body.Sequence, body.NodeId);
        var read = (await NotedAsync(request, node, message, await run.ReadMemoryAsync(new ReadMemory(body, Random(), cameAt)))).State;
        return request.Ok(TakenReadsModel.Of(read, body.NodeId, read.AnswerOf(body.NodeId)!.Memory!));
    }

    private static async Task<IResult> ReportAsync(ApiRequest request)
    {
        var (message, body) = await ReadAsync<BenchmarkReport>(request);
        var payload = message.Bytes()!;
        RequireReadable(payload);
        var (node, run) = await TakeAsync(request, message, PayloadTypes.BenchmarkReport, body.Sequence, body.NodeId);

        // Nobody fills the store with what is refused; and what a run acknowledges is there: evidence comes between the two.
        var command = new TakeReport(body, EvidenceStore.DigestOf(payload), request.RealNow);
        if (BenchmarkRunDecisions.Decide((await run.GetAsync())?.State, command).Refusal is { } refusal)
        {
            await NotedAsync(request, node, message, refusal);
        }

        await EvidenceStore.PutAsync(request.Rows, payload);
        var taken = (await NotedAsync(request, node, message, await run.ReportAsync(command))).State;
        return request.Ok(TakenReportModel.Of(taken, taken.AnswerOf(body.NodeId)!));
    }

    /// <summary>A report is read again from its bytes when it is judged, more strictly than a message is.</summary>
    private static void RequireReadable(byte[] payload)
    {
        try
        {
            JsonSerializer.Deserialize<BenchmarkReport>(payload, MarketJson.Options);
        }
        catch (JsonException wrong)
        {
            throw Problem.Invalid($"payload{wrong.Path?.TrimStart('$')}", Faults.InvalidFormat, "Expected instants in UTC that end in Z, and whole numbers without fraction or exponent.");
        }
    }

    private static async Task<IResult> BeatAsync(ApiRequest request)
    {
        var id = request.Id<NodeId>("nodeId");
        var (message, body) = await ReadAsync<Heartbeats>(request);
        return request.Ok(BeatAnswerModel.Of(request.Granted(await request.Grain<INodeGrain>(id.Value).BeatAsync(message, body))));
    }

    private static async Task<(INodeGrain Node, IBenchmarkRunGrain Run)> TakeAsync(ApiRequest request, SignedMessage message, string payloadType, long sequence, NodeId named)
    {
        var run = request.Id<BenchmarkRunId>("benchmarkRunId");
        var node = request.Grain<INodeGrain>(named.Value);
        request.Granted(await node.TakeMessageAsync(new TakeMessage(message, payloadType, sequence, named)));
        return (node, request.Grain<IBenchmarkRunGrain>(run.Value));
    }

    /// <summary>A refusal after a good signature is kept with the node, so that its operator can look it up.</summary>
    private static async Task<Snapshot<BenchmarkRun>> NotedAsync(ApiRequest request, INodeGrain node, SignedMessage message, Answer<Snapshot<BenchmarkRun>> answer)
    {
        if (answer.Refusal is { } refusal)
        {
            await node.NoteRefusalAsync(refusal.Code, refusal.Detail, message.Digest());
        }

        return request.Granted(answer);
    }

    private static async Task<(SignedMessage Message, TBody Body)> ReadAsync<TBody>(ApiRequest request)
        where TBody : class
    {
        var message = (await request.ReadAsync<SignedMessageModel>()).ToMessage();
        if (message.Bytes() is not { } payload)
        {
            throw Problem.Invalid("payload", Faults.InvalidFormat, "Expected base64.");
        }

        try
        {
            using var json = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
            var faults = new Faults();
            var body = ModelReader.Read<TBody>(json.RootElement, faults);
            faults.ThrowIfAny();
            return (message, body!);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Problem.Invalid("payload", Faults.Malformed, "The signed bytes are no JSON.");
        }
    }

    private static ProblemException Refused(Refusal refusal) => new(Problem.Of(refusal));

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}
