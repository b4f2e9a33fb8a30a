using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Sites;

/// <summary>A site's shell around <see cref="Site"/>.</summary>
[GrainType("site")]
internal sealed class SiteGrain(GrainServices services) : RecordGrain<Site, SiteFact>(services, "site"), ISiteGrain
{
    public Task<Snapshot<Site>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<Site>>> ListAsync(Operation operation, ListSite command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public async Task<Answer<SiteImportOutcome>> ImportAsync(ImportSite command)
    {
        var outcome = State is null ? SiteImportOutcome.Created : SiteImportOutcome.Updated;
        if (State is not null && Site.Decide(State, command, Now) is { Refusal: null, Facts.IsEmpty: true })
        {
            return SiteImportOutcome.Unchanged;
        }

        var answer = await CommitAsync(null, (site, now) => Site.Decide(site, command, now));
        return answer.IsGranted ? outcome : answer.Refusal;
    }

    public Task<Answer<Snapshot<Site>>> DescribeAsync(Operation operation, DescribeSite command, long? ifVersion) =>
        CommitAsync(operation, (site, now) => Stale(ifVersion) ?? Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> BeginConstructionAsync(Operation operation, BeginConstruction command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> WithdrawAsync(Operation operation, WithdrawSite command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> PlanPhaseAsync(Operation operation, PlanPhase command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> RevisePhaseAsync(Operation operation, RevisePhase command, long? ifVersion) =>
        CommitAsync(operation, (site, now) => Stale(ifVersion) ?? Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> RemovePhaseAsync(Operation operation, RemovePhase command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> ReviseForecastAsync(Operation operation, ReviseForecast command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> ReachMilestoneAsync(Operation operation, ReachMilestone command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> CorrectMilestoneAsync(Operation operation, CorrectMilestone command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> AddEvidenceAsync(Operation operation, AddEvidence command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> AllocateAsync(AllocatePower command) =>
        CommitAsync(null, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> RequestClaimAsync(Operation operation, RequestClaim command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    public Task<Answer<Snapshot<Site>>> DecideClaimAsync(Operation operation, DecideClaim command) =>
        CommitAsync(operation, (site, now) => Site.Decide(site, command, now));

    protected override Site Evolve(Site? state, SiteFact fact) => Site.Evolve(state, fact);

    protected override Instant? DueAt(Site state) => state.Status == SiteStatus.Retired ? null : state.NextDayOfReadiness() ?? Instant.MaxValue;

    protected override Task OnDueAsync(Instant now) => CommitAsync(null, (site, at) => Site.Decide(site, new PassDays(), at));

    protected override void React(Site? before, Site after, SiteFact fact, Effects effects)
    {
        switch (fact)
        {
            case ForecastRevised { Kind: MilestoneKind.ReadyForService } revised:
                TellPools(after, revised.Phase, effects);
                break;
            case MilestoneReached { Kind: MilestoneKind.ReadyForService } reached:
                TellPools(after, reached.Phase, effects);
                break;
            case MilestoneCorrected { Kind: MilestoneKind.ReadyForService } corrected:
                TellPools(after, corrected.Phase, effects);
                break;
            case PhaseFellOverdue overdue:
                TellPools(after, overdue.Phase, effects);
                break;
            case WithdrawalBegun withdrawn:
                foreach (var pool in after.Allocations.Select(allocation => allocation.Pool).Distinct())
                {
                    effects.Tell(GrainKeys.GpuPool(pool), new SiteWithdrawn(after.Id, withdrawn.Reason));
                }

                break;
        }

        SiteEvents.Publish(before, after, fact, effects);
    }

    protected override void React(Site after, Effects effects)
    {
        var key = SortKeys.Of(after.CreatedAt, after.Id.Value);
        var row = after.WithoutEvidence();
        effects.Row(SiteRows.Table, SiteRows.Everyone, key, row);
        if (after.Operator is { } owner)
        {
            effects.Row(SiteRows.Table, owner.Value, key, row);
        }

        if (after.Claim is { } claim)
        {
            effects.Row(SiteRows.Table, SiteRows.Claimed, key, claim.Status == SiteClaimStatus.Requested ? after : null);
        }
    }

    private static void TellPools(Site site, PhaseId id, Effects effects)
    {
        var phase = site.Phase(id)!;
        var notice = new PhaseRescheduled(site.Id, id, site.ReadyFrom(phase), phase.ActualRfs is not null, phase.Revision);
        foreach (var allocation in site.Allocations.Where(allocation => allocation.Phase == id))
        {
            effects.Tell(GrainKeys.GpuPool(allocation.Pool), notice);
        }
    }

    private Decision<SiteFact>? Stale(long? ifVersion)
    {
        if (ifVersion is not { } expected || expected == Version)
        {
            return null;
        }

        return (Decision<SiteFact>)Refusal.Of(OperationRefusal.VersionChanged, $"{Key} is at version {Version}, not {expected}; read it again.");
    }
}
