using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>One line of rent that is going to be invoiced.</summary>
/// <param name="Period">Days it is for, at one price.</param>
/// <param name="Quantity">GPU-hours, node-months or kW-months, exact.</param>
/// <param name="Price">Per unit, escalated to the period's contract year.</param>
/// <param name="Amount">Quantity times price, rounded once.</param>
public sealed record RentCharge(BillingPeriod Period, Fraction Quantity, UnitPrice Price, Money Amount);

/// <summary>
/// The rent a contract comes to if everything is delivered and accepted in time and kept to the end: line for line what
/// will be invoiced, so that a quote's total is a promise and no estimate.
/// </summary>
public static class RentSchedule
{
    /// <summary>Hours that a month of hourly rent counts where only an amount of rent is measured, as for a deposit (8,760 / 12).</summary>
    public const int HoursPerMonth = 730;

    /// <summary>Every line over the term, in order.</summary>
    public static ImmutableArray<RentCharge> For(ContractTerms terms)
    {
        var zone = terms.Clauses.Zone();
        var hourly = terms.Rent.Unit == PricingUnit.GpuHour;
        var ramp = terms.Ramp;
        var anchor = BillingPeriods.DateAt(zone, ramp.Term.Start);
        var commencement = hourly ? anchor : BillingPeriods.FirstFullDay(zone, ramp.Term.Start);
        var end = BillingPeriods.FirstFullDay(zone, ramp.Term.End);
        var perYear = terms.Clauses.Escalator?.PerYear ?? Percentage.Zero;
        var charges = ImmutableArray.CreateBuilder<RentCharge>();
        foreach (var period in BillingPeriods.Over(anchor, anchor, end))
        {
            foreach (var (part, year) in Escalation.Split(commencement, period))
            {
                var price = Escalation.PriceIn(terms.Rent.Price, perYear, year);
                foreach (var quantity in Quantities(terms, zone, anchor, part).Where(quantity => !quantity.IsZero))
                {
                    charges.Add(new RentCharge(part, quantity, price, Proration.Price(price, quantity)));
                }
            }
        }

        return charges.ToImmutable();
    }

    /// <summary>The sum of <see cref="For"/>.</summary>
    public static Money Total(ContractTerms terms) =>
        Money.Sum(terms.Rent.Price.Currency, For(terms).Select(charge => charge.Amount));

    /// <summary>Rent of so many months at the peak quantity and the first year's price, rounded once.</summary>
    public static Money Months(ContractTerms terms, decimal months)
    {
        var peak = terms.Ramp.PeakUnits();
        var perMonth = terms.Rent.Unit == PricingUnit.GpuHour ? (long)peak * terms.GpusPerUnit * HoursPerMonth : peak;
        return Proration.Price(terms.Rent.Price, Fraction.From(months) * perMonth);
    }

    // In arrears a part of a period is one line. In advance, what is there at its start is one line, and each later step of the
    // ramp adds a line of its own (case BC-13), negative where the quantity falls.
    private static IEnumerable<Fraction> Quantities(ContractTerms terms, DateTimeZone zone, LocalDate anchor, BillingPeriod part)
    {
        var sum = Fraction.Zero;
        var before = 0;
        foreach (var segment in terms.Ramp.Segments())
        {
            var change = Measure(segment.Units - before, segment.Term.Start);
            before = segment.Units;
            if (terms.Clauses.Timing == BillingTiming.InArrears || BillingPeriods.FirstFullDay(zone, segment.Term.Start) <= part.Start)
            {
                sum += change;
            }
            else
            {
                yield return change;
            }
        }

        yield return sum;

        // A step counts from its start to the end of the term; the next one carries only the difference.
        Fraction Measure(int units, Instant from)
        {
            var until = terms.Ramp.Term.End;
            if (terms.Rent.Unit == PricingUnit.GpuHour)
            {
                var interval = BillingPeriods.ToInterval(zone, part);
                return Proration.Hours(Instant.Max(from, interval.Start), Instant.Min(until, interval.End)) * ((long)units * terms.GpusPerUnit);
            }

            var served = new BillingPeriod(BillingPeriods.FirstFullDay(zone, from), BillingPeriods.FirstFullDay(zone, until));
            return part.Intersect(served) is { } days ? Proration.Months(anchor, days.Start, days.End) * units : Fraction.Zero;
        }
    }
}
