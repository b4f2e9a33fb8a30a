using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Domain.Verification.Work;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Api.Tests.Verification;

/// <summary>A gallery of cheats, each caught with a reason that an honest operator would understand.</summary>
[Trait("Store", "any")]
public sealed class VerificationCheatTests
{
    [Fact]
    public async Task An_honest_node_goes_from_nothing_to_a_benchmarked_listing()
    {
        await using var pool = await VerifiedPool.StartAsync();
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await pool.Operator.GetAsync(pool.Path)).Json.GetProperty("verification").ValueKind);
        using var agent = await pool.AgentAsync();

        var run = await agent.BenchmarkAsync();
        await pool.Api.SettleAsync();

        Assert.Equal(("concluded", "benchmarked"), (run.Text("status"), run.Text("level")));
        var verdict = agent.Verdict(run);
        Assert.Equal("passed", verdict.GetProperty("outcome").GetString());
        Assert.Equal(0.0m, verdict.GetProperty("shownMemoryGigabytes").GetDecimal());
        Assert.InRange(verdict.GetProperty("memorySeconds").GetDecimal(), 0, 5);
        var listing = (await pool.Operator.GetAsync(pool.Path)).With(200);
        Assert.Equal(("benchmarked", "1", agent.Run.Value), (listing.Text("verification.level"), listing.Text("verification.sampledNodes"), listing.Text("verification.benchmarkRunId")));
        Assert.InRange(decimal.Parse(listing.Text("verification.score"), System.Globalization.CultureInfo.InvariantCulture), 90, 110);
        var (output, bytes) = agent.Outputs[0];
        Assert.Equal(Encoding.UTF8.GetString(bytes), (await pool.Api.Nobody.GetAsync($"/v1/benchmark-runs/{agent.Run}/outputs/{output.Sha256}")).With(200).Body);
    }

    [Fact]
    public async Task A_surprise_retest_that_nobody_answers_lowers_the_level_and_says_what_is_missing()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        await agent.BenchmarkAsync();
        await pool.Api.SettleAsync();

        var retest = (await pool.Api.Platform.PostAsync(pool.Path + "/benchmark-runs")).With(201);
        Assert.Equal(("retest", "waiting"), (retest.Text("purpose"), retest.Text("status")));
        await pool.Api.SettleAsync();
        Assert.Equal(retest.Text("id"), (await pool.Operator.GetAsync($"/v1/nodes/{agent.Node.Id}")).Text("challengeRunId"));
        await pool.Api.Market.Time.AdvanceAsync(TestMarket.Begin + Duration.FromHours(2));

        var verification = (await pool.Operator.GetAsync(pool.Path)).Json.GetProperty("verification");
        Assert.Equal("declared", verification.GetProperty("level").GetString());
        Assert.Contains("The node never asked for the challenge.", verification.GetProperty("missing")[0].GetString(), StringComparison.Ordinal);
        await agent.BenchmarkAsync();
        await pool.Api.SettleAsync();
        Assert.Equal("benchmarked", (await pool.Operator.GetAsync(pool.Path)).Text("verification.level"));
        await pool.Api.Market.Time.AdvanceAsync(TestMarket.Begin + Duration.FromDays(91));
        Assert.Equal("declared", (await pool.Operator.GetAsync(pool.Path)).Text("verification.level"));
    }

    [Fact]
    public async Task A_report_edited_after_signing_is_refused_and_the_operator_sees_why()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        var report = agent.Node.Report(agent.Run, agent.Challenge.Nonce, SystemClock.Instance.GetCurrentInstant(), agent.Node.Outputs(agent.Products, agent.Seed).Select(output => output.Output));
        var signed = agent.Node.Sign(PayloadTypes.BenchmarkReport, report);
        var edited = agent.Node.Sign(PayloadTypes.BenchmarkReport, report with { AgentVersion = "2.0.0" }) with { Signatures = signed.Signatures };

        var reply = await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", edited);

        Assert.Equal((403, "node_signature_wrong"), (reply.Status, reply.Code));
        Assert.Contains("not a byte may change after signing", reply.Text("detail"), StringComparison.Ordinal);
        var refused = (await pool.Operator.GetAsync($"/v1/nodes/{agent.Node.Id}")).Json.GetProperty("refused").EnumerateArray().Last();
        Assert.Equal("node_signature_wrong", refused.GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_old_report_counts_neither_again_nor_for_another_challenge()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        agent.Outputs = agent.Node.Outputs(agent.Products, agent.Seed);
        var old = agent.Node.Sign(PayloadTypes.BenchmarkReport, agent.Node.Report(agent.Run, agent.Challenge.Nonce, SystemClock.Instance.GetCurrentInstant(), agent.Outputs.Select(output => output.Output)));
        (await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", old)).With(200);
        (await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", old)).With(200);
        await agent.UploadAsync();
        await pool.Api.SettleAsync();
        var (first, nonce) = (agent.Run, agent.Challenge.Nonce);

        (await agent.AskAsync()).With(200);
        Assert.NotEqual(first, agent.Run);
        var replayed = await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/reports", old);
        var foreign = await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/commitments", agent.Node.Commitment(agent.Run, nonce, agent.Products));

        Assert.Equal((409, "message_replayed"), (replayed.Status, replayed.Code));
        Assert.Equal((409, "nonce_foreign"), (foreign.Status, foreign.Code));
        Assert.Contains("another nonce", foreign.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_nodes_key_does_not_speak_for_a_node_nor_does_a_revoked_one()
    {
        await using var pool = await VerifiedPool.StartAsync(2);
        using var one = await pool.AgentAsync();
        using var other = await pool.AgentAsync(1);

        var foreign = await other.SendAsync($"/v1/nodes/{one.Node.Id}/challenges", other.Node.Sign(PayloadTypes.ChallengeRequest, new ChallengeRequest(one.Node.Id, 1)));
        var borrowed = await other.SendAsync($"/v1/nodes/{other.Node.Id}/challenges", other.Node.Sign(PayloadTypes.ChallengeRequest, new ChallengeRequest(one.Node.Id, 1)));
        (await pool.Operator.PostAsync($"/v1/nodes/{one.Node.Id}/key-revocations", new { reason = "The disk was exchanged." })).With(200);
        var revoked = await one.AskAsync();

        Assert.Equal((403, "node_key_unknown"), (foreign.Status, foreign.Code));
        Assert.Equal((403, "node_key_unknown"), (borrowed.Status, borrowed.Code));
        Assert.Equal((403, "node_key_revoked"), (revoked.Status, revoked.Code));
        Assert.Contains("The disk was exchanged.", revoked.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_gpu_is_not_offered_under_two_pools()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        await first.BenchmarkAsync();
        var elsewhere = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await elsewhere.AgentAsync();
        second.Node.Hardware = first.Node.Hardware;

        var run = await second.BenchmarkAsync();

        Assert.Equal(("declared", "failed"), (run.Text("level"), second.Verdict(run).GetProperty("outcome").GetString()));
        Caught(second, run, "uniqueness", "with a node of another operator");
    }

    [Fact]
    public async Task Figures_raised_in_an_output_contradict_its_own_times()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        agent.Node.Hardware = agent.Node.Hardware with { Bf16 = 560 };
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        (await agent.ShowMemoryAsync()).With(200);
        agent.Outputs = [.. agent.Node.Outputs(agent.Products, agent.Seed).Select(output => output.Output.Tool == Tool.GemmSweep
            ? FakeNode.Of(OutputKind.ToolOutput, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(output.Bytes).Replace("achieved_tflops=55", "achieved_tflops=75", StringComparison.Ordinal)), Tool.GemmSweep, output.Output.Device)
            : output)];
        (await agent.ReportAsync()).With(200);

        Caught(agent, await agent.UploadAsync(), "output", "but shape, iterations and time come to");
    }

    [Fact]
    public async Task Another_nodes_figures_times_a_number_are_no_run_of_ones_own()
    {
        await using var pool = await VerifiedPool.StartAsync(2);
        using var one = await pool.AgentAsync();
        using var other = await pool.AgentAsync(1);
        await one.BenchmarkAsync();
        other.Node.Hardware = other.Node.Hardware with { FigureSeed = 1, Bf16 = one.Node.Hardware.Bf16 * 1.01m, MemoryBandwidth = one.Node.Hardware.MemoryBandwidth * 1.01m };

        var run = await other.BenchmarkAsync();

        Assert.Contains(Findings(other, run), finding => finding.Kind == "statistics" && finding.Detail.Contains("times 1.01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_A100_does_not_reach_an_H100s_figures()
    {
        await using var pool = await VerifiedPool.StartAsync(sku: "nvidia-a100-sxm4-80gb");
        using var agent = await pool.AgentAsync();
        agent.Node.Hardware = agent.Node.Hardware with { Name = "NVIDIA A100-SXM4-80GB", MemoryMebibytes = 81_920, PowerWatts = 400, MemoryBandwidth = 1791.4m };

        Caught(agent, await agent.BenchmarkAsync(), "compute", "more than the 312 that a A100 SXM4 80GB can do");
    }

    [Theory]
    [InlineData("NVIDIA GeForce RTX 4090", 24_564, "memory", "24564 MiB of memory; a H100 SXM5 80GB has 80 GB")]
    [InlineData("NVIDIA H100 80GB HBM3", 24_564, "memory", "24564 MiB of memory")]
    [InlineData("NVIDIA H100 80GB HBM3", 81_559, "compute", "are together the figures of a GeForce RTX 4090")]
    public async Task A_4090_does_not_pass_for_an_H100(string name, int memory, string kind, string reason)
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        agent.Node.Hardware = agent.Node.Hardware with { Name = name, MemoryMebibytes = memory, PowerWatts = 600, Bf16 = 152.4m, MemoryBandwidth = 921.2m };

        var run = await agent.BenchmarkAsync();

        Assert.Equal("failed", agent.Verdict(run).GetProperty("outcome").GetString());
        Assert.Contains(Findings(agent, run), finding => finding.Kind == kind && finding.Detail.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_summary_that_differs_from_the_raw_output_is_caught()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();

        var run = await agent.BenchmarkAsync(report => report with
        {
            Figures = [new ReportedFigure(report.Outputs.First(output => output.Tool == Tool.GemmSweep).Sha256, "bf16", 803.5m, 0)],
        });

        Caught(agent, run, "summary", "The report states bf16 = 803.5; the raw output says 7");
    }

    [Fact]
    public async Task One_machine_does_not_answer_for_two_nodes()
    {
        await using var pool = await VerifiedPool.StartAsync(2);
        using var one = await pool.AgentAsync();
        using var other = await pool.AgentAsync(1);
        other.Node.BootId = one.Node.BootId;
        await one.BenchmarkAsync();

        var run = await other.BenchmarkAsync();

        Caught(other, run, "uniqueness", "one machine answered for two nodes");
        Assert.Equal("declared", run.Text("level"));
    }

    [Fact]
    public async Task A_clock_set_back_is_caught()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();

        var run = await agent.BenchmarkAsync(report => report with { Clock = report.Clock with { FinishedAt = report.Clock.StartedAt - Duration.FromMinutes(3) } });

        Caught(agent, run, "clock", "the clock was set back meanwhile");
    }

    [Fact]
    public async Task Work_that_was_not_done_is_caught()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        agent.Products = agent.Node.Compute(agent.Challenge).SetItem("1", Product.Of(agent.Challenge.WorkOf(agent.Node.Id, "7")));
        (await agent.CommitAsync()).With(200);
        (await agent.ReportAsync()).With(200);

        Caught(agent, await agent.UploadAsync(), "work", "it was not computed, or for another node or device");
    }

    [Fact]
    public async Task Memory_that_was_made_up_is_caught()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        var words = agent.Node.ReadMemory(agent.Challenge, await agent.FillAsync());
        agent.Words = [words[0], FakeNode.Of(OutputKind.MemoryWords, [.. words[1].Bytes.Reverse()], null, "1")];
        (await agent.ReadAsync()).With(200);
        (await agent.ReportAsync()).With(200);

        Caught(agent, await agent.UploadAsync(), "memory", "Device 1: a word is not what stands in the memory of this challenge");
    }

    [Fact]
    public async Task One_gpus_memory_does_not_stand_for_anothers()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        (await agent.CommitAsync()).With(200);
        var seed = await agent.FillAsync();
        var first = FakeNode.Words(agent.Challenge.MemoryOf(agent.Node.Id, "0")!, new MemoryQuestion(seed));
        agent.Words = [FakeNode.Of(OutputKind.MemoryWords, first, null, "0")];
        var reads = agent.Node.Sign(PayloadTypes.MemoryReads, new MemoryReads(agent.Run, agent.Node.Id, agent.Challenge.Nonce, ++agent.Node.Sequence, [new DeviceReads("0", agent.Words[0].Output.Sha256), new DeviceReads("1", agent.Words[0].Output.Sha256)]));
        (await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/memory-reads", reads)).With(200);
        (await agent.ReportAsync()).With(200);

        Caught(agent, await agent.UploadAsync(), "memory", "it was not held, or is another device's");
    }

    [Fact]
    public async Task Memory_that_is_not_shown_keeps_a_listing_from_being_benchmarked_and_words_once_committed_to_stay()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        (await agent.AskAsync()).With(200);
        Assert.Equal((409, "work_not_committed"), await CodeAsync(agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/memory-fills", agent.Node.Fill(agent.Run, agent.Challenge))));
        (await agent.CommitAsync()).With(200);
        Assert.Equal((409, "memory_not_filled"), await CodeAsync(agent.ReadAsync()));
        var fill = agent.Node.Fill(agent.Run, agent.Challenge);
        var seed = (await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/memory-fills", fill)).With(200).Text("seed");

        // The same message is asked the same; an agent that fills anew is asked something else.
        Assert.Equal(seed, (await agent.SendAsync($"/v1/benchmark-runs/{agent.Run}/memory-fills", fill)).With(200).Text("seed"));
        Assert.NotEqual(seed, await agent.FillAsync());

        (await agent.ReportAsync()).With(200);
        var run = await agent.UploadAsync();
        Assert.Equal(("identified", "downgraded"), (run.Text("level"), agent.Verdict(run).GetProperty("outcome").GetString()));
        Assert.Contains(Findings(agent, run), finding => finding.Kind == "memory" && finding.Detail.Contains("did not read it as it was asked", StringComparison.Ordinal));
    }

    private static async Task<(int Status, string? Code)> CodeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);

    private static void Caught(NodeAgentDouble agent, ApiReply run, string kind, string reason)
    {
        var findings = Findings(agent, run);
        Assert.Equal("failed", agent.Verdict(run).GetProperty("outcome").GetString());
        Assert.Equal((kind, "reject"), (findings[0].Kind, findings[0].Weight));
        Assert.Contains(reason, findings[0].Detail, StringComparison.Ordinal);
    }

    private static List<(string Kind, string Weight, string Detail)> Findings(NodeAgentDouble agent, ApiReply run) =>
    [
        .. agent.Verdict(run).GetProperty("findings").EnumerateArray().Select(finding => (
            finding.GetProperty("kind").GetString()!, finding.GetProperty("weight").GetString()!, finding.GetProperty("detail").GetString()!)),
    ];
}
