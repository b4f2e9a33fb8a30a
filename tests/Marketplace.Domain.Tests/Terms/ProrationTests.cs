using CsCheck;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Terms;

public class ProrationTests
{
    private static readonly Currency Usd = Currency.Usd;

    [Fact]
    public void BC09_delivery_on_the_12th_of_a_31_day_month() =>
        Assert.Equal(Cents(4_000_000), Proration.Price(new UnitPrice(Usd, 62_000m), Proration.Months(new(2027, 1, 1), new(2027, 1, 12), new(2027, 2, 1))));

    [Fact]
    public void BC11_the_same_in_February_of_a_leap_year() =>
        Assert.Equal(Cents(3_206_897), Proration.Price(new UnitPrice(Usd, 62_000m), Proration.Months(new(2028, 2, 1), new(2028, 2, 15), new(2028, 3, 1))));

    [Fact]
    public void BC13_expansion_in_an_in_advance_period() =>
        Assert.Equal(Cents(4_877_419), Proration.Price(new UnitPrice(Usd, 9_000m), 8 * Proration.Months(new(2027, 3, 1), new(2027, 3, 11), new(2027, 4, 1))));

    [Fact]
    public void BC15_unused_part_credited_with_tax_both_parts_round_up()
    {
        var net = Proration.Part(Cents(16_000), new Fraction(29, 30));
        var tax = net.Share(Percentage.From(25));

        Assert.Equal((Cents(15_467), Cents(3_867), Cents(19_334)), (net, tax, net + tax));
    }

    [Fact]
    public void BC23_a_thousand_small_records_are_added_before_they_are_priced()
    {
        var hours = Enumerable.Repeat(Fraction.From(0.333m), 1_000).Aggregate(Fraction.Zero, (sum, next) => sum + next);

        Assert.Equal(Cents(74_925), Proration.Price(new UnitPrice(Usd, 2.25m), hours));
    }

    [Fact]
    public void BC25_half_a_cent_rounds_away_from_zero_on_both_sides()
    {
        Assert.Equal(Cents(13), Fraction.From(0.125m).ToMoney(Usd));
        Assert.Equal(Cents(-13), Fraction.From(-0.125m).ToMoney(Usd));
    }

    [Fact]
    public void BC27_milestones_of_an_odd_cent() =>
        Assert.Equal([Cents(30_000_000), Cents(30_000_000), Cents(40_000_001)], Cents(100_000_001).Split(30, 30, 40));

    [Fact]
    public void BC29_prepayment_drawn_down_over_12_months()
    {
        long[] cents = [2_083_333, 2_083_334, 2_083_333, 2_083_333, 2_083_334, 2_083_333, 2_083_333, 2_083_334, 2_083_333, 2_083_333, 2_083_334, 2_083_333];

        Assert.Equal(cents.Select(Cents), Enumerable.Range(1, 12).Select(step => Proration.Draw(Cents(25_000_000), step, 12)));
    }

    [Fact]
    public void BC55_what_is_left_is_counted_in_calendar_months()
    {
        var months = Proration.Months(new(2027, 1, 1), new(2027, 5, 20), new(2028, 1, 31));

        Assert.Equal(new Fraction(12, 31) + 7 + new Fraction(30, 31), months);
    }

    [Fact]
    public void Months_of_neighbouring_stretches_add_up() =>
        Gen.Select(Gen.Int[0, 4_000], Gen.Int[0, 400], Gen.Int[0, 400]).Sample((anchorDay, first, second) =>
        {
            var anchor = new LocalDate(2020, 1, 1).PlusDays(anchorDay);
            var middle = anchor.PlusDays(first);
            var end = middle.PlusDays(second);

            Assert.Equal(
                Proration.Months(anchor, anchor, end),
                Proration.Months(anchor, anchor, middle) + Proration.Months(anchor, middle, end));
        });

    [Fact]
    public void Splits_and_schedules_add_up() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Int[1, 60], Gen.Int[0, 100].Array[1, 12]).Sample((minor, steps, weights) =>
        {
            var total = Cents(minor);
            Assert.Equal(total, Money.Sum(Usd, Enumerable.Range(1, steps).Select(step => Proration.Draw(total, step, steps))));
            if (weights.Any(weight => weight > 0))
            {
                Assert.Equal(total, Money.Sum(Usd, total.Split([.. weights.Select(weight => (decimal)weight)])));
            }
        });

    private static Money Cents(long minor) => new(Usd, minor);
}
