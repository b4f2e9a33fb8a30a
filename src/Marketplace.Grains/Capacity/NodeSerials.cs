using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Grains.Capacity;

/// <summary>
/// One row for every serial number of an operator, inserted only if absent, so that one machine is in one pool. A row is a
/// claim: it counts while the pool it names has the node in service, and passes on when that pool never took it, retired it, or
/// was withdrawn without anybody on it. Other operators' serials are not compared: makers may use the same ones, and nobody
/// shall keep another from registering its own.
/// </summary>
internal static class NodeSerials
{
    public const string Table = "node-serials";

    /// <summary>Claims the serials of nodes for a pool; the refusal where another pool of the operator has one.</summary>
    public static async Task<Refusal?> ClaimAsync(IRowStore rows, IGrainFactory grains, OrganizationId owner, PoolId pool, ImmutableArray<NodeRegistration> nodes)
    {
        foreach (var some in nodes.Chunk(RowLimits.MostRowsInBatch))
        {
            if (await rows.TryInsertAsync(Table, owner.Value, [.. some.Select(node => RowOf(node, pool, 1))]))
            {
                continue;
            }

            foreach (var node in some)
            {
                if (await ClaimAsync(rows, grains, owner, pool, node) is { } taken)
                {
                    return taken;
                }
            }
        }

        return null;
    }

    private static async Task<Refusal?> ClaimAsync(IRowStore rows, IGrainFactory grains, OrganizationId owner, PoolId pool, NodeRegistration node)
    {
        if (await rows.TryInsertAsync(Table, owner.Value, [RowOf(node, pool, 1)]) || await rows.GetAsync(Table, owner.Value, KeyOf(node)) is not { } row)
        {
            return null;
        }

        var claim = JsonSerializer.Deserialize<SerialClaim>(row.Data.Span, MarketJson.Options)!;
        if (claim.Pool == pool)
        {
            return null;
        }

        if (await HasAsync(grains.GetGrain<IGpuPoolGrain>(claim.Pool.Value), claim.Node))
        {
            return Refusal.Of(PoolRefusal.SerialTaken, $"Serial '{node.Serial}' is registered as {claim.Node} in {claim.Pool}.", "nodes");
        }

        await rows.UpsertIfNewerAsync(Table, owner.Value, RowOf(node, pool, row.Version + 1));
        return null;
    }

    private static async Task<bool> HasAsync(IGpuPoolGrain pool, NodeId id) => (await pool.GetNodeAsync(id))?.Status switch
    {
        null or NodeStatus.Retired => false,
        NodeStatus.Assigned => true,
        _ => (await pool.GetAsync())?.State.Status != ListingStatus.Withdrawn,
    };

    private static string KeyOf(NodeRegistration node) => PublicId.Digest(node.Serial);

    private static Row RowOf(NodeRegistration node, PoolId pool, long version) =>
        new(KeyOf(node), version, JsonSerializer.SerializeToUtf8Bytes(new SerialClaim(pool, node.Id), MarketJson.Options));

    private sealed record SerialClaim(PoolId Pool, NodeId Node);
}
