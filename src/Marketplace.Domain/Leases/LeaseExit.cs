using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What leaving early costs.</summary>
public static class LeaseExit
{
    /// <summary>How long an exit quote binds.</summary>
    public static readonly Duration Validity = Duration.FromDays(1);

    /// <summary>The earliest exit a notice given now allows.</summary>
    public static LocalDate Earliest(Lease lease, Instant now) =>
        BillingPeriods.FirstFullDay(lease.Zone, now).PlusDays(lease.Opening.Terms.Clauses.EarlyTermination.NoticeDays);

    /// <summary>
    /// Prices an exit. What is left is the rent that would have come: for the ramp step that runs on the exit day the units
    /// in service up to those leased, or those that take-or-pay bills whether they were handed back or not, if that is more;
    /// for later steps the units leased.
    /// </summary>
    internal static ExitQuote Quote(Lease lease, ExitQuoteId id, LocalDate on, Instant now)
    {
        var fee = lease.Opening.Terms.Clauses.EarlyTermination.Fee;
        var left = Left(lease, on);
        var currency = lease.Opening.Terms.Rent.Price.Currency;
        return new ExitQuote(
            id,
            now,
            Instant.Min(now + Validity, BillingPeriods.Midnight(lease.Zone, on)),
            on,
            lease.EndsOn,
            left.ToMoney(currency),
            fee,
            (left * Fraction.From(fee.Fraction)).ToMoney(currency));
    }

    private static Fraction Left(Lease lease, LocalDate on)
    {
        var rent = lease.Opening.Terms.Rent;
        var perYear = lease.Opening.Terms.Clauses.Escalator?.PerYear ?? Percentage.Zero;
        var commencement = lease.RentCommencement ?? on;
        var exit = BillingPeriods.Midnight(lease.Zone, on);
        var inService = lease.InService.Sum(node => node.Units);
        var committed = inService + lease.Nodes.Where(node => node.Standing == NodeStanding.HandedBack).Sum(node => node.Units);
        var takeOrPay = Fraction.From(lease.Opening.Terms.Clauses.TakeOrPay.Fraction);
        var sum = Fraction.Zero;
        foreach (var step in lease.Steps)
        {
            var from = Instant.Max(exit, LeaseRent.Bound(lease, step.Term.Start));
            var until = LeaseRent.Bound(lease, step.Term.End);
            if (from >= until)
            {
                continue;
            }

            var units = step.Term.Start <= exit
                ? Fraction.Max(Fraction.From(Math.Min(step.Units, inService)), takeOrPay * Fraction.From(Math.Min(step.Units, committed)))
                : Fraction.From(step.Units);
            var days = new BillingPeriod(BillingPeriods.DateAt(lease.Zone, from), BillingPeriods.FirstFullDay(lease.Zone, until));
            foreach (var (part, year) in Escalation.Split(commencement, days))
            {
                var time = rent.Unit == PricingUnit.GpuHour
                    ? Proration.Hours(Instant.Max(from, BillingPeriods.Midnight(lease.Zone, part.Start)), Instant.Min(until, BillingPeriods.Midnight(lease.Zone, part.End)))
                    : Proration.Months(lease.Anchor, part.Start, part.End);
                var price = Escalation.PriceIn(rent.Price, perYear, year);
                sum += Fraction.From(price.Amount) * units * Fraction.From(LeaseRent.QuantityPerUnit(lease)) * time;
            }
        }

        return sum;
    }
}
