using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>
/// Yearly price steps. The price in contract year k (0 is the first) is the base price times the factor to the power of k,
/// exact, rounded once to 8 places: earlier roundings never compound (case BC-39).
/// </summary>
public static class Escalation
{
    /// <summary>The contract year that contains <paramref name="date"/>, 0 in the first; days before rent commencement count as year 0.</summary>
    public static int YearOf(LocalDate commencement, LocalDate date) => Math.Max(0, BillingPeriods.IndexOf(commencement, date, 12));

    /// <summary>The first day of contract year <paramref name="year"/>, from the commencement date itself: 29 February becomes the 28th only in short years.</summary>
    public static LocalDate YearStart(LocalDate commencement, int year) => commencement.PlusMonths(12 * year);

    /// <summary>The price in contract year <paramref name="year"/>.</summary>
    /// <param name="basePrice">Price in year 0.</param>
    /// <param name="perYear">Increase a year: 3 for 3 %; zero for none.</param>
    /// <param name="year">Contract year, 0 or more.</param>
    public static UnitPrice PriceIn(UnitPrice basePrice, Percentage perYear, int year)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(year);
        var factor = Fraction.One + (Fraction.From(perYear.Value) / 100);
        return new UnitPrice(basePrice.Currency, (Fraction.From(basePrice.Amount) * factor.Power(year)).Round(UnitPrice.Places));
    }

    /// <summary>A period cut where a new contract year begins, so that each part has one price (a period with two prices has two lines).</summary>
    public static IEnumerable<(BillingPeriod Part, int Year)> Split(LocalDate commencement, BillingPeriod period)
    {
        var start = period.Start;
        while (start < period.End)
        {
            var year = YearOf(commencement, start);
            var end = LocalDate.Min(period.End, YearStart(commencement, year + 1));
            yield return (new BillingPeriod(start, end), year);
            start = end;
        }
    }
}
