using Marketplace.Domain.Organizations;

namespace Marketplace.Api.Tests.Verification;

/// <summary>A GPU moves honestly: from a node that is gone to another one.</summary>
public sealed class VerificationDeviceTests
{
    [Fact]
    public async Task The_gpus_of_a_node_that_was_replaced_pass_on_to_the_node_that_has_them_now()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        await first.BenchmarkAsync();
        var buyer = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await MovedAsync(first, buyer);
        Assert.Equal("failed", second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());

        (await pool.Operator.PostAsync($"{pool.Path}/node-replacements", new { nodeId = first.Node.Id.Value, serial = "SN-new", reason = "Sold." })).With(201);
        Assert.Equal("passed", second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task The_gpus_of_a_withdrawn_pool_pass_on()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        await first.BenchmarkAsync();
        (await pool.Operator.PostAsync($"{pool.Path}/withdraw")).With(200);

        var buyer = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await MovedAsync(first, buyer);
        Assert.Equal("passed", second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData(true, "failed")]
    [InlineData(false, "passed")]
    public async Task What_a_node_claimed_in_review_is_its_own_only_when_it_is_believed(bool isBelieved, string outcome)
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        first.Node.Hardware = first.Node.Hardware with { Bf16 = 900.4m };
        await first.BenchmarkAsync();
        await pool.Api.SettleAsync();
        (await pool.Api.Platform.PostAsync($"/v1/benchmark-runs/{first.Run}/review-decisions", new { nodeId = first.Node.Id.Value, passed = isBelieved, reason = "Looked at." })).With(200);
        await pool.Api.SettleAsync();

        var other = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Other"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await MovedAsync(first, other);

        Assert.Equal(outcome, second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task The_marketplace_releases_devices_and_nobody_else_does()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var first = await pool.AgentAsync();
        await first.BenchmarkAsync();
        var path = $"/v1/nodes/{first.Node.Id}/device-releases";
        (await pool.Operator.PostAsync(path, new { reason = "Sold." })).With(403);

        var released = (await pool.Api.Platform.PostAsync(path, new { reason = "The buyer showed the invoice." })).With(200);

        var devices = released.Json.GetProperty("deviceRelease").GetProperty("devices").EnumerateArray().Select(device => device.GetString());
        Assert.Equal(2, devices.Count(device => device!.StartsWith("uuid:GPU-", StringComparison.Ordinal)));
        var buyer = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Second Hand"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await MovedAsync(first, buyer);
        Assert.Equal("passed", second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());
    }

    /// <summary>A node of another pool with the GPUs of the first, which measures them anew.</summary>
    private static async Task<NodeAgentDouble> MovedAsync(NodeAgentDouble first, VerifiedPool pool)
    {
        var second = await pool.AgentAsync();
        second.Node.Hardware = first.Node.Hardware with { FigureSeed = 7, Bf16 = 779.8m };
        return second;
    }
}
