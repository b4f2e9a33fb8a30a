using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Capacity;

public sealed class CapacityCalendarTests
{
    private static readonly Instant Now = CalendarModel.Origin;

    [Fact]
    public void A_phase_two_years_out_is_sold_before_it_exists_and_not_an_hour_earlier()
    {
        var rfs = Instant.FromUtc(2028, 3, 1, 5, 0);
        var calendar = Supplied(new SupplyStep(rfs, 8));
        var march = new Term(rfs, Instant.FromUtc(2028, 4, 1, 5, 0));

        Assert.True(calendar.Fits(8, march));
        Assert.False(calendar.Fits(1, new Term(rfs - Duration.FromHours(1), march.End)));
        Assert.Equal(rfs, calendar.EarliestStart(8, march.Hours, Now));
        Assert.Null(calendar.EarliestStart(9, 1, Now));
    }

    [Fact]
    public void Refuses_what_one_hour_of_the_term_cannot_keep_and_names_it()
    {
        var calendar = Supplied(new SupplyStep(Now, 10));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(23, 24, 7)));

        var refusal = Place(calendar, 2, CalendarModel.Segment(0, 48, 4)).Refusal!;

        Assert.Equal("units_not_free", refusal.Code);
        Assert.Equal(RefusalClass.Retryable, refusal.Class);
        Assert.Contains("at the tightest hour 3 are free", refusal.Detail, StringComparison.Ordinal);
        Assert.Empty(Place(calendar, 2, CalendarModel.Segment(0, 48, 4)).Facts);
    }

    [Fact]
    public void Neighbouring_terms_share_no_hour()
    {
        var calendar = Supplied(new SupplyStep(Now, 4));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 4)));
        calendar = Do(calendar, Place(calendar, 2, CalendarModel.Segment(24, 48, 4)));

        Assert.Equal(4, calendar.PeakHeld(CalendarModel.Segment(0, 48, 1).Term));
        Assert.Equal("units_not_free", Place(calendar, 3, CalendarModel.Segment(47, 49, 1)).Refusal?.Code);
    }

    [Fact]
    public void A_ramp_is_one_hold()
    {
        var calendar = Supplied(new SupplyStep(Now, 4), new SupplyStep(CalendarModel.Hour(24), 12));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 4), CalendarModel.Segment(24, 72, 12)));

        Assert.Equal(
            [new AvailabilityStep(Now, 4, 4, 0), new AvailabilityStep(CalendarModel.Hour(24), 12, 12, 0), new AvailabilityStep(CalendarModel.Hour(72), 12, 0, 12)],
            calendar.Availability(CalendarModel.Segment(0, 96, 1).Term));
    }

    [Fact]
    public void The_same_place_again_changes_nothing_and_another_under_its_id_is_refused()
    {
        var calendar = Supplied(new SupplyStep(Now, 4));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 4)));

        var again = Place(calendar, 1, CalendarModel.Segment(0, 24, 4));
        Assert.Null(again.Refusal);
        Assert.Empty(again.Facts);
        Assert.Equal("hold_differs", Place(calendar, 1, CalendarModel.Segment(0, 24, 3)).Refusal?.Code);
    }

    [Fact]
    public void Released_before_it_was_placed_it_can_no_longer_be_placed()
    {
        var calendar = Supplied(new SupplyStep(Now, 4));
        calendar = Do(calendar, calendar.Decide(new ReleaseHold(CalendarModel.Id(1), HoldStatus.Released), Now));

        Assert.Equal("hold_ended", Place(calendar, 1, CalendarModel.Segment(0, 24, 4)).Refusal?.Code);
        Assert.Equal(4, calendar.FreeThroughout(CalendarModel.Segment(0, 24, 1).Term));
    }

    [Fact]
    public void Tombstones_go_after_seven_days_and_open_holds_stay()
    {
        var calendar = Supplied(new SupplyStep(Now, 4));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, Place(calendar, 2, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, calendar.Decide(new ReleaseHold(CalendarModel.Id(1), HoldStatus.Expired), Now));
        var due = Now + Duration.FromDays(7);

        Assert.Equal(due, calendar.NextPruneAt);
        Assert.Empty(calendar.Prune(due - Duration.FromSeconds(1)).Facts);
        calendar = Do(calendar, calendar.Prune(due));
        Assert.Null(calendar.Find(CalendarModel.Id(1)));
        Assert.NotNull(calendar.Find(CalendarModel.Id(2)));
        Assert.Null(calendar.NextPruneAt);
    }

    [Fact]
    public void A_confirmed_hold_is_released_but_does_not_expire()
    {
        var calendar = Supplied(new SupplyStep(Now, 4));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, calendar.Decide(new ConfirmHold(CalendarModel.Id(1), Now)));

        Assert.Equal("hold_confirmed", calendar.Decide(new ReleaseHold(CalendarModel.Id(1), HoldStatus.Expired), Now).Refusal?.Code);
        calendar = Do(calendar, calendar.Decide(new ReleaseHold(CalendarModel.Id(1), HoldStatus.Released), Now));
        Assert.Equal("hold_ended", calendar.Decide(new ConfirmHold(CalendarModel.Id(1), Now)).Refusal?.Code);
        Assert.Equal("hold_not_found", calendar.Decide(new ConfirmHold(CalendarModel.Id(9), Now)).Refusal?.Code);
    }

    [Fact]
    public void When_a_phase_slips_signed_ones_keep_first_by_signature_and_each_keeps_what_fits()
    {
        var calendar = Supplied(new SupplyStep(Now, 10));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 48, 3)));
        calendar = Do(calendar, Place(calendar, 2, CalendarModel.Segment(0, 48, 4)));
        calendar = Do(calendar, Place(calendar, 3, CalendarModel.Segment(24, 48, 3)));
        calendar = Do(calendar, calendar.Decide(new ConfirmHold(CalendarModel.Id(3), CalendarModel.Hour(1))));
        calendar = Do(calendar, calendar.Decide(new ConfirmHold(CalendarModel.Id(2), CalendarModel.Hour(2))));

        var slip = calendar.Reforecast([new SupplyStep(Now, 5), new SupplyStep(CalendarModel.Hour(36), 10)]);
        calendar = Do(calendar, slip);

        // Hours 0 to 24: 2 keeps its 4, 1 keeps 1 of 3. Hours 24 to 36: 3 keeps 3, 2 keeps 2 of 4, 1 keeps none.
        Assert.Equal([CalendarModel.Segment(0, 24, 2), CalendarModel.Segment(24, 36, 3)], calendar.Find(CalendarModel.Id(1))!.Displaced);
        Assert.Equal([CalendarModel.Segment(24, 36, 2)], calendar.Find(CalendarModel.Id(2))!.Displaced);
        Assert.Empty(calendar.Find(CalendarModel.Id(3))!.Displaced);
        Assert.Empty(calendar.Faults());
    }

    [Fact]
    public void Returning_supply_and_a_released_hold_restore_in_fair_order()
    {
        var calendar = Supplied(new SupplyStep(Now, 6));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, Place(calendar, 2, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, Place(calendar, 3, CalendarModel.Segment(0, 24, 2)));
        calendar = Do(calendar, calendar.Decide(new ConfirmHold(CalendarModel.Id(3), Now)));
        calendar = Do(calendar, calendar.Reforecast([new SupplyStep(Now, 2)]));
        Assert.Equal([1, 2], Displaced(calendar));

        calendar = Do(calendar, calendar.Reforecast([new SupplyStep(Now, 3)]));
        Assert.Equal([CalendarModel.Segment(0, 24, 1)], calendar.Find(CalendarModel.Id(1))!.Displaced);

        var release = calendar.Decide(new ReleaseHold(CalendarModel.Id(3), HoldStatus.Released), Now);
        calendar = Do(calendar, release);
        Assert.Equal([CalendarModel.Segment(0, 24, 1)], calendar.Find(CalendarModel.Id(2))!.Displaced);
        Assert.Equal([2], Displaced(calendar));
        Assert.Equal(["HoldEnded", "UnitsRestored", "UnitsRestored"], release.Facts.Select(fact => fact.GetType().Name));
    }

    [Fact]
    public void Resizing_must_fit_in_full_in_place_of_the_old_segments()
    {
        var calendar = Supplied(new SupplyStep(Now, 6));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment(0, 24, 4)));
        calendar = Do(calendar, Place(calendar, 2, CalendarModel.Segment(0, 24, 1)));

        Assert.Equal("units_not_free", calendar.Decide(new ResizeHold(CalendarModel.Id(1), [CalendarModel.Segment(0, 24, 6)])).Refusal?.Code);
        calendar = Do(calendar, calendar.Decide(new ResizeHold(CalendarModel.Id(1), [CalendarModel.Segment(0, 24, 5)])));
        Assert.Equal(0, calendar.FreeThroughout(CalendarModel.Segment(0, 24, 1).Term));
        calendar = Do(calendar, calendar.Decide(new ResizeHold(CalendarModel.Id(1), [CalendarModel.Segment(48, 72, 6)])));
        Assert.Equal(5, calendar.FreeThroughout(CalendarModel.Segment(0, 24, 1).Term));
    }

    [Fact]
    public void A_calendar_over_supply_says_where()
    {
        var segments = ImmutableArray.Create(CalendarModel.Segment(0, 24, 4));
        var calendar = Supplied(new SupplyStep(Now, 3)).Evolve(new HoldPlaced(CalendarModel.Id(1), CalendarModel.Tenant, segments, Now));

        Assert.Equal(["holds exceed supply by 1 units from 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z."], calendar.Faults());
    }

    public static TheoryData<string, ImmutableArray<HoldSegment>> Misshapen => new()
    {
        { "hold_segments_invalid", [] },
        { "hold_segments_invalid", [CalendarModel.Segment(0, 1, 0)] },
        { "hold_segments_invalid", [CalendarModel.Segment(0, 1, -1)] },
        { "hold_segments_invalid", [default] },
        { "hold_segments_invalid", [CalendarModel.Segment(0, 10, 1), CalendarModel.Segment(9, 12, 1)] },
        { "hold_segments_invalid", [CalendarModel.Segment(10, 12, 1), CalendarModel.Segment(0, 5, 1)] },
        { "hold_segments_invalid", [.. Enumerable.Range(0, 121).Select(hour => CalendarModel.Segment(hour, hour + 1, 1))] },
        { "term_beyond_calendar", [CalendarModel.Segment(-1, 1, 1)] },
        { "term_beyond_calendar", [CalendarModel.Segment((1 << 18) - 1, (1 << 18) + 1, 1)] },
    };

    [Theory]
    [MemberData(nameof(Misshapen))]
    public void Segments_that_cannot_be_a_hold_are_refused(string code, ImmutableArray<HoldSegment> segments) =>
        Assert.Equal(code, Supplied(new SupplyStep(Now, 6)).Decide(new PlaceHold(CalendarModel.Id(1), CalendarModel.Tenant, segments), Now).Refusal?.Code);

    [Fact]
    public void The_last_hour_of_the_calendar_can_be_held()
    {
        var calendar = Supplied(new SupplyStep(Now, 6));
        calendar = Do(calendar, Place(calendar, 1, CalendarModel.Segment((1 << 18) - 1, 1 << 18, 6)));

        Assert.Equal(calendar.End, calendar.Find(CalendarModel.Id(1))!.Segments[0].Term.End);
        Assert.Equal(0, calendar.FreeThroughout(new Term(calendar.End - Duration.FromHours(2), calendar.End)));
    }

    private static CapacityCalendar Supplied(params ImmutableArray<SupplyStep> supply) =>
        CapacityCalendar.StartingAt(Now + Duration.FromMinutes(20)).Evolve(new SupplyReforecast(supply));

    private static Decision<PoolFact> Place(CapacityCalendar calendar, int number, params ImmutableArray<HoldSegment> segments) =>
        calendar.Decide(new PlaceHold(CalendarModel.Id(number), CalendarModel.Tenant, segments), Now + Duration.FromMinutes(number));

    private static IEnumerable<int> Displaced(CapacityCalendar calendar) =>
        calendar.Holds.Where(hold => !hold.Displaced.IsEmpty).Select(hold => int.Parse(hold.Id.Value.AsSpan(4))).Order();

    private static CapacityCalendar Do(CapacityCalendar calendar, Decision<PoolFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(calendar, (before, fact) => before.Evolve(fact));
    }
}
