using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using NodaTime;
using NSec.Cryptography;

namespace Marketplace.Benchmarks.Verification;

/// <summary>An enrolled node with eight GPUs and a key of its own.</summary>
internal sealed class BeatingNode(NodeId id, Key key)
{
    private static readonly OrganizationId Owner = OrganizationId.From("org_operator");

    public NodeId Id => id;

    /// <summary>Its public key, base64.</summary>
    public string PublicKey { get; } = Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    public static async Task<BeatingNode> EnrolAsync(IGrainFactory grains, int number)
    {
        var node = new BeatingNode(NodeId.From($"node_{number}"), Key.Create(SignatureAlgorithm.Ed25519));
        var token = EnrolmentTokenText.Of(node.Id, new byte[32]).Reveal();
        var grain = grains.GetGrain<INodeGrain>(node.Id.Value);
        await grain.IssueTokenAsync(new Operation("token", ""), new IssueEnrolmentToken(Owner, node.Id, PoolId.From("pool_1"), EnrolmentTokenText.Hash(token)));
        var body = new NodeEnrolment(token, node.PublicKey, "benchmark");
        var answer = await grain.EnrolAsync(new EnrolNode(node.Sign(PayloadTypes.Enrolment, body), body));
        return answer.IsGranted ? node : throw new InvalidOperationException(answer.Refusal.Detail);
    }

    /// <summary>A signed beat as it travels: what a look at eight GPUs shows, about 2 KiB.</summary>
    public byte[] Beat(int sequence)
    {
        GpuSample[] gpus = [.. Enumerable.Range(0, 8).Select(gpu => new GpuSample(gpu, 61 + gpu, false, 16, 16, 0))];
        return JsonSerializer.SerializeToUtf8Bytes(
            Sign(PayloadTypes.Heartbeats, new Heartbeats(id, "boot-" + id.Value, [new Heartbeat(sequence, SystemClock.Instance.GetCurrentInstant(), [.. gpus], [])])), JsonSerializerOptions.Web);
    }

    private SignedMessage Sign<TBody>(string type, TBody body)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(body, MarketJson.Options);
        return new SignedMessage(type, Convert.ToBase64String(payload), [new MessageSignature(
            SignedMessage.KeyIdOf(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
            Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, SignedMessage.ToSign(type, payload))))]);
    }
}
