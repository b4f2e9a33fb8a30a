using System.Text.Json.Serialization;
using NodaTime;
using NodaTime.TimeZones;

namespace Marketplace.Domain.Terms;

/// <summary>A half-open stretch of contract days <c>[Start, End)</c> in the lease's own zone.</summary>
/// <param name="Start">First day inside.</param>
/// <param name="End">First day after.</param>
public readonly record struct BillingPeriod(LocalDate Start, LocalDate End)
{
    /// <summary>Length in days.</summary>
    [JsonIgnore]
    public int Days => Period.DaysBetween(Start, End);

    /// <summary>Whether the day falls inside.</summary>
    public bool Contains(LocalDate date) => Start <= date && date < End;

    /// <summary>The shared part, or null where there is none.</summary>
    public BillingPeriod? Intersect(BillingPeriod other)
    {
        var start = LocalDate.Max(Start, other.Start);
        var end = LocalDate.Min(End, other.End);
        return start < end ? new BillingPeriod(start, end) : null;
    }

    /// <summary>For people, unambiguously: <c>2027-07-01 until 2027-07-31</c>, both days included.</summary>
    public string InWords() => Days <= 1 ? $"{Start:uuuu-MM-dd}" : $"{Start:uuuu-MM-dd} until {End.PlusDays(-1):uuuu-MM-dd}";

    /// <summary>Both ends: <c>2027-01-31 to 2027-02-28</c>; the second day is not included.</summary>
    public override string ToString() => $"{Start:uuuu-MM-dd} to {End:uuuu-MM-dd}";
}

/// <summary>
/// Billing periods on an anchor date. The anchor's day is kept and clamped to each month's last day; every boundary is
/// computed from the anchor itself, so a short month never shifts later ones (cases BC-01 to BC-07).
/// </summary>
public static class BillingPeriods
{
    private static readonly ZoneLocalMappingResolver FirstValid =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);

    /// <summary>The anchor date plus a number of months, which may be negative.</summary>
    public static LocalDate PlusMonths(LocalDate anchor, int months) => anchor.PlusMonths(months);

    /// <summary>Period number <paramref name="index"/> (0 is the first) of <paramref name="monthsEach"/> months each: 1 monthly, 3 quarterly, 12 yearly.</summary>
    public static BillingPeriod At(LocalDate anchor, int index, int monthsEach = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(monthsEach, 1);
        return new BillingPeriod(anchor.PlusMonths(index * monthsEach), anchor.PlusMonths((index + 1) * monthsEach));
    }

    /// <summary>The number of the period that contains <paramref name="date"/>; negative before the anchor.</summary>
    public static int IndexOf(LocalDate anchor, LocalDate date, int monthsEach = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(monthsEach, 1);
        var months = ((date.Year - anchor.Year) * 12) + date.Month - anchor.Month;
        if (anchor.PlusMonths(months) > date)
        {
            months--;
        }

        return (int)Math.Floor(months / (double)monthsEach);
    }

    /// <summary>
    /// The periods that tile <c>[from, until)</c>, in order: whole periods of the anchor, the first and the last cut where
    /// the stretch begins and ends inside one. Empty when the stretch is empty.
    /// </summary>
    public static IEnumerable<BillingPeriod> Over(LocalDate anchor, LocalDate from, LocalDate until, int monthsEach = 1)
    {
        var whole = new BillingPeriod(from, until);
        for (var index = IndexOf(anchor, from, monthsEach); ; index++)
        {
            var period = At(anchor, index, monthsEach);
            if (period.Start >= until)
            {
                yield break;
            }

            if (period.Intersect(whole) is { } part)
            {
                yield return part;
            }
        }
    }

    /// <summary>
    /// The instant of a local time in a zone: one that a clock change skips means the first valid instant after the gap,
    /// one that happens twice means its first occurrence.
    /// </summary>
    public static Instant ToInstant(DateTimeZone zone, LocalDateTime local) => zone.ResolveLocal(local, FirstValid).ToInstant();

    /// <summary>The instant a local day begins.</summary>
    public static Instant Midnight(DateTimeZone zone, LocalDate date) => ToInstant(zone, date.AtMidnight());

    /// <summary>The instants of a period: from the local midnight it starts to the local midnight it ends.</summary>
    public static Interval ToInterval(DateTimeZone zone, BillingPeriod period) =>
        new(Midnight(zone, period.Start), Midnight(zone, period.End));

    /// <summary>The zone's date at an instant.</summary>
    public static LocalDate DateAt(DateTimeZone zone, Instant instant) => instant.InZone(zone).Date;

    /// <summary>
    /// The first day a daily or monthly fee is charged for something accepted (or the first it is no longer charged for
    /// something that left) at <paramref name="instant"/>: the next local day, the same day only at exactly its midnight.
    /// </summary>
    public static LocalDate FirstFullDay(DateTimeZone zone, Instant instant)
    {
        var date = DateAt(zone, instant);
        return Midnight(zone, date) == instant ? date : date.PlusDays(1);
    }

    /// <summary>The zone with this IANA id, from the time zone data that comes with the program.</summary>
    /// <exception cref="DateTimeZoneNotFoundException">There is no such zone.</exception>
    public static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb[id];

    /// <summary>Whether <see cref="Zone"/> knows this id.</summary>
    public static bool IsZone(string? id) => id is not null && DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is not null;
}
