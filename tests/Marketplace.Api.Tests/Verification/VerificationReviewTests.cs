namespace Marketplace.Api.Tests.Verification;

/// <summary>What is too good to be believed at once waits for the marketplace, which finds it in its own list.</summary>
public sealed class VerificationReviewTests
{
    [Theory]
    [InlineData(true, "benchmarked")]
    [InlineData(false, "declared")]
    public async Task An_unusual_answer_waits_in_the_marketplaces_list_until_it_is_decided(bool passed, string level)
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        agent.Node.Hardware = agent.Node.Hardware with { Bf16 = 900.4m };
        await agent.BenchmarkAsync();
        await pool.Api.SettleAsync();

        var waiting = (await pool.Api.Platform.GetAsync("/v1/benchmark-runs?status=inReview")).With(200).Json.GetProperty("data");
        Assert.Equal(agent.Run.Value, Assert.Single(waiting.EnumerateArray()).GetProperty("id").GetString());
        Assert.Empty((await pool.Operator.GetAsync("/v1/benchmark-runs?status=concluded")).With(200).Json.GetProperty("data").EnumerateArray());

        var decision = new { nodeId = agent.Node.Id.Value, passed, reason = "The maker confirmed the cooling." };
        (await pool.Operator.PostAsync($"/v1/benchmark-runs/{agent.Run}/review-decisions", decision)).With(403);
        (await pool.Api.Platform.PostAsync($"/v1/benchmark-runs/{agent.Run}/review-decisions", decision)).With(200);
        await pool.Api.SettleAsync();

        Assert.Empty((await pool.Api.Platform.GetAsync("/v1/benchmark-runs?status=inReview")).With(200).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(level, (await pool.Operator.GetAsync(pool.Path)).Text("verification.level"));
    }
}
