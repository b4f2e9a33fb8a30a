using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What the price of an exit needs to know of others.</summary>
/// <param name="Displaced">Units of the lease that the pool's supply does not cover, and when; a stretch each, in order.</param>
/// <param name="Index">Published values of the index that the terms follow, ascending by month; empty without one.</param>
public sealed record ExitBasis(ImmutableArray<RampSegment> Displaced, ImmutableArray<IndexValue> Index)
{
    /// <summary>All is covered, and no index is followed.</summary>
    public static ExitBasis None { get; } = new([], []);
}

/// <summary>What leaving early costs.</summary>
public static class LeaseExit
{
    /// <summary>How long an exit quote binds.</summary>
    public static readonly Duration Validity = Duration.FromDays(1);

    /// <summary>The earliest exit a notice given now allows, and the days of notice; none are asked for while nothing was accepted.</summary>
    public static (LocalDate On, int Notice) Earliest(Lease lease, Instant now)
    {
        if (lease.MayLeaveFreeFrom is not null)
        {
            return (BillingPeriods.DateAt(lease.Zone, now).PlusDays(1), 0);
        }

        var notice = lease.Opening.Terms.Clauses.EarlyTermination.NoticeDays;
        return (BillingPeriods.FirstFullDay(lease.Zone, now).PlusDays(notice), notice);
    }

    /// <summary>
    /// Prices an exit. What is left is the rent that would have come: for the ramp step that runs on the exit day the units
    /// in service up to those leased, or those that take-or-pay bills whether they were handed back or not, if that is more;
    /// for later steps the units leased, less those that the operator is short of now or that its supply does not cover.
    /// Nothing is left of a lease in which nothing was accepted.
    /// </summary>
    internal static ExitQuote Quote(Lease lease, ExitQuoteId id, LocalDate on, ExitBasis basis, Instant now)
    {
        var free = lease.MayLeaveFreeFrom is not null;
        var fee = free ? Percentage.Zero : lease.Opening.Terms.Clauses.EarlyTermination.Fee;
        var left = free ? Fraction.Zero : Left(lease, on, basis, now);
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

    private static Fraction Left(Lease lease, LocalDate on, ExitBasis basis, Instant now)
    {
        var terms = lease.Opening.Terms;
        var commencement = lease.RentCommencement ?? on;
        var exit = BillingPeriods.Midnight(lease.Zone, on);
        var inService = lease.InService.Sum(node => node.Units);
        var committed = inService + lease.Nodes.Where(node => node.Standing == NodeStanding.HandedBack).Sum(node => node.Units);
        var awaited = lease.Nodes.Where(node => node.Standing == NodeStanding.Offered).Sum(node => node.Units);
        var shortNow = Math.Max(0, lease.LeasedUnitsAt(now) - committed - awaited);
        var takeOrPay = Fraction.From(terms.Clauses.TakeOrPay.Fraction);
        var sum = Fraction.Zero;
        foreach (var (step, from, until, uncovered) in Stretches(lease, exit, basis.Displaced))
        {
            var units = step.Term.Start <= exit
                ? Fraction.Max(Fraction.From(Math.Min(step.Units, inService)), takeOrPay * Fraction.From(Math.Min(step.Units, committed)))
                : Fraction.From(Math.Max(0, step.Units - Math.Max(shortNow, uncovered)));
            var days = new BillingPeriod(BillingPeriods.DateAt(lease.Zone, from), BillingPeriods.FirstFullDay(lease.Zone, until));
            foreach (var (part, year) in Escalation.Split(commencement, days))
            {
                var time = terms.Rent.Unit == PricingUnit.GpuHour
                    ? Proration.Hours(Instant.Max(from, BillingPeriods.Midnight(lease.Zone, part.Start)), Instant.Min(until, BillingPeriods.Midnight(lease.Zone, part.End)))
                    : Proration.Months(lease.Anchor, part.Start, part.End);
                var price = Indexation.PriceIn(terms, commencement, year, basis.Index).Price;
                sum += Fraction.From(price.Amount) * units * Fraction.From(LeaseRent.QuantityPerUnit(lease)) * time;
            }
        }

        return sum;
    }

    /// <summary>What is left of each step after the exit, cut wherever the units that supply does not cover change.</summary>
    private static IEnumerable<(RampSegment Step, Instant From, Instant Until, int Uncovered)> Stretches(Lease lease, Instant exit, ImmutableArray<RampSegment> displaced)
    {
        var gaps = displaced.Select(gap => (From: LeaseRent.Bound(lease, gap.Term.Start), Until: LeaseRent.Bound(lease, gap.Term.End), gap.Units)).ToList();
        foreach (var step in lease.Steps)
        {
            var (start, end) = (Instant.Max(exit, LeaseRent.Bound(lease, step.Term.Start)), LeaseRent.Bound(lease, step.Term.End));
            var cuts = gaps.SelectMany(gap => new[] { gap.From, gap.Until }).Where(cut => start < cut && cut < end).Append(end).Distinct().Order();
            var from = start;
            foreach (var until in cuts.Where(cut => cut > start))
            {
                yield return (step, from, until, gaps.FirstOrDefault(gap => gap.From <= from && from < gap.Until).Units);
                from = until;
            }
        }
    }
}
