using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Build phases.</content>
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

        if (command.Milestones.FirstOrDefault(milestone => !IsSane(milestone.Planned)) is { } absurd)
        {
            var field = absurd.Kind == MilestoneKind.ReadyForService ? "contractRfs" : "milestones";
            return Refusal.Of(SiteRefusal.DateInvalid, $"Planned days lie between {EarliestDate.Year} and {LatestDate.Year}.", field);
        }

        var planned = new PhasePlanned(
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
        return WithSilence(site, planned, now);
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
