using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;

namespace Marketplace.Grains.Capacity;

/// <summary>No pool holds more than it supplies, in any hour: every hold of every pool is added up anew.</summary>
internal sealed class PoolSupplyInvariant(IGrainFactory grains, IRowStore rows) : IInvariant
{
    private const int Page = 200;

    public string Name => "pool_holds_within_supply";

    public string Meaning => "In no hour do the holds of a pool keep more units than it supplies.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(PoolRows.Table, PoolRows.Everyone, from, null, Page, cancellation: cancellation);
            foreach (var row in page.Rows)
            {
                var pool = JsonSerializer.Deserialize<PoolSummary>(row.Data.Span, MarketJson.Options)!.Id;
                violations.AddRange(await grains.GetGrain<IGpuPoolGrain>(pool.Value).CheckInvariantsAsync());
            }

            from = page.NextFrom;
        }
        while (from is not null);
        return violations.ToImmutable();
    }
}
