using Marketplace.Domain.Leases;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;

namespace Marketplace.Grains.Leases;

/// <summary>What feeds say of a lease: those of both parties; what an exit would cost, only the tenant's.</summary>
internal static class LeaseEvents
{
    public static readonly EventType<LeaseData> Opened = new("lease.opened", "A lease came into being, at its first delivery.");
    public static readonly EventType<LeaseDeliveryData> NodesDelivered = new("lease.nodes_delivered", "The operator announced nodes.");
    public static readonly EventType<LeaseAcceptanceData> AcceptanceOpened = new("lease.acceptance_opened", "Announced nodes are ready: the tenant's acceptance period runs.");
    public static readonly EventType<LeaseNodesAcceptedData> NodesAccepted = new("lease.nodes_accepted", "Nodes were accepted, by the tenant's word, by silence or by a passed test; rent runs for them.");
    public static readonly EventType<LeaseAcceptanceFailedData> AcceptanceFailed = new("lease.acceptance_test_failed", "Delivered nodes failed their acceptance test: the operator's cure period runs.");
    public static readonly EventType<LeaseNodesRejectedData> NodesRejected = new("lease.nodes_rejected", "The tenant rejected nodes.");
    public static readonly EventType<LeaseNodeOutData> NodeTakenOut = new("lease.node_taken_out", "The operator took a node out of service, with or without a replacement.");
    public static readonly EventType<LeaseNodesHandedBackData> NodesHandedBack = new("lease.nodes_handed_back", "The tenant gave nodes up before the end.");
    public static readonly EventType<LeaseMaintenanceData> MaintenanceAnnounced = new("lease.maintenance_announced", "The operator announced maintenance of a node of the lease.");
    public static readonly EventType<LeaseRentData> RentStated = new("lease.rent_stated", "Rent was stated for a period, or for what changed inside it.");
    public static readonly EventType<LeaseData> Renewed = new("lease.renewed", "The tenant used a renewal option.");
    public static readonly EventType<LeaseData> RenewalDeclined = new("lease.renewal_declined", "The tenant declined the renewal options left.");
    public static readonly EventType<LeaseData> RenewalLapsed = new("lease.renewal_lapsed", "The day of notice passed; the renewal options left are gone.");
    public static readonly EventType<LeaseExitData> ExitQuoted = new("lease.exit_quoted", "The tenant was quoted a price for leaving.");
    public static readonly EventType<LeaseExitData> Terminated = new("lease.terminated", "The tenant gave notice at a quoted price.");
    public static readonly EventType<LeaseArrearsData> InArrears = new("lease.in_arrears", "An invoice of the lease became overdue.");
    public static readonly EventType<LeaseArrearsData> ArrearsCleared = new("lease.arrears_cleared", "An overdue invoice of the lease was settled.");
    public static readonly EventType<LeaseEndedData> Ended = new("lease.ended", "A lease is over.");

    // As many as one request may name. Silence may accept more at once; an event must still fit a row.
    private const int MostNodes = 1000;

    /// <summary>Adds the fact's event for both parties; what an exit would cost only for the tenant.</summary>
    public static void Publish(Lease lease, LeaseFact fact, Effects effects)
    {
        var (id, status, tenant, owner) = (lease.Id, lease.Status, lease.Opening.Tenant, lease.Opening.Operator);
        switch (fact)
        {
            case LeaseOpened:
                Tell(Opened, Data());
                break;
            case NodesDelivered { Delivery: var delivery }:
                Tell(NodesDelivered, new(id, status, tenant, owner, delivery.Id, delivery.ReadyAt, [.. delivery.Nodes.Select(node => node.Id)]));
                break;
            case NodesOffered offered:
                Tell(AcceptanceOpened, new(id, status, tenant, owner, offered.Delivery, offered.DeemedAt));
                break;
            case NodesAccepted accepted:
                Tell(NodesAccepted, new(id, status, tenant, owner, [.. accepted.Nodes.Take(MostNodes)], accepted.Nodes.Length, accepted.BySilence, accepted.At, lease.RentCommencement));
                break;
            case AcceptanceTestFailed failed:
                Tell(AcceptanceFailed, new(id, status, tenant, owner, [.. failed.Nodes.Select(node => node.Node)], failed.Test, failed.CureBy, failed.Nodes[0].Reason));
                break;
            case NodesRejected rejected:
                Tell(NodesRejected, new(id, status, tenant, owner, rejected.Nodes, rejected.Reason));
                break;
            case NodeTakenOut taken:
                Tell(NodeTakenOut, new(id, status, tenant, owner, taken.Node, taken.ReplacedBy, taken.Reason));
                break;
            case NodesHandedBack handed:
                Tell(NodesHandedBack, new(id, status, tenant, owner, handed.Nodes, handed.BilledUntil));
                break;
            case MaintenanceAnnounced work:
                Tell(MaintenanceAnnounced, new(id, status, tenant, owner, work.Node, work.From, work.Until, work.Reason));
                break;
            case RentStated { Statement: var statement }:
                Tell(RentStated, new(id, status, tenant, owner, statement.Kind, statement.Period.Start, statement.Period.End, statement.Revision));
                break;
            case LeaseRenewed:
                Tell(Renewed, Data());
                break;
            case RenewalGivenUp given:
                Tell(given.Lapsed ? RenewalLapsed : RenewalDeclined, Data());
                break;
            case ExitQuoted { Quote: var quote }:
                effects.Publish(tenant, ExitQuoted, new(id, status, tenant, owner, quote.Id, quote.ExitsOn, quote.Fee, quote.ValidUntil));
                break;
            case LeaseTerminated { Quote: var quote }:
                Tell(Terminated, new(id, status, tenant, owner, quote.Id, quote.ExitsOn, quote.Fee, quote.ValidUntil));
                break;
            case FellInArrears arrears:
                Tell(InArrears, new(id, status, tenant, owner, arrears.Invoice, lease.Overdue.Length));
                break;
            case ArrearsCleared cleared:
                Tell(ArrearsCleared, new(id, status, tenant, owner, cleared.Invoice, lease.Overdue.Length));
                break;
            case LeaseEnded ended:
                Tell(Ended, new(id, status, tenant, owner, ended.At, ended.Nodes.Length));
                break;
            default:
                DunningEvents.Publish(lease, fact, effects);
                break;
        }

        LeaseData Data() => new(id, status, lease.Opening.Reservation, lease.Opening.Pool, tenant, owner, lease.EndsAt, lease.RenewalsUsed);

        void Tell<TData>(EventType<TData> type, TData data)
            where TData : class
        {
            effects.Publish(tenant, type, data);
            if (owner != tenant)
            {
                effects.Publish(owner, type, data);
            }
        }
    }
}
