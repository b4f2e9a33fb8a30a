using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Http;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Api.Sites;

/// <summary>A build phase to plan.</summary>
/// <param name="Name">Name, unique within the site.</param>
/// <param name="CriticalItMw">MW it adds for servers, storage and network, above 0.</param>
/// <param name="ContractRfs">The day promised as ready for service, in the site's zone. It never changes; forecasts do.</param>
/// <param name="Milestones">Promised days of other milestones.</param>
internal sealed record NewPhase(
    [Length(1, 100)] string Name,
    CriticalItMegawatts CriticalItMw,
    LocalDate ContractRfs,
    [Items(0, 8)] ImmutableArray<PlannedMilestoneInput>? Milestones)
{
    public static NewPhase Example { get; } = new(
        "Hall A",
        CriticalItMegawatts.From(24),
        new LocalDate(2027, 9, 1),
        [new PlannedMilestoneInput(MilestoneKind.Permitted, new LocalDate(2027, 1, 15)), new PlannedMilestoneInput(MilestoneKind.Energised, new LocalDate(2027, 6, 1))]);

    public PlanPhase ToCommand(OrganizationId actor, PhaseId id, Faults faults)
    {
        var milestones = Milestones ?? [];
        faults.Require(CriticalItMw.Value > 0, "criticalItMw", Faults.OutOfRange, "A phase adds critical IT MW above zero.");
        faults.Require(milestones.All(milestone => milestone.Milestone != MilestoneKind.ReadyForService), "milestones", Faults.Inconsistent, "The day of readiness is contractRfs.");
        faults.Require(milestones.Select(milestone => milestone.Milestone).Distinct().Count() == milestones.Length, "milestones", Faults.Inconsistent, "Each milestone is planned once.");
        return new PlanPhase(
            actor,
            id,
            Name,
            CriticalItMw,
            [.. milestones.Select(milestone => new PlannedMilestone(milestone.Milestone, milestone.Planned)), new PlannedMilestone(MilestoneKind.ReadyForService, ContractRfs)]);
    }
}

/// <summary>A milestone's promised day.</summary>
/// <param name="Milestone">Which step.</param>
/// <param name="Planned">The day, in the site's zone.</param>
internal sealed record PlannedMilestoneInput(MilestoneKind Milestone, LocalDate Planned);

/// <summary>A phase's name and megawatts, restated.</summary>
/// <param name="Name">Name, unique within the site.</param>
/// <param name="CriticalItMw">MW; not below what pools plan on.</param>
internal sealed record PhaseChanges([Length(1, 100)] string Name, CriticalItMegawatts CriticalItMw)
{
    public static PhaseChanges Example { get; } = new("Hall A", CriticalItMegawatts.From(26));
}

/// <summary>Another day for a milestone not yet reached.</summary>
/// <param name="Milestone">Which step; moving <c>readyForService</c> moves the supply of every pool on the phase.</param>
/// <param name="Forecast">The day now expected, today or later in the site's zone.</param>
/// <param name="Reason">Why.</param>
internal sealed record NewForecast(MilestoneKind Milestone, LocalDate Forecast, [Length(1, 500)] string? Reason)
{
    public static NewForecast Example { get; } = new(MilestoneKind.ReadyForService, new LocalDate(2027, 10, 15), "Switchgear delivered six weeks late");
}

/// <summary>A milestone that was reached.</summary>
/// <param name="Milestone">Which step; <c>readyForService</c> needs <c>energised</c> first.</param>
/// <param name="Actual">The day, today or earlier in the site's zone.</param>
/// <param name="Evidence">What shows it.</param>
internal sealed record NewMilestone(MilestoneKind Milestone, LocalDate Actual, [Items(0, 50)] ImmutableArray<EvidenceInput>? Evidence)
{
    public static NewMilestone Example { get; } = new(MilestoneKind.Energised, new LocalDate(2027, 6, 3), [EvidenceInput.Example]);
}

/// <summary>What was wrong with a report.</summary>
/// <param name="Milestone">Which step.</param>
/// <param name="Actual">The day it was really reached, today or earlier in the site's zone; leave it out when it was not reached after all.</param>
/// <param name="Reason">Why the report was wrong.</param>
internal sealed record NewCorrection(MilestoneKind Milestone, LocalDate? Actual, [Length(1, 500)] string Reason)
{
    public static NewCorrection Example { get; } = new(MilestoneKind.Energised, new LocalDate(2027, 6, 5), "The utility's letter names the fifth.");
}

/// <summary>Evidence for a milestone.</summary>
/// <param name="Milestone">Which step.</param>
/// <param name="Evidence">What shows it; what is already there is passed over.</param>
internal sealed record NewEvidence(MilestoneKind Milestone, [Items(1, 50)] ImmutableArray<EvidenceInput> Evidence)
{
    public static NewEvidence Example { get; } = new(MilestoneKind.Energised, [EvidenceInput.Example]);
}

/// <summary>A document or page.</summary>
/// <param name="Url">Absolute http or https address.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Sha256">SHA-256 of the document, 64 lower-case hexadecimal digits, so that a later change shows.</param>
internal sealed record EvidenceInput(Uri Url, [Length(1, 500)] string Description, [RegularExpression("^[0-9a-f]{64}$")] string? Sha256)
{
    public static EvidenceInput Example { get; } = new(
        new Uri("https://northern.example/evidence/energisation-letter.pdf"), "Utility letter confirming 30 MW energised", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");

    public static ImmutableArray<EvidenceLink> ToLinks(ImmutableArray<EvidenceInput>? inputs) =>
        [.. (inputs ?? []).Select(input => new EvidenceLink(input.Url.AbsoluteUri, input.Description, input.Sha256))];
}

/// <summary>A build phase as its site shows it.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Name">Name.</param>
/// <param name="CriticalItMw">MW it adds.</param>
/// <param name="ContractRfs">The day promised as ready for service.</param>
/// <param name="ForecastRfs">The day now expected.</param>
/// <param name="AssumedRfs">While the phase is overdue, that is from the end of the forecast day until its operator reports or forecasts again: the day that supply is counted from instead. Null otherwise.</param>
/// <param name="ActualRfs">The day it became ready; null until then.</param>
/// <param name="LateSince">The first day after the contract day, when the phase was not ready by then; null otherwise.</param>
/// <param name="ReadyFrom">When its power counts as supply: the start of the actual, else assumed, else forecast, day in the site's zone, on a whole UTC hour.</param>
/// <param name="AllocatedKw">kW of critical IT load that pools plan on.</param>
/// <param name="FreeKw">kW that no pool plans on yet.</param>
/// <param name="Milestones">Milestones in their usual order.</param>
internal sealed record PhaseSummary(
    PhaseId Id,
    string Name,
    CriticalItMegawatts CriticalItMw,
    LocalDate ContractRfs,
    LocalDate ForecastRfs,
    LocalDate? AssumedRfs,
    LocalDate? ActualRfs,
    LocalDate? LateSince,
    Instant ReadyFrom,
    decimal AllocatedKw,
    decimal FreeKw,
    ImmutableArray<MilestoneDays> Milestones)
{
    public static PhaseSummary Of(Site site, BuildPhase phase) => new(
        phase.Id,
        phase.Name,
        phase.CriticalIt,
        phase.ContractRfs,
        phase.ForecastRfs,
        phase.AssumedRfs,
        phase.ActualRfs,
        phase.ContractMissedAt is null ? null : phase.ContractRfs.PlusDays(1),
        site.ReadyFrom(phase),
        PowerEnvelope.AllocatedKilowatts(site, phase.Id),
        PowerEnvelope.FreeKilowatts(site, phase.Id),
        [.. phase.Milestones.Select(milestone => new MilestoneDays(milestone.Kind, milestone.Planned, milestone.Forecast, milestone.Actual))]);
}

/// <summary>Days of one milestone, in the site's zone.</summary>
/// <param name="Milestone">Which step.</param>
/// <param name="Planned">The day promised when the phase was planned.</param>
/// <param name="Forecast">The day now expected.</param>
/// <param name="Actual">The day it was reached.</param>
internal sealed record MilestoneDays(MilestoneKind Milestone, LocalDate? Planned, LocalDate? Forecast, LocalDate? Actual);

/// <summary>A build phase with its evidence.</summary>
/// <param name="Id">Public id.</param>
/// <param name="SiteId">Its site.</param>
/// <param name="Name">Name.</param>
/// <param name="CriticalItMw">MW it adds.</param>
/// <param name="ContractRfs">The day promised as ready for service.</param>
/// <param name="ForecastRfs">The day now expected.</param>
/// <param name="AssumedRfs">While the phase is overdue, that is from the end of the forecast day until its operator reports or forecasts again: the day that supply is counted from instead. Null otherwise.</param>
/// <param name="ActualRfs">The day it became ready; null until then.</param>
/// <param name="LateSince">The first day after the contract day, when the phase was not ready by then; null otherwise.</param>
/// <param name="ReadyFrom">When its power counts as supply: the start of the actual, else assumed, else forecast, day in the site's zone, on a whole UTC hour.</param>
/// <param name="AllocatedKw">kW of critical IT load that pools plan on.</param>
/// <param name="FreeKw">kW that no pool plans on yet.</param>
/// <param name="Milestones">Milestones in their usual order.</param>
internal sealed record PhaseModel(
    PhaseId Id,
    SiteId SiteId,
    string Name,
    CriticalItMegawatts CriticalItMw,
    LocalDate ContractRfs,
    LocalDate ForecastRfs,
    LocalDate? AssumedRfs,
    LocalDate? ActualRfs,
    LocalDate? LateSince,
    Instant ReadyFrom,
    decimal AllocatedKw,
    decimal FreeKw,
    ImmutableArray<MilestoneModel> Milestones)
{
    public static PhaseModel Example { get; } = Of(SiteExamples.Site, SiteExamples.Site.Phases[0]);

    public static PhaseModel Of(Site site, BuildPhase phase) => new(
        phase.Id,
        site.Id,
        phase.Name,
        phase.CriticalIt,
        phase.ContractRfs,
        phase.ForecastRfs,
        phase.AssumedRfs,
        phase.ActualRfs,
        phase.ContractMissedAt is null ? null : phase.ContractRfs.PlusDays(1),
        site.ReadyFrom(phase),
        PowerEnvelope.AllocatedKilowatts(site, phase.Id),
        PowerEnvelope.FreeKilowatts(site, phase.Id),
        [.. phase.Milestones.Select(MilestoneModel.Of)]);
}

/// <summary>A milestone with what stands behind its days, which are days in the site's zone.</summary>
/// <param name="Milestone">Which step.</param>
/// <param name="Planned">The day promised when the phase was planned.</param>
/// <param name="Forecast">The day now expected.</param>
/// <param name="Actual">The day it was reached.</param>
/// <param name="Evidence">Evidence, oldest first.</param>
/// <param name="Revisions">Forecasts given up, oldest first, the latest 20.</param>
/// <param name="Corrections">Wrong reports that were corrected, oldest first.</param>
internal sealed record MilestoneModel(
    MilestoneKind Milestone,
    LocalDate? Planned,
    LocalDate? Forecast,
    LocalDate? Actual,
    ImmutableArray<EvidenceModel> Evidence,
    ImmutableArray<ForecastRevisionModel> Revisions,
    ImmutableArray<MilestoneCorrectionModel> Corrections)
{
    public static MilestoneModel Of(Milestone milestone) => new(
        milestone.Kind,
        milestone.Planned,
        milestone.Forecast,
        milestone.Actual,
        [.. milestone.Evidence.Select(evidence => new EvidenceModel(evidence.Link.Url, evidence.Link.Description, evidence.Link.Sha256, evidence.AddedBy, evidence.AddedAt))],
        [.. milestone.Revisions.Select(revision => new ForecastRevisionModel(revision.From, revision.To, revision.Reason, revision.At))],
        [.. milestone.Corrections.Select(correction => new MilestoneCorrectionModel(correction.From, correction.To, correction.Reason, correction.By, correction.At))]);
}

/// <summary>A piece of evidence.</summary>
/// <param name="Url">Address.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Sha256">SHA-256 of the document, when given.</param>
/// <param name="AddedBy">Key or member that added it.</param>
/// <param name="AddedAt">Market time.</param>
internal sealed record EvidenceModel(string Url, string Description, string? Sha256, string AddedBy, Instant AddedAt);

/// <summary>A forecast given up for another.</summary>
/// <param name="From">The earlier forecast.</param>
/// <param name="To">The later one.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="At">Market time.</param>
internal sealed record ForecastRevisionModel(LocalDate From, LocalDate To, string? Reason, Instant At);

/// <summary>A wrong report that was corrected.</summary>
/// <param name="From">The day reported before.</param>
/// <param name="To">The day it was really reached; null when it was not reached after all.</param>
/// <param name="Reason">The operator's words.</param>
/// <param name="By">Key or member that corrected it.</param>
/// <param name="At">Market time.</param>
internal sealed record MilestoneCorrectionModel(LocalDate From, LocalDate? To, string Reason, string By, Instant At);

/// <summary>A site's power over time.</summary>
/// <param name="SiteId">The site.</param>
/// <param name="Steps">Steps in order of time; before the first there is no power.</param>
internal sealed record PowerModel(SiteId SiteId, ImmutableArray<PowerStepModel> Steps)
{
    public static PowerModel Example { get; } = Of(SiteExamples.Site);

    public static PowerModel Of(Site site) => new(
        site.Id, [.. PowerEnvelope.Steps(site).Select(step => new PowerStepModel(step.From, step.Kilowatts, PowerEnvelope.PlannedKilowatts(site, step.From)))]);
}

/// <summary>From an hour on.</summary>
/// <param name="From">The hour.</param>
/// <param name="EnergisedKw">kW of critical IT load that phases bring by then, by actual and forecast days.</param>
/// <param name="PlannedKw">kW that pools plan on; never more.</param>
internal sealed record PowerStepModel(Instant From, decimal EnergisedKw, decimal PlannedKw);
