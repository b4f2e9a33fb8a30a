using System.Diagnostics;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Benchmarks.Capacity;

/// <summary>
/// What one operation on a calendar costs with 100, 10,000 and 100,000 open holds of one to twelve months over three years.
/// Every sample runs on the same immutable calendar, so the number of holds stays what it is; the median of the samples counts.
/// </summary>
internal static class CalendarBenchmark
{
    private const int Operations = 2_000;
    private const int Samples = 31;
    private const int StartHours = 3 * 8_766;
    private static readonly int[] Sizes = [100, 10_000, 100_000];
    private static readonly Instant Origin = Instant.FromUtc(2026, 1, 1, 0, 0);
    private static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");

    public static int Run()
    {
        var calendars = Sizes.Select(size => Filled(size, 1_000_000)).ToArray();
        var full = Sizes.Select(size => Filled(size, size / 6)).ToArray();
        var placed = Sizes.ToDictionary(size => size, size => Enumerable.Range(0, Operations).Select(i => Id((int)((long)i * 7919 % size))).ToArray());
        var terms = Enumerable.Range(0, Operations).Select(i => Segment(i * 7919)).ToArray();
        var places = terms.Select((segment, i) => new PlaceHold(Id(1_000_000 + i), Tenant, [segment])).ToArray();
        var tooLarge = places.Select(place => place with { Segments = [place.Segments[0] with { Units = 10_000_000 }] }).ToArray();
        Console.WriteLine($"| operation | {string.Join(" | ", Sizes.Select(size => $"{size:N0} holds, ns"))} | times |");
        Console.WriteLine($"|---|{string.Concat(Sizes.Select(_ => "---:|"))}---:|");
        Row("place", calendars, (calendar, i) => Apply(calendar, calendar.Decide(places[i], Origin)));
        Row("a hold's life: place, confirm, release", calendars, (calendar, i) =>
        {
            var held = Apply(calendar, calendar.Decide(places[i], Origin));
            held = Apply(held, held.Decide(new ConfirmHold(places[i].Id, Origin)));
            return Apply(held, held.Decide(new ReleaseHold(places[i].Id, HoldStatus.Released), Origin));
        });
        Row("release", calendars, (calendar, i) => Apply(calendar, calendar.Decide(new ReleaseHold(placed[calendar.HoldCount][i], HoldStatus.Released), Origin)));
        Row("confirm", calendars, (calendar, i) => Apply(calendar, calendar.Decide(new ConfirmHold(placed[calendar.HoldCount][i], Origin))));
        Row("refuse for want of units", calendars, (calendar, i) => calendar.Decide(tooLarge[i], Origin).Refusal);
        Row("peak over a term", calendars, (calendar, i) => calendar.PeakHeld(terms[i].Term));
        Row("free throughout a term", calendars, (calendar, i) => calendar.FreeThroughout(terms[i].Term));
        Row("earliest start where there is room", calendars, (calendar, i) => calendar.EarliestStart(1, 2_000, terms[i].Term.Start));
        Row("earliest start in a full pool, windows passed over included", full, (calendar, i) => calendar.EarliestStart(1, 2_000, terms[i].Term.Start));
        return 0;

        void Row(string name, CapacityCalendar[] on, Func<CapacityCalendar, int, object?> operation)
        {
            // Sizes take turns within a sample, so that a disturbance of the machine meets all of them.
            var nanoseconds = on.Select(_ => new List<double>()).ToArray();
            for (var sample = -3; sample < Samples; sample++)
            {
                for (var size = 0; size < on.Length; size++)
                {
                    var begin = Stopwatch.GetTimestamp();
                    for (var i = 0; i < Operations; i++)
                    {
                        GC.KeepAlive(operation(on[size], i));
                    }

                    if (sample >= 0)
                    {
                        nanoseconds[size].Add(Stopwatch.GetElapsedTime(begin).TotalNanoseconds / Operations);
                    }
                }
            }

            var medians = nanoseconds.Select(each => each.Order().ElementAt(each.Count / 2)).ToArray();
            Console.WriteLine($"| {name} | {string.Join(" | ", medians.Select(median => $"{median:N0}"))} | {medians[^1] / medians[0]:0.0} |");
        }
    }

    // A pool with less supply than is asked for: what does not fit is refused, so that hardly a window is left.
    private static CapacityCalendar Filled(int size, int supply)
    {
        var calendar = CapacityCalendar.StartingAt(Origin).Evolve(new SupplyReforecast([new SupplyStep(Origin, supply)]));
        for (var i = 0; calendar.HoldCount < size && i < 4 * size; i++)
        {
            calendar = Apply(calendar, calendar.Decide(new PlaceHold(Id(i), Tenant, [Segment(i)]), Origin));
        }

        return calendar;
    }

    // Starts spread over three years by a multiplicative hash, lengths from one to twelve months.
    private static HoldSegment Segment(int i)
    {
        var mixed = unchecked((uint)i * 2_654_435_761u);
        var start = Origin + Duration.FromHours(mixed % StartHours);
        return new HoldSegment(new Term(start, start + Duration.FromHours(730 * (1 + ((mixed >> 8) % 12)))), 1);
    }

    private static ReservationId Id(int i) => PublicId.Derive<ReservationId>(i.ToString());

    private static CapacityCalendar Apply(CapacityCalendar calendar, Decision<PoolFact> decision)
    {
        foreach (var fact in decision.Facts)
        {
            calendar = calendar.Evolve(fact);
        }

        return calendar;
    }
}
