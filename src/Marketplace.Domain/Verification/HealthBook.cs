using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>A heartbeat message as it arrived.</summary>
/// <param name="Body">What it says.</param>
/// <param name="At">When it arrived, market time.</param>
public sealed record ArrivedBeats(Heartbeats Body, Instant At);

/// <summary>States the cause of an outage.</summary>
/// <param name="Actor">Who says so.</param>
/// <param name="IsMarketplace">Whether the marketplace decides by it.</param>
/// <param name="Number">The outage.</param>
/// <param name="Cause">The cause.</param>
/// <param name="Evidence">What shows it, 1 to 1,000 characters.</param>
public sealed record AttributeFault(OrganizationId Actor, bool IsMarketplace, int Number, FaultCause Cause, string Evidence);

/// <summary>Announces maintenance.</summary>
/// <param name="Actor">The operator.</param>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after it.</param>
/// <param name="Reason">What is done, 1 to 1,000 characters.</param>
public sealed record PlanMaintenance(OrganizationId Actor, Instant From, Instant Until, string Reason);

/// <summary>
/// Turns beats into minutes. The marketplace's clock places them: of a message, the newest beat is now, and older ones lie
/// before it by the node's own reckoning. These older ones are believed only for times in which the marketplace could not hear.
/// </summary>
public static class HealthBook
{
    /// <summary>Most beats of one message.</summary>
    public const int MostBeats = 1_000;

    private const int LongestText = 1000;
    private const long WholeHour = (1L << 60) - 1;
    private static readonly Duration LongestMaintenance = Duration.FromDays(7);
    private static readonly Duration Hour = Duration.FromHours(1);

    /// <summary>Xid errors after which a GPU is out of service: fallen off the bus, uncorrectable memory, failed remapping, link and GSP faults.</summary>
    private static readonly ImmutableHashSet<int> Fatal = [48, 63, 64, 74, 79, 94, 95, 119, 120];

    /// <summary>Why a message of beats is not taken; null when it is.</summary>
    public static Refusal? Refuse(Heartbeats body) =>
        body.Beats.Length is 0 or > MostBeats || body.Beats.Zip(body.Beats.Skip(1)).Any(pair => pair.First.Sequence >= pair.Second.Sequence)
            ? Refusal.Of(NodeRefusal.BeatsTooMany, $"{body.Beats.Length} beats came, or not in ascending order.", "beats")
            : null;

    /// <summary>Takes messages in order of arrival.</summary>
    /// <param name="node">The node.</param>
    /// <param name="arrived">Messages not taken before; beats among them that were are passed over.</param>
    /// <param name="deaf">Times in which the marketplace could not hear, in ascending order.</param>
    public static Decision<NodeFact> Take(Node node, IReadOnlyList<ArrivedBeats> arrived, IReadOnlyList<Interval> deaf)
    {
        var health = node.Health;
        NodeFault? ended = null;
        foreach (var message in arrived)
        {
            ImmutableArray<Heartbeat> beats = [.. message.Body.Beats.Where(beat => beat.Sequence > health.Sequence)];
            if (!beats.IsEmpty)
            {
                (health, var fault) = Take(health, message.Body.BootId, beats, Instant.Max(message.At, health.LastBeatAt ?? message.At), deaf);
                ended = fault ?? ended;
            }
        }

        return health == node.Health ? Decision<NodeFact>.Nothing : new BeatsTaken(health, ended);
    }

    /// <summary>States or decides the cause of an outage.</summary>
    public static Decision<NodeFact> Decide(Node? node, AttributeFault command)
    {
        if (node is null || (!command.IsMarketplace && command.Actor != node.OperatorId))
        {
            return Refusal.Of(NodeRefusal.NotFound, "There is no such node.");
        }

        if (node.Health.Faults.FirstOrDefault(fault => fault.Number == command.Number) is not { } fault)
        {
            return Refusal.Of(NodeRefusal.FaultNotFound, $"{node.Id} has no outage {command.Number}.");
        }

        return fault.Decided && !command.IsMarketplace ? Refusal.Of(NodeRefusal.FaultDecided, $"Outage {fault.Number} was decided: {fault.Cause.Spelled()}.")
            : command.Evidence.Length is 0 or > LongestText ? Refusal.Of(NodeRefusal.EvidenceMissing, $"Expected 1 to {LongestText} characters.", "evidence")
            // What excuses the operator only counts once the marketplace has looked at it.
            : new FaultAttributed(fault with
            {
                Cause = command.IsMarketplace || command.Cause is not (FaultCause.TenantWorkload or FaultCause.Maintenance) ? command.Cause : fault.Cause,
                Evidence = command.IsMarketplace ? command.Evidence : $"Stated: {command.Cause.Spelled()}. {command.Evidence}",
                StatedBy = command.Actor,
                Decided = command.IsMarketplace,
            });
    }

    /// <summary>Announces maintenance.</summary>
    public static Decision<NodeFact> Decide(Node? node, PlanMaintenance command, Instant now) =>
        node is null || command.Actor != node.OperatorId ? Refusal.Of(NodeRefusal.NotFound, "There is no such node.")
        : command.From < now || command.Until <= command.From || command.Until - command.From > LongestMaintenance || command.Reason.Length is 0 or > LongestText
            ? Refusal.Of(NodeRefusal.MaintenanceTooLate, $"It is {now} now.", "from")
        : node.Health.Planned.Contains(new Maintenance(command.From, command.Until, command.Reason)) ? Decision<NodeFact>.Nothing
        : new MaintenancePlanned(new Maintenance(command.From, command.Until, command.Reason), now);

    /// <summary>
    /// The hours of a window as far as they can be judged: from the first beat on, up to now. Hours without a beat are there
    /// too, with nothing up; what the marketplace could not hear is excused.
    /// </summary>
    /// <param name="health">The node's health.</param>
    /// <param name="older">Hours that left the node's record.</param>
    /// <param name="window">The window.</param>
    /// <param name="now">Now.</param>
    /// <param name="deaf">Times in which the marketplace could not hear.</param>
    public static ImmutableArray<HealthHour> HoursOf(NodeHealth health, IEnumerable<HealthHour> older, Interval window, Instant now, IReadOnlyList<Interval> deaf)
    {
        if (health.Since is not { } since)
        {
            return [];
        }

        var known = older.Concat(health.Hours).GroupBy(hour => hour.Hour).ToDictionary(group => group.Key, group => group.Last());
        var hours = ImmutableArray.CreateBuilder<HealthHour>();
        for (var at = Floor(Instant.Max(since, window.Start)); at < window.End && at <= now; at += Hour)
        {
            var hour = known.GetValueOrDefault(at) ?? new HealthHour(at);

            // What lies before the first beat, or ahead, is nobody's.
            var outside = Mask(at, Instant.MinValue, since) | Mask(at, Instant.Max(now, health.LastBeatAt ?? now), Instant.MaxValue);
            var excused = hour.Excused | outside | deaf.Aggregate(0L, (mask, gap) => mask | Mask(at, gap.Start, gap.End))
                | health.Planned.Aggregate(0L, (mask, work) => mask | Mask(at, work.From, work.Until));
            hours.Add(hour with { Excused = excused });
        }

        return hours.ToImmutable();
    }

    /// <summary>Share of the minutes that count in which the node was up: 1 where none counts.</summary>
    public static Fraction Availability(IEnumerable<HealthHour> hours)
    {
        long up = 0;
        long counted = 0;
        foreach (var hour in hours)
        {
            up += hour.UpMinutes;
            counted += 60 - hour.ExcusedMinutes;
        }

        return counted == 0 ? Fraction.One : new Fraction(up, counted);
    }

    /// <summary>The same hours with nothing but the minutes of a window: those before and after it count for nobody.</summary>
    /// <param name="hours">Hours of the node.</param>
    /// <param name="window">The window, such as the time in which the node served one lease.</param>
    public static ImmutableArray<HealthHour> Within(IEnumerable<HealthHour> hours, Interval window) =>
    [
        .. hours.Select(hour => (Hour: hour, Inside: Mask(hour.Hour, window.Start, window.End)))
            .Where(part => part.Inside != 0)
            .Select(part => part.Hour with
            {
                Up = part.Hour.Up & part.Inside,
                Degraded = part.Hour.Degraded & part.Inside,
                Excused = part.Hour.Excused | (WholeHour & ~part.Inside),
            }),
    ];

    /// <summary>Marks minutes as excused.</summary>
    internal static ImmutableArray<HealthHour> Excuse(ImmutableArray<HealthHour> hours, Instant from, Instant until)
    {
        for (var at = Floor(from); at < until; at += Hour)
        {
            hours = With(hours, at, hour => hour with { Excused = hour.Excused | Mask(at, from, until) });
        }

        return hours;
    }

    private static (NodeHealth Health, NodeFault? Fault) Take(NodeHealth health, string bootId, ImmutableArray<Heartbeat> beats, Instant now, IReadOnlyList<Interval> deaf)
    {
        var newest = beats[^1];
        var hours = health.Hours;
        NodeFault? fault = null;
        var faults = health.Faults;
        if (health.LastBeatAt is not { } last)
        {
            hours = Up(hours, now, now + Duration.Epsilon);
        }
        else if (now - last <= NodeHealth.Patience)
        {
            hours = Up(hours, last, now + Duration.Epsilon);
        }
        else
        {
            var resent = beats[..^1].Select(beat => now - Duration.Max(Duration.Zero, newest.At - beat.At)).Where(at => at > last).ToList();
            foreach (var gap in deaf.Where(gap => gap.End > last && gap.Start < now))
            {
                hours = Excuse(hours, Instant.Max(gap.Start, last), Instant.Min(gap.End, now));
                hours = resent.Where(at => at >= gap.Start && at < gap.End).Aggregate(hours, (known, at) => Up(known, at, at + Duration.Epsilon));
            }

            hours = Up(hours, now, now + Duration.Epsilon);
            if (Uncovered(last, now, deaf) > NodeHealth.Patience)
            {
                fault = Attribute(health, last, now, bootId, beats, resent);
                hours = fault.IsExcused ? Excuse(hours, fault.From, fault.Until) : hours;
                faults = [.. faults.TakeLast(NodeHealth.MostFaults - 1), fault];
            }
            else
            {
                hours = Excuse(hours, last, now);
            }
        }

        hours = With(hours, Floor(now), hour => Seen(hour, beats, now));
        return (health with
        {
            Since = health.Since ?? now,
            Sequence = newest.Sequence,
            LastBeatAt = now,
            BootId = bootId,
            Hours = [.. hours.TakeLast(NodeHealth.MostHours)],
            Faults = faults,
            FaultCount = health.FaultCount + (fault is null ? 0 : 1),
            WatchAt = health.WatchAt is { } watch && !health.SilenceTold ? watch : now + Hour,
            SilenceTold = false,
        }, fault);
    }

    private static NodeFault Attribute(NodeHealth health, Instant from, Instant until, string bootId, ImmutableArray<Heartbeat> beats, List<Instant> resent)
    {
        var number = health.FaultCount + 1;
        if (health.Planned.FirstOrDefault(work => work.From <= from + NodeHealth.Patience && work.Until >= until - NodeHealth.Patience) is { } planned)
        {
            return new NodeFault(number, from, until, FaultCause.Maintenance, $"Announced from {planned.From} to {planned.Until}: {planned.Reason}");
        }

        var xids = beats.SelectMany(beat => beat.Xids ?? []).Where(xid => Fatal.Contains(xid.Code)).Select(xid => xid.Code).Distinct().Order().ToList();
        return xids.Count > 0 ? new NodeFault(number, from, until, FaultCause.Hardware, $"The node's kernel reported Xid {string.Join(", ", xids)}.")
            : resent.Count > 0 ? new NodeFault(number, from, until, FaultCause.Network, $"The node ran: it sent {resent.Count} beats of this time afterwards, while the marketplace could be reached.")
            : health.BootId == bootId ? new NodeFault(number, from, until, FaultCause.Unknown, "The node was silent and has not started anew.")
            : new NodeFault(number, from, until, FaultCause.Unknown, "The node was silent and has started anew.");
    }

    private static HealthHour Seen(HealthHour hour, ImmutableArray<Heartbeat> beats, Instant now)
    {
        var xids = beats.Sum(beat => beat.Xids?.Length ?? 0);
        var gpus = beats.SelectMany(beat => beat.Gpus ?? []).ToList();
        var degraded = xids > 0 || gpus.Any(gpu => gpu.IsThrottled || gpu.PcieWidth < gpu.MostPcieWidth || gpu.UncorrectableErrors > 0);
        return hour with
        {
            Degraded = degraded ? hour.Degraded | Mask(hour.Hour, now, now + Duration.Epsilon) : hour.Degraded,
            HottestCelsius = gpus.Select(gpu => gpu.TemperatureCelsius).Append(hour.HottestCelsius).Max(),
            Xids = hour.Xids + xids,
        };
    }

    private static Duration Uncovered(Instant from, Instant until, IReadOnlyList<Interval> deaf)
    {
        var heard = until - from;
        var at = from;
        foreach (var gap in deaf.Where(gap => gap.End > from && gap.Start < until).OrderBy(gap => gap.Start))
        {
            var start = Instant.Max(gap.Start, at);
            var end = Instant.Min(gap.End, until);
            heard -= Duration.Max(Duration.Zero, end - start);
            at = Instant.Max(at, end);
        }

        return heard;
    }

    private static ImmutableArray<HealthHour> Up(ImmutableArray<HealthHour> hours, Instant from, Instant until)
    {
        for (var at = Floor(from); at < until; at += Hour)
        {
            hours = With(hours, at, hour => hour with { Up = hour.Up | Mask(at, from, until) });
        }

        return hours;
    }

    private static ImmutableArray<HealthHour> With(ImmutableArray<HealthHour> hours, Instant at, Func<HealthHour, HealthHour> change)
    {
        for (var i = hours.Length - 1; i >= 0; i--)
        {
            if (hours[i].Hour == at)
            {
                return hours.SetItem(i, change(hours[i]));
            }

            if (hours[i].Hour < at)
            {
                return hours.Insert(i + 1, change(new HealthHour(at)));
            }
        }

        return hours.Insert(0, change(new HealthHour(at)));
    }

    /// <summary>The minutes of an hour that an interval touches.</summary>
    private static long Mask(Instant hour, Instant from, Instant until)
    {
        var first = from <= hour ? 0 : (int)Math.Min(60, (from - hour).TotalMinutes);
        var last = until >= hour + Hour ? 60 : until <= hour ? 0 : (int)Math.Ceiling((until - hour).TotalMinutes);
        return last <= first ? 0 : ((1L << last) - 1) & ~((1L << first) - 1);
    }

    private static Instant Floor(Instant instant) => Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds() / 3600 * 3600);
}
