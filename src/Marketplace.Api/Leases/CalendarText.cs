using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using Ical.Net.Serialization;
using NodaTime;
using Calendar = Ical.Net.Calendar;
using Duration = Ical.Net.DataTypes.Duration;

namespace Marketplace.Api.Leases;

/// <summary>Contract dates as a calendar (RFC 5545) that programs subscribe to.</summary>
internal static class CalendarText
{
    private static readonly Instant SequenceBegins = Instant.FromUtc(2020, 1, 1, 0, 0);
    private static readonly Duration Shown = Duration.FromMinutes(30);

    /// <summary>The calendar. Instants stand in their contract's zone, whose rules come with it; days are days.</summary>
    /// <param name="name">What programs call it.</param>
    /// <param name="dates">The dates; of two with one uid the first counts.</param>
    /// <param name="root">The portal's root, for links.</param>
    public static string Of(string name, IEnumerable<ContractDate> dates, string root)
    {
        var calendar = new Calendar { ProductId = "-//Marketplace//Contract dates//EN", Method = "PUBLISH" };
        calendar.AddProperty("X-WR-CALNAME", name);
        calendar.AddProperty("X-PUBLISHED-TTL", "PT1H");
        var known = dates.DistinctBy(date => date.Uid).OrderBy(date => date.Uid, StringComparer.Ordinal).ToList();
        foreach (var zone in known.Where(date => date.At is not null && date.Zone != "UTC").Select(date => date.Zone).Distinct().Order(StringComparer.Ordinal))
        {
            calendar.AddTimeZone(VTimeZone.FromDateTimeZone(zone, known.Where(date => date.At is not null).Min(date => date.At!.Value).ToDateTimeUtc().AddYears(-1), includeHistoricalData: false));
        }

        foreach (var date in known)
        {
            calendar.Events.Add(EventOf(date, root));
        }

        return new CalendarSerializer().SerializeToString(calendar)!;
    }

    private static CalendarEvent EventOf(ContractDate date, string root) => new()
    {
        Uid = $"{date.Uid}@marketplace",
        Summary = date.Summary,
        Description = date.Description,
        Url = new Uri($"{root}/{date.Page}"),
        Start = StartOf(date),
        Duration = date.At is null ? null : Shown,
        Transparency = TransparencyType.Transparent,

        // A change always carries a later time than the one before, so its seconds number the versions of a date.
        Sequence = (int)Math.Clamp((date.ChangedAt - SequenceBegins).TotalSeconds + date.Changes, 0, int.MaxValue),
        DtStamp = Utc(date.ChangedAt),
        LastModified = Utc(date.ChangedAt),
    };

    private static CalDateTime StartOf(ContractDate date) => date switch
    {
        { On: { } day } => new CalDateTime(day.ToDateOnly()),
        { Zone: "UTC" } => Utc(date.At!.Value),
        _ => new CalDateTime(date.At!.Value.InZone(DateTimeZoneProviders.Tzdb[date.Zone]).ToDateTimeUnspecified(), date.Zone),
    };

    private static CalDateTime Utc(Instant at) => new(at.ToDateTimeUtc());
}
