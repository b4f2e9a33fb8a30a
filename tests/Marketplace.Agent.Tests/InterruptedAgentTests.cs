namespace Marketplace.Agent.Tests;

/// <summary>The real agent against a real host of its own: this machine answers for one node of a marketplace, and for no other.</summary>
[Collection(nameof(RunningHost))]
public sealed class InterruptedAgentTests : IClassFixture<RunningHost>, IDisposable
{
    private readonly FakeNode _node = new();
    private readonly RunningHost _host;

    public InterruptedAgentTests(RunningHost host)
    {
        Assert.SkipWhen(Directory.Exists("/proc/driver/nvidia"), "This machine has GPUs of its own, whose driver contradicts the stubs.");
        _host = host;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task An_agent_killed_in_the_middle_of_a_challenge_takes_it_up_again_and_answers_once()
    {
        var pool = await ListedPool.OnAsync(_host);
        _node.WriteTools("03");

        // The first run of this tool kills the agent, as kill -9 or a power cut would.
        _node.WriteTool("stream-output", ToolTexts.GpuStream(less: 3.5m))
            .WriteScript("gpu_stream", $"if [ ! -e '{_node.Root}/killed' ]; then touch '{_node.Root}/killed'; kill -9 $PPID; exit 1; fi\nexec '{_node.Tools}/stream-output'\n");
        await AgentProcess.RunAsync(_node, "enroll", "--market", _host.Address.ToString(), "--token", pool.Token);
        Assert.Equal(137, (await AgentProcess.RunAsync(_node, "benchmark")).Code);
        var open = Assert.Single(await pool.ChallengesAsync(_host));
        Assert.Equal("issued", open.GetProperty("status").GetString());

        using var agent = AgentProcess.Start(_node, "run");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await look.WaitForNextTickAsync(patience.Token) && await pool.LevelAsync(_host) != "benchmarked")
        {
        }

        Assert.Equal(0, await agent.StopAsync());
        Assert.Contains($"The answer to challenge {open.GetProperty("id").GetString()}", agent.Said, StringComparison.Ordinal);
        Assert.Contains("was interrupted before its report.", agent.Said.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(open.GetProperty("id").GetString(), Assert.Single(await pool.ChallengesAsync(_host)).GetProperty("id").GetString());
        Assert.Empty((await _host.CallAsync(pool.Key, HttpMethod.Get, $"nodes/{pool.Node}")).GetProperty("refused").EnumerateArray());
    }
}
