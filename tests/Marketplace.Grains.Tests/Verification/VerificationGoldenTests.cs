using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Verification;

/// <summary>Records of nodes and challenges as they lie in stores.</summary>
public sealed class VerificationGoldenTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 6, 1, 5, 0);
    private static readonly NodeId Id = NodeId.From("node_golden");
    private static readonly BenchmarkRunId Run = BenchmarkRunId.From("bench_golden");
    private static readonly OrganizationId Owner = OrganizationId.From("org_operator");
    private static readonly PoolId Pool = PoolId.From("pool_golden");
    private static readonly string Digest = new('d', 64);

    [Fact]
    public void A_nodes_record_is_written_as_ever_and_still_loads()
    {
        var node = new Node
        {
            Id = Id,
            OperatorId = Owner,
            PoolId = Pool,
            CreatedAt = Now,
            Token = new EnrolmentToken("hash", Now + Node.TokenLife),
            Keys = [new NodeKey(Digest, "AAAA", Now, Now, "Lost."), new NodeKey(Digest, "BBBB", Now)],
            AgentVersion = "1.0.0",
            EnrolledBy = Digest,
            Sequence = 7,
            LastDigest = Digest,
            Challenge = Run,
            Result = new NodeResult(Run, NodeOutcome.Passed, Now),
            Refused = [new RefusedMessage(Now, "message_replayed", "Its sequence is 5.", Digest)],
            Health = new NodeHealth
            {
                Since = Now,
                Sequence = 41,
                LastBeatAt = Now,
                BootId = "boot",
                Hours = [new HealthHour(Now, 0x7ff, 1, 0xff000, 71.5m, 2)],
                Faults = [new NodeFault(1, Now, Now + Duration.FromMinutes(12), FaultCause.Power, "Breaker 4 tripped.", Owner, true)],
                FaultCount = 1,
                Planned = [new Maintenance(Now, Now + Duration.FromHours(2), "Firmware.")],
                WatchAt = Now + Duration.FromHours(1),
            },
        };

        Assert.Null(Golden.Fault("node.v1.json", new AggregateRecord<Node> { Schema = 1, State = node, Version = 5, LastAt = Now, NextSequence = 2 }));
    }

    [Fact]
    public void A_challenges_record_is_written_as_ever_and_still_loads()
    {
        var verdict = new NodeVerdict(
            NodeOutcome.Downgraded, [new Finding(FindingKind.Compute, FindingWeight.Downgrade, "Slow.", 500, 794.5m)], new NodeFigures(500, 2900, null, 4.2m, 18), 81.4m, 0);
        var run = new BenchmarkRun
        {
            Id = Run,
            Purpose = BenchmarkPurpose.Acceptance,
            OperatorId = Owner,
            PoolId = Pool,
            Sku = SkuId.From("nvidia-h100-sxm5-80gb"),
            GpusPerNode = 8,
            Population = 1,
            LeaseId = LeaseId.From("lease_golden"),
            TenantId = OrganizationId.From("org_tenant"),
            OpenedAt = Now,
            ClosesAt = Now + Challenge.AnswerLife,
            Status = BenchmarkRunStatus.Concluded,
            Challenge = Challenge.Issue(new string('a', 64), Now, Challenge.StandardWorkSize),
            Answers =
            [
                new NodeAnswer(Id)
                {
                    Commitments = [new DeviceCommitment("0", Digest)],
                    Seed = Digest,
                    CommittedAt = Now,
                    Report = Digest,
                    ReportedAt = Now,
                    BootId = "boot",
                    Outputs = [new ReportedOutput(OutputKind.ToolOutput, Digest, 10, Tool.NvidiaSmi)],
                    Arrived = [Digest],
                    Digits = [500.1m, 2900.2m],
                    Verdict = verdict,
                },
            ],
            Result = new BenchmarkResult(Now, Now + BenchmarkRun.Validity, VerificationLevel.Identified, 81.4m, null, ["Slow."]),
        };

        Assert.Null(Golden.Fault("benchmark-run.v1.json", new AggregateRecord<BenchmarkRun>
        {
            Schema = 1,
            State = run,
            Version = 9,
            LastAt = Now,
            NextSequence = 12,
            Outbox = [new OutboxEntry(11, GrainKeys.Lease(LeaseId.From("lease_golden")).ToString(), new AcceptanceTested(Run, [], [new NodeFailure(Id, "Slow.")]), null)],
        }));
    }

    [Fact]
    public void A_devices_claim_is_written_as_ever_and_one_from_before_it_named_its_challenge_still_loads()
    {
        Assert.Null(Golden.Fault("device-claim.v2.json", new DeviceClaim(Id, OrganizationId.From("org_operator"), By: Run)));
        Assert.Equal(new DeviceClaim(NodeId.From("node_1"), OrganizationId.From("org_operator")), Golden.Loads<DeviceClaim>("device-claim.v1.json"));
    }

    /// <summary>What was written before results named when their challenge was opened: whatever is decided next counts.</summary>
    [Fact]
    public void A_result_kept_before_is_older_than_any_that_follows_it()
    {
        var kept = Golden.Loads<AggregateRecord<Node>>("node.v1.json").State!;
        var next = new NodeResult(BenchmarkRunId.From("bench_next"), NodeOutcome.Failed, Now, Now);

        Assert.Null(kept.Result!.OpenedAt);
        Assert.Equal(next, NodeDecisions.Evolve(kept, new NodeJudged(next)).Result);
    }
}
