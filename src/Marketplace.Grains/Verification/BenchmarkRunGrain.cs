using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Serialization;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <summary>A challenge's shell around <see cref="BenchmarkRunDecisions"/> and <see cref="ReportCheck"/>.</summary>
[GrainType("benchmark-run")]
internal sealed class BenchmarkRunGrain(GrainServices services) : RecordGrain<BenchmarkRun, BenchmarkRunFact>(services, "benchmark-run"), IBenchmarkRunGrain
{
    private const int LongestReason = 500;

    public Task<Snapshot<BenchmarkRun>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<BenchmarkRun>>> OpenAsync(OpenBenchmarkRun command) =>
        CommitAsync(null, (run, now) => BenchmarkRunDecisions.Decide(run, command, now));

    public Task<Answer<Snapshot<BenchmarkRun>>> AskAsync(AskChallenge command) => KnownAsync(() =>
        CommitAsync(null, (run, now) => BenchmarkRunDecisions.Decide(run, command, now)));

    public Task<Answer<Snapshot<BenchmarkRun>>> CommitWorkAsync(CommitWork command) => KnownAsync(() =>
        CommitAsync(null, (run, _) => BenchmarkRunDecisions.Decide(run, command)));

    public Task<Answer<Snapshot<BenchmarkRun>>> FillMemoryAsync(FillMemory command) => KnownAsync(() =>
        CommitAsync(null, (run, _) => BenchmarkRunDecisions.Decide(run, command)));

    public Task<Answer<Snapshot<BenchmarkRun>>> ReadMemoryAsync(ReadMemory command) => KnownAsync(() =>
        CommitAsync(null, (run, _) => BenchmarkRunDecisions.Decide(run, command)));

    public Task<Answer<Snapshot<BenchmarkRun>>> ReportAsync(TakeReport command) => KnownAsync(() =>
        CommitAsync(null, (run, _) => BenchmarkRunDecisions.Decide(run, command)));

    public Task<Answer<Snapshot<BenchmarkRun>>> OutputArrivedAsync(TakeOutput command) => KnownAsync(async () =>
    {
        var answer = await CommitAsync(null, (run, _) => BenchmarkRunDecisions.Decide(run, command));
        if (answer.IsGranted)
        {
            await JudgeAsync();
        }

        return answer.IsGranted ? Durable! : answer;
    });

    public Task<Answer<Snapshot<BenchmarkRun>>> DecideReviewAsync(Operation operation, DecideReview command) =>
        KnownAsync(() => CommitAsync(operation, (run, now) => BenchmarkRunDecisions.Decide(run, command, now)));

    protected override BenchmarkRun Evolve(BenchmarkRun? state, BenchmarkRunFact fact) => BenchmarkRunDecisions.Evolve(state, fact);

    protected override Instant? DueAt(BenchmarkRun state) =>
        state.Status == BenchmarkRunStatus.Issued && state.Answers.Any(IsUnjudged) ? state.OpenedAt : state.DueAt();

    protected override async Task OnDueAsync(Instant now)
    {
        await JudgeAsync();
        await CommitAsync(null, (run, at) => BenchmarkRunDecisions.Meet(run!, at));
    }

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (notice is AcceptanceTestOpened opened)
        {
            var pool = (await Services.Grains.GetGrain<IGpuPoolGrain>(opened.Pool.Value).GetAsync())?.State;
            if (pool?.Hardware is { } hardware)
            {
                await OpenAsync(new OpenBenchmarkRun(
                    BenchmarkRunId.From(Key), BenchmarkPurpose.Acceptance, opened.Operator, opened.Pool, hardware.Sku, hardware.GpusPerNode, opened.Nodes, opened.Nodes.Length, opened.Lease, opened.Tenant));
            }
        }
        else
        {
            await base.OnNoticeAsync(notice, sender);
        }
    }

    protected override void React(BenchmarkRun? before, BenchmarkRun after, BenchmarkRunFact fact, Effects effects)
    {
        switch (fact)
        {
            case RunOpened:
                foreach (var answer in after.Answers)
                {
                    effects.Tell(GrainKeys.Node(answer.Node), new ChallengeOpened(after.Id));
                }

                break;
            case VerdictGiven { Verdict.Outcome: not NodeOutcome.InReview } given:
                effects.Tell(GrainKeys.Node(given.Node), new ChallengeDecided(
                    new NodeResult(after.Id, given.Verdict.Outcome, effects.At, after.OpenedAt),
                    given.Verdict.Outcome == NodeOutcome.Failed && before?.AnswerOf(given.Node)?.Verdict?.Outcome == NodeOutcome.InReview ? true : null));
                if (after.LeaseId is { } lease)
                {
                    effects.Tell(GrainKeys.Lease(lease), TestedBy(after.Id, given));
                }

                break;
            case RunConcluded concluded when after.Purpose != BenchmarkPurpose.Acceptance:
                effects.Tell(GrainKeys.GpuPool(after.PoolId), new PoolVerified(PoolVerification.Of(after, concluded.Result), [.. after.Answers.Select(answer => answer.Node)]));
                break;
            case RunExpired when after.Purpose != BenchmarkPurpose.Acceptance:
                effects.Tell(GrainKeys.GpuPool(after.PoolId), new PoolVerificationExpired(after.Id));
                break;
        }

        BenchmarkRunEvents.Publish(after, fact, effects);
    }

    protected override void React(BenchmarkRun after, Effects effects)
    {
        var key = SortKeys.Of(after.OpenedAt, Key);
        var row = after.WithoutAnswers();
        effects.Row(BenchmarkRunRows.Table, after.OperatorId.Value, key, row);
        effects.Row(BenchmarkRunRows.Table, after.PoolId.Value, key, row);
        effects.Row(BenchmarkRunRows.Table, Organization.Platform.Value, key, row);
        if (after.TenantId is { } tenant)
        {
            effects.Row(BenchmarkRunRows.Table, tenant.Value, key, row);
        }
    }

    private static bool IsUnjudged(NodeAnswer answer) => answer is { Verdict: null, IsComplete: true };

    private static AcceptanceTested TestedBy(BenchmarkRunId run, VerdictGiven given) => given.Verdict.Outcome switch
    {
        NodeOutcome.Passed => new AcceptanceTested(run, [given.Node], []),

        // Silence is no failure: the tenant's word, or its silence, still decides.
        NodeOutcome.Unanswered => new AcceptanceTested(run, [], []),
        _ => new AcceptanceTested(run, [], [new NodeFailure(given.Node, given.Verdict.Findings is [{ Detail: var detail }, ..] ? detail.Length <= LongestReason ? detail : detail[..LongestReason] : "The test failed.")]),
    };

    /// <summary>A command to a challenge that was never opened is refused, and leaves nothing.</summary>
    private async Task<Answer<Snapshot<BenchmarkRun>>> KnownAsync(Func<Task<Answer<Snapshot<BenchmarkRun>>>> run) => State is null
        ? Refusal.Of(BenchmarkRunRefusal.NotFound, "There is no such challenge.")
        : await run();

    /// <summary>Judges every answer that is whole. After a crash in between, the visit does so.</summary>
    private async Task JudgeAsync()
    {
        while (State is { Status: BenchmarkRunStatus.Issued } run && run.Answers.FirstOrDefault(IsUnjudged) is { } answer)
        {
            var judged = await JudgeAsync(run, answer);
            await CommitAsync(null, (state, now) => BenchmarkRunDecisions.Decide(state!, new GiveVerdict(answer.Node, judged.Verdict, judged.Digits), now));
        }
    }

    private async Task<Judgement> JudgeAsync(BenchmarkRun run, NodeAnswer answer)
    {
        var outputs = ImmutableDictionary.CreateBuilder<string, ImmutableArray<byte>>(StringComparer.Ordinal);
        foreach (var output in answer.Outputs)
        {
            outputs[output.Sha256] = await EvidenceAsync(output.Sha256);
        }

        if (ReportOf((await EvidenceAsync(answer.Report!)).AsSpan()) is not { } report)
        {
            return Judgement.Impossible("The signed report cannot be read: instants end in Z, and whole numbers have no fraction.");
        }

        var judged = await JudgeAsync([]);
        var clashes = await ClashesAsync(run, answer.Node, report, judged);
        return clashes.IsEmpty ? judged : await JudgeAsync(clashes);

        // Making memory again and checking products takes a second of a processor's time: not this scheduler's.
        Task<Judgement> JudgeAsync(ImmutableArray<DeviceClash> found)
        {
            var given = new ReportCase(run, report, outputs.ToImmutable(), found, Services.RealNow);
            return Task.Run(() => ReportCheck.Judge(given));
        }
    }

    /// <summary>
    /// Where else devices, machine and outputs of an answer were seen; what was seen nowhere else is claimed. An output counts for
    /// the challenge it came in first, whatever the verdict; devices are claimed by an answer that counts.
    /// </summary>
    private async Task<ImmutableArray<DeviceClash>> ClashesAsync(BenchmarkRun run, NodeId node, BenchmarkReport report, Judgement judged)
    {
        var clashes = ImmutableArray.CreateBuilder<DeviceClash>();
        var claim = new DeviceClaim(node, run.OperatorId, By: run.Id);
        foreach (var print in judged.Prints.Order(StringComparer.Ordinal))
        {
            Note(print, await DeviceClaims.TryClaimAsync(Services.Rows, print, claim with { Run = run.Id, By = null }));
        }

        ImmutableArray<string> identities = [.. DeviceClaims.IdentitiesOf(report, judged.Certificates).Order(StringComparer.Ordinal)];
        foreach (var identity in identities)
        {
            Note(identity, await DeviceClaims.HolderAsync(Services, identity) is { } other && other.Node != node ? other : null);
        }

        // What is in review claims devices, lest another node does meanwhile, and takes nothing from the answers believed before.
        var isBelieved = judged.Verdict.Outcome < NodeOutcome.InReview;
        if (judged.Verdict.Outcome <= NodeOutcome.InReview && clashes.Count == 0)
        {
            foreach (var identity in identities)
            {
                Note(identity, await DeviceClaims.TryTakeAsync(Services, identity, claim, isBelieved));
            }

            if (clashes.Count == 0 && isBelieved)
            {
                await DeviceClaims.KeepAsync(Services.Rows, node, [.. identities]);
            }
        }

        return clashes.ToImmutable();

        void Note(string identity, DeviceClaim? other)
        {
            if (other is not null)
            {
                clashes.Add(new DeviceClash(identity, Elsewhere(other, run.OperatorId)));
            }
        }
    }

    private static BenchmarkReport? ReportOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<BenchmarkReport>(bytes, MarketJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<ImmutableArray<byte>> EvidenceAsync(string digest) => await EvidenceStore.FindAsync(Services.Rows, digest)
        ?? throw new InvalidOperationException($"{Key}: evidence {digest} was acknowledged and is not there.");

    private static string Elsewhere(DeviceClaim other, OrganizationId own) =>
        (other.Run, other.Operator == own) switch
        {
            (null, true) => $"with {other.Node}, another node of this operator",
            (null, false) => "with a node of another operator",
            ({ } run, true) => $"in {run} by {other.Node}",
            _ => "in a challenge of another operator",
        };
}
