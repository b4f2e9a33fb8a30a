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
        var layers = QuantityLayer.Of(ramp.Segments()
            .Select(segment => new QuantityLayer(segment.Units, Counted(terms, segment.Term.Start), Counted(terms, segment.Term.End)))
            .Where(level => level.From < level.Until));
        var charges = ImmutableArray.CreateBuilder<RentCharge>();
        foreach (var period in BillingPeriods.Over(anchor, anchor, end))
        {
            foreach (var (part, year) in Escalation.Split(commencement, period))
            {
                var price = Escalation.PriceIn(terms.Rent.Price, perYear, year);
                foreach (var quantity in Quantities(terms, layers, anchor, part).Where(quantity => !quantity.IsZero))
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

    /// <summary>
    /// The instant that names the line of a period's part in which a quantity is stated. In arrears all are on one line. In advance
    /// what a later step of the ramp adds inside the part is a line of its own (case BC-13), whether it was accepted before the rent
    /// was stated or with its step: the rounding, and so the sum, is the same.
    /// </summary>
    /// <param name="terms">The terms.</param>
    /// <param name="part">The part's first instant.</param>
    /// <param name="from">The first instant of the quantity.</param>
    public static Instant LineStart(ContractTerms terms, Instant part, Instant from)
    {
        var start = Counted(terms, from);
        return terms.Clauses.Timing == BillingTiming.InAdvance && start > part && terms.Ramp.Steps.Skip(1).Any(step => Counted(terms, step.From) == start)
            ? start
            : part;
    }

    // Hourly prices count from the instant, fees by the month from the next local midnight.
    private static Instant Counted(ContractTerms terms, Instant instant) => terms.Rent.Unit == PricingUnit.GpuHour
        ? instant
        : BillingPeriods.Midnight(terms.Clauses.Zone(), BillingPeriods.FirstFullDay(terms.Clauses.Zone(), instant));

    // The quantity of each line of a part of a period, in order of time.
    private static IEnumerable<Fraction> Quantities(ContractTerms terms, ImmutableArray<QuantityLayer> layers, LocalDate anchor, BillingPeriod part)
    {
        var zone = terms.Clauses.Zone();
        var interval = BillingPeriods.ToInterval(zone, part);
        return layers
            .GroupBy(layer => LineStart(terms, interval.Start, layer.From))
            .OrderBy(line => line.Key)
            .Select(line => line.Aggregate(Fraction.Zero, (sum, layer) => sum + (Fraction.From(layer.Quantity) * Measure(layer))));

        Fraction Measure(QuantityLayer layer)
        {
            if (terms.Rent.Unit == PricingUnit.GpuHour)
            {
                return Proration.Hours(Instant.Max(layer.From, interval.Start), Instant.Min(layer.Until, interval.End)) * terms.GpusPerUnit;
            }

            var served = new BillingPeriod(BillingPeriods.FirstFullDay(zone, layer.From), BillingPeriods.FirstFullDay(zone, layer.Until));
            return part.Intersect(served) is { } days ? Proration.Months(anchor, days.Start, days.End) : Fraction.Zero;
        }
    }
}
