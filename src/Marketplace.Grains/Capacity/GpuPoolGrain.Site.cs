using System.Collections.Immutable;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;

namespace Marketplace.Grains.Capacity;

/// <content>
/// Power. The site grants it before the pool plans on it, and the pool stops planning on it before the site gets it back, so
/// that after any failure the site counts at least what the pool plans. A visit puts the two in agreement again.
/// </content>
internal sealed partial class GpuPoolGrain
{
    // One change of power at a time: two that overlapped could reach the site in one order and the journal in the other.
    private Task powerTurn = Task.CompletedTask;

    public Task<Answer<Snapshot<PoolSummary>>> CreateAsync(Operation operation, ListPool command) => WithPowerAsync(async () =>
    {
        if (Durable.Pool is not null || Pool.Decide(null, command, operation.InputHash, Services.Clock.Now).Refusal is not null)
        {
            return await ChangeAsync((listing, now) => Listing.Of(Pool.Decide(listing.Pool, command, operation.InputHash, now)));
        }

        var granted = ImmutableArray.CreateBuilder<PhaseAllocation>();
        foreach (var asked in command.Allocations)
        {
            var answer = await AskSiteAsync(command.SiteId, command.OperatorId, asked.PhaseId, asked.Units * command.KilowattsPerUnit);
            if (!answer.IsGranted)
            {
                foreach (var given in granted)
                {
                    await AskSiteAsync(command.SiteId, command.OperatorId, given.PhaseId, 0);
                }

                return answer.Refusal;
            }

            granted.Add(AsKnownTo(answer.Value.State, asked.PhaseId, asked.Units));
        }

        var dated = command with { Allocations = granted.ToImmutable() };
        var created = await ChangeAsync((listing, now) => Listing.Of(Pool.Decide(listing.Pool, dated, operation.InputHash, now)));

        // A date may have moved while nobody was here to be told.
        await TakeDatesAsync();
        return created;
    });

    public Task<Answer<Snapshot<PoolSummary>>> AllocateAsync(OrganizationId actor, PhaseId phase, int units) => WithPowerAsync(async () =>
    {
        if (Durable.Pool is not { } pool || pool.OperatorId != actor || units < 1)
        {
            return Durable.Pool?.OperatorId == actor
                ? Refusal.Of(PoolRefusal.AllocationsInvalid, "A phase gives at least 1 unit.", "units")
                : Refusal.Of(PoolRefusal.NotFound, "There is no such pool, or it belongs to another operator.", "poolId");
        }

        var site = (await Services.Grains.GetGrain<ISiteGrain>(pool.SiteId.Value).GetAsync())?.State;
        var known = pool.Allocations.FirstOrDefault(allocation => allocation.PhaseId == phase);
        if (known?.Units > units && site?.Phase(phase) is not null)
        {
            var shrunk = await ChangeAsync((listing, _) => Listing.Of(Pool.Decide(listing.Pool, new AllocatePhase(AsKnownTo(site, phase, units)))));
            if (shrunk.IsGranted)
            {
                await AskSiteAsync(pool.SiteId, actor, phase, units * pool.KilowattsPerUnit);
            }

            return shrunk;
        }

        var answer = await AskSiteAsync(pool.SiteId, actor, phase, units * pool.KilowattsPerUnit);
        return answer.IsGranted
            ? await ChangeAsync((listing, _) => Listing.Of(Pool.Decide(listing.Pool, new AllocatePhase(AsKnownTo(answer.Value.State, phase, units)))))
            : answer.Refusal;
    });

    private static PhaseAllocation AsKnownTo(Site site, PhaseId id, int units)
    {
        var phase = site.Phase(id)!;
        return new PhaseAllocation(id, units, site.ReadyFrom(phase), phase.ActualRfs is not null, phase.Revision);
    }

    private Task<Answer<Snapshot<Site>>> AskSiteAsync(SiteId site, OrganizationId actor, PhaseId phase, decimal kilowatts) =>
        Services.Grains.GetGrain<ISiteGrain>(site.Value).AllocateAsync(new AllocatePower(actor, PoolId.From(Key), phase, kilowatts));

    private Task<bool> AgreeWithSiteAsync() => WithPowerAsync(async () =>
    {
        if (Durable.Pool is not { Allocations.IsEmpty: false } pool)
        {
            return true;
        }

        foreach (var allocation in pool.Allocations)
        {
            await AskSiteAsync(pool.SiteId, pool.OperatorId, allocation.PhaseId, pool.MayFreePower ? 0 : allocation.Units * pool.KilowattsPerUnit);
        }

        if (pool.MayFreePower)
        {
            await CommitAsync((listing, _) => Listing.Of(listing.Pool!.FreePower()), _ => true);
        }
        else
        {
            await TakeDatesAsync();
        }

        return true;
    });

    private async Task TakeDatesAsync()
    {
        if (Durable.Pool is not { } pool || await Services.Grains.GetGrain<ISiteGrain>(pool.SiteId.Value).GetAsync() is not { State: var site })
        {
            return;
        }

        foreach (var allocation in pool.Allocations)
        {
            if (site.Phase(allocation.PhaseId) is { } phase && phase.Revision > allocation.Revision)
            {
                var moved = new ReschedulePhase(phase.Id, site.ReadyFrom(phase), phase.ActualRfs is not null, phase.Revision);
                await CommitAsync((listing, _) => Listing.Of(Pool.Decide(listing.Pool, moved)), _ => true);
            }
        }
    }

    private async Task<T> WithPowerAsync<T>(Func<Task<T>> change)
    {
        var before = powerTurn;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        powerTurn = turn.Task;
        await before;
        try
        {
            return await change();
        }
        finally
        {
            turn.SetResult();
        }
    }
}
