using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Verification;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Grains.Verification;

/// <summary>Which node a device, a machine's start or a key belongs to; or in which challenge an output came first.</summary>
/// <param name="Node">The node.</param>
/// <param name="Operator">Whose node it is.</param>
/// <param name="Run">The challenge of an output; null for what belongs to the node.</param>
internal sealed record DeviceClaim(NodeId Node, OrganizationId Operator, BenchmarkRunId? Run = null)
{
    /// <summary>Whether another claim is of the same owner: of the node, or of the challenge for an output.</summary>
    public bool IsSameAs(DeviceClaim other) => Run is null ? Node == other.Node : Run == other.Run;
}

/// <summary>
/// One row for every device identity of the market, inserted only if absent: of two nodes that claim one at the same time,
/// one gets it. A second row, under the node, says what to give back when the device is gone; outputs are given back by nobody.
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

    /// <summary>Whose an identity is, or null.</summary>
    public static async Task<DeviceClaim?> FindAsync(IRowStore rows, string identity) =>
        await rows.GetAsync(Table, PublicId.Digest(identity), Owner) is { } row ? JsonSerializer.Deserialize<DeviceClaim>(row.Data.Span, MarketJson.Options) : null;

    /// <summary>Gives back the devices a node no longer has. Keys stay for ever.</summary>
    public static async Task KeepAsync(IRowStore rows, NodeId node, ImmutableHashSet<string> identities)
    {
        var page = await rows.ScanAsync(Table, node.Value, null, null, RowLimits.MostRowsInPage);
        foreach (var row in page.Rows)
        {
            var identity = JsonSerializer.Deserialize<string>(row.Data.Span, MarketJson.Options)!;
            if (!identity.StartsWith("key:", StringComparison.Ordinal) && !identities.Contains(identity))
            {
                if (await FindAsync(rows, identity) is { } claim && claim.Node == node)
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
}
