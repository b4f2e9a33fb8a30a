using System.Text.Json;
using Marketplace.Agent.Commands;
using Marketplace.Agent.Keys;
using Marketplace.Agent.Reports;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Tests.Commands;

/// <summary>The command line as scripts and people use it, against a marketplace that checks what it gets.</summary>
public sealed class AgentCommandLineTests : IDisposable
{
    private readonly FakeNode _node = new();
    private readonly FakeMarket _market = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Theory]
    [InlineData("nonsense")]
    [InlineData("enroll")]
    [InlineData("enroll", "--token", "enr_x")]
    [InlineData("enroll", "--rotate", "--token", "enr_x")]
    [InlineData("benchmark", "--burn-seconds", "5")]
    [InlineData("benchmark", "--tool", "crystalBall")]
    [InlineData("enroll", "--market", "https://market.test/", "--token", "not-a-token")]
    public async Task A_wrong_command_line_ends_with_2(params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(arguments));
        Assert.NotEmpty(_errors.ToString());
    }

    [Theory]
    [InlineData("benchmark")]
    [InlineData("heartbeat")]
    [InlineData("run")]
    [InlineData("enroll", "--rotate")]
    public async Task What_needs_an_enrolment_ends_with_3(params string[] arguments)
    {
        Assert.Equal(3, await RunAsync(arguments));
        Assert.Contains("enroll --market URL --token TOKEN", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_one_line_of_json_for_scripts()
    {
        Assert.Equal(3, await RunAsync("heartbeat", "--json"));

        var error = JsonDocument.Parse(_errors.ToString()).RootElement.GetProperty("error");
        Assert.Equal(("notEnrolled", 3), (error.GetProperty("code").GetString(), error.GetProperty("exitCode").GetInt32()));
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Inventory_is_one_document()
    {
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi());

        Assert.Equal(0, await RunAsync("inventory", "--json"));

        var document = JsonDocument.Parse(_output.ToString()).RootElement;
        Assert.Contains(document.GetProperty("properties").EnumerateArray(), property => property.GetProperty("subject").GetString() == "gpu 0000:18:00.0");
    }

    [Fact]
    public async Task Inventory_shows_people_who_disagrees()
    {
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1)).WriteTool("lspci", ToolTexts.Lspci(gpus: 2));

        Assert.Equal(0, await RunAsync("inventory"));

        Assert.Contains("Sources disagree on node nvidiaGpus.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_enrolment_that_failed_is_tried_again_with_the_same_key()
    {
        _market.Failures.Enqueue(new AgentException(ExitCode.Unreachable, "Not reached."));
        Assert.Equal(5, await EnrolAsync());
        var key = _node.AgentFolder.ReadText("node.key");

        Assert.Equal(0, await EnrolAsync());

        Assert.Equal(key, _node.AgentFolder.ReadText("node.key"));
        Assert.Contains("pool_1: 8 GPUs", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_is_answered_with_work_raw_outputs_and_figures()
    {
        await EnrolAsync();
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 2)).WriteTool("all_reduce_perf", ToolTexts.NcclTests(gpus: 2));
        _market.Devices = ["0", "1"];

        Assert.Equal(0, await RunAsync("benchmark"));

        Assert.Null(_market.CheckWork("0"));
        Assert.Null(_market.CheckWork("1"));
        var report = _market.Report!;
        Assert.Equal([ToolTexts.Uuid(0), ToolTexts.Uuid(1)], report.Gpus.Select(gpu => gpu.Uuid));
        Assert.Equal(_node.Machine.ReadLine("/proc/sys/kernel/random/boot_id"), report.Machine.BootId);
        Assert.Equal(12.5m, report.Clock.LatencyMilliseconds);
        Assert.Contains(report.Figures, figure => figure is { Name: "busbw", Value: 471.21m });
        Assert.Equal(report.Outputs.Select(output => output.Sha256).Order(), _market.Uploaded.Keys.Order());
        Assert.All(report.Outputs, output => Assert.Equal(output.Bytes, _market.Uploaded[output.Sha256].LongLength));
        Assert.Contains("Verdict on this node: Passed, score 99.5. The listing is Benchmarked.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_that_disagree_are_told_to_the_marketplace()
    {
        await EnrolAsync();
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1)).WriteTool("lspci", ToolTexts.Lspci(gpus: 2));
        _market.Devices = ["0"];

        await RunAsync("benchmark");

        Assert.Equal(["node nvidiaGpus: lspci says 2; nvidia-smi says 1"], _market.Report!.Machine.Differences!.Value);
    }

    [Fact]
    public async Task A_node_that_is_not_what_its_pool_offers_says_so_before_it_commits()
    {
        await EnrolAsync();
        _market.Devices = ["0", "1", "2", "3"];

        Assert.Equal(7, await RunAsync("benchmark"));

        Assert.Null(_market.Commitments);
        Assert.Contains("this node shows cpu", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_alone_can_be_run_without_a_marketplace()
    {
        _node.WriteTool("all_reduce_perf", ToolTexts.NcclTests());

        Assert.Equal(0, await RunAsync("benchmark", "--local", "--tool", "ncclTests", "--json"));
        Assert.Equal("passed", JsonDocument.Parse(_output.ToString()).RootElement.GetProperty("results")[0].GetProperty("outcome").GetString());
        Assert.Equal(6, await RunAsync("benchmark", "--local", "--tool", "hpl"));
    }

    [Fact]
    public async Task A_beat_says_what_it_saw()
    {
        await EnrolAsync();
        _market.Waiting = FakeMarket.Run.Value;

        Assert.Equal(0, await RunAsync("heartbeat"));

        Assert.Single(_market.Beats);
        Assert.Contains("0 wait", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"Challenge {FakeMarket.Run} waits", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_beats_answers_a_challenge_that_waits_and_stops_when_told()
    {
        await EnrolAsync();
        _market.Waiting = FakeMarket.Run.Value;
        using var stop = new CancellationTokenSource();
        var running = RunAsync(stop.Token, "run");

        await _market.Answered.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Assert.Equal(0, await running);
        Assert.Null(_market.CheckWork("cpu"));
        Assert.Equal(1, _market.Beats[0].Sequence);
        Assert.Contains($"Challenge {FakeMarket.Run} waits", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_ends_when_the_marketplace_refuses_the_node()
    {
        await EnrolAsync();
        _market.Failures.Enqueue(new AgentException(ExitCode.Refused, "The key was revoked. (node_key_revoked)"));

        Assert.Equal(4, await RunAsync("run"));
        Assert.Single(new Marketplace.Agent.Heartbeats.HeartbeatBuffer(_node.AgentFolder).Waiting);
    }

    [Fact]
    public async Task A_key_is_rotated_and_the_old_one_is_gone()
    {
        await EnrolAsync();
        var first = _market.PublicKey;

        Assert.Equal(0, await RunAsync("enroll", "--rotate"));

        using var key = SigningKey.Load(_node.AgentFolder)!;
        Assert.NotEqual(first, _market.PublicKey);
        Assert.Equal(_market.PublicKey, Convert.ToBase64String(key.PublicKey));
        Assert.False(SigningKey.HasNext(_node.AgentFolder));
        Assert.Equal(0, await RunAsync("heartbeat"));
    }

    [Fact]
    public async Task A_rotation_whose_answer_was_lost_is_found_to_have_counted()
    {
        await EnrolAsync();
        _market.LosesAnswers = true;
        _market.Failures.Enqueue(new AgentException(ExitCode.Unreachable, "lost"));
        Assert.Equal(5, await RunAsync("enroll", "--rotate"));
        var counts = _market.PublicKey;
        _market.LosesAnswers = false;
        _market.Failures.Enqueue(new AgentException(ExitCode.Refused, "The key was replaced. (node_key_revoked)"));

        Assert.Equal(0, await RunAsync("enroll", "--rotate"));

        using var key = SigningKey.Load(_node.AgentFolder)!;
        Assert.Equal(counts, Convert.ToBase64String(key.PublicKey));
    }

    [Fact]
    public async Task A_report_is_shown_and_verified_and_one_that_was_edited_is_not()
    {
        await EnrolAsync();
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1)).WriteTool("all_reduce_perf", ToolTexts.NcclTests(gpus: 1));
        _market.Devices = ["0"];
        await RunAsync("benchmark");

        Assert.Equal(0, await RunAsync("report", "show"));
        Assert.Contains("busbw = 471.21", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await RunAsync("report", "verify"));

        // A figure of the signed report, made larger.
        var file = _node.AgentFolder.FileOf("reports", FakeMarket.Run + ".json");
        var saved = _node.AgentFolder.Read<SavedReport>("reports", FakeMarket.Run + ".json")!;
        var edited = saved with { Message = saved.Message with { Payload = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(saved.Message.Bytes()!).Replace("471.21", "571.21", StringComparison.Ordinal))) } };
        File.WriteAllText(file, JsonSerializer.Serialize(edited, AgentJson.Page));
        _output.GetStringBuilder().Clear();
        Assert.Equal(8, await RunAsync("report", "verify", file));
        Assert.Contains("FAILS          signature", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("FAILS          figure busbw", _output.ToString(), StringComparison.Ordinal);

        // The report as it was, but a raw output touched since.
        File.WriteAllText(file, JsonSerializer.Serialize(saved, AgentJson.Page));
        File.AppendAllText(_node.AgentFolder.FileOf("raw", saved.Body()!.Outputs.First(output => output.Kind == OutputKind.ToolOutput).Sha256), " ");
        Assert.Equal(8, await RunAsync("report", "verify"));
    }

    [Fact]
    public async Task What_is_no_report_is_named()
    {
        var file = Path.Combine(_node.Root, "x.json");
        await File.WriteAllTextAsync(file, "{}", TestContext.Current.CancellationToken);

        Assert.Equal(8, await RunAsync("report", "show", file));
        Assert.Equal(9, await RunAsync("report", "show", file + ".absent"));
        Assert.Equal(2, await RunAsync("report", "verify"));
    }

    [Fact]
    public async Task Two_agents_do_not_number_messages_at_once()
    {
        await EnrolAsync();
        using var held = _node.AgentFolder.Lock();

        Assert.Equal(9, await RunAsync("heartbeat"));
        Assert.Contains("Another agent works in", _errors.ToString(), StringComparison.Ordinal);
        using var answering = _node.AgentFolder.LockChallenges();
        Assert.Equal(9, await RunAsync("benchmark"));
    }

    public void Dispose()
    {
        _node.Dispose();
        _output.Dispose();
        _errors.Dispose();
    }

    private Task<int> EnrolAsync() => RunAsync("enroll", "--market", "https://market.test/", "--token", FakeMarket.Token);

    private Task<int> RunAsync(params string[] arguments) => RunAsync(TestContext.Current.CancellationToken, arguments);

    private Task<int> RunAsync(CancellationToken cancellation, params string[] arguments) => AgentCommandLine.RunAsync(
        arguments,
        new AgentEnvironment { Machine = _node.Machine, Output = _output, Errors = _errors, IsTerminal = false, Folder = _node.AgentFolder.Path, MarketAt = _ => _market },
        cancellation);
}
