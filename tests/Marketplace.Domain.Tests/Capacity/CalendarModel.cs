using System.Collections.Immutable;
using CsCheck;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Capacity;

/// <summary>The calendar's rules written down plainly: an array of units per hour and hold, over a few hours.</summary>
internal sealed class CalendarModel
{
    internal const int Hours = 96;
    internal static readonly Instant Origin = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly Dictionary<int, Entry> holds = [];
    private int[] supply = new int[Hours];

    internal static ReservationId Id(int number) => ReservationId.From($"rsv_{number:D3}");

    internal static OrganizationId Tenant => OrganizationId.From("org_tenant");

    internal static Instant Hour(int hour) => Origin + Duration.FromHours(hour);

    internal static HoldSegment Segment(int from, int until, int units) => new(new Term(Hour(from), Hour(until)), units);

    internal int Free(int hour) => supply[hour] - holds.Values.Where(hold => hold.Open).Sum(hold => hold.Asked[hour] - hold.Gone[hour]);

    internal int Supply(int hour) => supply[hour];

    internal IEnumerable<(int Number, Entry Hold)> Holds => holds.Select(pair => (pair.Key, pair.Value));

    internal bool Place(int number, ImmutableArray<HoldSegment> segments, Instant now)
    {
        if (holds.TryGetValue(number, out var known))
        {
            return known.Open && known.Segments.SequenceEqual(segments);
        }

        var asked = PerHour(segments);
        if (Enumerable.Range(0, Hours).Any(hour => asked[hour] > 0 && asked[hour] > Free(hour)))
        {
            return false;
        }

        holds[number] = new Entry { Segments = segments, Asked = asked, Gone = new int[Hours], PlacedAt = now, Open = true };
        return true;
    }

    internal bool Confirm(int number, Instant signedAt)
    {
        if (!holds.TryGetValue(number, out var hold) || !hold.Open)
        {
            return false;
        }

        hold.SignedAt ??= signedAt;
        return true;
    }

    internal void Release(int number)
    {
        if (!holds.TryGetValue(number, out var hold))
        {
            holds[number] = new Entry { Segments = [], Asked = new int[Hours], Gone = new int[Hours] };
            return;
        }

        hold.Open = false;
        Restore();
    }

    internal bool Resize(int number, ImmutableArray<HoldSegment> segments)
    {
        if (!holds.TryGetValue(number, out var hold) || !hold.Open)
        {
            return false;
        }

        if (hold.Segments.SequenceEqual(segments))
        {
            return true;
        }

        var asked = PerHour(segments);
        if (Enumerable.Range(0, Hours).Any(hour => asked[hour] > 0 && asked[hour] > Free(hour) + hold.Asked[hour] - hold.Gone[hour]))
        {
            return false;
        }

        (hold.Segments, hold.Asked, hold.Gone) = (segments, asked, new int[Hours]);
        Restore();
        return true;
    }

    internal void Reforecast(ImmutableArray<SupplyStep> steps)
    {
        supply = [.. Enumerable.Range(0, Hours).Select(hour => steps.LastOrDefault(step => step.From <= Hour(hour)).Units)];
        foreach (var hold in Fair().Reverse())
        {
            for (var hour = 0; hour < Hours; hour++)
            {
                hold.Gone[hour] += Math.Clamp(-Free(hour), 0, hold.Asked[hour] - hold.Gone[hour]);
            }
        }

        Restore();
    }

    private void Restore()
    {
        foreach (var hold in Fair())
        {
            for (var hour = 0; hour < Hours; hour++)
            {
                hold.Gone[hour] -= Math.Clamp(Free(hour), 0, hold.Gone[hour]);
            }
        }
    }

    private IEnumerable<Entry> Fair() => holds.OrderBy(pair => pair.Value.SignedAt is null)
        .ThenBy(pair => pair.Value.SignedAt ?? pair.Value.PlacedAt).ThenBy(pair => Id(pair.Key).Value, StringComparer.Ordinal)
        .Where(pair => pair.Value.Open).Select(pair => pair.Value);

    internal static int[] PerHour(ImmutableArray<HoldSegment> segments)
    {
        var units = new int[Hours];
        foreach (var (term, count) in segments)
        {
            for (var hour = (int)(term.Start - Origin).TotalHours; hour < (int)(term.End - Origin).TotalHours; hour++)
            {
                units[hour] += count;
            }
        }

        return units;
    }

    internal sealed class Entry
    {
        public required ImmutableArray<HoldSegment> Segments { get; set; }

        public required int[] Asked { get; set; }

        public required int[] Gone { get; set; }

        public Instant PlacedAt { get; init; }

        public Instant? SignedAt { get; set; }

        public bool Open { get; set; }
    }
}

/// <summary>One random step of a calendar's life.</summary>
internal abstract record CalendarStep
{
    internal sealed record Place(int Number, ImmutableArray<HoldSegment> Segments) : CalendarStep;

    internal sealed record Confirm(int Number, int SignedHour) : CalendarStep;

    internal sealed record Release(int Number) : CalendarStep;

    internal sealed record Resize(int Number, ImmutableArray<HoldSegment> Segments) : CalendarStep;

    internal sealed record Reforecast(ImmutableArray<SupplyStep> Supply) : CalendarStep;

    private static readonly Gen<int> AnyNumber = Gen.Int[0, 11];

    private static readonly Gen<ImmutableArray<HoldSegment>> AnySegments =
        from cuts in Gen.Int[0, CalendarModel.Hours].HashSet[2, 4]
        from units in Gen.Int[1, 6].Array[3]
        let ordered = cuts.Order().ToArray()
        select Enumerable.Range(0, ordered.Length - 1).Select(i => CalendarModel.Segment(ordered[i], ordered[i + 1], units[i])).ToImmutableArray();

    private static readonly Gen<ImmutableArray<SupplyStep>> AnySupply =
        from cuts in Gen.Int[-10, CalendarModel.Hours - 1].HashSet[0, 4]
        from units in Gen.Int[0, 14].Array[4]
        select cuts.Order().Select((cut, i) => new SupplyStep(CalendarModel.Hour(cut), units[i])).ToImmutableArray();

    /// <summary>A life that begins with some supply.</summary>
    internal static Gen<List<CalendarStep>> Lives { get; } =
        from first in AnySupply
        from rest in Gen.Frequency(
            (6, Gen.Select(AnyNumber, AnySegments, (number, segments) => (CalendarStep)new Place(number, segments))),
            (3, Gen.Select(AnyNumber, Gen.Int[0, 5], (number, hour) => (CalendarStep)new Confirm(number, hour))),
            (2, AnyNumber.Select(number => (CalendarStep)new Release(number))),
            (2, Gen.Select(AnyNumber, AnySegments, (number, segments) => (CalendarStep)new Resize(number, segments))),
            (2, AnySupply.Select(supply => (CalendarStep)new Reforecast(supply)))).List[0, 40]
        select (List<CalendarStep>)[new Reforecast(first), .. rest];

    internal Decision<PoolFact> Decide(CapacityCalendar calendar, Instant now) => this switch
    {
        Place place => calendar.Decide(new PlaceHold(CalendarModel.Id(place.Number), CalendarModel.Tenant, place.Segments), now),
        Confirm confirm => calendar.Decide(new ConfirmHold(CalendarModel.Id(confirm.Number), CalendarModel.Hour(confirm.SignedHour))),
        Release release => calendar.Decide(new ReleaseHold(CalendarModel.Id(release.Number), HoldStatus.Released), now),
        Resize resize => calendar.Decide(new ResizeHold(CalendarModel.Id(resize.Number), resize.Segments)),
        Reforecast reforecast => calendar.Reforecast(reforecast.Supply),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Takes the step in the model; answers whether it was granted.</summary>
    internal bool Take(CalendarModel model, Instant now)
    {
        switch (this)
        {
            case Place place:
                return model.Place(place.Number, place.Segments, now);
            case Confirm confirm:
                return model.Confirm(confirm.Number, CalendarModel.Hour(confirm.SignedHour));
            case Resize resize:
                return model.Resize(resize.Number, resize.Segments);
            case Release release:
                model.Release(release.Number);
                return true;
            case Reforecast reforecast:
                model.Reforecast(reforecast.Supply);
                return true;
            default:
                throw new InvalidOperationException();
        }
    }
}
