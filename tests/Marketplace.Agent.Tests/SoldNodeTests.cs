namespace Marketplace.Agent.Tests;

/// <summary>
/// A machine that changes hands, through a real host process and the real agent. All agents here run on one machine, whose start
/// is claimed as its GPUs are: this needs a market of its own.
/// </summary>
[Collection(nameof(RunningHost))]
public sealed class SoldNodeTests : IClassFixture<RunningHost>
{
    private readonly RunningHost _host;

    public SoldNodeTests(RunningHost host)
    {
        Assert.SkipWhen(Directory.Exists("/proc/driver/nvidia"), "This machine has GPUs of its own, whose driver contradicts the stubs.");
        _host = host;
    }

    [Fact]
    public async Task A_node_that_was_sold_answers_for_its_buyer_once_the_seller_has_replaced_it()
    {
        var (seller, buyer) = (await ListedPool.OnAsync(_host), await ListedPool.OnAsync(_host));
        using var sold = new FakeNode().WriteTools("07");
        using var bought = new FakeNode().WriteTools("07");
        await EnrolAsync(sold, seller);
        await EnrolAsync(bought, buyer);
        Assert.Equal(0, (await AgentProcess.RunAsync(sold, "benchmark")).Code);
        Assert.Equal(7, (await AgentProcess.RunAsync(bought, "benchmark")).Code);

        await _host.CallAsync(seller.Key, HttpMethod.Post, $"gpu-pools/{seller.Id}/node-replacements", new { nodeId = seller.Node, serial = "SN-000977", reason = "Sold." });
        bought.WriteScript("gemm-sweep", ToolTexts.GemmSweepOnEach(777.1m)).WriteTool("gpu_stream", ToolTexts.GpuStream(less: 4.4m)).WriteTool("all_reduce_perf", ToolTexts.NcclTests(average: "468.977"));
        var answered = await AgentProcess.RunAsync(bought, "benchmark");

        Assert.True(answered.Code == 0, answered.Text);
        Assert.Equal("benchmarked", await buyer.LevelAsync(_host));
    }

    private async Task EnrolAsync(FakeNode node, ListedPool pool) =>
        Assert.Equal(0, (await AgentProcess.RunAsync(node, "enroll", "--market", _host.Address.ToString(), "--token", pool.Token)).Code);
}
