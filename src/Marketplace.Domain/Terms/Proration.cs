using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>
/// Parts of months and of totals. Quantities stay exact fractions and are rounded once, as money.
/// </summary>
public static class Proration
{
    /// <summary>
    /// Months in <c>[from, until)</c>: whole months of the anchor count one each, a cut one counts its days over the actual
    /// days of that month (cases BC-09, BC-11, BC-55). With an anchor on the 1st these are calendar months.
    /// </summary>
    public static Fraction Months(LocalDate anchor, LocalDate from, LocalDate until)
    {
        var sum = Fraction.Zero;
        foreach (var part in BillingPeriods.Over(anchor, from, until))
        {
            var month = BillingPeriods.At(anchor, BillingPeriods.IndexOf(anchor, part.Start));
            sum += new Fraction(part.Days, month.Days);
        }

        return sum;
    }

    /// <summary>Hours between two instants, exact to the tick of 100 ns; zero when they are out of order.</summary>
    public static Fraction Hours(Instant from, Instant until) =>
        until <= from ? Fraction.Zero : new Fraction((until - from).BclCompatibleTicks, NodaConstants.TicksPerHour);

    /// <summary>Hours in UTC between a period's local midnights: 743 or 745 in a month with a clock change (cases BC-31 to BC-35).</summary>
    public static Fraction Hours(DateTimeZone zone, BillingPeriod period) =>
        Hours(BillingPeriods.Midnight(zone, period.Start), BillingPeriods.Midnight(zone, period.End));

    /// <summary>The money for an exact quantity at a price, rounded once, half away from zero.</summary>
    public static Money Price(UnitPrice price, Fraction quantity) => (Fraction.From(price.Amount) * quantity).ToMoney(price.Currency);

    /// <summary>An exact part of an amount, rounded once, half away from zero.</summary>
    public static Money Part(Money total, Fraction share) => (Fraction.From(total.Major) * share).ToMoney(total.Currency);

    /// <summary>
    /// What step <paramref name="step"/> (1 to <paramref name="steps"/>) of an even schedule draws from a total, by cumulative
    /// rounding: never more than half a minor unit off, exact at the end (case BC-29).
    /// </summary>
    public static Money Draw(Money total, int step, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, steps);
        return Part(total, new Fraction(step, steps)) - Part(total, new Fraction(step - 1, steps));
    }
}
