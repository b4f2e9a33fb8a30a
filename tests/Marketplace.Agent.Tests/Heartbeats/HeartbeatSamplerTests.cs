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

        var beat = await Sample(Sampler(node));

        Assert.Equal([new GpuSample(0, 34, true, 8, 16, 0), new GpuSample(1, 35, true, 8, 16, 0)], beat.Gpus!.Value);
    }

    [Fact]
    public async Task Nobody_guesses_where_no_tool_is()
    {
        using var node = new FakeNode();

        var beat = await Sample(new HeartbeatSampler(new Machine(node.Root, node.Tools), node.AgentFolder, TimeProvider.System));

        Assert.Null(beat.Gpus);
        Assert.Null(beat.Xids);
    }

    [Theory]
    [InlineData("hw_thermal_slowdown", true)]
    [InlineData("sw_thermal_slowdown", true)]
    [InlineData("hw_power_brake_slowdown", true)]
    [InlineData("sw_power_cap", false)]
    [InlineData("applications_clocks_setting", false)]
    public async Task A_gpu_at_its_power_limit_is_not_throttled(string reason, bool isThrottled)
    {
        using var node = new FakeNode().WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1)
            .Replace("clocks_event_reason_gpu_idle", "clocks_event_reason_" + reason, StringComparison.Ordinal));

        Assert.Equal(isThrottled, Assert.Single((await Sample(Sampler(node))).Gpus!.Value).IsThrottled);
    }

    [Fact]
    public async Task A_lost_gpu_is_one_less_and_a_tool_that_gives_up_saw_none()
    {
        using var node = new FakeNode().WriteTool("nvidia-smi", ToolTexts.NvidiaSmi(gpus: 1));
        Assert.Single((await Sample(Sampler(node))).Gpus!.Value);

        node.WriteTool("nvidia-smi", "Unable to determine the device handle for GPU 0000:9B:00.0: GPU is lost. Reboot the system to recover this GPU\n", exitCode: 15);
        Assert.Empty((await Sample(Sampler(node))).Gpus!.Value);

        // What ends well and is not understood says nothing of the GPUs.
        node.WriteTool("nvidia-smi", "<something_newer/>");
        Assert.Null((await Sample(Sampler(node))).Gpus);
    }

    [Fact]
    public async Task An_xid_is_told_once_and_only_when_it_is_new()
    {
        using var node = new FakeNode().WriteTool("dmesg", Xid(10, 79));
        var sampler = Sampler(node);
        Assert.Empty((await Sample(sampler)).Xids!.Value);

        node.WriteTool("dmesg", Xid(10, 79) + Xid(99, 119));
        Assert.Equal([119], await Codes(sampler));
        Assert.Empty(await Codes(sampler));

        // The ring wrapped: the log is no longer, and what fell out hides nothing of what came in.
        node.WriteTool("dmesg", Xid(99, 119) + Xid(120, 119));
        Assert.Equal([119], await Codes(sampler));
        Assert.Empty(await Codes(sampler));
    }

    [Fact]
    public async Task An_xid_is_told_once_over_restarts_of_the_agent_and_those_of_a_new_start_are_new()
    {
        using var node = new FakeNode().WriteTool("dmesg", "");
        Assert.Empty(await Codes(Sampler(node)));

        // While no agent ran, the same twice.
        node.WriteTool("dmesg", Xid(10, 94) + Xid(10, 94));
        Assert.Equal([94, 94], await Codes(Sampler(node)));
        Assert.Empty(await Codes(Sampler(node)));

        node.WriteFile("/proc/sys/kernel/random/boot_id", "9a6ad0a2-1b7e-4a57-8f6c-0d1b3a5f7e99\n").WriteTool("dmesg", Xid(10, 94));
        Assert.Equal([94], await Codes(Sampler(node)));
    }

    [Fact]
    public async Task A_storm_of_errors_is_told_in_parts_and_a_line_nobody_understands_is_left_out()
    {
        using var node = new FakeNode().WriteTool("dmesg", "");
        var sampler = Sampler(node);
        await Sample(sampler);
        node.WriteTool("dmesg", string.Concat(Enumerable.Range(0, XidLog.MostAtOnce + 10).Select(at => Xid(at, 63))));
        Assert.Equal((XidLog.MostAtOnce, 10, 0), ((await Codes(sampler)).Count, (await Codes(sampler)).Count, (await Codes(sampler)).Count));

        node.WriteTool("dmesg", "[ 1] NVRM: Xid of a newer kind\n");
        Assert.Null((await Sample(sampler)).Xids);
        Assert.Empty(await Codes(sampler));
    }

    private static string Xid(int at, int code) => $"[ {at}.123456] NVRM: Xid (PCI:0000:18:00): {code}, pid=2, Text\n";

    private static HeartbeatSampler Sampler(FakeNode node) => new(node.Machine, node.AgentFolder, TimeProvider.System);

    private static async Task<IReadOnlyList<int>> Codes(HeartbeatSampler sampler) => [.. (await Sample(sampler)).Xids!.Value.Select(xid => xid.Code)];

    private static async Task<Heartbeat> Sample(HeartbeatSampler sampler) => (await sampler.SampleAsync(TestContext.Current.CancellationToken))(1);
}
