using System.Collections.Immutable;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

public sealed partial record Lease
{
    /// <summary>The lease after a fact.</summary>
    /// <exception cref="InvalidOperationException">The fact does not fit the state: no decision led to it.</exception>
    public static Lease Evolve(Lease? lease, LeaseFact fact)
    {
        if (fact is LeaseOpened opened)
        {
            return Open(opened);
        }

        var before = lease ?? throw new InvalidOperationException($"{fact.GetType().Name} without a lease.");
        var after = fact switch
        {
            NodesDelivered delivered => before.With(delivered),
            NodesOffered offered => before.With(offered),
            NodesAccepted accepted => before.With(accepted),
            AcceptanceTestFailed failed => before with
            {
                // The cure period runs from the first failure: failing again gains no time.
                Nodes = before.Change([.. failed.Nodes.Select(node => node.Node)], NodeStanding.Offered, node => node with
                {
                    DeemedAt = null,
                    CureBy = node.CureBy ?? failed.CureBy,
                    Test = failed.Test,
                    Reason = failed.Nodes.First(other => other.Node == node.Id).Reason,
                }),
            },
            NodesRejected rejected => before.With(rejected),
            NodeTakenOut taken => before with
            {
                Nodes = before.Change([taken.Node], NodeStanding.InService, node => node with { Standing = NodeStanding.Out, LeftAt = taken.At, Reason = taken.Reason }),
            },
            NodesHandedBack handed => before with
            {
                Nodes = before.Change(handed.Nodes, NodeStanding.InService, node => node with { Standing = NodeStanding.HandedBack, LeftAt = handed.BilledUntil }),
            },
            MaintenanceAnnounced => before,
            RentStated stated => before.With(stated),
            LeaseRenewed renewed => before with
            {
                Steps = before.Steps.SetItem(before.Steps.Length - 1, before.Steps[^1] with { Term = new Term(before.Steps[^1].Term.Start, renewed.EndsAt) }),
                RenewalsUsed = before.RenewalsUsed + 1,
                ExitQuote = null,
            },
            RenewalGivenUp => before with { OptionsGivenUp = true },
            ExitQuoted quoted => before with { ExitQuote = quoted.Quote },
            LeaseTerminated terminated => before with
            {
                Status = before.Become(LeaseStatus.Terminating),
                ExitsAt = BillingPeriods.Midnight(before.Zone, terminated.Quote.ExitsOn),
            },
            FellInArrears arrears => before with
            {
                Overdue = before.Overdue.Add(arrears.Invoice),
                Dunning = LeaseDunning.With(before.Dunning, new OverdueInvoice(arrears.Invoice, arrears.Since)),
                Status = before.Status == LeaseStatus.Active ? before.Become(LeaseStatus.InArrears) : before.Status,
            },
            ArrearsCleared cleared => before with
            {
                Overdue = before.Overdue.Remove(cleared.Invoice),
                Dunning = before.Dunning?.Without(cleared.Invoice),
                Status = before.Status == LeaseStatus.InArrears && before.Overdue.Length == 1 ? before.Become(LeaseStatus.Active) : before.Status,
            },
            GraceBegan => before,
            TenantReminded reminded => before with { Dunning = before.Dunning! with { Invoices = [.. before.Dunning.Invoices.Select(reminded.Count)] } },
            SuspensionNoticed noticed => before with
            {
                Dunning = before.Dunning! with { Stage = DunningStage.SuspensionNoticed, SuspendsAt = noticed.SuspendsAt, WaitsUntil = null },
            },
            SuspensionNoticeWithdrawn => before with { Dunning = before.Dunning!.Healed() },
            LeaseSuspended suspended => before with
            {
                Dunning = before.Dunning! with { Stage = DunningStage.Suspended, TerminatesAt = suspended.TerminatesAt, WaitsUntil = null },
                Suspensions = (before.Suspensions ?? []).Add(new Suspension(suspended.At, null)),
            },
            SuspensionLifted lifted => before with { Dunning = before.Dunning!.Healed(), Suspensions = before.SuspendedUntil(lifted.At) },
            DunningWaits waits => before with { Dunning = before.Dunning! with { WaitsUntil = waits.Until } },
            LeaseTerminatedForCause terminated => before with
            {
                Status = before.Become(LeaseStatus.Terminating),
                ExitsAt = Instant.Max(terminated.At, BillingPeriods.Midnight(before.Zone, terminated.Quote.ExitsOn)),
                ExitQuote = terminated.Quote,
                Dunning = before.Dunning! with { Stage = DunningStage.Terminated, WaitsUntil = null },
            },
            PaymentContested contested => before with
            {
                Disputed = contested.IsOpen ? (before.Disputed ?? []).Add(contested.Invoice) : before.Disputed?.Remove(contested.Invoice),
            },
            MeterRead read => before with
            {
                Readings = [.. (before.Readings ?? []).Where(reading => reading.Period != read.Reading.Period), read.Reading],
            },
            LeaseEnded ended => before with
            {
                Status = before.Become(LeaseStatus.Ended),
                EndedAt = ended.At,
                Suspensions = before.SuspendedUntil(ended.At),
                Nodes = [.. before.Nodes.Select(node => node.LeftAt is null ? node with { Standing = NodeStanding.Out, LeftAt = ended.At } : node)],
            },
            _ => throw new InvalidOperationException($"{fact.GetType().Name} is not a fact of a lease."),
        };
        return after with { ChangedAt = fact.At };
    }

    private static Lease Open(LeaseOpened opened) => new()
    {
        Id = IdOf(opened.Opening.Reservation),
        CreatedAt = opened.At,
        ChangedAt = opened.At,
        Opening = opened.Opening,
        Status = LeaseStatus.Scheduled,
        Steps = opened.Opening.Terms.Ramp.Segments(),
    };

    private Lease With(NodesDelivered fact) => this with
    {
        Deliveries = Deliveries.Add(fact.Delivery.Id),
        Nodes = Nodes.AddRange(fact.Delivery.Nodes.Select(node =>
            new LeaseNode(node.Id, node.Units, fact.Delivery.Id, NodeStanding.Announced, fact.Delivery.ReadyAt))),
    };

    private Lease With(NodesOffered fact) => this with
    {
        Status = Status == LeaseStatus.Scheduled ? Become(LeaseStatus.InAcceptance) : Status,
        Nodes = [.. Nodes.Select(node => node.Delivery == fact.Delivery && node.Standing == NodeStanding.Announced
            ? node with { Standing = NodeStanding.Offered, DeemedAt = fact.DeemedAt }
            : node)],
    };

    private Lease With(NodesAccepted fact)
    {
        var starts = Instant.Max(LeaseRent.Second(fact.At), StartsAt);
        return this with
        {
            Status = Status.IsRunning() ? Status : Become(LeaseStatus.Active),
            ExitQuote = RentCommencement is null ? null : ExitQuote,
            RentCommencement = RentCommencement ?? (Opening.Terms.Rent.Unit == PricingUnit.GpuHour
                ? BillingPeriods.DateAt(Zone, starts)
                : BillingPeriods.FirstFullDay(Zone, starts)),
            Nodes = Change(fact.Nodes, NodeStanding.Offered, node => node with { Standing = NodeStanding.InService, AcceptedAt = fact.At, BySilence = fact.BySilence, Test = fact.Test ?? node.Test, CureBy = null, Reason = null }),
        };
    }

    private Lease With(NodesRejected fact)
    {
        var nodes = Change(fact.Nodes, NodeStanding.Offered, node => node with { Standing = NodeStanding.Rejected, LeftAt = fact.At, Reason = fact.Reason });
        var waits = nodes.Any(node => node.Standing == NodeStanding.Offered);
        return this with
        {
            Nodes = nodes,
            Status = Status == LeaseStatus.InAcceptance && !waits ? Become(LeaseStatus.Scheduled) : Status,
        };
    }

    private ImmutableArray<Suspension>? SuspendedUntil(Instant at) =>
        Suspensions is [.., { Until: null } last] standing ? standing.SetItem(standing.Length - 1, last with { Until = at }) : Suspensions;

    private Lease With(RentStated fact) => fact.Statement.Kind is RentKind.ExitFee or RentKind.Power
        ? this
        : this with
        {
            BilledThrough = BilledThrough is { } through ? LocalDate.Max(through, fact.Statement.Period.End) : fact.Statement.Period.End,
            LastStated = new StatedPeriod(fact.Statement.Period, fact.Statement.Revision, fact.Stated),
        };

    private ImmutableArray<LeaseNode> Change(ImmutableArray<NodeId> ids, NodeStanding from, Func<LeaseNode, LeaseNode> change)
    {
        var named = ids.ToHashSet();
        return [.. Nodes.Select(node => node.Standing == from && named.Contains(node.Id) ? change(node) : node)];
    }

    private LeaseStatus Become(LeaseStatus next) => Status.CanBecome(next)
        ? next
        : throw new InvalidOperationException($"{Id}: {Status} does not become {next}.");
}
