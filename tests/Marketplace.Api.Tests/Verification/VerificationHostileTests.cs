using System.Net;
using System.Text;
using System.Text.Json;
using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Tests.Verification;

/// <summary>Answers made to break a challenge, to be taken twice, or to fill the store.</summary>
public sealed class VerificationHostileTests
{
    [Fact]
    public async Task Outputs_that_no_tool_prints_fail_their_node_and_leave_the_challenge_whole()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        (await agent.ShowMemoryAsync()).With(200);
        var deep = $"<nvidia_smi_log>{string.Concat(Enumerable.Repeat("<a>", 200_000))}{string.Concat(Enumerable.Repeat("</a>", 200_000))}</nvidia_smi_log>";
        agent.Outputs =
        [
            .. agent.Node.Outputs(agent.Products, agent.Seed).Where(output => output.Output.Kind != OutputKind.ToolOutput),
            Printed(deep, Tool.NvidiaSmi),
            Printed("""{"card0":{"Card series":"\ud800"}}""", Tool.RocmSmi),
            Printed("STREAM Benchmark\nDevice 0: \"NVIDIA H100 80GB HBM3\"\nSTREAM_COPY_double_gpu_0_buffer_4096_block_128\t79228162514264337593543950335 86.5\n", Tool.GpuStream),
        ];
        (await agent.ReportAsync()).With(200);

        var run = await agent.UploadAsync();

        Assert.Equal(("concluded", "declared"), (run.Text("status"), run.Text("level")));
        var findings = agent.Verdict(run).GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("detail").GetString()!).ToList();
        Assert.Equal(3, findings.Count(detail => detail.Contains("cannot be understood", StringComparison.Ordinal)));
        Assert.Contains(findings, detail => detail.Contains("Elements lie more than 32 deep", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Z\"", "+00:00\"")]
    [InlineData("\"index\":1,", "\"index\":1e0,")]
    [InlineData("\"index\":0,", "\"index\":0.0,")]
    public async Task A_report_that_could_not_be_read_again_is_refused_before_it_counts(string from, string to)
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        var report = agent.Node.Report(agent.Run, agent.Challenge.Nonce, SystemClock.Instance.GetCurrentInstant(), agent.Node.Outputs(agent.Products, agent.Seed).Select(output => output.Output));
        var odd = JsonSerializer.Serialize(report, MarketJson.Options).Replace(from, to, StringComparison.Ordinal);

        var reply = await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", agent.Node.SignText(PayloadTypes.BenchmarkReport, odd));

        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Code));
        Assert.StartsWith("payload", reply.Faults.First(), StringComparison.Ordinal);
        Assert.Null(await EvidenceStore.FindAsync(pool.Api.Market.Rows, EvidenceStore.DigestOf(Encoding.UTF8.GetBytes(odd))));

        // Nothing was taken: the same node reports as it should.
        (await agent.ReportAsync()).With(200);
    }

    [Fact]
    public async Task A_report_that_is_refused_is_not_kept()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        var report = agent.Node.Report(agent.Run, agent.Challenge.Nonce, SystemClock.Instance.GetCurrentInstant(), [FakeNode.Of(OutputKind.ToolOutput, [1], Tool.NvidiaSmi, null).Output]);
        var message = agent.Node.Sign(PayloadTypes.BenchmarkReport, report);

        var reply = await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", message);

        Assert.Equal((409, "work_not_committed"), (reply.Status, reply.Code));
        Assert.Null(await EvidenceStore.FindAsync(pool.Api.Market.Rows, message.Digest()));
        Assert.Equal("work_not_committed", (await pool.Operator.GetAsync($"/v1/nodes/{agent.Node.Id}")).Json.GetProperty("refused").EnumerateArray().Last().GetProperty("code").GetString());
    }

    [Fact]
    public async Task Words_begun_to_be_sent_before_they_were_asked_for_come_when_all_of_them_came()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        using var late = new LateBody(async () =>
        {
            agent.Words = agent.Node.ReadMemory(agent.Challenge, await agent.FillAsync());
            return JsonSerializer.Serialize(agent.Node.Reads(agent.Run, agent.Challenge.Nonce, agent.Words), JsonSerializerOptions.Web);
        });

        var reply = (await pool.Api.Nobody.SendAsync(HttpMethod.Post, $"/v1/benchmark-runs/{agent.Run}/memory-reads", late, null)).With(200);

        Assert.InRange(decimal.Parse(reply.Text("seconds"), System.Globalization.CultureInfo.InvariantCulture), 0.001m, 5);
    }

    [Fact]
    public async Task An_output_counts_for_one_challenge_alone()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        await agent.BenchmarkAsync();
        await pool.Api.SettleAsync();
        var old = agent.Outputs.Single(output => output.Output.Tool == Tool.GpuStream);
        var first = agent.Run;
        var elsewhere = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var stranger = await elsewhere.AgentAsync();
        stranger.Node.Hardware = stranger.Node.Hardware with { Seed = 7 };

        var again = await WithAsync(agent, old);
        var copied = await WithAsync(stranger, old);

        Caught(agent, again, "statistics", $"uploaded before, in {first} by {agent.Node.Id}");
        Caught(stranger, copied, "statistics", "uploaded before, in a challenge of another operator");

        static async Task<ApiReply> WithAsync(NodeAgentDouble agent, (ReportedOutput Output, byte[] Bytes) old)
        {
            (await agent.AskAsync()).With(200);
            (await agent.CommitAsync()).With(200);
            (await agent.ShowMemoryAsync()).With(200);
            agent.Outputs = [.. agent.Node.Outputs(agent.Products, agent.Seed).Select(output => output.Output.Tool == Tool.GpuStream ? old : output)];
            (await agent.ReportAsync()).With(200);
            return await agent.UploadAsync();
        }
    }

    [Fact]
    public async Task One_machine_does_not_answer_for_nodes_of_two_pools()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        await first.BenchmarkAsync();
        var elsewhere = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await elsewhere.AgentAsync();
        second.Node.Hardware = second.Node.Hardware with { Seed = 7 };
        second.Node.BootId = first.Node.BootId;

        Caught(second, await second.BenchmarkAsync(), "uniqueness", "with a node of another operator: one machine answered for two nodes");
    }

    [Fact]
    public async Task Evidence_is_read_by_others_from_the_verdict_on_and_uploaded_once()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        (await agent.ShowMemoryAsync()).With(200);
        (await agent.ReportAsync()).With(200);
        var (output, bytes) = agent.Outputs[0];
        var path = $"/v1/benchmark-runs/{agent.Run}/outputs/{output.Sha256}";
        var first = await PutAsync(bytes);
        Assert.Equal(404, (await pool.Api.Nobody.GetAsync(path)).Status);

        // It came already: nothing of what is sent is read, and each time takes from the address's allowance.
        var limits = pool.Api.Services.GetRequiredService<IOptions<ApiOptions>>().Value;
        var usual = limits.RequestsPerMinutePerAddress;
        limits.RequestsPerMinutePerAddress = 2;
        var again = new[] { await PutAsync(bytes), await PutAsync([1, 2, 3]), await PutAsync(bytes) };
        limits.RequestsPerMinutePerAddress = usual;

        Assert.Equal(200, first.Status);
        Assert.Equal([200, 200, 429], again.Select(reply => reply.Status));
        await agent.UploadAsync();
        Assert.Equal(200, (await pool.Api.Nobody.GetAsync(path)).Status);

        async Task<ApiReply> PutAsync(byte[] body)
        {
            using var content = new ByteArrayContent(body);
            return await pool.Api.Nobody.SendAsync(HttpMethod.Put, path, content, null);
        }
    }

    private static (ReportedOutput Output, byte[] Bytes) Printed(string text, Tool tool) => FakeNode.Of(OutputKind.ToolOutput, Encoding.UTF8.GetBytes(text), tool, null);

    private static void Caught(NodeAgentDouble agent, ApiReply run, string kind, string reason)
    {
        var finding = agent.Verdict(run).GetProperty("findings")[0];
        Assert.Equal("failed", agent.Verdict(run).GetProperty("outcome").GetString());
        Assert.Equal(kind, finding.GetProperty("kind").GetString());
        Assert.Contains(reason, finding.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A body of which a space is sent at once, and the rest when it is known.</summary>
    private sealed class LateBody : HttpContent
    {
        private readonly Func<Task<string>> _rest;

        public LateBody(Func<Task<string>> rest)
        {
            _rest = rest;
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(" "u8.ToArray());
            await stream.FlushAsync();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(await _rest()));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
