using System.Collections.Immutable;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Verification;

namespace Marketplace.Grains.Leases;

/// <summary>Opens acceptance tests: for nodes that become ready, and again for those that failed.</summary>
internal static class AcceptanceTests
{
    /// <summary>Adds what a fact opens. A test waits until its nodes ask for it, so that a repaired node is tested when it says so.</summary>
    public static void Open(Lease lease, LeaseFact fact, Effects effects)
    {
        if (lease.Opening.Terms is not { GpusPerUnit: > 0, Clauses.Acceptance.CureDays: not null })
        {
            return;
        }

        switch (fact)
        {
            case NodesOffered offered:
                Open(offered.Delivery.Value, [.. lease.Nodes.Where(node => node.Delivery == offered.Delivery && node.Standing == NodeStanding.Offered).Select(node => node.Id)]);
                break;
            case AcceptanceTestFailed failed:
                Open(failed.Test.Value, [.. failed.Nodes.Select(node => node.Node)]);
                break;
        }

        void Open(string cause, ImmutableArray<NodeId> nodes)
        {
            foreach (var batch in nodes.Chunk(BenchmarkRun.MostNodes))
            {
                var id = PublicId.Derive<BenchmarkRunId>("acceptance", lease.Id.Value, cause, batch[0].Value);
                effects.Tell(GrainKeys.BenchmarkRun(id), new AcceptanceTestOpened(lease.Id, lease.Opening.Tenant, lease.Opening.Operator, lease.Opening.Pool, [.. batch]));
            }
        }
    }
}
