using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using NodaTime;

namespace Marketplace.Domain.Tests.Verification;

public sealed class BenchmarkRunDecisionsTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly string Nonce = new('a', 64);
    private static readonly string Seed = new('b', 64);
    private static readonly NodeId One = NodeId.From("node_1");
    private static readonly NodeId Two = NodeId.From("node_2");
    private static readonly ReportedOutput Output = new(OutputKind.ToolOutput, new string('c', 64), 10, Tool.NvidiaSmi);

    [Fact]
    public void The_first_node_to_ask_starts_the_clock_for_all()
    {
        var run = Opened();
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, new AskChallenge(One, Nonce, Now), Now));

        Assert.Equal((Nonce, Now + Challenge.CommitLife), (run.Challenge!.Nonce, run.Challenge.CommitBy));
        Assert.Empty(BenchmarkRunDecisions.Decide(run, new AskChallenge(Two, Seed, Now), Now).Facts);
        Assert.Equal("node_not_challenged", BenchmarkRunDecisions.Decide(run, new AskChallenge(NodeId.From("node_3"), Seed, Now), Now).Refusal?.Code);
        Assert.Equal("answer_late", BenchmarkRunDecisions.Decide(run, new AskChallenge(Two, Seed, Now + Duration.FromHours(3)), Now).Refusal?.Code);
    }

    [Fact]
    public void A_commitment_is_of_all_devices_in_time_and_never_changed()
    {
        var run = Issued();
        Assert.Equal("devices_wrong", Refused(Commit(One) with { Body = Commit(One).Body with { Devices = [new("0", Nonce)] } }));
        Assert.Equal("nonce_foreign", Refused(Commit(One) with { Body = Commit(One).Body with { Nonce = Seed } }));
        Assert.Equal("answer_late", Refused(Commit(One) with { RealNow = Now + Challenge.CommitLife + Duration.FromSeconds(1) }));
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, Commit(One)));

        Assert.Equal(Seed, run.AnswerOf(One)!.Seed);
        Assert.Empty(BenchmarkRunDecisions.Decide(run, Commit(One)).Facts);
        Assert.Equal("work_committed", BenchmarkRunDecisions.Decide(run, Commit(One) with { Body = Commit(One).Body with { Devices = [new("0", Seed), new("1", Nonce)] } }).Refusal?.Code);

        string? Refused(CommitWork command) => BenchmarkRunDecisions.Decide(Issued(), command).Refusal?.Code;
    }

    [Fact]
    public void A_report_comes_once_after_the_commitment_and_in_time()
    {
        var run = Issued();
        Assert.Equal("work_not_committed", BenchmarkRunDecisions.Decide(run, Report(One)).Refusal?.Code);
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, Commit(One)));
        Assert.Equal("answer_late", BenchmarkRunDecisions.Decide(run, Report(One) with { RealNow = Now + Duration.FromHours(2) }).Refusal?.Code);
        Assert.Equal("outputs_invalid", BenchmarkRunDecisions.Decide(run, Report(One, Output with { Bytes = 9 << 20 })).Refusal?.Code);
        Assert.Equal("outputs_invalid", BenchmarkRunDecisions.Decide(run, Report(One, Output with { Tool = null })).Refusal?.Code);
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, Report(One)));

        Assert.Empty(BenchmarkRunDecisions.Decide(run, Report(One)).Facts);
        Assert.Equal("reported_otherwise", BenchmarkRunDecisions.Decide(run, Report(One) with { Digest = Nonce }).Refusal?.Code);
        Assert.False(run.AnswerOf(One)!.IsComplete);
        Assert.Equal("output_unknown", BenchmarkRunDecisions.Decide(run, new TakeOutput(Nonce, 10, Now)).Refusal?.Code);
        Assert.True(Evolve(run, BenchmarkRunDecisions.Decide(run, new TakeOutput(Output.Sha256, 10, Now))).AnswerOf(One)!.IsComplete);
    }

    [Theory]
    [InlineData(NodeOutcome.Passed, NodeOutcome.Passed, VerificationLevel.Benchmarked)]
    [InlineData(NodeOutcome.Passed, NodeOutcome.Downgraded, VerificationLevel.Identified)]
    [InlineData(NodeOutcome.Passed, NodeOutcome.Failed, VerificationLevel.Declared)]
    [InlineData(NodeOutcome.Unanswered, NodeOutcome.Passed, VerificationLevel.Declared)]
    public void The_worst_node_decides_the_level(NodeOutcome one, NodeOutcome two, VerificationLevel level)
    {
        var run = Judged(Judged(Issued(), One, one), Two, two);

        Assert.Equal((BenchmarkRunStatus.Concluded, level), (run.Status, run.Result!.Level));
        Assert.Equal(Now + BenchmarkRun.Validity, run.DueAt());
        Assert.NotEmpty(run.Result.Missing);
    }

    [Fact]
    public void Attested_is_what_the_maker_shows_of_every_gpu()
    {
        var run = Judged(Judged(Issued(), One, NodeOutcome.Passed, 2), Two, NodeOutcome.Passed, 2);

        Assert.Equal(VerificationLevel.Attested, run.Result!.Level);
        Assert.Equal(VerificationLevel.Benchmarked, Judged(Judged(Issued(), One, NodeOutcome.Passed, 2), Two, NodeOutcome.Passed, 1).Result!.Level);
    }

    [Fact]
    public void Score_and_spread_are_of_the_nodes_that_have_one()
    {
        var run = Judged(Judged(Issued(), One, NodeOutcome.Passed, score: 95), Two, NodeOutcome.Passed, score: 105);

        Assert.Equal((100m, 10m), (run.Result!.Score, run.Result.Spread));
    }

    [Fact]
    public void What_is_in_review_waits_for_a_reasoned_decision()
    {
        var run = Judged(Judged(Issued(), One, NodeOutcome.InReview), Two, NodeOutcome.Passed);
        Assert.Equal((BenchmarkRunStatus.InReview, Instant.MaxValue), (run.Status, run.DueAt()));
        Assert.Equal("nothing_in_review", BenchmarkRunDecisions.Decide(run, new DecideReview(Two, true, "Fine."), Now).Refusal?.Code);
        Assert.Equal("review_reason_missing", BenchmarkRunDecisions.Decide(run, new DecideReview(One, true, ""), Now).Refusal?.Code);

        var passed = Evolve(run, BenchmarkRunDecisions.Decide(run, new DecideReview(One, true, "The maker confirmed it."), Now));
        var failed = Evolve(run, BenchmarkRunDecisions.Decide(run, new DecideReview(One, false, "It could not be repeated."), Now));

        Assert.Equal(VerificationLevel.Benchmarked, passed.Result!.Level);
        Assert.Equal(VerificationLevel.Declared, failed.Result!.Level);
        Assert.Contains("It could not be repeated.", failed.AnswerOf(One)!.Verdict!.Findings[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void When_time_is_up_silent_nodes_are_named_and_the_next_sample_holds_them()
    {
        var run = Judged(Issued(), One, NodeOutcome.Passed);
        Assert.Empty(BenchmarkRunDecisions.Meet(run, Now).Facts);
        run = Evolve(run, BenchmarkRunDecisions.Meet(run, run.ClosesAt));

        Assert.Equal(NodeOutcome.Unanswered, run.AnswerOf(Two)!.Verdict!.Outcome);
        Assert.Equal([Two], PoolVerification.Of(run, run.Result!).Owed);
        Assert.Equal("challenge_over", BenchmarkRunDecisions.Decide(run, Commit(Two)).Refusal?.Code);
        run = Evolve(run, BenchmarkRunDecisions.Meet(run, run.Result!.ExpiresAt));
        Assert.Equal((BenchmarkRunStatus.Expired, null), (run.Status, run.DueAt()));
    }

    [Fact]
    public void Words_do_not_come_before_they_are_asked_for()
    {
        var run = Evolve(Opened(), BenchmarkRunDecisions.Decide(Opened(), new AskChallenge(One, Nonce, Now, MemoryMebibytes: 1), Now));
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, Commit(One)));
        run = Evolve(run, BenchmarkRunDecisions.Decide(run, new FillMemory(new MemoryFills(run.Id, One, Nonce, 2, ["0"]), Seed, Now + Duration.FromMinutes(1))));
        var read = new ReadMemory(new MemoryReads(run.Id, One, Nonce, 3, [new DeviceReads("0", Nonce)]), Seed, Now);

        Assert.Equal("memory_not_filled", BenchmarkRunDecisions.Decide(run, read).Refusal?.Code);
        Assert.Null(BenchmarkRunDecisions.Decide(run, read with { RealNow = Now + Duration.FromMinutes(1) }).Refusal);
    }

    [Fact]
    public void A_node_that_was_downgraded_is_owed_as_well()
    {
        var run = Judged(Judged(Issued(), One, NodeOutcome.Downgraded), Two, NodeOutcome.Passed);

        Assert.Equal([One], PoolVerification.Of(run, run.Result!).Owed);
        Assert.Equal(run.OpenedAt, PoolVerification.Of(run, run.Result!).OpenedAt);
    }

    [Fact]
    public void A_challenge_is_for_known_gpus()
    {
        Assert.Equal("benchmark_run_invalid", BenchmarkRunDecisions.Decide(null, Open([]), Now).Refusal?.Code);
        Assert.Equal("benchmark_run_invalid", BenchmarkRunDecisions.Decide(null, Open([One]) with { Sku = SkuId.From("nvidia-unheard") }, Now).Refusal?.Code);
        Assert.Empty(BenchmarkRunDecisions.Decide(Opened(), Open([One]), Now).Facts);
    }

    private static OpenBenchmarkRun Open(ImmutableArray<NodeId> nodes) => new(
        BenchmarkRunId.From("bench_1"), BenchmarkPurpose.Listing, OrganizationId.From("org_operator"), PoolId.From("pool_1"), SkuId.From("nvidia-h100-sxm5-80gb"), 2, nodes, 2);

    private static BenchmarkRun Opened() => Evolve(null, BenchmarkRunDecisions.Decide(null, Open([One, Two]), Now));

    private static BenchmarkRun Issued() => Evolve(Opened(), BenchmarkRunDecisions.Decide(Opened(), new AskChallenge(One, Nonce, Now), Now));

    private static CommitWork Commit(NodeId node) => new(new WorkCommitments(BenchmarkRunId.From("bench_1"), node, Nonce, 1, [new("0", Nonce), new("1", Seed)]), Seed, Now);

    private static TakeReport Report(NodeId node, ReportedOutput? output = null) => new(
        new BenchmarkReport(BenchmarkRunId.From("bench_1"), node, Nonce, 2, "test", new ReportClock(Now, Now, Now), new ReportedMachine("boot"), [], [output ?? Output], []), Seed, Now);

    private static BenchmarkRun Judged(BenchmarkRun run, NodeId node, NodeOutcome outcome, int attested = 0, decimal? score = null)
    {
        ImmutableArray<Finding> findings = outcome switch
        {
            NodeOutcome.Passed => [],
            NodeOutcome.Downgraded or NodeOutcome.Unanswered => [new(FindingKind.Compute, FindingWeight.Downgrade, "Slow.")],
            NodeOutcome.InReview => [new(FindingKind.Compute, FindingWeight.Review, "Too good.")],
            _ => [new(FindingKind.Compute, FindingWeight.Reject, "Impossible.")],
        };
        return Evolve(run, BenchmarkRunDecisions.Decide(run, new GiveVerdict(node, new NodeVerdict(outcome, findings, new NodeFigures(null, null, null, null, null), score, attested), []), Now));
    }

    private static BenchmarkRun Evolve(BenchmarkRun? run, Decision<BenchmarkRunFact> decision)
    {
        Assert.Null(decision.Refusal);
        Assert.NotEmpty(decision.Facts);
        return decision.Facts.Aggregate(run, BenchmarkRunDecisions.Evolve)!;
    }
}
