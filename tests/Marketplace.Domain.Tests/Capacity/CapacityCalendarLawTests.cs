using System.Text.Json;
using CsCheck;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Capacity;

/// <summary>What holds of every calendar, whatever happens to it, against <see cref="CalendarModel"/>.</summary>
public sealed class CapacityCalendarLawTests
{
    private static Term Whole => new(CalendarModel.Hour(0), CalendarModel.Hour(CalendarModel.Hours));

    [Fact]
    public void Decides_as_the_plain_model_does_and_never_exceeds_supply() => CalendarStep.Lives.Sample(steps =>
    {
        var model = new CalendarModel();
        var calendar = CapacityCalendar.StartingAt(CalendarModel.Origin);
        for (var i = 0; i < steps.Count; i++)
        {
            var now = CalendarModel.Hour(i / 3);
            var decision = steps[i].Decide(calendar, now);
            calendar = decision.Facts.Aggregate(calendar, (before, fact) => before.Evolve(fact));
            Assert.Equal(steps[i].Take(model, now), decision.Refusal is null);
            AssertSame(model, calendar);
        }
    });

    [Fact]
    public void Replaying_its_facts_or_loading_it_gives_the_same_calendar() => CalendarStep.Lives.Sample(steps =>
    {
        var (calendar, facts) = Live(steps);
        AssertSame(calendar, facts.Aggregate(CapacityCalendar.StartingAt(CalendarModel.Origin), (before, fact) => before.Evolve(fact)));
        AssertSame(calendar, new CapacityCalendar(calendar.Origin, calendar.Supply, calendar.Holds));
    });

    [Fact]
    public void Whoever_is_displaced_comes_before_whoever_asks_anew() => CalendarStep.Lives.Sample(steps =>
    {
        var (calendar, _) = Live(steps);
        foreach (var segment in calendar.Holds.SelectMany(hold => hold.Displaced))
        {
            for (var hour = segment.Term.Start; hour < segment.Term.End; hour += Duration.FromHours(1))
            {
                Assert.Equal(0, calendar.FreeThroughout(new Term(hour, hour + Duration.FromHours(1))));
            }
        }
    });

    [Fact]
    public void Releasing_everything_leaves_all_supply_free() => CalendarStep.Lives.Sample(steps =>
    {
        var (calendar, _) = Live(steps);
        foreach (var hold in calendar.Holds.ToList())
        {
            var decision = calendar.Decide(new ReleaseHold(hold.Id, HoldStatus.Released), CalendarModel.Hour(50));
            calendar = decision.Facts.Aggregate(calendar, (before, fact) => before.Evolve(fact));
            Assert.Empty(calendar.Decide(new ReleaseHold(hold.Id, HoldStatus.Released), CalendarModel.Hour(51)).Facts);
        }

        Assert.All(calendar.Availability(Whole), step => Assert.Equal(step.Supply, step.Free));
    });

    [Fact]
    public void Finds_the_earliest_start_and_the_windows_that_a_walk_over_the_hours_finds() => Gen.Select(CalendarStep.Lives, Gen.Int[1, 8], Gen.Int[1, 30], Gen.Int[0, 90]).Sample(
        (steps, units, hours, notBefore) =>
        {
            var (calendar, _) = Live(steps);
            bool IsFree(int hour) => calendar.FreeThroughout(new Term(CalendarModel.Hour(hour), CalendarModel.Hour(hour + 1))) >= units;
            var free = Enumerable.Range(0, CalendarModel.Hours).Select(IsFree).ToArray();

            // Past the model's hours supply stays as it is and nothing is held.
            var after = IsFree(CalendarModel.Hours + 1);
            var earliest = Enumerable.Range(notBefore, CalendarModel.Hours - notBefore + 1)
                .Cast<int?>().FirstOrDefault(start => Enumerable.Range(start!.Value, hours).All(hour => hour < CalendarModel.Hours ? free[hour] : after));
            Assert.Equal(earliest is { } found ? CalendarModel.Hour(found) : null, calendar.EarliestStart(units, hours, CalendarModel.Hour(notBefore)));

            var windows = calendar.FreeWindows(units, hours, Whole);
            var inWindows = Enumerable.Range(0, CalendarModel.Hours).Select(hour => windows.Any(window => window.Contains(CalendarModel.Hour(hour)))).ToArray();
            Assert.All(windows, window => Assert.True(window.Hours >= hours && calendar.Fits(units, window)));
            for (var start = 0; start + hours <= CalendarModel.Hours; start++)
            {
                if (Enumerable.Range(start, hours).All(hour => free[hour]))
                {
                    Assert.All(Enumerable.Range(start, hours), hour => Assert.True(inWindows[hour]));
                }
            }
        });

    private static (CapacityCalendar Calendar, List<PoolFact> Facts) Live(List<CalendarStep> steps)
    {
        var calendar = CapacityCalendar.StartingAt(CalendarModel.Origin);
        var facts = new List<PoolFact>();
        for (var i = 0; i < steps.Count; i++)
        {
            var decision = steps[i].Decide(calendar, CalendarModel.Hour(i / 3));
            facts.AddRange(decision.Facts);
            calendar = decision.Facts.Aggregate(calendar, (before, fact) => before.Evolve(fact));
        }

        return (calendar, facts);
    }

    private static void AssertSame(CalendarModel model, CapacityCalendar calendar)
    {
        Assert.Empty(calendar.Faults());
        Assert.Empty(calendar.Faults());
        for (var hour = 0; hour < CalendarModel.Hours; hour++)
        {
            var term = new Term(CalendarModel.Hour(hour), CalendarModel.Hour(hour + 1));
            Assert.Equal(model.Free(hour), calendar.FreeThroughout(term));
            Assert.Equal(model.Supply(hour) - model.Free(hour), calendar.PeakHeld(term));
        }

        foreach (var (number, entry) in model.Holds)
        {
            var hold = calendar.Find(CalendarModel.Id(number))!;
            Assert.Equal(entry.Open, hold.IsOpen);
            if (entry.Open)
            {
                Assert.Equal(entry.Asked, CalendarModel.PerHour(hold.Segments));
                Assert.Equal(entry.Gone, CalendarModel.PerHour(hold.Displaced));
            }
        }
    }

    private static void AssertSame(CapacityCalendar one, CapacityCalendar other)
    {
        Assert.Equal(Text(one), Text(other));
        Assert.Equal(one.Availability(Whole), other.Availability(Whole));
        Assert.Equal(one.NextPruneAt, other.NextPruneAt);
    }

    private static IEnumerable<string> Text(CapacityCalendar calendar) =>
        calendar.Holds.OrderBy(hold => hold.Id.Value, StringComparer.Ordinal).Select(hold => JsonSerializer.Serialize(hold));
}
