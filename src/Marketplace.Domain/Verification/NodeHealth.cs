using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>Whose matter an outage is. Service credits look at it before any money moves.</summary>
public enum FaultCause
{
    /// <summary>Not known yet; it counts as the operator's until somebody shows otherwise.</summary>
    Unknown,

    /// <summary>Power of the site.</summary>
    Power,

    /// <summary>The network between node and marketplace, on the operator's side.</summary>
    Network,

    /// <summary>The node itself.</summary>
    Hardware,

    /// <summary>What the tenant ran; excused.</summary>
    TenantWorkload,

    /// <summary>Announced before it began; excused.</summary>
    Maintenance,
}

/// <summary>An outage and its cause.</summary>
/// <param name="Number">From 1, per node.</param>
/// <param name="From">When the last beat before it came.</param>
/// <param name="Until">When the first beat after it came.</param>
/// <param name="Cause">Whose matter it is.</param>
/// <param name="Evidence">What shows it, in words.</param>
/// <param name="StatedBy">Who said so last; null for the marketplace's own reading of the beats.</param>
/// <param name="Decided">Whether the marketplace has decided it for good.</param>
public sealed record NodeFault(int Number, Instant From, Instant Until, FaultCause Cause, string Evidence, OrganizationId? StatedBy = null, bool Decided = false)
{
    /// <summary>Whether its time leaves the reckoning of availability.</summary>
    [JsonIgnore]
    public bool IsExcused => Cause is FaultCause.TenantWorkload or FaultCause.Maintenance;
}

/// <summary>Work announced in advance.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after it.</param>
/// <param name="Reason">What is done.</param>
public sealed record Maintenance(Instant From, Instant Until, string Reason);

/// <summary>A time that leaves the reckoning of availability.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after it.</param>
public sealed record ExcusedTime(Instant From, Instant Until);

/// <summary>One hour of a node, minute by minute: bit n of a mask is the hour's minute n.</summary>
/// <param name="Hour">The hour's first instant, UTC.</param>
/// <param name="Up">Minutes in which the node was heard of.</param>
/// <param name="Degraded">Minutes in which a GPU throttled, lost lanes, or reported errors.</param>
/// <param name="Excused">Minutes in which the marketplace may have heard it and lost what it heard; they count for nobody. Other excuses are laid over the hours when they are read.</param>
/// <param name="HottestCelsius">Highest temperature of a GPU.</param>
/// <param name="Xids">Xid errors.</param>
public sealed record HealthHour(Instant Hour, long Up = 0, long Degraded = 0, long Excused = 0, decimal? HottestCelsius = null, int Xids = 0)
{
    /// <summary>Minutes up.</summary>
    [JsonIgnore]
    public int UpMinutes => BitOperations.PopCount((ulong)Up);

    /// <summary>Minutes degraded.</summary>
    [JsonIgnore]
    public int DegradedMinutes => BitOperations.PopCount((ulong)Degraded);

    /// <summary>Minutes not up that count for nobody.</summary>
    [JsonIgnore]
    public int ExcusedMinutes => BitOperations.PopCount((ulong)(Excused & ~Up));
}

/// <summary>What is known of a node's health from its beats.</summary>
public sealed record NodeHealth
{
    /// <summary>Hours kept in the node's own record; older ones are rows.</summary>
    public const int MostHours = 48;

    /// <summary>Faults kept.</summary>
    public const int MostFaults = 100;

    /// <summary>For how long a time that was excused is known: as long as the minutes in which the marketplace was there.</summary>
    public static readonly Duration ExcusesKept = Duration.FromDays(800);

    /// <summary>Longest time between two beats that is no outage.</summary>
    public static readonly Duration Patience = Duration.FromSeconds(150);

    /// <summary>No beat yet.</summary>
    public static NodeHealth None { get; } = new();

    /// <summary>When the first beat came.</summary>
    public Instant? Since { get; init; }

    /// <summary>Highest sequence of a beat that is durable.</summary>
    public long Sequence { get; init; }

    /// <summary>When the last beat came.</summary>
    public Instant? LastBeatAt { get; init; }

    /// <summary>Boot id of the last beat.</summary>
    public string? BootId { get; init; }

    /// <summary>Newest hours in ascending order; an hour without any beat is not there.</summary>
    public ImmutableArray<HealthHour> Hours { get; init; } = [];

    /// <summary>Newest outages in ascending order.</summary>
    public ImmutableArray<NodeFault> Faults { get; init; } = [];

    /// <summary>Outages ever.</summary>
    public int FaultCount { get; init; }

    /// <summary>Maintenance announced for this month and those to come; what is over for longer is among <see cref="Excused"/>.</summary>
    public ImmutableArray<Maintenance> Planned { get; init; } = [];

    /// <summary>Maintenance and excused outages that left the lists above, in ascending order and apart from each other; null while there are none.</summary>
    public ImmutableArray<ExcusedTime>? Excused { get; init; }

    /// <summary>
    /// While the node is known to be silent: until when beats may have come after the last one and been lost before they were
    /// written; the last beat itself where none can have been. Null while beats may be gathered in memory.
    /// </summary>
    public Instant? UnsureUntil { get; init; }

    /// <summary>When the node is looked at next, whether or not it beats.</summary>
    public Instant? WatchAt { get; init; }

    /// <summary>The outage that was told of and is not over.</summary>
    public bool SilenceTold { get; init; }

    /// <summary>All that leaves the reckoning of availability but what the marketplace could not hear.</summary>
    [JsonIgnore]
    public IEnumerable<ExcusedTime> Excuses =>
    [
        .. Excused ?? [],
        .. Planned.Select(work => new ExcusedTime(work.From, work.Until)),
        .. Faults.Where(fault => fault.IsExcused).Select(fault => new ExcusedTime(fault.From, fault.Until)),
    ];

    /// <summary>Whether it is silent at an instant; null when it never beat.</summary>
    public bool? IsSilentAt(Instant instant) => LastBeatAt is { } last ? instant - last > Patience : null;

    /// <summary>The health after a fact of the node.</summary>
    internal NodeHealth Evolve(NodeFact fact) => fact switch
    {
        BeatsTaken taken => taken.After,
        SilenceNoted noted => this with { WatchAt = noted.WatchAt, SilenceTold = noted.IsSilent },
        FaultAttributed attributed => this with
        {
            Faults = [.. Faults.Select(fault => fault.Number == attributed.Fault.Number ? attributed.Fault : fault)],
        },
        MaintenancePlanned planned => this with
        {
            Planned = [.. Planned.Where(known => !IsPast(known, planned.At)), planned.Maintenance],
            Excused = WithExcused(Planned.Where(known => IsPast(known, planned.At)).Select(known => new ExcusedTime(known.From, known.Until)), planned.At),
        },
        _ => throw new InvalidOperationException($"{fact.GetType().Name} is no fact of a node."),
    };

    /// <summary>The excused times with some more; those that touch become one, and those of long ago go.</summary>
    internal ImmutableArray<ExcusedTime>? WithExcused(IEnumerable<ExcusedTime> more, Instant now)
    {
        var added = more.ToList();
        if (added.Count == 0)
        {
            return Excused;
        }

        var times = ImmutableArray.CreateBuilder<ExcusedTime>();
        foreach (var time in (Excused ?? []).Concat(added).Where(time => time.Until > now - ExcusesKept).OrderBy(time => time.From))
        {
            if (times.Count > 0 && time.From <= times[^1].Until)
            {
                times[^1] = times[^1] with { Until = Instant.Max(times[^1].Until, time.Until) };
            }
            else
            {
                times.Add(time);
            }
        }

        return times.ToImmutable();
    }

    // Of this month's, the past ones count as well when more is announced.
    private static bool IsPast(Maintenance work, Instant now) => work.Until <= now - HealthBook.MaintenanceRemembered;
}

/// <summary>Beats became durable, or that none wait to.</summary>
/// <param name="After">The health with them.</param>
/// <param name="Ended">The outage that they ended, if they ended one.</param>
/// <param name="Left">Hours that the record no longer holds, to be kept elsewhere; null when there are none.</param>
public sealed record BeatsTaken(NodeHealth After, NodeFault? Ended, ImmutableArray<HealthHour>? Left = null) : NodeFact;

/// <summary>Somebody looked whether the node still beats.</summary>
public sealed record SilenceNoted(bool IsSilent, Instant WatchAt, Instant At) : NodeFact;

/// <summary>An outage was attributed.</summary>
public sealed record FaultAttributed(NodeFault Fault) : NodeFact;

/// <summary>Maintenance was announced, to the tenant of <paramref name="Lease"/> where the node serves one.</summary>
public sealed record MaintenancePlanned(Maintenance Maintenance, Instant At, LeaseId? Lease = null) : NodeFact;
