using System.Text.Json;

namespace Marketplace.Agent.Tests;

/// <summary>
/// The whole system: a real host process, and the real agent as an operator runs it, from a node that nobody knows to a listing
/// that is benchmarked, with two commands. The tools on the node's path are stubs that print this project's own fixtures: the
/// test shows that the way is open and that each step is checked, and nothing of any real GPU.
/// </summary>
[Collection(nameof(RunningHost))]
public sealed class NodeFromNothingTests : IClassFixture<RunningHost>, IDisposable
{
    private readonly FakeNode _node = new();
    private readonly RunningHost _host;

    public NodeFromNothingTests(RunningHost host)
    {
        Assert.SkipWhen(Directory.Exists("/proc/driver/nvidia"), "This machine has GPUs of its own, whose driver contradicts the stubs.");
        _host = host;
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task Two_commands_take_a_node_from_nothing_to_a_benchmarked_listing()
    {
        var pool = await ListedPool.OnAsync(_host);
        Assert.Equal("declared", await pool.LevelAsync(_host));
        _node.WriteTools("01");

        var enrolled = await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", pool.Token);
        var answered = await AgentAsync("benchmark");

        Assert.True(enrolled.Code == 0, enrolled.Text);
        Assert.True(answered.Code == 0, answered.Text);
        Assert.Contains("Verdict on this node: Passed", answered.Text, StringComparison.Ordinal);
        Assert.Contains("The listing is Benchmarked.", answered.Text, StringComparison.Ordinal);
        Assert.Equal("benchmarked", await pool.LevelAsync(_host));

        // What was sent can be looked at and checked again, and the node goes on living.
        Assert.Equal(0, (await AgentAsync("report", "verify")).Code);
        var beat = await AgentAsync("heartbeat", "--json");
        Assert.Equal((0, 1), (beat.Code, JsonDocument.Parse(beat.Output).RootElement.GetProperty("sequence").GetInt64()));
        Assert.Equal(0, (await AgentAsync("enroll", "--rotate")).Code);
        Assert.Equal(0, (await AgentAsync("heartbeat")).Code);

        // The key is revoked: the node is told so in words its operator understands.
        await _host.CallAsync(pool.Key, HttpMethod.Post, $"nodes/{pool.Node}/key-revocations", new { reason = "The server was sold." });
        var refused = await AgentAsync("heartbeat");
        Assert.Equal(4, refused.Code);
        Assert.Contains("node_key_revoked", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_of_a_faster_model_are_caught_although_everything_is_signed()
    {
        var pool = await ListedPool.OnAsync(_host);
        _node.WriteTools("02");

        // 1,200 BF16 TFLOPS is more than an H100's dense peak.
        _node.WriteScript("gemm-sweep", ToolTexts.GemmSweepOnEach(1_200.3m));
        await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", pool.Token);
        var answered = await AgentAsync("benchmark");

        Assert.Equal(7, answered.Code);
        Assert.Contains("BF16 TFLOPS is more than", answered.Text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal("declared", await pool.LevelAsync(_host));
    }

    [Fact]
    public async Task A_token_counts_once()
    {
        var pool = await ListedPool.OnAsync(_host);
        using var other = new FakeNode();
        Assert.Equal(0, (await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", pool.Token)).Code);

        var second = await AgentProcess.RunAsync(other, "enroll", "--market", _host.Address.ToString(), "--token", pool.Token);

        Assert.Equal(4, second.Code);
        Assert.Contains("enrolment_token_unknown", second.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beats_that_were_not_acknowledged_are_sent_again_after_the_marketplace_was_killed()
    {
        var pool = await ListedPool.OnAsync(_host);
        await AgentAsync("enroll", "--market", _host.Address.ToString(), "--token", pool.Token);
        var first = await BeatAsync();
        var second = await BeatAsync();

        // The first beat is written at once; later ones are gathered, and not acknowledged before they are written.
        Assert.Equal((1, 0), first);
        Assert.Equal((2, 1), second);
        await _host.KillAsync();
        Assert.Equal(5, (await AgentAsync("heartbeat")).Code);
        await _host.StartAgainAsync();

        // What had been heard and not written is with the agent still: it goes again, until it is acknowledged.
        var beat = await BeatAsync();
        Assert.Equal(4, beat.Sequence);
        while (beat.Waiting > 0 && beat.Sequence < 40)
        {
            beat = await BeatAsync();
        }

        Assert.Equal(0, beat.Waiting);
        Assert.Equal(beat.Sequence, (await _host.CallAsync(pool.Key, HttpMethod.Get, $"nodes/{pool.Node}")).GetProperty("beatSequence").GetInt64());

        async Task<(long Sequence, int Waiting)> BeatAsync()
        {
            var (code, output, text) = await AgentAsync("heartbeat", "--json");
            Assert.True(code == 0, text);
            var answer = JsonDocument.Parse(output).RootElement;
            return (answer.GetProperty("sequence").GetInt64(), answer.GetProperty("waiting").GetInt32());
        }
    }

    private Task<(int Code, string Output, string Text)> AgentAsync(params string[] arguments) => AgentProcess.RunAsync(_node, arguments);
}
