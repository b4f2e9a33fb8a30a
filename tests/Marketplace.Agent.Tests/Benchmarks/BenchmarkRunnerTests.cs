using Marketplace.Agent.Benchmarks;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Tests.Benchmarks;

/// <summary>Tools are run and read; what is missing is named with how to get it, and nothing stands in its place.</summary>
public sealed class BenchmarkRunnerTests
{
    private static readonly BenchmarkOptions Options = new(8, "/tmp");

    [Fact]
    public async Task A_tools_output_is_kept_and_read()
    {
        using var node = new FakeNode().WriteTool("all_reduce_perf", ToolTexts.NcclTests());

        var result = await Run(node, Tool.NcclTests);

        Assert.Equal(BenchmarkOutcome.Passed, result.Outcome);
        Assert.Equal(471.21m, result.Reading!.Measures[2].Value);
        Assert.Equal(ToolTexts.NcclTests(), node.AgentFolder.Raw(result.Digest!));
        Assert.EndsWith("all_reduce_perf -b 8 -e 8G -f 2 -g 8", result.Command, StringComparison.Ordinal);
        Assert.True(result.ProgramIsScript);
    }

    [Fact]
    public async Task What_failed_has_failed()
    {
        using var node = new FakeNode().WriteTool("all_reduce_perf", ToolTexts.NcclTests().Replace("values : 0 OK", "values : 12 FAILED", StringComparison.Ordinal), exitCode: 1);

        Assert.Equal(BenchmarkOutcome.Failed, (await Run(node, Tool.NcclTests)).Outcome);
    }

    [Fact]
    public async Task What_is_cut_off_or_crashes_is_unreadable_and_says_why()
    {
        using var node = new FakeNode().WriteTool("all_reduce_perf", ToolTexts.NcclTests()[..^60]).WriteTool("nvbandwidth", "Invalid device ordinal\n", exitCode: 1);

        Assert.Contains("cut off", (await Run(node, Tool.NcclTests)).Remark, StringComparison.Ordinal);
        Assert.Equal("Invalid device ordinal (it ended with 1)", (await Run(node, Tool.Nvbandwidth)).Remark);
    }

    [Fact]
    public async Task Every_tool_that_is_missing_says_how_to_get_it_and_leaves_nothing()
    {
        using var node = new FakeNode();
        var runner = new BenchmarkRunner(new Machine(node.Root, node.Tools), node.AgentFolder);
        foreach (var tool in BenchmarkTool.All)
        {
            var result = Assert.Single(await runner.RunAsync(tool, Options, cancellation: TestContext.Current.CancellationToken));

            Assert.Equal((BenchmarkOutcome.Missing, null, null), (result.Outcome, result.Digest, result.Reading));
            Assert.True(result.Remark!.Length > 20, tool.Name);
        }
    }

    [Fact]
    public async Task What_a_tool_needs_is_asked_for()
    {
        using var node = new FakeNode().WriteTool("iperf3", "{}");

        Assert.Equal("It needs --peer HOST, which runs iperf3 -s.", (await Run(node, Tool.Iperf3)).Remark);
    }

    [Fact]
    public async Task A_result_of_mlperf_is_taken_from_its_folder()
    {
        using var node = new FakeNode().WriteFile("/results/mlperf_log_summary.txt", "not a summary");
        var runner = new BenchmarkRunner(node.Machine, node.AgentFolder);

        var result = Assert.Single(await runner.RunAsync(BenchmarkTool.Of(Tool.MlperfSummary), Options with { MlperfFolder = "/results" }, cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(BenchmarkOutcome.Unreadable, result.Outcome);
        Assert.Equal(BenchmarkOutcome.Missing, Assert.Single(await runner.RunAsync(BenchmarkTool.Of(Tool.MlperfSummary), Options, cancellation: TestContext.Current.CancellationToken)).Outcome);
    }

    [Fact]
    public void Every_tool_that_is_read_can_be_run() => Assert.Equal(Enum.GetValues<Tool>().Order(), BenchmarkTool.All.Select(tool => tool.Tool).Order());

    [Fact]
    public async Task What_runs_on_one_gpu_is_run_on_each_by_itself()
    {
        using var node = new FakeNode().WriteScript("gemm-sweep", ToolTexts.GemmSweepOnEach(781.4m));

        var results = await new BenchmarkRunner(node.Machine, node.AgentFolder).RunAsync(BenchmarkTool.Of(Tool.GemmSweep), Options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 8).Select(gpu => (int?)gpu), results.Select(result => result.Gpu));
        Assert.Equal(8, results.Select(result => result.Reading!.Measures[0].Value).Distinct().Count());
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], BenchmarkReports.Outputs(node.AgentFolder, results).Select(output => output.Device));
    }

    private static async Task<BenchmarkResult> Run(FakeNode node, Tool tool) =>
        Assert.Single(await new BenchmarkRunner(node.Machine, node.AgentFolder).RunAsync(BenchmarkTool.Of(tool), Options, cancellation: TestContext.Current.CancellationToken));
}
