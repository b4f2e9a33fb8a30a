using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Verification;

/// <summary>Does what a node's agent does, over HTTP and without a key of the API; a test may cheat at every step.</summary>
public sealed class NodeAgentDouble(ApiClient nobody, NodeId id) : IDisposable
{
    public FakeNode Node { get; } = new(id);

    public Challenge Challenge { get; private set; } = null!;

    public BenchmarkRunId Run { get; private set; }

    public ImmutableDictionary<string, Product> Products { get; set; } = ImmutableDictionary<string, Product>.Empty;

    public string Seed { get; private set; } = "";

    public ImmutableArray<(ReportedOutput Output, byte[] Bytes)> Outputs { get; set; } = [];

    /// <summary>Words read from memory, which are outputs too.</summary>
    public ImmutableArray<(ReportedOutput Output, byte[] Bytes)> Words { get; set; } = [];

    public static Task<ApiReply> PostAsync(ApiClient client, string path, SignedMessage message) =>
        client.SendTextAsync(HttpMethod.Post, path, JsonSerializer.Serialize(message, JsonSerializerOptions.Web), null);

    public Task<ApiReply> SendAsync(string path, SignedMessage message) => PostAsync(nobody, path, message);

    public async Task<NodeAgentDouble> EnrolAsync(ApiClient owner, string pool)
    {
        var token = (await owner.PostAsync($"/v1/gpu-pools/{pool}/nodes/{id}/enrolment-tokens")).With(201).Text("token");
        (await SendAsync("/v1/node-enrolments", Node.Enrolment(token))).With(201);
        return this;
    }

    public async Task<ApiReply> AskAsync()
    {
        var reply = await SendAsync($"/v1/nodes/{id}/challenges", Node.Request());
        if (reply.Status == 200)
        {
            (Products, Outputs, Words) = (ImmutableDictionary<string, Product>.Empty, [], []);
            Run = BenchmarkRunId.From(reply.Text("runId"));
            Challenge = new Challenge(
                reply.Text("nonce"), At("issuedAt"), At("commitBy"), At("answerBy"), int.Parse(reply.Text("workSize")), int.Parse(reply.Text("openedRows")),
                reply.Json.GetProperty("memory").ValueKind == JsonValueKind.Null ? null : new MemoryTerms(int.Parse(reply.Text("memory.blocks")), int.Parse(reply.Text("memory.blockWords")), int.Parse(reply.Text("memory.reads"))));
        }

        return reply;

        Instant At(string name) => NodaTime.Text.InstantPattern.ExtendedIso.Parse(reply.Text(name)).Value;
    }

    public async Task<ApiReply> CommitAsync()
    {
        Products = Products.IsEmpty ? Node.Compute(Challenge) : Products;
        var reply = await SendAsync($"/v1/benchmark-runs/{Run}/commitments", Node.Commitment(Run, Challenge.Nonce, Products));
        Seed = reply.Status == 200 ? reply.Text("seed") : "";
        return reply;
    }

    /// <summary>Says that memory is filled; the seed of what is asked then.</summary>
    public async Task<string> FillAsync() =>
        (await SendAsync($"/v1/benchmark-runs/{Run}/memory-fills", Node.Fill(Run, Challenge))).With(200).Text("seed");

    /// <summary>Commits to words that were read.</summary>
    public Task<ApiReply> ReadAsync() => SendAsync($"/v1/benchmark-runs/{Run}/memory-reads", Node.Reads(Run, Challenge.Nonce, Words));

    /// <summary>Fills, reads, and commits to what was read.</summary>
    public async Task<ApiReply> ShowMemoryAsync()
    {
        Words = Node.ReadMemory(Challenge, await FillAsync());
        return await ReadAsync();
    }

    public async Task<ApiReply> ReportAsync(Func<BenchmarkReport, BenchmarkReport>? change = null)
    {
        Outputs = [.. Outputs.IsEmpty ? Node.Outputs(Products, Seed) : Outputs, .. Words];
        var report = Node.Report(Run, Challenge.Nonce, SystemClock.Instance.GetCurrentInstant(), Outputs.Select(output => output.Output));
        return await SendAsync($"/v1/benchmark-runs/{Run}/reports", Node.Sign(PayloadTypes.BenchmarkReport, change?.Invoke(report) ?? report));
    }

    public async Task<ApiReply> UploadAsync()
    {
        ApiReply? last = null;
        foreach (var (output, bytes) in Outputs)
        {
            using var content = new ByteArrayContent(bytes);
            last = (await nobody.SendAsync(HttpMethod.Put, $"/v1/benchmark-runs/{Run}/outputs/{output.Sha256}", content, null)).With(200);
        }

        return last!;
    }

    /// <summary>Everything from the challenge to the last output.</summary>
    public async Task<ApiReply> BenchmarkAsync(Func<BenchmarkReport, BenchmarkReport>? change = null)
    {
        (await AskAsync()).With(200);
        (await CommitAsync()).With(200);
        (await ShowMemoryAsync()).With(200);
        (await ReportAsync(change)).With(200);
        return await UploadAsync();
    }

    /// <summary>The verdict on this node.</summary>
    public JsonElement Verdict(ApiReply run) => run.Json.GetProperty("answers").EnumerateArray().Single(answer => answer.GetProperty("nodeId").GetString() == id.Value).GetProperty("verdict");

    public void Dispose() => Node.Dispose();
}
