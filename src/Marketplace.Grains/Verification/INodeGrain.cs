using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using NodaTime;
using Orleans.Concurrency;

namespace Marketplace.Grains.Verification;

/// <summary>A physical node as the marketplace hears it. Key: <c>node_…</c>. It comes into being with its first enrolment token.</summary>
[Alias("Marketplace.INodeGrain"), GrainInterfaceType("Marketplace.INodeGrain")]
public interface INodeGrain : IAggregateGrain
{
    /// <summary>The node as last made durable, or null.</summary>
    [Alias("Get"), AlwaysInterleave]
    Task<Snapshot<Node>?> GetAsync();

    /// <summary>Gives the operator a token.</summary>
    [Alias("IssueToken")]
    Task<Answer<Snapshot<Node>>> IssueTokenAsync(Operation operation, IssueEnrolmentToken command);

    /// <summary>The node introduces itself and its key.</summary>
    [Alias("Enrol")]
    Task<Answer<Snapshot<Node>>> EnrolAsync(EnrolNode command);

    /// <summary>The node takes another key.</summary>
    [Alias("RotateKey")]
    Task<Answer<Snapshot<Node>>> RotateKeyAsync(RotateKey command);

    /// <summary>The operator, or the marketplace, revokes the node's key.</summary>
    [Alias("RevokeKey")]
    Task<Answer<Snapshot<Node>>> RevokeKeyAsync(Operation operation, RevokeKey command);

    /// <summary>Checks a signed message and takes its sequence; a refusal is kept with its reason.</summary>
    [Alias("TakeMessage")]
    Task<Answer<Snapshot<Node>>> TakeMessageAsync(TakeMessage command);

    /// <summary>Keeps why a message whose signature was good was refused elsewhere.</summary>
    [Alias("NoteRefusal")]
    Task NoteRefusalAsync(string code, string reason, string digest);

    /// <summary>Takes beats. The answer acknowledges what is durable, which may be less than what came.</summary>
    [Alias("Beat")]
    Task<Answer<BeatAnswer>> BeatAsync(SignedMessage message, Heartbeats body);

    /// <summary>States or decides the cause of an outage.</summary>
    [Alias("AttributeFault")]
    Task<Answer<Snapshot<Node>>> AttributeFaultAsync(Operation operation, AttributeFault command);

    /// <summary>Announces maintenance.</summary>
    [Alias("PlanMaintenance")]
    Task<Answer<Snapshot<Node>>> PlanMaintenanceAsync(Operation operation, PlanMaintenance command);

    /// <summary>The marketplace releases the node's devices.</summary>
    /// <param name="operation">Names the request.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    [Alias("ReleaseDevices")]
    Task<Answer<Snapshot<Node>>> ReleaseDevicesAsync(Operation operation, string reason);

    /// <summary>The hours of a window, up to now: at most 800.</summary>
    [Alias("GetHours"), AlwaysInterleave]
    Task<ImmutableArray<HealthHour>> GetHoursAsync(Interval window);
}

/// <summary>What a node hears back.</summary>
/// <param name="Acknowledged">Highest sequence of a beat that is durable: the node may forget beats up to it, and sends later ones again.</param>
/// <param name="Challenge">The challenge that waits for the node; null when none does.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.BeatAnswer")]
public sealed record BeatAnswer([property: Id(0)] long Acknowledged, [property: Id(1)] BenchmarkRunId? Challenge);

/// <summary>Rows of nodes.</summary>
public static class NodeRows
{
    /// <summary>An operator's enrolled nodes, without their health.</summary>
    public const string Table = "nodes";

    /// <summary>Hours that left a node's record: partition by node, key by hour.</summary>
    public const string Hours = "node-hours";
}
