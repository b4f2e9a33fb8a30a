using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>Which nodes are billed when, and what that comes to as statements. Prices are none of its business.</summary>
public static class LeaseRent
{
    /// <summary>
    /// What is billed inside <paramref name="window"/>: every accepted node from acceptance (not before the term) until it
    /// left (not after the lease), in order of acceptance up to the leased quantity. Ordered by node, then time; stretches of
    /// one node never overlap.
    /// </summary>
    public static ImmutableArray<NodeService> Services(Lease lease, Interval window)
    {
        var perUnit = QuantityPerUnit(lease);
        var stays = lease.Nodes
            .Where(node => node.AcceptedAt is not null)
            .Select(node => (Node: node, From: Bound(lease, Instant.Max(Second(node.AcceptedAt!.Value), lease.StartsAt)), Until: Bound(lease, Instant.Min(Second(node.LeftAt ?? lease.EndsAt), lease.EndsAt))))
            .Select(stay => (stay.Node, From: Instant.Max(stay.From, window.Start), Until: Instant.Min(stay.Until, window.End)))
            .Where(stay => stay.From < stay.Until)
            .OrderBy(stay => stay.Node.AcceptedAt)
            .ToList();
        var services = new List<NodeService>();
        foreach (var (from, until) in Slots(lease, window, stays.SelectMany(stay => new[] { stay.From, stay.Until })))
        {
            var room = LeasedUnits(lease, from);
            foreach (var stay in stays.Where(stay => stay.From <= from && from < stay.Until).TakeWhile(_ => room > 0))
            {
                var units = Math.Min(stay.Node.Units, room);
                room -= units;
                services.Add(new NodeService(stay.Node.Id, units * perUnit, from, until));
            }
        }

        return Join(services);
    }

    /// <summary>What take-or-pay applies to inside <paramref name="window"/>: as <see cref="Services"/>, with nodes handed back counted to the lease's end.</summary>
    public static ImmutableArray<CommittedQuantity> Committed(Lease lease, Interval window)
    {
        var kept = lease with
        {
            Nodes = [.. lease.Nodes.Select(node => node.Standing == NodeStanding.HandedBack ? node with { LeftAt = null } : node)],
        };
        var services = Services(kept, window);
        return
        [
            .. Slots(lease, window, services.SelectMany(service => new[] { service.From, service.Until }))
                .Select(slot => new CommittedQuantity(services.Where(service => service.From <= slot.From && slot.From < service.Until).Sum(service => service.Quantity), slot.From, slot.Until))
                .Where(committed => committed.Quantity > 0),
        ];
    }

    /// <summary>What must be charged and credited so that <paramref name="stated"/> becomes <paramref name="target"/>.</summary>
    public static (ImmutableArray<NodeService> Charges, ImmutableArray<NodeService> Credits) Difference(
        ImmutableArray<NodeService> stated,
        ImmutableArray<NodeService> target)
    {
        var charges = new List<NodeService>();
        var credits = new List<NodeService>();
        var before = stated.ToLookup(service => service.Node);
        var after = target.ToLookup(service => service.Node);
        foreach (var node in before.Select(group => group.Key).Union(after.Select(group => group.Key)))
        {
            foreach (var (from, until) in Pairs(before[node].Concat(after[node]).SelectMany(service => new[] { service.From, service.Until })))
            {
                var change = At(after[node], from) - At(before[node], from);
                if (change != 0)
                {
                    (change > 0 ? charges : credits).Add(new NodeService(node, Math.Abs(change), from, until));
                }
            }
        }

        return (Join(charges), Join(credits));

        static decimal At(IEnumerable<NodeService> services, Instant instant) =>
            services.Where(service => service.From <= instant && instant < service.Until).Sum(service => service.Quantity);
    }

    /// <summary>The days to be stated next: from the billed-through date to the end of its period, or of the lease. Null before rent commences.</summary>
    public static BillingPeriod? NextPeriod(Lease lease)
    {
        if (lease.RentCommencement is not { } commencement)
        {
            return null;
        }

        var period = BillingPeriods.At(lease.Anchor, BillingPeriods.IndexOf(lease.Anchor, lease.BilledThrough ?? commencement));
        var start = LocalDate.Min(lease.BilledThrough ?? period.Start, lease.EndsOn);
        return new BillingPeriod(start, LocalDate.Max(start, LocalDate.Min(period.End, lease.EndsOn)));
    }

    /// <summary>The first statement of a period.</summary>
    internal static RentStated State(Lease lease, BillingPeriod period, RentKind kind, Instant at)
    {
        var window = BillingPeriods.ToInterval(lease.Zone, period);
        var services = Services(lease, window);
        return new RentStated(at, Statement(lease, kind, period, 1, at) with { Charges = services, Committed = Committed(lease, window) }, services);
    }

    /// <summary>The statement of what changed inside the period stated last, or null when nothing did. Only rent in advance can change after it was stated.</summary>
    internal static RentStated? Restate(Lease lease, Instant at)
    {
        if (lease.Opening.Terms.Clauses.Timing != BillingTiming.InAdvance || lease.LastStated is not { } last)
        {
            return null;
        }

        var target = Services(lease, BillingPeriods.ToInterval(lease.Zone, last.Period));
        var (charges, credits) = Difference(last.Services, target);
        return charges.IsEmpty && credits.IsEmpty
            ? null
            : new RentStated(at, Statement(lease, RentKind.Rent, last.Period, last.Revision + 1, at) with { Charges = charges, Credits = credits }, target);
    }

    /// <summary>A statement without charges.</summary>
    internal static RentStatement Statement(Lease lease, RentKind kind, BillingPeriod period, int revision, Instant at) => new()
    {
        Lease = lease.Id,
        Reservation = lease.Opening.Reservation,
        Tenant = lease.Opening.Tenant,
        Operator = lease.Opening.Operator,
        Kind = kind,
        Period = period,
        Revision = revision,
        Anchor = lease.Anchor,
        RentCommencement = lease.RentCommencement ?? throw new InvalidOperationException($"{lease.Id}: no rent has commenced."),
        Terms = lease.Opening.Terms,
        Names = lease.Opening.Names,
        StatedAt = at,
    };

    /// <summary>Quantity of one unit in the pricing unit: GPUs, nodes or kW.</summary>
    public static decimal QuantityPerUnit(Lease lease) => lease.Opening.Terms.Rent.Unit switch
    {
        PricingUnit.GpuHour => lease.Opening.Terms.GpusPerUnit,
        PricingUnit.NodeMonth => 1,
        _ => lease.Opening.KilowattsPerUnit,
    };

    /// <summary>The whole second an instant falls in: rent is counted to the second, at both ends alike, and not by how fast an answer was.</summary>
    internal static Instant Second(Instant instant) => Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());

    /// <summary>The instant from which a change counts in rent: itself for hourly prices, the next local midnight for monthly fees.</summary>
    internal static Instant Bound(Lease lease, Instant instant) => lease.Opening.Terms.Rent.Unit == PricingUnit.GpuHour
        ? instant
        : BillingPeriods.Midnight(lease.Zone, BillingPeriods.FirstFullDay(lease.Zone, instant));

    private static int LeasedUnits(Lease lease, Instant instant) =>
        lease.Steps.LastOrDefault(step => Bound(lease, step.Term.Start) <= instant)?.Units ?? 0;

    private static IEnumerable<(Instant From, Instant Until)> Slots(Lease lease, Interval window, IEnumerable<Instant> bounds) =>
        Pairs(bounds.Concat(lease.Steps.Select(step => Bound(lease, step.Term.Start)).Where(start => window.Contains(start))));

    private static IEnumerable<(Instant From, Instant Until)> Pairs(IEnumerable<Instant> bounds)
    {
        var ordered = bounds.Distinct().Order().ToList();
        return ordered.Zip(ordered.Skip(1));
    }

    /// <summary>Ordered by node and time, neighbours of the same quantity joined.</summary>
    private static ImmutableArray<NodeService> Join(IEnumerable<NodeService> services)
    {
        var joined = new List<NodeService>();
        foreach (var service in services.OrderBy(service => service.Node.Value, StringComparer.Ordinal).ThenBy(service => service.From))
        {
            if (joined.Count > 0 && joined[^1] is var last && last.Node == service.Node && last.Until == service.From && last.Quantity == service.Quantity)
            {
                joined[^1] = last with { Until = service.Until };
            }
            else
            {
                joined.Add(service);
            }
        }

        return [.. joined];
    }
}
