using System.Text;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Api.Tests.OpenApi;
using Marketplace.Api.Verification;
using Marketplace.Domain.Verification;
using Marketplace.Testing;
using Microsoft.AspNetCore.Routing;
using NSec.Cryptography;

namespace Marketplace.Api.Tests.Verification;

/// <summary>
/// The examples of signed messages, as the specification prints them: a real node signs each example's payload, in which only ids,
/// nonce, token, key and numbers are its own, and the marketplace takes it.
/// </summary>
public sealed class NodePayloadsTests
{
    [Fact]
    public async Task Every_example_of_a_signed_message_is_taken_when_a_node_signs_it()
    {
        await using var pool = await VerifiedPool.StartAsync();
        var token = (await pool.Operator.PostAsync($"/v1/gpu-pools/{pool.Pool}/nodes/{pool.Nodes[0]}/enrolment-tokens")).With(201).Text("token");
        using var first = FakeNode.NewKey();
        using var next = FakeNode.NewKey();
        var own = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [NodeModelIds.Node.Value] = pool.Nodes[0].Value,
            [JsonDocument.Parse(NodePayloads.Example(PayloadTypes.Enrolment)).RootElement.GetProperty("token").GetString()!] = token,
        };
        var taken = new List<string>();

        await TakeAsync("enrolNode", [first], own, 201);
        await TakeAsync("rotateNodeKey", [first, next], own);
        var challenge = await TakeAsync("askChallenge", [next], own);
        own[NodeModelIds.Run.Value] = challenge.Text("runId");
        own[NodeModelIds.Nonce] = challenge.Text("nonce");
        await TakeAsync("commitWork", [next], own);
        await TakeAsync("fillMemory", [next], own);
        await TakeAsync("readMemory", [next], own);
        Assert.NotEmpty((await TakeAsync("reportBenchmark", [next], own)).Json.GetProperty("missingOutputs").EnumerateArray());
        Assert.Equal("41", (await TakeAsync("beat", [next], own)).Text("acknowledged"));

        // A new kind of message is tried here too.
        Assert.Equal(Examples().Keys.Order(), taken.Order());

        async Task<ApiReply> TakeAsync(string operation, Key[] keys, IReadOnlyDictionary<string, string> own, int status = 200)
        {
            var (pattern, example) = Examples()[operation];
            var payload = Encoding.UTF8.GetString(Convert.FromBase64String(example.Payload));
            if (JsonDocument.Parse(payload).RootElement.TryGetProperty("publicKey", out var printed))
            {
                payload = payload.Replace(printed.GetRawText(), $"\"{FakeNode.Public(keys[^1])}\"", StringComparison.Ordinal);
            }

            foreach (var (theirs, ours) in own)
            {
                payload = payload.Replace(theirs, ours, StringComparison.Ordinal);
                pattern = pattern.Replace(theirs, ours, StringComparison.Ordinal);
            }

            Assert.Equal(keys.Length, example.Signatures.Length);
            var bytes = Encoding.UTF8.GetBytes(payload);
            var toSign = SignedMessage.ToSign(example.PayloadType, bytes);
            var message = new SignedMessage(example.PayloadType, Convert.ToBase64String(bytes), [.. keys.Select(key => new MessageSignature(
                SignedMessage.KeyIdOf(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, toSign))))]);
            taken.Add(operation);
            return (await NodeAgentDouble.PostAsync(pool.Api.Nobody, pattern, message)).With(status);
        }
    }

    /// <summary>Address and example of every operation that takes a signed message.</summary>
    private static Dictionary<string, (string Path, SignedMessageModel Example)> Examples()
    {
        IEndpointRouteBuilder app = ApiDocumentTests.Application();
        return app.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => (Path: endpoint.RoutePattern.RawText!, Contract: endpoint.Metadata.GetMetadata<ApiOperation>()!))
            .Where(operation => operation.Contract.Takes is SignedMessageModel)
            .ToDictionary(
                operation => operation.Contract.Id,
                operation => (
                    operation.Path.Replace("{nodeId}", NodeModelIds.Node.Value, StringComparison.Ordinal).Replace("{benchmarkRunId}", NodeModelIds.Run.Value, StringComparison.Ordinal),
                    (SignedMessageModel)operation.Contract.Takes!),
                StringComparer.Ordinal);
    }
}
