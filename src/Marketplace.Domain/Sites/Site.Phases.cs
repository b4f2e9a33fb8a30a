using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Build phases, their milestones and forecasts.</content>
public sealed partial record Site
{
    private static readonly LocalDate EarliestDate = new(2000, 1, 1);
    private static readonly LocalDate LatestDate = new(2100, 12, 31);

    /// <summary>
    /// Plans a phase. Refuses: not the operator's, retired, withdrawn, <see cref="SiteRefusal.Incomplete"/> without zone or
    /// critical IT MW, and the phase refusals.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, PlanPhase command, Instant now)
    {
        if (FaultOfNewBusiness(site, command.Actor) is { } foreign)
        {
            return foreign;
        }

        if (site!.Description.Zone is null)
        {
            return Refusal.Of(SiteRefusal.Incomplete, "State the site's time zone first: the phase's dates are meant in it.", "zone");
        }

        if (site.Phases.Any(phase => phase.Id == command.Id || phase.Name == command.Name))
        {
            return Refusal.Of(SiteRefusal.PhaseExists, $"{site.Id} has a phase {command.Name} or {command.Id}.", "name");
        }

        var kinds = command.Milestones.Select(milestone => milestone.Kind).ToHashSet();
        if (kinds.Count != command.Milestones.Length || !kinds.Contains(MilestoneKind.ReadyForService) || !kinds.All(Enum.IsDefined))
        {
            return Refusal.Of(SiteRefusal.PhaseInvalid, "A phase plans each milestone at most once, and always ready for service.", "milestones");
        }

        if (FaultOf(command.Name, command.CriticalIt) is { } fault)
        {
            return fault;
        }

        if (site.Phases.Length == MostPhases)
        {
            return Refusal.Of(SiteRefusal.PhaseLimit, $"{site.Id} has {MostPhases} phases.");
        }

        if (!Carries(site.Description, site.Phases.Sum(phase => phase.CriticalIt.Value) + command.CriticalIt.Value, out var exceeded))
        {
            return exceeded!;
        }

        if (command.Milestones.Any(milestone => !IsSane(milestone.Planned)))
        {
            return Refusal.Of(SiteRefusal.DateInvalid, $"Planned days lie between {EarliestDate.Year} and {LatestDate.Year}.", "milestones");
        }

        return new PhasePlanned(
            new BuildPhase
            {
                Id = command.Id,
                Name = command.Name,
                CriticalIt = command.CriticalIt,
                Milestones =
                [
                    .. command.Milestones.OrderBy(milestone => milestone.Kind)
                        .Select(milestone => new Milestone { Kind = milestone.Kind, Planned = milestone.Planned, Forecast = milestone.Planned }),
                ],
            },
            now);
    }

    /// <summary>Corrects a phase. Refuses: not the operator's, retired, withdrawn, phase refusals, <see cref="SiteRefusal.PhasePowerAllocated"/> below what pools were allocated.</summary>
    public static Decision<SiteFact> Decide(Site? site, RevisePhase command, Instant now)
    {
        if ((FaultOfNewBusiness(site, command.Actor) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        var phase = site!.Phase(command.Phase)!;
        if (site.Phases.Any(other => other.Id != phase.Id && other.Name == command.Name))
        {
            return Refusal.Of(SiteRefusal.PhaseExists, $"{site.Id} has another phase {command.Name}.", "name");
        }

        if (FaultOf(command.Name, command.CriticalIt) is { } malformed)
        {
            return malformed;
        }

        if (!Carries(site.Description, site.Phases.Sum(each => each.CriticalIt.Value) - phase.CriticalIt.Value + command.CriticalIt.Value, out var exceeded))
        {
            return exceeded!;
        }

        var allocated = PowerEnvelope.AllocatedKilowatts(site, phase.Id);
        if (command.CriticalIt.Kilowatts < allocated)
        {
            return Refusal.Of(SiteRefusal.PhasePowerAllocated, $"Pools plan on {allocated:0.###} kW of this phase, more than {command.CriticalIt.Kilowatts:0.###} kW.", "criticalItMw");
        }

        return phase.Name == command.Name && phase.CriticalIt == command.CriticalIt
            ? Decision<SiteFact>.Nothing
            : new PhaseRevised(phase.Id, command.Name, command.CriticalIt, now);
    }

    /// <summary>Drops a phase. Refuses: not the operator's, retired, no such phase, <see cref="SiteRefusal.PhasePowerAllocated"/>.</summary>
    public static Decision<SiteFact> Decide(Site? site, RemovePhase command, Instant now)
    {
        if ((FaultOf(site, command.Actor) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        return PowerEnvelope.AllocatedKilowatts(site!, command.Phase) > 0
            ? Refusal.Of(SiteRefusal.PhasePowerAllocated, "Withdraw the pools that plan on this phase first.")
            : new PhaseRemoved(command.Phase, now);
    }

    /// <summary>
    /// Forecasts another day. Refuses: not the operator's, retired, no such phase, a day in the past,
    /// <see cref="SiteRefusal.MilestoneReached"/>. Allowed on a withdrawn site, whose commitments still wait for its phases.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, ReviseForecast command, Instant now)
    {
        if ((FaultOf(site, command.Actor) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        if (command.Reason is not null && !Text.Fits(command.Reason, 500))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "A reason has 1 to 500 characters.", "reason");
        }

        var milestone = site!.Phase(command.Phase)!.Of(command.Kind);
        if (milestone?.Forecast == command.Forecast && milestone.Actual is null)
        {
            return Decision<SiteFact>.Nothing;
        }

        var today = Today(site, now);
        if (!IsSane(command.Forecast) || command.Forecast < today)
        {
            return Refusal.Of(SiteRefusal.DateInvalid, $"A forecast is {today:R} or later and before {LatestDate.Year + 1}; what already happened is recorded as reached.", "forecast");
        }

        return milestone?.Actual is { } actual
            ? Refusal.Of(SiteRefusal.MilestoneReached, $"{command.Kind.Spelled()} was reached on {actual:R}.")
            : new ForecastRevised(command.Phase, command.Kind, command.Forecast, command.Reason, now);
    }

    /// <summary>
    /// Records that a milestone was reached, with its evidence; the site's status follows where the table allows. Refuses:
    /// not the operator's, retired, no such phase, evidence, a day in the future, reached on another day, ready before energised.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, ReachMilestone command, Instant now)
    {
        if ((FaultOf(site, command.Actor) ?? FaultOf(command.Evidence) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        var phase = site!.Phase(command.Phase)!;
        var milestone = phase.Of(command.Kind);
        var today = Today(site, now);
        if (!IsSane(command.Actual) || command.Actual > today)
        {
            return Refusal.Of(SiteRefusal.DateInvalid, $"An actual day is {today:R} or earlier, and not before {EarliestDate.Year}.", "actual");
        }

        if (milestone?.Actual is { } before && before != command.Actual)
        {
            return Refusal.Of(SiteRefusal.MilestoneReached, $"{command.Kind.Spelled()} was reached on {before:R}.", "actual");
        }

        if (command.Kind == MilestoneKind.ReadyForService && !(phase.Of(MilestoneKind.Energised)?.Actual <= command.Actual))
        {
            return Refusal.Of(SiteRefusal.MilestoneOutOfOrder, "Record when the phase was energised, on or before that day, first.");
        }

        if (!TryAttach(site, phase, command.Kind, command.Evidence, command.By, now, out var added, out var refusal))
        {
            return refusal!;
        }

        var facts = ImmutableArray.CreateBuilder<SiteFact>();
        if (milestone?.Actual is null)
        {
            facts.Add(new MilestoneReached(phase.Id, command.Kind, command.Actual, now));
        }

        if (added is not null)
        {
            facts.Add(added);
        }

        if (StatusAfter(command.Kind) is { } status && SiteStatuses.Allows(site.Status, status))
        {
            facts.Add(new SiteStatusChanged(status, now));
        }

        return Decision<SiteFact>.Of(facts.ToImmutable());
    }

    /// <summary>Adds evidence. Refuses: not the operator's, retired, no such phase, evidence.</summary>
    public static Decision<SiteFact> Decide(Site? site, AddEvidence command, Instant now)
    {
        if ((FaultOf(site, command.Actor) ?? FaultOf(command.Evidence) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        if (!TryAttach(site!, site!.Phase(command.Phase)!, command.Kind, command.Evidence, command.By, now, out var added, out var refusal))
        {
            return refusal!;
        }

        return added is null ? Decision<SiteFact>.Nothing : added;
    }

    private static bool TryAttach(
        Site site, BuildPhase phase, MilestoneKind kind, ImmutableArray<EvidenceLink> evidence, string by, Instant now, out EvidenceAdded? added, out Refusal? refusal)
    {
        var present = phase.Of(kind)?.Evidence ?? [];
        var links = evidence.Distinct().Except(present.Select(each => each.Link)).ToList();
        var inAll = site.Phases.Sum(each => each.Milestones.Sum(milestone => milestone.Evidence.Length));
        refusal = present.Length + links.Count > MostEvidence || inAll + links.Count > MostEvidenceInAll
            ? Refusal.Of(SiteRefusal.EvidenceInvalid, $"{kind} has {present.Length} pieces of evidence and the site {inAll}; at most {MostEvidence} and {MostEvidenceInAll} are kept.", "evidence")
            : null;
        added = links.Count == 0 ? null : new EvidenceAdded(phase.Id, kind, [.. links.Select(link => new Evidence(link, by, now))], now);
        return refusal is null;
    }

    private static SiteStatus? StatusAfter(MilestoneKind reached) => reached switch
    {
        MilestoneKind.Permitted or MilestoneKind.Interconnection => null,
        MilestoneKind.ReadyForService => SiteStatus.InService,
        _ => SiteStatus.Commissioning,
    };

    private static LocalDate Today(Site site, Instant now) => now.InZone(DateTimeZoneProviders.Tzdb[site.Description.Zone!]).Date;

    private static bool IsSane(LocalDate date) => date >= EarliestDate && date <= LatestDate;

    private static Refusal? FaultOf(Site site, PhaseId phase) =>
        site.Phase(phase) is null ? Refusal.Of(SiteRefusal.PhaseNotFound, $"{site.Id} has no phase {phase}.") : null;

    private static Refusal? FaultOf(string name, CriticalItMegawatts criticalIt)
    {
        if (!Text.Fits(name, 100))
        {
            return Refusal.Of(SiteRefusal.PhaseInvalid, "A phase's name has 1 to 100 characters.", "name");
        }

        return criticalIt.Value > 0 ? null : Refusal.Of(SiteRefusal.PhaseInvalid, "A phase adds critical IT MW above zero.", "criticalItMw");
    }

    private static bool Carries(SiteDescription description, decimal phasesMegawatts, out Refusal? refusal)
    {
        refusal = description.CriticalIt switch
        {
            null => Refusal.Of(SiteRefusal.Incomplete, "State the site's critical IT MW: its phases are parts of them.", "criticalItMw"),
            { } total when phasesMegawatts > total.Value => Refusal.Of(
                SiteRefusal.PhasesExceedSite, $"The phases come to {phasesMegawatts} critical IT MW, more than the site's {total.Value}.", "criticalItMw"),
            _ => null,
        };
        return refusal is null;
    }
}
