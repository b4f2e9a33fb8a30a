using System.Collections.Immutable;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Transparency;
using NodaTime;

namespace Marketplace.Grains.Sites;

/// <summary>A site after the event.</summary>
/// <param name="Id">The site.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Zone">Its IANA time zone; null until an imported site is claimed.</param>
/// <param name="GrossMw">MW at the meter, all loads included; null when not stated.</param>
/// <param name="CriticalItMw">MW for servers, storage and network; null when not stated.</param>
/// <param name="Reason">Why it was withdrawn; null otherwise.</param>
public sealed record SiteData(SiteId Id, string Name, SiteStatus Status, string? Zone, GrossMegawatts? GrossMw, CriticalItMegawatts? CriticalItMw, string? Reason);

/// <summary>A build phase after the event; one that was removed, before it.</summary>
/// <param name="Id">The site.</param>
/// <param name="PhaseId">The phase.</param>
/// <param name="Name">The phase's name.</param>
/// <param name="CriticalItMw">MW it adds.</param>
/// <param name="ContractRfs">The day promised as ready for service, in the site's zone.</param>
/// <param name="ForecastRfs">The day now expected.</param>
/// <param name="AssumedRfs">While it is overdue, the day that supply is counted from instead; null otherwise.</param>
/// <param name="ActualRfs">The day it became ready; null until then.</param>
public sealed record SitePhaseData(
    SiteId Id,
    PhaseId PhaseId,
    string Name,
    CriticalItMegawatts CriticalItMw,
    LocalDate ContractRfs,
    LocalDate ForecastRfs,
    LocalDate? AssumedRfs,
    LocalDate? ActualRfs);

/// <summary>A milestone after the event.</summary>
/// <param name="Id">The site.</param>
/// <param name="PhaseId">The phase.</param>
/// <param name="Milestone">Which step.</param>
/// <param name="Planned">The day promised, in the site's zone; null when none was.</param>
/// <param name="Forecast">The day now expected; null when none was stated.</param>
/// <param name="Actual">The day it was reached; null until then.</param>
/// <param name="Reason">Why the day moved, or what was wrong with the report; null when nothing was said.</param>
public sealed record SiteMilestoneData(SiteId Id, PhaseId PhaseId, MilestoneKind Milestone, LocalDate? Planned, LocalDate? Forecast, LocalDate? Actual, string? Reason);

/// <summary>Evidence that was added to a milestone.</summary>
/// <param name="Id">The site.</param>
/// <param name="PhaseId">The phase.</param>
/// <param name="Milestone">Which step.</param>
/// <param name="Evidence">The pieces that are new.</param>
public sealed record SiteEvidenceData(SiteId Id, PhaseId PhaseId, MilestoneKind Milestone, ImmutableArray<EvidenceData> Evidence);

/// <summary>A document or page.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Sha256">SHA-256 of the document, when given.</param>
public sealed record EvidenceData(string Url, string Description, string? Sha256);

/// <summary>A claim on a site.</summary>
/// <param name="Id">The site.</param>
/// <param name="ClaimantId">Who claims it.</param>
/// <param name="ClaimantName">The claimant's name.</param>
/// <param name="Status">Where the claim stands.</param>
/// <param name="Reason">Why it was decided so; null when nothing was said.</param>
public sealed record SiteClaimData(SiteId Id, OrganizationId ClaimantId, string ClaimantName, SiteClaimStatus Status, string? Reason);

/// <summary>What feeds say of a site: its operator's; of a claim, the claimant's and the marketplace's.</summary>
internal static class SiteEvents
{
    public static readonly EventType<SiteData> Listed = new("site.listed", "An operator listed a site.");
    public static readonly EventType<SiteData> Described = new("site.described", "A site's particulars were restated.");
    public static readonly EventType<SiteData> StatusChanged = new("site.status_changed", "A site has another status.");
    public static readonly EventType<SiteData> Withdrawn = new("site.withdrawn", "A site was taken off the market: what is handed over runs to its own end, and every other reservation leaves by its own exit.");
    public static readonly EventType<SitePhaseData> PhasePlanned = new("site.phase_planned", "A build phase was planned.");
    public static readonly EventType<SitePhaseData> PhaseRevised = new("site.phase_revised", "A build phase's name or megawatts changed.");
    public static readonly EventType<SitePhaseData> PhaseRemoved = new("site.phase_removed", "A build phase was dropped.");
    public static readonly EventType<SiteMilestoneData> ForecastRevised = new("site.forecast_revised", "A milestone is now expected on another day.");
    public static readonly EventType<SiteMilestoneData> MilestoneReached = new("site.milestone_reached", "A milestone was reached.");
    public static readonly EventType<SiteMilestoneData> MilestoneCorrected = new("site.milestone_corrected", "A wrong report of a milestone was corrected.");
    public static readonly EventType<SitePhaseData> PhaseOverdue = new("site.phase_overdue", "The day a phase was to be ready passed in silence; supply is counted from a later day until its operator reports or forecasts again.");
    public static readonly EventType<SitePhaseData> PhaseLate = new("site.phase_late", "A phase was not ready by the end of the day its contracts promise.");
    public static readonly EventType<SiteEvidenceData> EvidenceAdded = new("site.evidence_added", "Evidence was added to a milestone.");
    public static readonly EventType<SiteClaimData> ClaimRequested = new("site.claim_requested", "An organization claimed an imported site, or asked for the confirmation of its own; an administrator decides.");
    public static readonly EventType<SiteClaimData> ClaimConfirmed = new("site.claim_confirmed", "A claim was confirmed: the site is the claimant's, as the claim states it.");
    public static readonly EventType<SiteClaimData> ClaimRejected = new("site.claim_rejected", "A claim was rejected.");

    /// <summary>Adds the fact's event for whom it concerns.</summary>
    public static void Publish(Site? before, Site after, SiteFact fact, Effects effects)
    {
        switch (fact)
        {
            case SiteListed:
                Tell(after, Listed, Data(after, null), effects);
                break;
            case SiteDescribed:
                Tell(after, Described, Data(after, null), effects);
                break;
            case SiteStatusChanged:
                Tell(after, StatusChanged, Data(after, null), effects);
                break;
            case WithdrawalBegun withdrawn:
                Tell(after, Withdrawn, Data(after, withdrawn.Reason), effects);
                break;
            case PhasePlanned planned:
                Tell(after, PhasePlanned, Data(after.Id, planned.Phase), effects);
                break;
            case PhaseRevised revised:
                Tell(after, PhaseRevised, Data(after.Id, after.Phase(revised.Phase)!), effects);
                break;
            case PhaseRemoved removed:
                Tell(after, PhaseRemoved, Data(after.Id, before!.Phase(removed.Phase)!), effects);
                break;
            case ForecastRevised revised:
                Tell(after, ForecastRevised, Data(after, revised.Phase, revised.Kind, revised.Reason), effects);
                break;
            case MilestoneReached reached:
                Tell(after, MilestoneReached, Data(after, reached.Phase, reached.Kind, null), effects);
                break;
            case MilestoneCorrected corrected:
                Tell(after, MilestoneCorrected, Data(after, corrected.Phase, corrected.Kind, corrected.Reason), effects);
                break;
            case PhaseFellOverdue overdue:
                Tell(after, PhaseOverdue, Data(after.Id, after.Phase(overdue.Phase)!), effects);
                break;
            case ContractRfsMissed missed:
                Tell(after, PhaseLate, Data(after.Id, after.Phase(missed.Phase)!), effects);
                break;
            case EvidenceAdded added:
                Tell(after, EvidenceAdded, new(after.Id, added.Phase, added.Kind, [.. added.Evidence.Select(piece => new EvidenceData(piece.Link.Url, piece.Link.Description, piece.Link.Sha256))]), effects);
                break;
            case ClaimRequested _:
                effects.Publish(Organization.Platform, ClaimRequested, Data(after, after.Claim!, null));
                effects.Publish(after.Claim!.Claimant, ClaimRequested, Data(after, after.Claim!, null));
                break;
            case ClaimDecided decided:
                effects.Publish(after.Claim!.Claimant, decided.Confirmed ? ClaimConfirmed : ClaimRejected, Data(after, after.Claim, decided.Reason));
                break;
        }
    }

    private static void Tell<TData>(Site site, EventType<TData> type, TData data, Effects effects)
        where TData : class
    {
        if (site.Operator is { } owner)
        {
            effects.Publish(owner, type, data);
        }
    }

    private static SiteData Data(Site site, string? reason) =>
        new(site.Id, site.Description.Name, site.Status, site.Description.Zone, site.Description.Gross, site.Description.CriticalIt, reason);

    private static SitePhaseData Data(SiteId site, BuildPhase phase) => new(site, phase.Id, phase.Name, phase.CriticalIt, phase.ContractRfs, phase.ForecastRfs, phase.AssumedRfs, phase.ActualRfs);

    private static SiteMilestoneData Data(Site site, PhaseId phase, MilestoneKind kind, string? reason)
    {
        var milestone = site.Phase(phase)!.Of(kind)!;
        return new(site.Id, phase, kind, milestone.Planned, milestone.Forecast, milestone.Actual, reason);
    }

    private static SiteClaimData Data(Site site, SiteClaim claim, string? reason) => new(site.Id, claim.Claimant, claim.ClaimantName, claim.Status, reason);
}
