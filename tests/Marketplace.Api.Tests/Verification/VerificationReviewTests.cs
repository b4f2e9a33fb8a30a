using Marketplace.Domain.Organizations;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Verification;
using NodaTime;

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

    [Fact]
    public async Task A_review_rejected_late_undoes_nothing_of_a_newer_challenge_that_was_passed()
    {
        await using var pool = await VerifiedPool.StartAsync();
        using var agent = await pool.AgentAsync();
        var usual = agent.Node.Hardware;
        agent.Node.Hardware = usual with { Bf16 = 900.4m };
        await agent.BenchmarkAsync();
        var reviewed = agent.Run;
        await pool.Api.SettleAsync();
        await pool.Api.Market.Time.AdvanceAsync(pool.Api.Market.Clock.Now + BenchmarkRun.WaitingLife + Challenge.AnswerLife + Duration.FromMinutes(11));
        (await pool.Operator.PostAsync($"{pool.Path}/benchmark-runs")).With(201);
        await pool.Api.SettleAsync();
        agent.Node.Hardware = usual with { FigureSeed = 9 };
        Assert.Equal("passed", agent.Verdict(await agent.BenchmarkAsync()).GetProperty("outcome").GetString());
        await pool.Api.SettleAsync();
        Assert.Equal("benchmarked", (await pool.Operator.GetAsync(pool.Path)).Text("verification.level"));

        (await pool.Api.Platform.PostAsync($"/v1/benchmark-runs/{reviewed}/review-decisions", new { nodeId = agent.Node.Id.Value, passed = false, reason = "Nobody cools like that." })).With(200);
        await pool.Api.SettleAsync();

        Assert.Equal("benchmarked", (await pool.Operator.GetAsync(pool.Path)).Text("verification.level"));
        Assert.Equal((agent.Run.Value, NodeOutcome.Passed), (await pool.Api.Market.Grains.GetGrain<INodeGrain>(agent.Node.Id.Value).GetAsync())!.State.Result is { } result ? (result.Run.Value, result.Outcome) : default);

        // Its devices are still its own: another node that shows them is refused.
        var other = await VerifiedPool.InAsync(pool.Api, await pool.Api.OrganizationAsync(OrganizationKind.Operator, "Other"), 1, "nvidia-h100-sxm5-80gb");
        using var second = await other.AgentAsync();
        second.Node.Hardware = usual with { FigureSeed = 7, Bf16 = 779.8m };
        Assert.Equal("failed", second.Verdict(await second.BenchmarkAsync()).GetProperty("outcome").GetString());
    }
}
