using System.Text.Json;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Api.Verification;

/// <summary>An example of what a node signs in each kind of message. Its ids, keys and digests are those of the other examples.</summary>
internal static class NodePayloads
{
    private static readonly Instant Begin = Instant.FromUtc(2027, 3, 1, 6, 0);

    /// <summary>The signed bytes of an example.</summary>
    /// <param name="payloadType">One of <see cref="PayloadTypes"/>.</param>
    public static byte[] Example(string payloadType)
    {
        var body = Body(payloadType);
        return JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), MarketJson.Options);
    }

    private static object Body(string payloadType) => payloadType switch
    {
        PayloadTypes.Enrolment => new NodeEnrolment(EnrolmentTokenText.Of(NodeModelIds.Node, new byte[32]).Reveal(), PublicKey, "1.0.0"),
        PayloadTypes.KeyRotation => new KeyRotation(NodeModelIds.Node, 7, PublicKey),
        PayloadTypes.ChallengeRequest => new ChallengeRequest(NodeModelIds.Node, 8),
        PayloadTypes.WorkCommitments => new WorkCommitments(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Nonce, 9, [new DeviceCommitment("0", NodeModelIds.Key), new DeviceCommitment("1", NodeModelIds.NextKey)]),
        PayloadTypes.MemoryFills => new MemoryFills(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Nonce, 10, ["0", "1"]),
        PayloadTypes.MemoryReads => new MemoryReads(NodeModelIds.Run, NodeModelIds.Node, NodeModelIds.Nonce, 11, [new DeviceReads("0", NodeModelIds.Key), new DeviceReads("1", NodeModelIds.NextKey)]),
        PayloadTypes.BenchmarkReport => new BenchmarkReport(
            NodeModelIds.Run,
            NodeModelIds.Node,
            NodeModelIds.Nonce,
            12,
            "1.0.0",
            new ReportClock(Begin, Begin, Begin + Duration.FromMinutes(39), 18m),
            new ReportedMachine("1f0c2b9e-5a57-4c58-9f6c-0d1b3a5f7e21", "SN-000431", "INTEL(R) XEON(R) PLATINUM 8558", []),
            [new ReportedGpu(0, "NVIDIA H100 80GB HBM3", "GPU-513536b6-7d19-9063-b049-1e69664bb298", "1650522003820", "0000:18:00.0")],
            [new ReportedOutput(OutputKind.ToolOutput, NodeModelIds.Nonce, 41_230, Tool.NvidiaSmi), new ReportedOutput(OutputKind.OpenedRows, NodeModelIds.Key, 2_554_656, null, "0")],
            [new ReportedFigure(NodeModelIds.Nonce, "busbw", 471.21m, null, 8_589_934_592)]),
        PayloadTypes.Heartbeats => new Heartbeats(NodeModelIds.Node, "1f0c2b9e-5a57-4c58-9f6c-0d1b3a5f7e21", [new Heartbeat(41, Begin, [new GpuSample(0, 61m, false, 16, 16, 0)], [])]),
        _ => throw new ArgumentOutOfRangeException(nameof(payloadType), payloadType, "It is no kind of message."),
    };

    private const string PublicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
}
