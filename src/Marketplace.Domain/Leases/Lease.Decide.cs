using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

public sealed partial record Lease
{
    private const int LongestReason = 1000;

    /// <summary>
    /// Decides a command. Whatever had fallen due before <paramref name="now"/> happens first, at its own time, so that a
    /// late visit never changes what a contract comes to; a refusal leaves that to the next visit.
    /// </summary>
    public static Decision<LeaseFact> Decide(Lease? lease, LeaseCommand command, Instant now)
    {
        if (lease is null)
        {
            return command is TakeDelivery first ? OpenWith(first, now) : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");
        }

        var draft = new Draft(lease, now);
        draft.CatchUp();
        if (draft.Apply(command) is { } refusal)
        {
            return refusal;
        }

        draft.CatchUp();
        return draft.Decision;
    }

    private static Decision<LeaseFact> OpenWith(TakeDelivery first, Instant now)
    {
        var opened = new LeaseOpened(now, first.Opening);
        var draft = new Draft(Evolve(null, opened), now);
        if (draft.Apply(first) is { } refusal)
        {
            return refusal;
        }

        draft.CatchUp();
        return Decision<LeaseFact>.Of([opened, .. draft.Decision.Facts]);
    }

    /// <summary>A decision in the making: the facts so far and the lease they lead to.</summary>
    private sealed class Draft(Lease lease, Instant now)
    {
        private readonly ImmutableArray<LeaseFact>.Builder facts = ImmutableArray.CreateBuilder<LeaseFact>();
        private readonly Instant now = Instant.Max(now, lease.ChangedAt);
        private Lease lease = lease;

        public Decision<LeaseFact> Decision => Decision<LeaseFact>.Of(facts.ToImmutable());

        public void CatchUp()
        {
            while (LeaseDue.Meet(lease, now) is { } due)
            {
                foreach (var fact in due)
                {
                    Add(fact);
                }

                Restate();
            }
        }

        public Refusal? Apply(LeaseCommand command)
        {
            var refusal = command switch
            {
                TakeDelivery take => Take(take.Delivery),
                DeliverNodes deliver => AsOperator(deliver.Actor) ?? Take(deliver.Delivery),
                AcceptNodes accept => AsTenant(accept.Actor) ?? Accept(accept.Nodes),
                RejectNodes reject => AsTenant(reject.Actor) ?? Reject(reject.Nodes, reject.Reason),
                ReplaceNode replace => AsOperator(replace.Actor) ?? Replace(replace),
                HandBackNodes back => AsTenant(back.Actor) ?? HandBack(back.Nodes),
                RenewLease renew => AsTenant(renew.Actor) ?? Renew(),
                DeclineRenewal decline => AsTenant(decline.Actor) ?? Decline(),
                QuoteExit quote => AsTenant(quote.Actor) ?? QuoteAnExit(quote),
                TerminateLease terminate => AsTenant(terminate.Actor) ?? Terminate(terminate.Exit),
                MarkOverdue overdue => MarkOverdue(overdue.Invoice),
                ClearOverdue cleared => ClearOverdue(cleared.Invoice),
                MeetDueTimes => null,
                _ => throw new InvalidOperationException($"{command.GetType().Name} is not a command of a lease."),
            };
            Restate();
            return refusal;
        }

        private void Add(LeaseFact fact)
        {
            facts.Add(fact);
            lease = Evolve(lease, fact);
        }

        private void Restate()
        {
            if (LeaseRent.Restate(lease, lease.ChangedAt) is { } restated)
            {
                Add(restated);
            }
        }

        private Refusal? AsTenant(OrganizationId actor) =>
            actor == lease.Opening.Tenant ? NotEnded()
            : actor == lease.Opening.Operator ? Refusal.Of(LeaseRefusal.NotTenant, "The operator cannot do this; the tenant can.")
            : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");

        private Refusal? AsOperator(OrganizationId actor) =>
            actor == lease.Opening.Operator ? NotEnded()
            : actor == lease.Opening.Tenant ? Refusal.Of(LeaseRefusal.NotOperator, "The tenant cannot do this; the operator can.")
            : Refusal.Of(LeaseRefusal.NotFound, "There is no such lease.");

        private Refusal? NotEnded() => lease.Status == LeaseStatus.Ended
            ? Refusal.Of(LeaseRefusal.Ended, $"The lease ended at {lease.EndedAt}.")
            : null;

        private Refusal? Running() =>
            lease.Status == LeaseStatus.Terminating ? Refusal.Of(LeaseRefusal.Terminating, $"Notice has been given; the lease ends at {lease.ExitsAt}.")
            : !lease.Status.IsRunning() ? Refusal.Of(LeaseRefusal.NotRunning, "No node has been accepted yet.")
            : null;

        private Refusal? Take(LeaseDelivery delivery)
        {
            if (lease.Deliveries.Contains(delivery.Id))
            {
                return null;
            }

            var ids = delivery.Nodes.Select(node => node.Id).ToImmutableArray();
            if ((NotEnded() ?? Named(ids)) is { } refusal)
            {
                return refusal;
            }

            if (lease.Nodes.FirstOrDefault(node => ids.Contains(node.Id) && IsHere(node)) is { } here)
            {
                return Refusal.Of(LeaseRefusal.NodeAlreadyDelivered, $"{here.Id} came with {here.Delivery} and is still here.", "nodes");
            }

            Add(new NodesDelivered(now, delivery));
            if (delivery.ReadyAt <= now)
            {
                Add(LeaseDue.Offer(lease, delivery.Id, now));
            }

            return null;
        }

        private Refusal? Accept(ImmutableArray<NodeId> nodes)
        {
            var offered = nodes.Where(id => Standing(id) != NodeStanding.InService).ToImmutableArray();
            if ((Named(nodes) ?? Await(offered)) is { } refusal)
            {
                return refusal;
            }

            if (!offered.IsEmpty)
            {
                Add(new NodesAccepted(now, offered, BySilence: false));
            }

            return null;
        }

        private Refusal? Reject(ImmutableArray<NodeId> nodes, string reason)
        {
            if ((Named(nodes) ?? Await(nodes) ?? Reasoned(reason)) is { } refusal)
            {
                return refusal;
            }

            Add(new NodesRejected(now, nodes, reason));
            return null;
        }

        private Refusal? Replace(ReplaceNode command)
        {
            if ((InService([command.Out]) ?? Reasoned(command.Reason)) is { } refusal)
            {
                return refusal;
            }

            if (command.In is { } other && lease.Nodes.Any(node => node.Id == other && IsHere(node)))
            {
                return Refusal.Of(LeaseRefusal.NodeAlreadyDelivered, $"{other} is here already.", "replacement");
            }

            var units = lease.InService.First(node => node.Id == command.Out).Units;
            Add(new NodeTakenOut(now, command.Out, command.In, command.Reason));
            if (command.In is { } replacement)
            {
                var delivery = PublicId.Derive<DeliveryId>("replacement", lease.Id.Value, replacement.Value, $"{lease.Deliveries.Length}");
                Add(new NodesDelivered(now, new LeaseDelivery(delivery, now, [new DeliveredNode(replacement, units)])));
                Add(LeaseDue.Offer(lease, delivery, now));
            }

            return null;
        }

        private Refusal? HandBack(ImmutableArray<NodeId> nodes)
        {
            if ((Running() ?? Named(nodes) ?? InService(nodes)) is { } refusal)
            {
                return refusal;
            }

            // Rent paid in advance is for the whole period: giving nodes up earns nothing back.
            var until = lease.Opening.Terms.Clauses.Timing == BillingTiming.InAdvance && lease.BilledThrough is { } through
                ? Instant.Max(now, BillingPeriods.Midnight(lease.Zone, through))
                : now;
            Add(new NodesHandedBack(now, nodes, until));
            return null;
        }

        private Refusal? Renew()
        {
            if (Running() is { } refusal)
            {
                return refusal;
            }

            if (lease.Status == LeaseStatus.InArrears)
            {
                return Refusal.Of(LeaseRefusal.InArrears, $"{lease.Overdue.Length} invoices are overdue.");
            }

            if (NoOptionLeft() is { } none)
            {
                return none;
            }

            Add(new LeaseRenewed(now, LeaseDue.RenewedEnd(lease)));
            return null;
        }

        private Refusal? Decline()
        {
            if ((Running() ?? NoOptionLeft()) is { } refusal)
            {
                return refusal;
            }

            Add(new RenewalGivenUp(now, Lapsed: false));
            return null;
        }

        private Refusal? NoOptionLeft() => LeaseDue.RenewalDeadline(lease) is null
            ? Refusal.Of(LeaseRefusal.NoRenewalLeft, "There is no renewal option to use.")
            : null;

        private Refusal? QuoteAnExit(QuoteExit command)
        {
            if (Running() is { } refusal)
            {
                return refusal;
            }

            if (lease.ExitQuote?.Id == command.Exit)
            {
                return null;
            }

            var earliest = LeaseExit.Earliest(lease, now);
            var on = command.On ?? earliest;
            if (on < earliest)
            {
                return Refusal.Of(LeaseRefusal.ExitTooSoon, $"The terms ask for {lease.Opening.Terms.Clauses.EarlyTermination.NoticeDays} days of notice: {earliest:uuuu-MM-dd} at the earliest.", "exitsOn");
            }

            if (on >= lease.EndsOn)
            {
                return Refusal.Of(LeaseRefusal.ExitAfterEnd, $"The lease ends by itself on {lease.EndsOn:uuuu-MM-dd}; the earliest exit would be {earliest:uuuu-MM-dd}.", "exitsOn");
            }

            Add(new ExitQuoted(now, LeaseExit.Quote(lease, command.Exit, on, now)));
            return null;
        }

        private Refusal? Terminate(ExitQuoteId exit)
        {
            if (Running() is { } refusal)
            {
                return refusal;
            }

            if (lease.ExitQuote is not { } quote || quote.Id != exit)
            {
                return Refusal.Of(LeaseRefusal.ExitQuoteUnknown, $"{exit} is not the newest exit quote of this lease.", "exitQuote");
            }

            if (now >= quote.ValidUntil)
            {
                return Refusal.Of(LeaseRefusal.ExitQuoteExpired, $"{exit} was valid until {quote.ValidUntil}.", "exitQuote");
            }

            Add(new LeaseTerminated(now, quote));
            if (!quote.Fee.IsZero)
            {
                var period = new BillingPeriod(quote.ExitsOn, quote.EndsOn);
                Add(new RentStated(now, LeaseRent.Statement(lease, RentKind.ExitFee, period, 1, now) with { ExitFee = quote.Fee }, []));
            }

            return null;
        }

        private Refusal? MarkOverdue(InvoiceId invoice)
        {
            if (lease.Status.IsRunning() && !lease.Overdue.Contains(invoice))
            {
                Add(new FellInArrears(now, invoice));
            }

            return null;
        }

        private Refusal? ClearOverdue(InvoiceId invoice)
        {
            if (lease.Overdue.Contains(invoice))
            {
                Add(new ArrearsCleared(now, invoice));
            }

            return null;
        }

        private static bool IsHere(LeaseNode node) =>
            node.Standing is NodeStanding.Announced or NodeStanding.Offered or NodeStanding.InService or NodeStanding.HandedBack;

        /// <summary>Where the newest entry of this node stands; null when there is none.</summary>
        private NodeStanding? Standing(NodeId id) => lease.Nodes.LastOrDefault(node => node.Id == id)?.Standing;

        private static Refusal? Named(ImmutableArray<NodeId> nodes) =>
            nodes.IsDefaultOrEmpty ? Refusal.Of(LeaseRefusal.NodesMissing, "No node was named.", "nodes")
            : nodes.Distinct().Count() != nodes.Length ? Refusal.Of(LeaseRefusal.NodeNamedTwice, "A node was named twice.", "nodes")
            : null;

        private Refusal? Known(ImmutableArray<NodeId> nodes)
        {
            foreach (var id in nodes)
            {
                if (Standing(id) is null)
                {
                    return Refusal.Of(LeaseRefusal.NodeUnknown, $"{id} was not delivered under this lease.", "nodes");
                }
            }

            return null;
        }

        private Refusal? Await(ImmutableArray<NodeId> nodes)
        {
            if (Known(nodes) is { } unknown)
            {
                return unknown;
            }

            foreach (var id in nodes)
            {
                switch (Standing(id))
                {
                    case NodeStanding.Offered:
                        continue;
                    case NodeStanding.Announced:
                        return Refusal.Of(LeaseRefusal.NodeNotReady, $"{id} is announced for a later time.", "nodes");
                    default:
                        return Refusal.Of(LeaseRefusal.NodeNotOffered, $"{id} does not await acceptance.", "nodes");
                }
            }

            return null;
        }

        private Refusal? InService(ImmutableArray<NodeId> nodes)
        {
            if (Known(nodes) is { } unknown)
            {
                return unknown;
            }

            foreach (var id in nodes)
            {
                if (Standing(id) != NodeStanding.InService)
                {
                    return Refusal.Of(LeaseRefusal.NodeNotInService, $"{id} is not in service.", "nodes");
                }
            }

            return null;
        }

        private static Refusal? Reasoned(string reason) => string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason
            ? Refusal.Of(LeaseRefusal.ReasonMissing, $"Expected a reason of 1 to {LongestReason} characters.", "reason")
            : null;
    }
}
