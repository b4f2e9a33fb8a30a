using CsCheck;
using Marketplace.Domain.Terms;
using NodaTime;
using NodaTime.Text;

namespace Marketplace.Domain.Tests.Terms;

public class BillingPeriodsTests
{
    [Theory]
    [InlineData("BC-01", "2027-01-31", 1, "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30")]
    [InlineData("BC-03", "2027-01-30", 1, "2027-01-30 2027-02-28 2027-03-30 2027-04-30 2027-05-30")]
    [InlineData("BC-05", "2026-11-30", 3, "2026-11-30 2027-02-28 2027-05-30 2027-08-30 2027-11-30")]
    public void Anchor_days_are_kept_and_clamped(string id, string anchor, int monthsEach, string boundaries)
    {
        var days = boundaries.Split(' ').Select(Date).ToList();
        var expected = days.Zip(days.Skip(1), (start, end) => new BillingPeriod(start, end));

        var actual = Enumerable.Range(0, days.Count - 1).Select(index => BillingPeriods.At(Date(anchor), index, monthsEach));

        Assert.True(expected.SequenceEqual(actual), id);
    }

    [Theory]
    [InlineData("2027-07-01", "2027-08-01", "2027-07-01 until 2027-07-31")]
    [InlineData("2027-07-01", "2027-07-02", "2027-07-01")]
    [InlineData("2027-07-01", "2027-07-01", "2027-07-01")]
    public void In_words_both_days_are_included(string start, string end, string words) =>
        Assert.Equal(words, new BillingPeriod(LocalDatePattern.Iso.Parse(start).Value, LocalDatePattern.Iso.Parse(end).Value).InWords());

    [Fact]
    public void BC07_a_term_in_months_is_counted_from_its_start() =>
        Assert.Equal(Date("2028-02-29"), BillingPeriods.PlusMonths(Date("2026-08-31"), 18));

    [Theory]
    [InlineData("BC-31", "America/New_York", "2027-03-01", "2027-03-01T05:00:00Z", "2027-04-01T04:00:00Z", 743)]
    [InlineData("BC-33", "Europe/Oslo", "2026-10-01", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z", 745)]
    [InlineData("BC-35", "UTC", "2026-10-01", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", 744)]
    public void Hours_are_counted_between_local_midnights(string id, string zone, string month, string from, string until, int hours)
    {
        var period = BillingPeriods.At(Date(month), 0);
        var interval = BillingPeriods.ToInterval(BillingPeriods.Zone(zone), period);

        Assert.True(new Interval(At(from), At(until)) == interval, id);
        Assert.Equal(hours, Proration.Hours(BillingPeriods.Zone(zone), period));
    }

    [Fact]
    public void BC37_a_sample_at_the_very_end_belongs_to_the_next_period()
    {
        var september = BillingPeriods.ToInterval(DateTimeZone.Utc, BillingPeriods.At(Date("2026-09-01"), 0));
        var october = BillingPeriods.ToInterval(DateTimeZone.Utc, BillingPeriods.At(Date("2026-09-01"), 1));

        Assert.False(september.Contains(At("2026-10-01T00:00:00Z")));
        Assert.True(october.Contains(At("2026-10-01T00:00:00Z")));
    }

    [Theory]
    [InlineData("America/New_York", "2027-03-14T02:30:00", "2027-03-14T07:00:00Z")] // skipped: the first instant after the gap
    [InlineData("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z")] // twice: the first of them
    [InlineData("Africa/Cairo", "2026-04-24T00:00:00", "2026-04-23T22:00:00Z")] // the midnight itself is skipped
    [InlineData("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00Z")] // the whole day is skipped
    public void Local_times_have_one_instant(string zone, string local, string expected) =>
        Assert.Equal(At(expected), BillingPeriods.ToInstant(BillingPeriods.Zone(zone), LocalDateTimePattern.GeneralIso.Parse(local).Value));

    [Theory]
    [InlineData("2026-09-16T00:00:00Z", "UTC", "2026-09-16")]
    [InlineData("2026-09-16T00:00:01Z", "UTC", "2026-09-17")]
    [InlineData("2026-09-15T15:59:59Z", "Asia/Singapore", "2026-09-16")]
    [InlineData("2026-09-15T16:00:00Z", "Asia/Singapore", "2026-09-16")]
    public void A_monthly_fee_starts_on_the_next_local_day_unless_it_is_midnight(string instant, string zone, string expected) =>
        Assert.Equal(Date(expected), BillingPeriods.FirstFullDay(BillingPeriods.Zone(zone), At(instant)));

    [Fact]
    public void Periods_tile_any_stretch_without_gap_or_overlap() =>
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[-800, 800], Gen.Int[1, 2_000], Gen.OneOf(Gen.Const(1), Gen.Const(2), Gen.Const(3), Gen.Const(6), Gen.Const(12))).Sample(
            (anchorDay, offset, length, monthsEach) =>
            {
                var anchor = new LocalDate(1990, 1, 1).PlusDays(anchorDay);
                var from = anchor.PlusDays(offset);
                var until = from.PlusDays(length);
                var expectedStart = from;
                foreach (var period in BillingPeriods.Over(anchor, from, until, monthsEach))
                {
                    Assert.Equal(expectedStart, period.Start);
                    Assert.True(period.Days > 0);
                    var whole = BillingPeriods.At(anchor, BillingPeriods.IndexOf(anchor, period.Start, monthsEach), monthsEach);
                    Assert.True(whole.Start <= period.Start && period.End <= whole.End);
                    Assert.True(whole.Start.Day == anchor.Day || whole.Start.Day == whole.Start.Calendar.GetDaysInMonth(whole.Start.Year, whole.Start.Month));
                    expectedStart = period.End;
                }

                Assert.Equal(until, expectedStart);
            });

    [Fact]
    public void An_empty_stretch_has_no_periods() =>
        Assert.Empty(BillingPeriods.Over(Date("2027-01-31"), Date("2027-05-31"), Date("2027-05-31")));

    private static LocalDate Date(string text) => LocalDatePattern.Iso.Parse(text).Value;

    private static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;
}
