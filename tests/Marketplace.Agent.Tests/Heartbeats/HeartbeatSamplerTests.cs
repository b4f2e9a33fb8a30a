using Marketplace.Agent.Heartbeats;
using Marketplace.Agent.Machines;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Tests.Heartbeats;

/// <summary>A beat says what was seen, and nothing where nothing could be seen.</summary>
public sealed class HeartbeatSamplerTests
{
    [Fact]
    public async Task Gpus_are_looked_at()
    {
        using var node = new FakeNode().WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 2)
            .Replace("<clocks_event_reason_gpu_idle>Active</clocks_event_reason_gpu_idle>", "<clocks_event_reason_hw_thermal_slowdown>Active</clocks_event_reason_hw_thermal_slowdown>", StringComparison.Ordinal)
            .Replace("<current_link_width>16x", "<current_link_width>8x", StringComparison.Ordinal));

        var beat = await Sample(new HeartbeatSampler(node.Machine, TimeProvider.System));

        Assert.Equal([new GpuSample(0, 34, true, 8, 16, 0), new GpuSample(1, 35, true, 8, 16, 0)], beat.Gpus!.Value);
    }

    [Fact]
    public async Task Nobody_guesses_where_no_tool_is()
    {
        using var node = new FakeNode();

        var beat = await Sample(new HeartbeatSampler(new Machine(node.Root, node.Tools), TimeProvider.System));

        Assert.Null(beat.Gpus);
        Assert.Null(beat.Xids);
    }

    [Fact]
    public async Task An_xid_is_told_once_and_only_when_it_is_new()
    {
        const string Old = "[ 10.1] NVRM: Xid (PCI:0000:9b:00): 79, pid=1, GPU has fallen off the bus.\n";
        const string New = "[ 99.9] NVRM: Xid (PCI:0000:18:00): 119, pid=2, Timeout\n";
        using var node = new FakeNode().WriteTool("dmesg", Old);
        var sampler = new HeartbeatSampler(node.Machine, TimeProvider.System);
        Assert.Empty((await Sample(sampler)).Xids!.Value);

        node.WriteTool("dmesg", Old + New);
        Assert.Equal([new XidSample(119, "0000:18:00")], (await Sample(sampler)).Xids!.Value);
        Assert.Empty((await Sample(sampler)).Xids!.Value);

        // The ring wrapped: what was told fell out.
        node.WriteTool("dmesg", New);
        Assert.Empty((await Sample(sampler)).Xids!.Value);
    }

    private static async Task<Heartbeat> Sample(HeartbeatSampler sampler) => (await sampler.SampleAsync(TestContext.Current.CancellationToken))(1);
}
