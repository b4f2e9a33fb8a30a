using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Leases;

/// <content>What may happen to the nodes of a lease.</content>
public sealed partial record Lease
{
    private const int LongestReason = 1000;

    private sealed partial class Draft
    {
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

            if (lease.NodesHere.FirstOrDefault(node => ids.Contains(node.Id)) is { } here)
            {
                return Refusal.Of(LeaseRefusal.NodeAlreadyDelivered, $"{here.Id} came with {here.Delivery} and is still here.", "nodes");
            }

            if (delivery.ReadyAt >= lease.EndsAt)
            {
                return Refusal.Of(LeaseRefusal.ReadyTooLate, $"The lease ends at {lease.EndsAt}.", "readyAt");
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

        /// <summary>What was decided by word or silence meanwhile stays; a test only speaks of nodes that still await a word.</summary>
        private Refusal? Take(TakeAcceptanceTest tested)
        {
            if (lease.Status == LeaseStatus.Ended || lease.Opening.Terms.Clauses.Acceptance.CureDays is not { } cure)
            {
                return null;
            }

            ImmutableArray<NodeId> passed = [.. tested.Passed.Where(id => Standing(id) == NodeStanding.Offered)];
            if (!passed.IsEmpty)
            {
                Add(new NodesAccepted(now, passed, BySilence: false, tested.Test));
            }

            ImmutableArray<FailedNode> failed = [.. tested.Failed.Where(node => Standing(node.Node) == NodeStanding.Offered && lease.Nodes.Last(known => known.Id == node.Node).Test != tested.Test)];
            if (!failed.IsEmpty)
            {
                Add(new AcceptanceTestFailed(now, failed, tested.Test, now + Duration.FromDays(cure)));
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

            if (command.In is { } other && lease.NodesHere.Any(node => node.Id == other))
            {
                return Refusal.Of(LeaseRefusal.NodeAlreadyDelivered, $"{other} is here already.", "replacementId");
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

        private Refusal? Note(TakeMaintenance work)
        {
            if (lease.Status != LeaseStatus.Ended && lease.NodesHere.Any(node => node.Id == work.Node))
            {
                Add(new MaintenanceAnnounced(now, work.Node, work.From, work.Until, work.Reason));
            }

            return null;
        }

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
