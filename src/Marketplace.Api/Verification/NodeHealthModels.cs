using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using NodaTime;

namespace Marketplace.Api.Verification;

/// <summary>An enrolment token.</summary>
/// <param name="NodeId">The node it is for.</param>
/// <param name="Token">The token, shown this once and kept nowhere; a repeated request answers null.</param>
/// <param name="ExpiresAt">From when on it is refused.</param>
internal sealed record EnrolmentTokenModel(NodeId NodeId, string? Token, Instant ExpiresAt)
{
    public static EnrolmentTokenModel Example { get; } = new(NodeModelIds.Node, "enr_4k2m7qz3v5xw6a2bc4d5e6f7ga_shownonce", Instant.FromUtc(2027, 3, 4, 6, 0));
}

/// <summary>Why a key is revoked.</summary>
/// <param name="Reason">In words.</param>
internal sealed record KeyRevocation([Length(1, 500)] string Reason)
{
    public static KeyRevocation Example { get; } = new("The node's disk was exchanged.");
}

/// <summary>A key of a node.</summary>
/// <param name="Id">SHA-256 of the public key.</param>
/// <param name="PublicKey">32 bytes, base64.</param>
/// <param name="AddedAt">When the node brought it.</param>
/// <param name="RevokedAt">When it stopped counting.</param>
/// <param name="RevokedFor">Why.</param>
internal sealed record NodeKeyModel(string Id, string PublicKey, Instant AddedAt, Instant? RevokedAt, string? RevokedFor);

/// <summary>A message that was refused.</summary>
/// <param name="At">When it came.</param>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Reason">In words.</param>
/// <param name="Sha256">Digest of the signed bytes.</param>
internal sealed record RefusedMessageModel(Instant At, string Code, string Reason, string Sha256);

/// <summary>An outage and its cause.</summary>
/// <param name="Number">From 1, per node.</param>
/// <param name="From">When the last beat before it came.</param>
/// <param name="Until">When the first beat after it came.</param>
/// <param name="Cause">Whose matter it is.</param>
/// <param name="Evidence">What shows it.</param>
/// <param name="StatedBy">Who said so last; null for the marketplace's reading of the beats.</param>
/// <param name="Decided">Whether the marketplace decided it for good.</param>
internal sealed record NodeFaultModel(int Number, Instant From, Instant Until, FaultCause Cause, string Evidence, OrganizationId? StatedBy, bool Decided)
{
    public static NodeFaultModel Of(NodeFault fault) => new(fault.Number, fault.From, fault.Until, fault.Cause, fault.Evidence, fault.StatedBy, fault.Decided);
}

/// <summary>A cause to put on record.</summary>
/// <param name="Cause">Whose matter the outage is.</param>
/// <param name="Evidence">What shows it.</param>
internal sealed record NewFaultAttribution(FaultCause Cause, [Length(1, 1000)] string Evidence)
{
    public static NewFaultAttribution Example { get; } = new(FaultCause.Power, "Breaker 4 of hall B tripped; the event log of the meter is attached to ticket 1187.");
}

/// <summary>Maintenance to announce.</summary>
/// <param name="From">First instant, 24 hours to 92 days ahead.</param>
/// <param name="Until">First instant after it. Of each calendar month (UTC), 12 hours of a node at most are maintenance.</param>
/// <param name="Reason">What is done.</param>
internal sealed record NewMaintenance(Instant From, Instant Until, [Length(1, 1000)] string Reason)
{
    public static NewMaintenance Example { get; } = new(Instant.FromUtc(2027, 3, 7, 2, 0), Instant.FromUtc(2027, 3, 7, 4, 0), "Firmware of the NICs.");
}

/// <summary>Maintenance announced.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after it.</param>
/// <param name="Reason">What is done.</param>
internal sealed record MaintenanceModel(Instant From, Instant Until, string Reason);

/// <summary>Why devices are released.</summary>
/// <param name="Reason">In words.</param>
internal sealed record NewDeviceRelease([Length(1, 500)] string Reason)
{
    public static NewDeviceRelease Example { get; } = new("The GPUs were sold; the buyer showed the invoice with their serial numbers.");
}

/// <summary>Devices that the marketplace took from a node.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Devices">What they are known by: <c>uuid:</c>, <c>serial:</c> or <c>certificate:</c> and the identity.</param>
internal sealed record DeviceReleaseModel(Instant At, string Reason, ImmutableArray<string> Devices)
{
    public static DeviceReleaseModel? Of(DeviceRelease? release) => release is null ? null : new(release.At, release.Reason, release.Devices);
}

/// <summary>A node as the marketplace hears it.</summary>
/// <param name="Id">The node.</param>
/// <param name="PoolId">Its pool.</param>
/// <param name="OperatorId">Whose it is.</param>
/// <param name="AgentVersion">Version of the program that enrolled it.</param>
/// <param name="Keys">Its keys, newest last.</param>
/// <param name="Sequence">Highest sequence of a message taken, heartbeats aside.</param>
/// <param name="ChallengeRunId">The challenge that waits for it.</param>
/// <param name="LastOutcome">What its newest judged answer came to.</param>
/// <param name="LastBenchmarkRunId">The challenge of that answer.</param>
/// <param name="BeatSequence">Highest sequence of a beat that is durable.</param>
/// <param name="LastBeatAt">When the last beat came.</param>
/// <param name="IsSilent">Whether it has been silent for longer than 150 s; null when it never beat.</param>
/// <param name="Faults">Its outages, newest last.</param>
/// <param name="Refused">Messages refused lately, newest last.</param>
/// <param name="Maintenance">Maintenance announced for this month and those to come, in the order of its announcement.</param>
/// <param name="DeviceRelease">The last time the marketplace released its devices; null when it never did.</param>
internal sealed record EnrolledNodeModel(
    NodeId Id,
    PoolId PoolId,
    OrganizationId OperatorId,
    string? AgentVersion,
    ImmutableArray<NodeKeyModel> Keys,
    long Sequence,
    BenchmarkRunId? ChallengeRunId,
    NodeOutcome? LastOutcome,
    BenchmarkRunId? LastBenchmarkRunId,
    long BeatSequence,
    Instant? LastBeatAt,
    bool? IsSilent,
    ImmutableArray<NodeFaultModel> Faults,
    ImmutableArray<RefusedMessageModel> Refused,
    ImmutableArray<MaintenanceModel> Maintenance,
    DeviceReleaseModel? DeviceRelease)
{
    public static EnrolledNodeModel Example { get; } = new(
        NodeModelIds.Node,
        NodeEnrolmentModel.Example.PoolId,
        NodeEnrolmentModel.Example.OperatorId,
        "1.0.0",
        [new NodeKeyModel(NodeModelIds.Key, "GzyAOqsv6DQ2VGyLHLmQrGXhfRmHcmV4ytXPZgXnKkk=", Instant.FromUtc(2027, 3, 1, 6, 0), null, null)],
        7,
        null,
        NodeOutcome.Passed,
        NodeModelIds.Run,
        41,
        Instant.FromUtc(2027, 3, 2, 6, 0),
        false,
        [new NodeFaultModel(1, Instant.FromUtc(2027, 3, 1, 9, 0), Instant.FromUtc(2027, 3, 1, 9, 12), FaultCause.Power, "Breaker 4 of hall B tripped.", null, false)],
        [new RefusedMessageModel(Instant.FromUtc(2027, 3, 1, 8, 0), "message_replayed", "Its sequence is 5; 7 was taken already.", NodeModelIds.Nonce)],
        [new MaintenanceModel(NewMaintenance.Example.From, NewMaintenance.Example.Until, NewMaintenance.Example.Reason)],
        new DeviceReleaseModel(Instant.FromUtc(2027, 3, 1, 5, 0), NewDeviceRelease.Example.Reason, ["serial:1650522003820", "uuid:GPU-513536b6-7d19-9063-b049-1e69664bb298"]));

    public static EnrolledNodeModel Of(Node node, Instant now) => new(
        node.Id,
        node.PoolId,
        node.OperatorId,
        node.AgentVersion,
        [.. node.Keys.Select(key => new NodeKeyModel(key.Id, key.PublicKey, key.AddedAt, key.RevokedAt, key.RevokedFor))],
        node.Sequence,
        node.Challenge,
        node.Result?.Outcome,
        node.Result?.Run,
        node.Health.Sequence,
        node.Health.LastBeatAt,
        node.Health.IsSilentAt(now),
        [.. node.Health.Faults.Select(NodeFaultModel.Of)],
        [.. node.Refused.Select(refused => new RefusedMessageModel(refused.At, refused.Code, refused.Reason, refused.Digest))],
        [.. node.Health.Planned.Select(work => new MaintenanceModel(work.From, work.Until, work.Reason))],
        DeviceReleaseModel.Of(node.Release));
}

/// <summary>The window to judge.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after it, at most 32 days later.</param>
internal sealed record HealthFilter(Instant From, Instant Until)
{
    public static HealthFilter Example { get; } = new(Instant.FromUtc(2027, 3, 1, 0, 0), Instant.FromUtc(2027, 4, 1, 0, 0));

    public Interval ToInterval(Faults faults)
    {
        var fits = Until > From && Until - From <= Duration.FromDays(32);
        faults.Require(fits, "until", Faults.OutOfRange, "Expected a time after from, at most 32 days later.");
        return fits ? new Interval(From, Until) : new Interval(From, From);
    }
}

/// <summary>One hour of a node.</summary>
/// <param name="Hour">First instant, UTC.</param>
/// <param name="UpMinutes">Minutes in which it was heard of.</param>
/// <param name="ExcusedMinutes">Minutes not up that count for nobody: the marketplace could not hear, maintenance, the tenant's own doing.</param>
/// <param name="DegradedMinutes">Minutes in which a GPU throttled, lost lanes or reported errors.</param>
/// <param name="HottestCelsius">Highest temperature of a GPU.</param>
/// <param name="Xids">Xid errors.</param>
internal sealed record HealthHourModel(Instant Hour, int UpMinutes, int ExcusedMinutes, int DegradedMinutes, decimal? HottestCelsius, int Xids);

/// <summary>A node's health over a window.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="AvailabilityPercent">Minutes up of those that count; 100 where none counts.</param>
/// <param name="Hours">Hour by hour, from the first beat on.</param>
/// <param name="Faults">Outages that touch the window.</param>
internal sealed record NodeHealthModel(NodeId NodeId, decimal AvailabilityPercent, ImmutableArray<HealthHourModel> Hours, ImmutableArray<NodeFaultModel> Faults)
{
    public static NodeHealthModel Example { get; } = new(
        NodeModelIds.Node, 98.3333m, [new HealthHourModel(Instant.FromUtc(2027, 3, 1, 9, 0), 48, 0, 3, 71, 0)], EnrolledNodeModel.Example.Faults);

    public static NodeHealthModel Of(Node node, Interval window, ImmutableArray<HealthHour> hours) => new(
        node.Id,
        (HealthBook.Availability(hours) * 100).Round(4),
        [.. hours.Select(hour => new HealthHourModel(hour.Hour, hour.UpMinutes, hour.ExcusedMinutes, hour.DegradedMinutes, hour.HottestCelsius, hour.Xids))],
        [.. node.Health.Faults.Where(fault => fault.Until > window.Start && fault.From < window.End).Select(NodeFaultModel.Of)]);
}
