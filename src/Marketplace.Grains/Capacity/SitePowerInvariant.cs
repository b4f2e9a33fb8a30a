using System.Collections.Immutable;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Sites;

namespace Marketplace.Grains.Capacity;

/// <summary>No site's pools plan on more power than its phases bring, at any hour: phase by phase, by the pools' own word.</summary>
internal sealed class SitePowerInvariant(IGrainFactory grains, IRowStore rows) : IInvariant
{
    private const int Page = 500;

    public string Name => "site_power_within_envelope";

    public string Meaning => "The pools of a site never plan more kW of critical IT load than its build phases energise by then.";

    public async Task<ImmutableArray<string>> ViolationsAsync(CancellationToken cancellation)
    {
        var violations = ImmutableArray.CreateBuilder<string>();
        var pools = new Dictionary<OrganizationId, ILookup<SiteId, PoolId>>();
        await foreach (var site in RowsAsync<Site>(SiteRows.Table, SiteRows.Everyone, cancellation))
        {
            if (site.Operator is not { } owner || site.Phases.IsEmpty)
            {
                continue;
            }

            if (!pools.TryGetValue(owner, out var known))
            {
                known = await RowsAsync<PoolSummary>(PoolRows.Table, owner.Value, cancellation).ToLookupAsync(pool => pool.SiteId, pool => pool.Id, cancellationToken: cancellation);
                pools.Add(owner, known);
            }

            violations.AddRange(await FaultsOfAsync(site.Id, [.. known[site.Id]]));
        }

        return violations.ToImmutable();
    }

    private async Task<ImmutableArray<string>> FaultsOfAsync(SiteId id, ImmutableArray<PoolId> pools)
    {
        // A change of power touches pool and site one after the other, so what looks wrong is looked at once more.
        var first = await LookAsync(id, pools);
        return first.IsEmpty ? first : [.. first.Intersect(await LookAsync(id, pools))];
    }

    private async Task<ImmutableArray<string>> LookAsync(SiteId id, ImmutableArray<PoolId> pools)
    {
        var summaries = (await Task.WhenAll(pools.Select(pool => grains.GetGrain<IGpuPoolGrain>(pool.Value).GetAsync()))).Select(pool => pool?.State).OfType<PoolSummary>().ToList();
        if ((await grains.GetGrain<ISiteGrain>(id.Value).GetAsync())?.State is not { } site)
        {
            return [];
        }

        var faults = ImmutableArray.CreateBuilder<string>();
        faults.AddRange(
            from phase in site.Phases
            let allocated = PowerEnvelope.AllocatedKilowatts(site, phase.Id)
            where allocated > phase.CriticalIt.Kilowatts
            select $"{site.Id}: {allocated} kW of {phase.Id} are allocated, of {phase.CriticalIt.Kilowatts} kW.");
        foreach (var pool in summaries)
        {
            foreach (var planned in pool.Allocations)
            {
                var granted = site.Allocations.FirstOrDefault(allocation => allocation.Pool == pool.Id && allocation.Phase == planned.PhaseId)?.Kilowatts ?? 0;
                if (planned.Units * pool.KilowattsPerUnit > granted)
                {
                    faults.Add($"{pool.Id} plans {planned.Units * pool.KilowattsPerUnit} kW of {planned.PhaseId}; {site.Id} granted {granted} kW.");
                }

                // An older revision is a notice under way.
                if (site.Phase(planned.PhaseId) is { } phase && phase.Revision == planned.Revision && planned.Rfs < site.ReadyFrom(phase))
                {
                    faults.Add($"{pool.Id} plans on {planned.PhaseId} from {planned.Rfs}; {site.Id} brings it at {site.ReadyFrom(phase)}.");
                }
            }
        }

        return faults.ToImmutable();
    }

    private async IAsyncEnumerable<T> RowsAsync<T>(string table, string partition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(table, partition, from, null, Page, cancellation: cancellation);
            foreach (var row in page.Rows)
            {
                yield return JsonSerializer.Deserialize<T>(row.Data.Span, MarketJson.Options)!;
            }

            from = page.NextFrom;
        }
        while (from is not null);
    }
}
