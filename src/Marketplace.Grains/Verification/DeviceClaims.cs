using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Grains.Verification;

/// <summary>Which node a device, a machine's start or a key belongs to; or in which challenge an output came first.</summary>
/// <param name="Node">The node.</param>
/// <param name="Operator">Whose node it is.</param>
/// <param name="Run">The challenge of an output; null for what belongs to the node.</param>
/// <param name="By">The challenge whose answer claimed a device: the newest one believed, or the one in review. Null for keys, and in what was written before this was told.</param>
internal sealed record DeviceClaim(NodeId Node, OrganizationId Operator, BenchmarkRunId? Run = null, BenchmarkRunId? By = null)
{
    /// <summary>Whether another claim is of the same owner: of the node, or of the challenge for an output.</summary>
    public bool IsSameAs(DeviceClaim other) => Run is null ? Node == other.Node : Run == other.Run;
}

/// <summary>
/// One row for every device identity of the market, inserted only if absent: of two nodes that claim one at the same time,
/// one gets it. A device's claim counts while its node is in service, and passes on when its pool retired the node, or was
/// withdrawn without anybody on it. A second row, under the node, says what to give back when the device is gone; outputs are given back by nobody.
/// </summary>
internal static class DeviceClaims
{
    public const string Table = "device-claims";
    private const string Owner = "owner";

    /// <summary>Claims an identity for a node; answers who has it already, or null.</summary>
    public static async Task<DeviceClaim?> TryClaimAsync(IRowStore rows, string identity, DeviceClaim claim)
    {
        var key = PublicId.Digest(identity);
        if (await FindAsync(rows, identity) is { } known)
        {
            return claim.IsSameAs(known) ? null : known;
        }

        if (claim.Run is null)
        {
            await rows.UpsertIfNewerAsync(Table, claim.Node.Value, new Row(key, 1, JsonSerializer.SerializeToUtf8Bytes(identity, MarketJson.Options)));
        }

        if (await rows.TryInsertAsync(Table, key, [new Row(Owner, 1, JsonSerializer.SerializeToUtf8Bytes(claim, MarketJson.Options))]))
        {
            return null;
        }

        return await FindAsync(rows, identity) is { } first && !claim.IsSameAs(first) ? first : null;
    }

    /// <summary>
    /// Claims a device for a node, also where the claim of another node counts no more; answers who has it, or null. A device that is the
    /// node's already is from now on claimed by this challenge, if its answer is believed.
    /// </summary>
    public static async Task<DeviceClaim?> TryTakeAsync(GrainServices services, string identity, DeviceClaim claim, bool isBelieved = true)
    {
        if (await TryClaimAsync(services.Rows, identity, claim) is not { } held)
        {
            if (isBelieved && await services.Rows.GetAsync(Table, PublicId.Digest(identity), Owner) is { } own && Read(own) is { } mine && mine.Node == claim.Node && mine.By != claim.By)
            {
                await services.Rows.UpsertIfNewerAsync(Table, PublicId.Digest(identity), new Row(Owner, own.Version + 1, JsonSerializer.SerializeToUtf8Bytes(claim, MarketJson.Options)));
            }

            return null;
        }

        if (await CountsAsync(services.Grains, held))
        {
            return held;
        }

        var key = PublicId.Digest(identity);
        if (await services.Rows.GetAsync(Table, key, Owner) is { } row && Read(row) == held)
        {
            await services.Rows.UpsertIfNewerAsync(Table, claim.Node.Value, new Row(key, 1, JsonSerializer.SerializeToUtf8Bytes(identity, MarketJson.Options)));

            // Of two nodes that take it over at once, the second one's row is no newer.
            await services.Rows.UpsertIfNewerAsync(Table, key, new Row(Owner, row.Version + 1, JsonSerializer.SerializeToUtf8Bytes(claim, MarketJson.Options)));
        }

        return await TryClaimAsync(services.Rows, identity, claim);
    }

    /// <summary>Whose a device is, as far as the claim counts; or null.</summary>
    public static async Task<DeviceClaim?> HolderAsync(GrainServices services, string identity) =>
        await FindAsync(services.Rows, identity) is { } claim && await CountsAsync(services.Grains, claim) ? claim : null;

    /// <summary>Whose an identity is, or null.</summary>
    public static async Task<DeviceClaim?> FindAsync(IRowStore rows, string identity) =>
        await rows.GetAsync(Table, PublicId.Digest(identity), Owner) is { } row ? Read(row) : null;

    /// <summary>The devices a node holds, in ascending order.</summary>
    public static async Task<ImmutableArray<string>> OfAsync(IRowStore rows, NodeId node)
    {
        var held = ImmutableArray.CreateBuilder<string>();
        foreach (var row in (await rows.ScanAsync(Table, node.Value, null, null, RowLimits.MostRowsInPage)).Rows)
        {
            var identity = JsonSerializer.Deserialize<string>(row.Data.Span, MarketJson.Options)!;
            if (IsDevice(identity) && await FindAsync(rows, identity) is { } claim && claim.Node == node)
            {
                held.Add(identity);
            }
        }

        held.Sort(StringComparer.Ordinal);
        return held.ToImmutable();
    }

    /// <summary>Gives back the devices a node no longer has. Keys stay for ever.</summary>
    public static Task KeepAsync(IRowStore rows, NodeId node, ImmutableHashSet<string> identities) => ReleaseAsync(rows, node, (identity, _) => !identities.Contains(identity));

    /// <summary>Gives back what only this challenge's answer claimed, because nobody believes it. What others claimed, newer ones too, stays.</summary>
    public static Task ReleaseAsync(IRowStore rows, NodeId node, BenchmarkRunId run) => ReleaseAsync(rows, node, (_, claim) => claim?.By == run);

    private static async Task ReleaseAsync(IRowStore rows, NodeId node, Func<string, DeviceClaim?, bool> isOver)
    {
        var page = await rows.ScanAsync(Table, node.Value, null, null, RowLimits.MostRowsInPage);
        foreach (var row in page.Rows)
        {
            var identity = JsonSerializer.Deserialize<string>(row.Data.Span, MarketJson.Options)!;
            if (!IsDevice(identity))
            {
                continue;
            }

            var claim = await FindAsync(rows, identity);
            if (isOver(identity, claim))
            {
                if (claim?.Node == node)
                {
                    await rows.RemoveAsync(Table, row.Key, [Owner]);
                }

                await rows.RemoveAsync(Table, node.Value, [row.Key]);
            }
        }
    }

    /// <summary>What a report's machine and GPUs are known by.</summary>
    /// <param name="report">The report.</param>
    /// <param name="certificates">Serial numbers of its makers' valid evidence.</param>
    public static ImmutableHashSet<string> IdentitiesOf(BenchmarkReport report, IEnumerable<string> certificates) =>
    [
        "boot:" + report.Machine.BootId,
        .. certificates.Select(serial => "certificate:" + serial),
        .. report.Gpus.Where(gpu => gpu.Uuid is not null).Select(gpu => "uuid:" + gpu.Uuid),
        .. report.Gpus.Where(gpu => gpu.Serial is not null).Select(gpu => "serial:" + gpu.Serial),
    ];

    private static bool IsDevice(string identity) => !identity.StartsWith("key:", StringComparison.Ordinal);

    private static DeviceClaim? Read(Row row) => JsonSerializer.Deserialize<DeviceClaim>(row.Data.Span, MarketJson.Options);

    private static async Task<bool> CountsAsync(IGrainFactory grains, DeviceClaim claim)
    {
        if ((await grains.GetGrain<INodeGrain>(claim.Node.Value).GetAsync())?.State is not { } node
            || await grains.GetGrain<IGpuPoolGrain>(node.PoolId.Value).GetAsync() is not { State: var pool })
        {
            return true;
        }

        return (await grains.GetGrain<IGpuPoolGrain>(node.PoolId.Value).GetNodeAsync(claim.Node))?.Status switch
        {
            null or NodeStatus.Retired => false,
            NodeStatus.Assigned => true,
            _ => pool.Status != ListingStatus.Withdrawn,
        };
    }
}
