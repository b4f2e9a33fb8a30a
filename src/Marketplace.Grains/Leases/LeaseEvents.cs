using Marketplace.Domain.Leases;
using Marketplace.Grains.Durability;

namespace Marketplace.Grains.Leases;

/// <summary>What the parties' event feeds say of a lease.</summary>
internal static class LeaseEvents
{
    // As many as one request may name. Silence may accept more at once; an event must still fit a row.
    private const int MostNodes = 1000;

    /// <summary>Adds the fact's event for both parties; what an exit would cost only for the tenant.</summary>
    public static void Publish(Lease lease, LeaseFact fact, Effects effects)
    {
        if (Of(lease, fact) is not var (type, data))
        {
            return;
        }

        effects.Publish(lease.Opening.Tenant, type, data);
        if (fact is not ExitQuoted && lease.Opening.Operator != lease.Opening.Tenant)
        {
            effects.Publish(lease.Opening.Operator, type, data);
        }
    }

    private static (string Type, object Data)? Of(Lease lease, LeaseFact fact) => fact switch
    {
        LeaseOpened => ("lease.opened", new { ReservationId = lease.Opening.Reservation, PoolId = lease.Opening.Pool, TenantId = lease.Opening.Tenant, OperatorId = lease.Opening.Operator }),
        NodesDelivered delivered => ("lease.nodes_delivered", new { DeliveryId = delivered.Delivery.Id, delivered.Delivery.ReadyAt, Nodes = delivered.Delivery.Nodes.Select(node => node.Id) }),
        NodesOffered offered => ("lease.acceptance_opened", new { DeliveryId = offered.Delivery, DeemedAcceptedAt = offered.DeemedAt }),
        NodesAccepted accepted => ("lease.nodes_accepted", new { Nodes = accepted.Nodes.Take(MostNodes), Count = accepted.Nodes.Length, accepted.BySilence, AcceptedAt = accepted.At, lease.RentCommencement }),
        NodesRejected rejected => ("lease.nodes_rejected", new { rejected.Nodes, rejected.Reason }),
        NodeTakenOut taken => ("lease.node_taken_out", new { NodeId = taken.Node, ReplacementId = taken.ReplacedBy, taken.Reason }),
        NodesHandedBack handed => ("lease.nodes_handed_back", new { handed.Nodes, handed.BilledUntil }),
        RentStated stated => ("lease.rent_stated", new { stated.Statement.Kind, From = stated.Statement.Period.Start, Until = stated.Statement.Period.End, stated.Statement.Revision }),
        LeaseRenewed renewed => ("lease.renewed", new { renewed.EndsAt, lease.RenewalsUsed }),
        RenewalGivenUp { Lapsed: true } => ("lease.renewal_lapsed", new { lease.EndsAt }),
        RenewalGivenUp => ("lease.renewal_declined", new { lease.EndsAt }),
        ExitQuoted quoted => ("lease.exit_quoted", new { ExitQuoteId = quoted.Quote.Id, quoted.Quote.ExitsOn, quoted.Quote.Fee, quoted.Quote.ValidUntil }),
        LeaseTerminated terminated => ("lease.terminated", new { ExitQuoteId = terminated.Quote.Id, terminated.Quote.ExitsOn, terminated.Quote.Fee }),
        FellInArrears arrears => ("lease.in_arrears", new { InvoiceId = arrears.Invoice, Overdue = lease.Overdue.Length }),
        ArrearsCleared cleared => ("lease.arrears_cleared", new { InvoiceId = cleared.Invoice, Overdue = lease.Overdue.Length }),
        LeaseEnded ended => ("lease.ended", new { EndedAt = ended.At, NodesReturned = ended.Nodes.Length }),
        _ => null,
    };
}
