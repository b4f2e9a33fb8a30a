using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <summary>What falls due by the passing of time alone.</summary>
public static class LeaseDue
{
    // The order settles ties: an end comes before anything else of the same instant, an acceptance before the statement that bills it.
    private enum Effect
    {
        End,
        Offer,
        Accept,
        GiveBack,
        Lapse,
        State,
    }

    /// <summary>When the next effect falls due; null once the lease has ended.</summary>
    public static Instant? NextAt(Lease lease) => Next(lease) is not var (at, _) ? null
        : LeaseDunning.Next(lease) is { } dunning ? Instant.Min(at, dunning.At)
        : at;

    /// <summary>The latest instant before which a renewal option must be used; null when none is left.</summary>
    public static Instant? RenewalDeadline(Lease lease)
    {
        var renewal = lease.Opening.Terms.Clauses.Renewal;
        return lease.OptionsGivenUp || lease.ExitsAt is not null || lease.Status == LeaseStatus.Ended || lease.RenewalsUsed >= renewal.Options
            ? null
            : BillingPeriods.ToInstant(lease.Zone, lease.EndsAt.InZone(lease.Zone).LocalDateTime.PlusDays(-renewal.NoticeDays));
    }

    /// <summary>
    /// The end of the term after one more renewal: the original end in local time plus all months renewed, so that a short
    /// month never shifts later ends; on a whole UTC hour.
    /// </summary>
    public static Instant RenewedEnd(Lease lease)
    {
        var months = lease.Opening.Terms.Clauses.Renewal.Months * (lease.RenewalsUsed + 1);
        var end = lease.Opening.Terms.Ramp.Term.End.InZone(lease.Zone).LocalDateTime.PlusMonths(months);
        return Term.CeilingHour(BillingPeriods.ToInstant(lease.Zone, end));
    }

    /// <summary>The facts of the next effect if it is due at <paramref name="now"/>; null when none is.</summary>
    internal static IEnumerable<LeaseFact>? Meet(Lease lease, Instant now)
    {
        if (Next(lease) is not var (due, effect) || due > now)
        {
            return null;
        }

        var at = Instant.Max(due, lease.ChangedAt);
        return effect switch
        {
            Effect.End => End(lease, at),
            Effect.Offer => [Offer(lease, lease.Nodes.Where(node => node.Standing == NodeStanding.Announced).MinBy(node => node.ReadyAt)!.Delivery, at)],
            Effect.Accept =>
            [
                new NodesAccepted(at, [.. lease.Nodes.Where(node => node.Standing == NodeStanding.Offered && node.DeemedAt <= at).Select(node => node.Id)], BySilence: true),
            ],
            Effect.GiveBack => GiveBack(lease, at),
            Effect.Lapse => [new RenewalGivenUp(at, Lapsed: true)],
            _ => [LeaseRent.State(lease, LeaseRent.NextPeriod(lease)!.Value, RentKind.Rent, at)],
        };
    }

    internal static NodesOffered Offer(Lease lease, DeliveryId delivery, Instant at) =>
        new(at, delivery, at + Duration.FromDays(lease.Opening.Terms.Clauses.Acceptance.DeemedAfterDays));

    private static (Instant At, Effect Effect)? Next(Lease lease)
    {
        if (lease.Status == LeaseStatus.Ended)
        {
            return null;
        }

        var next = (At: lease.EndsAt, Effect: Effect.End);
        foreach (var node in lease.Nodes)
        {
            Consider(node.Standing == NodeStanding.Announced ? node.ReadyAt : null, Effect.Offer);
            Consider(node.Standing == NodeStanding.Offered ? node.DeemedAt : null, Effect.Accept);
            Consider(node.Standing == NodeStanding.Offered ? node.CureBy : null, Effect.GiveBack);
        }

        Consider(RenewalDeadline(lease), Effect.Lapse);
        Consider(StatementAt(lease), Effect.State);
        return next;

        void Consider(Instant? at, Effect effect)
        {
            if (at is { } instant && (instant < next.At || (instant == next.At && effect < next.Effect)))
            {
                next = (instant, effect);
            }
        }
    }

    /// <summary>When the next period is stated; null when only the lease's end will state it.</summary>
    private static Instant? StatementAt(Lease lease)
    {
        if (LeaseRent.NextPeriod(lease) is not { } period || period.Start >= lease.EndsOn)
        {
            return null;
        }

        if (lease.Opening.Terms.Clauses.Timing == BillingTiming.InAdvance)
        {
            return BillingPeriods.Midnight(lease.Zone, period.Start);
        }

        return period.End < lease.EndsOn ? BillingPeriods.Midnight(lease.Zone, period.End) : null;
    }

    private static IEnumerable<LeaseFact> GiveBack(Lease lease, Instant at) => lease.Nodes
        .Where(node => node.Standing == NodeStanding.Offered && node.CureBy <= at)
        .GroupBy(node => node.Reason)
        .Select(group => new NodesRejected(at, [.. group.Select(node => node.Id)], Shortened($"The acceptance test failed and was not passed within the cure period. {group.Key}")));

    private static string Shortened(string reason) => reason.Length <= 1000 ? reason : reason[..1000];

    private static IEnumerable<LeaseFact> End(Lease lease, Instant at)
    {
        var final = LeaseRent.NextPeriod(lease);
        if (final is { } period)
        {
            yield return LeaseRent.State(lease, period, RentKind.Final, at);
        }

        yield return new LeaseEnded(at, [.. lease.NodesHere.Select(node => node.Id)]);
    }
}
