using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Verification;

/// <content>Reads minutes: hours of a window, with everything that excuses laid over them.</content>
public static partial class HealthBook
{
    /// <summary>
    /// The hours of a window as far as they can be judged: from the first beat on, up to now. Hours without a beat are there
    /// too, with nothing up; what the marketplace could not hear, maintenance, and outages that were decided not to be the
    /// operator's are excused.
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
        var excuses = health.Excuses.Where(time => time.Until > window.Start - Hour && time.From < window.End)
            .Concat(deaf.Select(gap => new ExcusedTime(gap.Start, gap.End))).ToList();
        var hours = ImmutableArray.CreateBuilder<HealthHour>();
        for (var at = Floor(Instant.Max(since, window.Start)); at < window.End && at <= now; at += Hour)
        {
            var hour = known.GetValueOrDefault(at) ?? new HealthHour(at);

            // What lies before the first beat, or ahead, is nobody's.
            var outside = Mask(at, Instant.MinValue, since) | Mask(at, Instant.Max(now, health.LastBeatAt ?? now), Instant.MaxValue);
            hours.Add(hour with { Excused = excuses.Aggregate(hour.Excused | outside, (mask, time) => mask | Mask(at, time.From, time.Until)) });
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
