using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Verification;

/// <summary>A node after the event.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="KeyId">The key concerned: SHA-256 of the public key.</param>
public sealed record NodeKeyData(NodeId Id, PoolId PoolId, string KeyId);

/// <summary>A node that fell silent.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="LastBeatAt">When it was heard of last.</param>
public sealed record NodeSilenceData(NodeId Id, PoolId PoolId, Instant? LastBeatAt);

/// <summary>An outage of a node.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="Number">The outage, from 1 per node.</param>
/// <param name="From">When the last beat before it came.</param>
/// <param name="Until">When the first beat after it came.</param>
/// <param name="Cause">Whose matter it is.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="Decided">Whether the marketplace has decided it.</param>
public sealed record NodeFaultData(NodeId Id, PoolId PoolId, int Number, Instant From, Instant Until, FaultCause Cause, string Evidence, bool Decided);

/// <summary>A node whose devices were released.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="Devices">What they are known by.</param>
/// <param name="Reason">Why.</param>
public sealed record NodeDevicesData(NodeId Id, PoolId PoolId, ImmutableArray<string> Devices, string Reason);

/// <summary>Maintenance of a node that was announced.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="From">When it starts.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Reason">What is done, in the operator's words.</param>
/// <param name="LeaseId">The lease that the node serves, whose tenant was told; null when it serves none.</param>
public sealed record NodeMaintenanceData(NodeId Id, PoolId PoolId, Instant From, Instant Until, string Reason, LeaseId? LeaseId);

/// <summary>What the operator's feed says of a node.</summary>
internal static class NodeEvents
{
    public static readonly EventType<NodeKeyData> Enrolled = new("node.enrolled", "A node introduced itself with a key of its own.");
    public static readonly EventType<NodeKeyData> KeyRotated = new("node.key_rotated", "A node took another key; the one before counts no more.");
    public static readonly EventType<NodeKeyData> KeyRevoked = new("node.key_revoked", "A node's key was revoked: what it signs is refused.");
    public static readonly EventType<NodeSilenceData> Silent = new("node.silent", "A node has sent no heartbeat for a while.");
    public static readonly EventType<NodeFaultData> FaultRecorded = new("node.fault_recorded", "A node is back after an outage, which is on record with its cause.");
    public static readonly EventType<NodeDevicesData> DevicesReleased = new("node.devices_released", "The marketplace released a node's devices: another node may claim them.");
    public static readonly EventType<NodeMaintenanceData> MaintenanceAnnounced = new("node.maintenance_announced", "Maintenance of a node was announced.");
    public static readonly EventType<NodeFaultData> FaultAttributed = new("node.fault_attributed", "The cause of an outage was stated or decided.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(Node node, NodeFact fact, Effects effects)
    {
        switch (fact)
        {
            case NodeEnrolled enrolled:
                effects.Publish(node.OperatorId, Enrolled, new(node.Id, node.PoolId, enrolled.Key.Id));
                break;
            case KeyRotated rotated:
                effects.Publish(node.OperatorId, KeyRotated, new(node.Id, node.PoolId, rotated.Key.Id));
                break;
            case KeyRevoked revoked:
                effects.Publish(node.OperatorId, KeyRevoked, new(node.Id, node.PoolId, revoked.KeyId));
                break;
            case DevicesReleased _ when node.Release is { } release:
                effects.Publish(node.OperatorId, DevicesReleased, new(node.Id, node.PoolId, release.Devices, release.Reason));
                break;
            case SilenceNoted { IsSilent: true }:
                effects.Publish(node.OperatorId, Silent, new(node.Id, node.PoolId, node.Health.LastBeatAt));
                break;
            case BeatsTaken { Ended: { } ended }:
                effects.Publish(node.OperatorId, FaultRecorded, Data(ended));
                break;
            case MaintenancePlanned { Maintenance: var work } planned:
                effects.Publish(node.OperatorId, MaintenanceAnnounced, new(node.Id, node.PoolId, work.From, work.Until, work.Reason, planned.Lease));
                break;
            case FaultAttributed attributed:
                effects.Publish(node.OperatorId, FaultAttributed, Data(attributed.Fault));
                break;
        }

        NodeFaultData Data(NodeFault fault) => new(node.Id, node.PoolId, fault.Number, fault.From, fault.Until, fault.Cause, fault.Evidence, fault.Decided);
    }
}

/// <summary>A challenge after the event.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="PoolId">The pool.</param>
/// <param name="LeaseId">The lease, when it is for acceptance.</param>
/// <param name="Nodes">The nodes tested.</param>
public sealed record BenchmarkRunData(BenchmarkRunId Id, BenchmarkPurpose Purpose, PoolId PoolId, LeaseId? LeaseId, ImmutableArray<NodeId> Nodes);

/// <summary>A node's verdict.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="NodeId">The node.</param>
/// <param name="Outcome">The verdict.</param>
/// <param name="Reason">The heaviest finding; null when there is none.</param>
public sealed record BenchmarkVerdictData(BenchmarkRunId Id, NodeId NodeId, NodeOutcome Outcome, string? Reason);

/// <summary>A challenge that was decided.</summary>
/// <param name="Id">The challenge.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="PoolId">The pool.</param>
/// <param name="Level">What it shows.</param>
/// <param name="Score">Mean score of its nodes.</param>
/// <param name="ExpiresAt">From when on it counts no more.</param>
public sealed record BenchmarkResultData(BenchmarkRunId Id, BenchmarkPurpose Purpose, PoolId PoolId, VerificationLevel Level, decimal? Score, Instant ExpiresAt);

/// <summary>What feeds say of a challenge: the operator's, and that of the tenant whose acceptance it is.</summary>
internal static class BenchmarkRunEvents
{
    public static readonly EventType<BenchmarkRunData> Opened = new("benchmark_run.opened", "A challenge was opened; the nodes' agents answer it by themselves.");
    public static readonly EventType<BenchmarkVerdictData> Judged = new("benchmark_run.node_judged", "A node's answer to a challenge was judged.");
    public static readonly EventType<BenchmarkResultData> Concluded = new("benchmark_run.concluded", "A challenge was decided.");
    public static readonly EventType<BenchmarkResultData> Expired = new("benchmark_run.expired", "A challenge is too old to count.");

    /// <summary>Adds the fact's event.</summary>
    public static void Publish(BenchmarkRun run, BenchmarkRunFact fact, Effects effects)
    {
        switch (fact)
        {
            case RunOpened:
                Tell(Opened, new(run.Id, run.Purpose, run.PoolId, run.LeaseId, [.. run.Answers.Select(answer => answer.Node)]));
                break;
            case VerdictGiven given:
                Tell(Judged, new(run.Id, given.Node, given.Verdict.Outcome, given.Verdict.Findings is [var first, ..] ? first.Detail : null));
                break;
            case RunConcluded { Result: var result }:
                Tell(Concluded, new(run.Id, run.Purpose, run.PoolId, result.Level, result.Score, result.ExpiresAt));
                break;
            case RunExpired when run.Result is { } old:
                Tell(Expired, new(run.Id, run.Purpose, run.PoolId, old.Level, old.Score, old.ExpiresAt));
                break;
        }

        void Tell<TData>(EventType<TData> type, TData data)
            where TData : class
        {
            effects.Publish(run.OperatorId, type, data);
            if (run.TenantId is { } tenant)
            {
                effects.Publish(tenant, type, data);
            }
        }
    }
}
