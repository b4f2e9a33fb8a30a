using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <summary>A heartbeat message as it arrived.</summary>
/// <param name="Body">What it says.</param>
/// <param name="At">When it arrived, market time.</param>
public sealed record ArrivedBeats(Heartbeats Body, Instant At);

/// <summary>What the marketplace knows of its own hearing, and of the node, when it takes beats.</summary>
/// <param name="Deaf">Times in which it was not there to hear, in ascending order.</param>
/// <param name="UnsureUntil">Until when beats that came after the last one on record may have been lost before they were written; null when none can have been.</param>
/// <param name="Gpus">GPUs a node of the pool has; null when unknown.</param>
public sealed record Hearing(IReadOnlyList<Interval> Deaf, Instant? UnsureUntil = null, int? Gpus = null);

/// <summary>
/// Turns beats into minutes. The marketplace's clock places them: of a message, the newest beat is now, and older ones lie
/// before it by the node's own reckoning. These older ones are believed only for times in which the marketplace could not hear.
/// </summary>
public static partial class HealthBook
{
    /// <summary>Most beats of one message.</summary>
    public const int MostBeats = 1_000;

    /// <summary>Xid errors of one beat that count: more of them say no more.</summary>
    public const int MostXids = 100;

    /// <summary>GPUs of a beat that count where nobody knows how many the node has.</summary>
    public const int MostGpus = 16;

    private const long WholeHour = (1L << 60) - 1;
    private static readonly Duration Hour = Duration.FromHours(1);

    /// <summary>For how long an agent keeps what nobody acknowledged.</summary>
    private static readonly Duration LongestResend = Duration.FromDays(14);

    /// <summary>Xid errors after which a GPU is out of service: fallen off the bus, uncorrectable memory, failed remapping, link and GSP faults.</summary>
    private static readonly ImmutableHashSet<int> Fatal = [48, 63, 64, 74, 79, 94, 95, 119, 120];

    /// <summary>Why a message of beats is not taken; null when it is.</summary>
    public static Refusal? Refuse(Heartbeats body) =>
        body.Beats.Length is 0 or > MostBeats || body.Beats.Zip(body.Beats.Skip(1)).Any(pair => pair.First.Sequence >= pair.Second.Sequence)
            ? Refusal.Of(NodeRefusal.BeatsTooMany, $"{body.Beats.Length} beats came, or not in ascending order.", "beats")
            : null;

    /// <summary>
    /// A message without what a node cannot have to say: of each beat one sample a GPU of the node, and <see cref="MostXids"/> Xid
    /// errors. It is not refused for that: a node with more GPUs than it offers is alive.
    /// </summary>
    /// <param name="body">The message.</param>
    /// <param name="gpus">GPUs a node of the pool has; null when unknown.</param>
    public static Heartbeats Bounded(Heartbeats body, int? gpus) => body with
    {
        Beats =
        [
            .. body.Beats.Select(beat => beat with
            {
                Gpus = beat.Gpus is { } seen ? [.. seen.Where(gpu => gpu.Index >= 0 && gpu.Index < (gpus ?? MostGpus)).DistinctBy(gpu => gpu.Index)] : null,
                Xids = beat.Xids is { } xids ? [.. xids.Take(MostXids)] : null,
            }),
        ],
    };

    /// <summary>Takes messages in order of arrival.</summary>
    /// <param name="node">The node.</param>
    /// <param name="arrived">Messages not taken before; beats among them that were are passed over. It may be empty: then only that nothing waits is noted.</param>
    /// <param name="heard">What is known of the marketplace's own hearing.</param>
    /// <param name="now">Now: a node that has been silent for a while is known to be.</param>
    public static Decision<NodeFact> Take(Node node, IReadOnlyList<ArrivedBeats> arrived, Hearing heard, Instant now)
    {
        var health = node.Health;
        NodeFault? ended = null;
        foreach (var message in arrived)
        {
            ImmutableArray<Heartbeat> beats = [.. message.Body.Beats.Where(beat => beat.Sequence > health.Sequence)];
            if (!beats.IsEmpty)
            {
                (health, var fault) = Take(health, message.Body.BootId, beats, Instant.Max(message.At, health.LastBeatAt ?? message.At), heard);
                ended = fault ?? ended;
            }
        }

        var isNew = health != node.Health;
        health = health with { UnsureUntil = health.IsSilentAt(now) != true ? null : isNew ? health.LastBeatAt : heard.UnsureUntil ?? health.LastBeatAt };
        if (!isNew && health.UnsureUntil == node.Health.UnsureUntil)
        {
            return Decision<NodeFact>.Nothing;
        }

        ImmutableArray<HealthHour> left = [.. health.Hours.SkipLast(NodeHealth.MostHours)];
        return new BeatsTaken(health with { Hours = [.. health.Hours.TakeLast(NodeHealth.MostHours)] }, ended, left.IsEmpty ? null : left);
    }

    private static (NodeHealth Health, NodeFault? Fault) Take(NodeHealth health, string bootId, ImmutableArray<Heartbeat> beats, Instant now, Hearing heard)
    {
        var newest = beats[^1];
        var hours = health.Hours;
        NodeFault? fault = null;
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
            var unsure = Instant.Min(Instant.Max(heard.UnsureUntil ?? last, last), now);
            var unheard = heard.Deaf.Append(new Interval(last, unsure)).ToList();
            var resent = beats[..^1].Select(beat => now - Duration.Max(Duration.Zero, newest.At - beat.At)).Where(at => at > last && at > now - LongestResend).ToList();
            var isOutage = Lasting(Without(new Interval(last, now), unheard)) > NodeHealth.Patience;
            hours = resent.Where(at => !isOutage || unheard.Any(gap => gap.Contains(at))).Aggregate(hours, (known, at) => Up(known, at, at + Duration.Epsilon));
            hours = Up(hours, now, now + Duration.Epsilon);
            if (isOutage)
            {
                fault = Attribute(health, last, now, bootId, beats, resent);
                hours = Excuse(hours, new Interval(last, unsure));
            }
            else
            {
                // Where the marketplace was not there is read from its own marks, however long that was; the rest is kept here.
                hours = Without(new Interval(last, now), heard.Deaf).Aggregate(hours, Excuse);
            }
        }

        hours = With(hours, Floor(now), hour => Seen(hour, beats, heard.Gpus, now));
        return (health with
        {
            Since = health.Since ?? now,
            Sequence = newest.Sequence,
            LastBeatAt = now,
            BootId = bootId,
            Hours = hours,
            Faults = fault is null ? health.Faults : [.. health.Faults.TakeLast(NodeHealth.MostFaults - 1), fault],
            Excused = fault is null ? health.Excused : health.WithExcused(health.Faults.SkipLast(NodeHealth.MostFaults - 1).Where(old => old.IsExcused).Select(old => new ExcusedTime(old.From, old.Until)), now),
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

    private static HealthHour Seen(HealthHour hour, ImmutableArray<Heartbeat> beats, int? expected, Instant now)
    {
        var xids = beats.Sum(beat => beat.Xids?.Length ?? 0);
        var gpus = beats.SelectMany(beat => beat.Gpus ?? []).ToList();
        var isOneLost = beats.Any(beat => beat.Gpus is { } seen && seen.DistinctBy(gpu => gpu.Index).Count() < expected);
        var degraded = xids > 0 || isOneLost || gpus.Any(gpu => gpu.IsThrottled || gpu.PcieWidth < gpu.MostPcieWidth || gpu.UncorrectableErrors > 0);
        return hour with
        {
            Degraded = degraded ? hour.Degraded | Mask(hour.Hour, now, now + Duration.Epsilon) : hour.Degraded,
            HottestCelsius = gpus.Select(gpu => gpu.TemperatureCelsius).Append(hour.HottestCelsius).Max(),
            Xids = hour.Xids + xids,
        };
    }

    /// <summary>What of an interval lies in no gap, in ascending order.</summary>
    private static IEnumerable<Interval> Without(Interval whole, IEnumerable<Interval> gaps)
    {
        var at = whole.Start;
        foreach (var gap in gaps.Where(gap => gap.End > whole.Start && gap.Start < whole.End).OrderBy(gap => gap.Start))
        {
            if (gap.Start > at)
            {
                yield return new Interval(at, gap.Start);
            }

            at = Instant.Max(at, gap.End);
        }

        if (at < whole.End)
        {
            yield return new Interval(at, whole.End);
        }
    }

    private static Duration Lasting(IEnumerable<Interval> parts) => parts.Aggregate(Duration.Zero, (sum, part) => sum + part.Duration);

    private static ImmutableArray<HealthHour> Excuse(ImmutableArray<HealthHour> hours, Interval time) =>
        Mark(hours, time.Start, time.End, (hour, minutes) => hour with { Excused = hour.Excused | minutes });

    private static ImmutableArray<HealthHour> Up(ImmutableArray<HealthHour> hours, Instant from, Instant until) =>
        Mark(hours, from, until, (hour, minutes) => hour with { Up = hour.Up | minutes });

    private static ImmutableArray<HealthHour> Mark(ImmutableArray<HealthHour> hours, Instant from, Instant until, Func<HealthHour, long, HealthHour> mark)
    {
        for (var at = Floor(from); at < until; at += Hour)
        {
            hours = With(hours, at, hour => mark(hour, Mask(at, from, until)));
        }

        return hours;
    }
}
