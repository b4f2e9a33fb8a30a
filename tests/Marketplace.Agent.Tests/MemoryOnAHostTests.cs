using Marketplace.Agent.Commands;
using Marketplace.Agent.Tests.Work;
using Marketplace.Agent.Work;

namespace Marketplace.Agent.Tests;

/// <summary>
/// The agent's proof of memory against a real host, over HTTP and by its clock. The GPU is ILGPU's simulator of one; all else of
/// the node is stubs.
/// </summary>
[Collection(nameof(RunningHost))]
public sealed class MemoryOnAHostTests : IClassFixture<RunningHostWithMemory>, IDisposable
{
    private readonly FakeNode _node = new();
    private readonly RunningHostWithMemory _host;

    public MemoryOnAHostTests(RunningHostWithMemory host)
    {
        Assert.SkipWhen(Directory.Exists("/proc/driver/nvidia"), "This machine has GPUs of its own, whose driver contradicts the stubs.");
        _host = host;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_node_that_holds_the_memory_is_benchmarked()
    {
        var pool = await ListedPool.OnAsync(_host, gpusPerNode: 1);

        var (code, text) = await BenchmarkAsync(pool, "11", _ => SimulatedGpu.AsNode());

        Assert.True(code == 0, text);
        Assert.Contains("The listing is Benchmarked.", text, StringComparison.Ordinal);
        var verdict = await VerdictAsync(pool);
        Assert.Equal(0.0m, Math.Floor(verdict.GetProperty("shownMemoryGigabytes").GetDecimal()));
        Assert.InRange(verdict.GetProperty("memorySeconds").GetDecimal(), 0, 5);
    }

    [Fact]
    public async Task A_node_that_cannot_show_it_is_told_what_to_do_and_stays_identified()
    {
        var pool = await ListedPool.OnAsync(_host, gpusPerNode: 1);

        var (code, text) = await BenchmarkAsync(pool, "12", _ => new WorkDevices(null, [new CpuDevice("0")]));

        Assert.True(code == 0, text);
        Assert.Contains("Memory was not shown of device 0", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal("identified", await pool.LevelAsync(_host));
    }

    private async Task<System.Text.Json.JsonElement> VerdictAsync(ListedPool pool)
    {
        var run = Assert.Single(await pool.ChallengesAsync(_host)).GetProperty("id").GetString();
        return (await _host.CallAsync(pool.Key, HttpMethod.Get, $"benchmark-runs/{run}")).GetProperty("answers")[0].GetProperty("verdict");
    }

    private async Task<(int Code, string Text)> BenchmarkAsync(ListedPool pool, string node, Func<IReadOnlyList<string?>, WorkDevices> devices)
    {
        _node.WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1, node: node))
            .WriteTool("lspci", ToolTexts.Lspci(gpus: 1))
            .WriteTool("gemm-sweep", ToolTexts.GemmSweep(781.4m))
            .WriteTool("gpu_stream", ToolTexts.GpuStream(gpus: 1, less: int.Parse(node, System.Globalization.CultureInfo.InvariantCulture) * 0.31m));
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var environment = new AgentEnvironment { Machine = _node.Machine, Output = output, Errors = errors, IsTerminal = false, Folder = _node.AgentFolder.Path, DevicesAt = devices, Attestation = [] };
        Assert.Equal(0, await AgentCommandLine.RunAsync(["enroll", "--market", _host.Address.ToString(), "--token", pool.Token], environment, TestContext.Current.CancellationToken));
        return (await AgentCommandLine.RunAsync(["benchmark"], environment, TestContext.Current.CancellationToken), output.ToString() + errors);
    }
}
