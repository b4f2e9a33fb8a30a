using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Sites;

/// <content>Milestones of build phases: forecasts, reports, corrections, evidence, and days that pass in silence.</content>
public sealed partial record Site
{
    /// <summary>
    /// When the next day passes that a phase was to be ready on; null when none can. A day passes at its end in the site's
    /// zone: whoever is ready on it is in time.
    /// </summary>
    public Instant? NextDayOfReadiness() => Status == SiteStatus.Retired || Phases.All(phase => phase.ActualRfs is not null)
        ? null
        : Phases.Where(phase => phase.ActualRfs is null)
            .Select(phase => phase.ContractMissedAt is null ? LocalDate.Min(phase.ContractRfs, phase.ExpectedRfs) : phase.ExpectedRfs)
            .Min(day => DateTimeZoneProviders.Tzdb[Description.Zone!].AtStartOfDay(day.PlusDays(1)).ToInstant());

    /// <summary>
    /// Lets days pass. A phase whose day of readiness has passed in silence is overdue: until its operator reports or forecasts
    /// again, supply is counted from as many days ahead as it is late by then. A contract's day that passed is noted once.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, PassDays _, Instant now)
    {
        if (site is null || site.Status == SiteStatus.Retired || site.Phases.IsEmpty)
        {
            return Decision<SiteFact>.Nothing;
        }

        var today = Today(site, now);
        var facts = ImmutableArray.CreateBuilder<SiteFact>();
        foreach (var phase in site.Phases.Where(phase => phase.ActualRfs is null))
        {
            if (phase.ContractMissedAt is null && phase.ContractRfs < today)
            {
                facts.Add(new ContractRfsMissed(phase.Id, now));
            }

            if (Overdue(phase, today, now) is { } overdue)
            {
                facts.Add(overdue);
            }
        }

        return Decision<SiteFact>.Of(facts.ToImmutable());
    }

    /// <summary>What a fact leaves overdue is overdue in the same commit: a day that has passed is at no time supply.</summary>
    private static Decision<SiteFact> WithSilence(Site site, SiteFact fact, Instant now)
    {
        var today = Today(site, now);
        return Decision<SiteFact>.Of([fact, .. Evolve(site, fact).Phases.Select(phase => Overdue(phase, today, now)).OfType<SiteFact>()]);
    }

    private static PhaseFellOverdue? Overdue(BuildPhase phase, LocalDate today, Instant now) => phase.ActualRfs is null && phase.ExpectedRfs < today
        ? new PhaseFellOverdue(phase.Id, today.PlusDays(Period.DaysBetween(phase.ForecastRfs, today)), now)
        : null;

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

        var phase = site!.Phase(command.Phase)!;
        var milestone = phase.Of(command.Kind);
        if (milestone?.Forecast == command.Forecast && milestone.Actual is null && (command.Kind != MilestoneKind.ReadyForService || phase.AssumedRfs is null))
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
            return Refusal.Of(SiteRefusal.MilestoneReached, $"{command.Kind.Spelled()} was reached on {before:R}; correct that report if it was wrong.", "actual");
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

    /// <summary>
    /// Corrects a wrong report. Refuses: not the operator's, retired, no such phase, no reason, a milestone that was not reported
    /// (<see cref="SiteRefusal.MilestoneNotReached"/>), a day in the future, ready before energised. Neither the site's status
    /// nor what was handed over goes back.
    /// </summary>
    public static Decision<SiteFact> Decide(Site? site, CorrectMilestone command, Instant now)
    {
        if ((FaultOf(site, command.Actor) ?? FaultOf(site!, command.Phase)) is { } fault)
        {
            return fault;
        }

        if (!Text.Fits(command.Reason, 500))
        {
            return Refusal.Of(SiteRefusal.DescriptionInvalid, "A reason has 1 to 500 characters.", "reason");
        }

        var phase = site!.Phase(command.Phase)!;
        if (phase.Of(command.Kind)?.Actual is not { } reported)
        {
            return phase.Of(command.Kind)?.Corrections.LastOrDefault() is { To: null } && command.Actual is null
                ? Decision<SiteFact>.Nothing
                : Refusal.Of(SiteRefusal.MilestoneNotReached, $"{command.Kind.Spelled()} was not reported as reached.", "milestone");
        }

        if (reported == command.Actual)
        {
            return Decision<SiteFact>.Nothing;
        }

        if (phase.Of(command.Kind)!.Corrections.Length == MostCorrections)
        {
            return Refusal.Of(SiteRefusal.MilestoneReached, $"{command.Kind.Spelled()} was corrected {MostCorrections} times.");
        }

        var today = Today(site, now);
        if (command.Actual is { } actual && (!IsSane(actual) || actual > today))
        {
            return Refusal.Of(SiteRefusal.DateInvalid, $"An actual day is {today:R} or earlier, and not before {EarliestDate.Year}.", "actual");
        }

        var ready = command.Kind == MilestoneKind.ReadyForService ? command.Actual : phase.ActualRfs;
        var energised = command.Kind == MilestoneKind.Energised ? command.Actual : phase.Of(MilestoneKind.Energised)?.Actual;
        return ready is not null && !(energised <= ready)
            ? Refusal.Of(SiteRefusal.MilestoneOutOfOrder, "The phase would be ready for service before it was energised.", "actual")
            : WithSilence(site, new MilestoneCorrected(phase.Id, command.Kind, command.Actual, command.Reason, command.By, now), now);
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
}
