using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <summary>A pool's share of one phase's power.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Kilowatts">kW of critical IT load, above 0.</param>
public sealed record PowerAllocation(PoolId Pool, PhaseId Phase, decimal Kilowatts);

/// <summary>
/// One location with its build phases and the power they bring. Pools plan on the power of phases, so a phase that slips
/// moves the supply of every pool that was allocated some of it.
/// </summary>
public sealed partial record Site
{
    /// <summary>Most build phases of one site.</summary>
    public const int MostPhases = 100;

    /// <summary>Most pool and phase combinations of one site: telling all its pools at once must fit one commit.</summary>
    public const int MostAllocations = 500;

    /// <summary>Most pieces of evidence of one milestone or claim.</summary>
    public const int MostEvidence = 50;

    /// <summary>Most pieces of evidence of all milestones of one site.</summary>
    public const int MostEvidenceInAll = 1000;

    /// <summary>Most corrections of one milestone: each is kept for ever.</summary>
    public const int MostCorrections = 50;

    private const int MostRevisionsKept = 20;

    /// <summary>Id.</summary>
    public required SiteId Id { get; init; }

    /// <summary>When it was listed or imported.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>Its operator; null while unclaimed.</summary>
    public OrganizationId? Operator { get; init; }

    /// <summary>The operator's name; while unclaimed, as the public record has it.</summary>
    public required string OperatorName { get; init; }

    /// <summary>The particulars.</summary>
    public required SiteDescription Description { get; init; }

    /// <summary>Where it stands.</summary>
    public required SiteStatus Status { get; init; }

    /// <summary>Build phases in the order they were planned.</summary>
    public ImmutableArray<BuildPhase> Phases { get; init; } = [];

    /// <summary>What pools plan on.</summary>
    public ImmutableArray<PowerAllocation> Allocations { get; init; } = [];

    /// <summary>The latest claim; null when there never was one.</summary>
    public SiteClaim? Claim { get; init; }

    /// <summary>The public record it came from; null when its operator listed it.</summary>
    public SiteOrigin? Origin { get; init; }

    /// <summary>When it was taken off the market; null while it is on it.</summary>
    public Instant? WithdrawnAt { get; init; }

    /// <summary>Why it was taken off the market.</summary>
    public string? WithdrawalReason { get; init; }

    /// <summary>Whether an operator answers for it.</summary>
    [JsonIgnore]
    public bool IsClaimed => Operator is not null;

    /// <summary>Whether the marketplace has confirmed it as it is stated now: other megawatts, another zone or place are not what was confirmed.</summary>
    [JsonIgnore]
    public bool IsConfirmed => Claim is { Status: SiteClaimStatus.Confirmed } claim
        && (claim.Zone, claim.Gross, claim.CriticalIt, claim.Location ?? Description.Location) == (Description.Zone, Description.Gross, Description.CriticalIt, Description.Location);

    /// <summary>The phase with this id, or null.</summary>
    public BuildPhase? Phase(PhaseId id) => Phases.FirstOrDefault(phase => phase.Id == id);

    /// <summary>When this phase's power counts as supply (<see cref="BuildPhase.ReadyFrom"/>).</summary>
    /// <exception cref="InvalidOperationException">The site states no time zone, so it has no phases either.</exception>
    public Instant ReadyFrom(BuildPhase phase) =>
        phase.ReadyFrom(Description.Zone ?? throw new InvalidOperationException($"{Id} states no time zone."));

    /// <summary>The site as lists carry it: without evidence, given-up forecasts and corrections, which only the site itself shows.</summary>
    public Site WithoutEvidence() => this with
    {
        Phases = [.. Phases.Select(phase => phase with { Milestones = [.. phase.Milestones.Select(milestone => milestone with { Evidence = [], Revisions = [], Corrections = [] })] })],
        Claim = Claim is null ? null : Claim with { Evidence = [] },
    };

    /// <summary>The state after <paramref name="fact"/>.</summary>
    public static Site Evolve(Site? site, SiteFact fact) => fact switch
    {
        SiteListed listed => new Site
        {
            Id = listed.Id,
            CreatedAt = listed.At,
            Operator = listed.Operator,
            OperatorName = listed.OperatorName,
            Description = listed.Description,
            Status = SiteStatus.Planned,
        },
        SiteImported imported => new Site
        {
            Id = imported.Id,
            CreatedAt = site?.CreatedAt ?? imported.At,
            OperatorName = imported.OperatorName,
            Description = imported.Description,
            Status = imported.Status,
            Origin = imported.Origin,
            Claim = site?.Claim,
        },
        _ => Change(site ?? throw new InvalidOperationException($"{fact.GetType().Name} needs a site."), fact),
    };

    private static Site Change(Site site, SiteFact fact) => fact switch
    {
        SiteDescribed described => site with { Description = described.Description },
        SiteStatusChanged changed => SiteStatuses.Allows(site.Status, changed.To)
            ? site with { Status = changed.To }
            : throw new InvalidOperationException($"{site.Id}: no step leads from {site.Status} to {changed.To}."),
        WithdrawalBegun withdrawn => site with { WithdrawnAt = withdrawn.At, WithdrawalReason = withdrawn.Reason },
        PhasePlanned planned => site with { Phases = site.Phases.Add(planned.Phase) },
        PhaseRevised revised => site.With(site.Phase(revised.Phase)! with { Name = revised.Name, CriticalIt = revised.CriticalIt }),
        PhaseRemoved removed => site with { Phases = site.Phases.RemoveAll(phase => phase.Id == removed.Phase) },
        ForecastRevised revised => site.With(Reforecast(site.Phase(revised.Phase)!, revised)),
        MilestoneReached reached => site.With(Reach(site.Phase(reached.Phase)!, reached)),
        MilestoneCorrected corrected => site.With(Correct(site.Phase(corrected.Phase)!, corrected)),
        PhaseFellOverdue overdue => site.With(Moved(site.Phase(overdue.Phase)!, MilestoneKind.ReadyForService) with { AssumedRfs = overdue.Assumed }),
        ContractRfsMissed missed => site.With(site.Phase(missed.Phase)! with { ContractMissedAt = missed.At }),
        EvidenceAdded added => site.With(Attach(site.Phase(added.Phase)!, added)),
        PowerAllocated allocated => site with
        {
            Allocations =
            [
                .. site.Allocations.Where(other => other.Pool != allocated.Pool || other.Phase != allocated.Phase),
                .. allocated.Kilowatts > 0 ? [new PowerAllocation(allocated.Pool, allocated.Phase, allocated.Kilowatts)] : Array.Empty<PowerAllocation>(),
            ],
        },
        ClaimRequested requested => site with { Claim = requested.Claim },
        ClaimDecided decided => Decided(site, decided),
        _ => throw new InvalidOperationException($"{fact.GetType().Name} is no fact of a site."),
    };

    private static BuildPhase Reforecast(BuildPhase phase, ForecastRevised revised)
    {
        var milestone = phase.Of(revised.Kind) ?? new Milestone { Kind = revised.Kind };
        var revisions = milestone.Forecast is { } from
            ? milestone.Revisions.Add(new ForecastRevision(from, revised.Forecast, revised.Reason, revised.At))
            : milestone.Revisions;
        return Moved(phase, revised.Kind).With(milestone with
        {
            Forecast = revised.Forecast,
            Revisions = revisions.Length > MostRevisionsKept ? revisions.RemoveAt(0) : revisions,
        });
    }

    private static BuildPhase Reach(BuildPhase phase, MilestoneReached reached) =>
        Moved(phase, reached.Kind).With((phase.Of(reached.Kind) ?? new Milestone { Kind = reached.Kind }) with { Actual = reached.Actual });

    private static BuildPhase Correct(BuildPhase phase, MilestoneCorrected corrected)
    {
        var milestone = phase.Of(corrected.Kind)!;
        return Moved(phase, corrected.Kind).With(milestone with
        {
            Actual = corrected.Actual,
            Corrections = milestone.Corrections.Add(new MilestoneCorrection(milestone.Actual!.Value, corrected.Actual, corrected.Reason, corrected.By, corrected.At)),
        });
    }

    private static BuildPhase Attach(BuildPhase phase, EvidenceAdded added)
    {
        var milestone = phase.Of(added.Kind) ?? new Milestone { Kind = added.Kind };
        return phase.With(milestone with { Evidence = milestone.Evidence.AddRange(added.Evidence) });
    }

    // Whoever speaks of the day of readiness ends the assumption about it.
    private static BuildPhase Moved(BuildPhase phase, MilestoneKind kind) =>
        kind == MilestoneKind.ReadyForService ? phase with { Revision = phase.Revision + 1, AssumedRfs = null } : phase;

    private static Site Decided(Site site, ClaimDecided decided)
    {
        var claim = site.Claim! with
        {
            Status = decided.Confirmed ? SiteClaimStatus.Confirmed : SiteClaimStatus.Rejected,
            DecidedAt = decided.At,
            DecisionReason = decided.Reason,
        };
        return decided.Confirmed && !site.IsClaimed
            ? site with
            {
                Claim = claim,
                Operator = claim.Claimant,
                OperatorName = claim.ClaimantName,
                Description = site.Description with { Zone = claim.Zone, Gross = claim.Gross, CriticalIt = claim.CriticalIt },
            }
            : site with { Claim = claim };
    }

    private Site With(BuildPhase phase) => this with { Phases = [.. Phases.Select(other => other.Id == phase.Id ? phase : other)] };
}
