using CsCheck;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class SiteMilestonesTests
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["America/Chicago"];
    private static readonly LocalDate Promised = new(2027, 3, 1);

    [Fact]
    public void A_day_passes_at_its_end_in_the_sites_zone()
    {
        var site = WithPhases().Site!;
        Assert.Equal(Instant.FromUtc(2027, 3, 2, 6, 0), site.NextDayOfReadiness());

        Assert.Empty(Passing(site, Instant.FromUtc(2027, 3, 2, 5, 59)).Facts);
        Assert.Equal(["ContractRfsMissed", "PhaseFellOverdue"], Passing(site, Instant.FromUtc(2027, 3, 2, 6, 0)).Facts.Select(fact => fact.GetType().Name));
    }

    [Fact]
    public void A_phase_whose_day_passed_in_silence_is_counted_on_as_far_ahead_as_it_is_late()
    {
        var site = WithPhases().Site!;
        foreach (var (day, assumed) in new[] { (Promised.PlusDays(1), Promised.PlusDays(2)), (Promised.PlusDays(3), Promised.PlusDays(6)), (Promised.PlusDays(7), Promised.PlusDays(14)) })
        {
            Assert.Equal(Start(day), site.NextDayOfReadiness());
            site = Passed(site, Start(day));
            Assert.Equal(assumed, site.Phase(Phase1)!.AssumedRfs);
            Assert.Equal(Start(assumed), site.ReadyFrom(site.Phase(Phase1)!));
        }

        Assert.Equal((Promised, Promised), (site.Phase(Phase1)!.ContractRfs, site.Phase(Phase1)!.ForecastRfs));
        Assert.Equal(3, site.Phase(Phase1)!.Revision);
        Assert.Equal(0m, PowerEnvelope.EnergisedKilowatts(site, Start(Promised.PlusDays(8))));
    }

    [Fact]
    public void The_operators_word_ends_the_assumption()
    {
        var late = Passed(WithPhases().Site!, Start(Promised.PlusDays(1)));
        var today = Promised.PlusDays(1);

        var forecast = Then(late, Site.Decide(late, new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, today, "Any hour now."), Start(today)));
        Assert.Null(forecast.Phase(Phase1)!.AssumedRfs);
        Assert.Equal(Start(today), forecast.ReadyFrom(forecast.Phase(Phase1)!));
        Assert.Empty(Passing(forecast, Start(today)).Facts);
        Assert.Equal(["PhaseFellOverdue"], Passing(forecast, Start(today.PlusDays(1))).Facts.Select(fact => fact.GetType().Name));

        var energised = Then(late, Site.Decide(late, Reach(MilestoneKind.Energised, Promised), Start(today)));
        var ready = Then(energised, Site.Decide(energised, Reach(MilestoneKind.ReadyForService, Promised), Start(today)));
        Assert.Null(ready.Phase(Phase1)!.AssumedRfs);
        Assert.Equal(Start(Promised), ready.ReadyFrom(ready.Phase(Phase1)!));
        Assert.NotNull(ready.Phase(Phase1)!.ContractMissedAt);
    }

    [Fact]
    public void The_same_forecast_again_is_no_word_while_it_is_overdue()
    {
        var late = Passed(WithPhases().Site!, Start(Promised.PlusDays(1)));
        Site.Decide(late, new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, Promised, null), Start(Promised.PlusDays(1))).IsRefused(SiteRefusal.DateInvalid, "forecast");
    }

    [Fact]
    public void A_contract_day_that_passes_is_noted_once_whatever_was_forecast()
    {
        var site = WithPhases().Given(new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, Promised.PlusDays(90), null)).Site!;
        Assert.Equal(Start(Promised.PlusDays(1)), site.NextDayOfReadiness());

        var noted = Passed(site, Start(Promised.PlusDays(1)));
        Assert.Equal((Start(Promised.PlusDays(1)), null), (noted.Phase(Phase1)!.ContractMissedAt, noted.Phase(Phase1)!.AssumedRfs));
        Assert.Equal(Start(Promised.PlusDays(91)), noted.NextDayOfReadiness());
    }

    [Fact]
    public void Nothing_is_awaited_of_phases_that_are_ready_or_of_a_retired_site()
    {
        Assert.Null(Listed().Site!.NextDayOfReadiness());
        Assert.Null((WithPhases().Site! with { Status = SiteStatus.Retired }).NextDayOfReadiness());
        var ready = Listed().Given(Plan(Phase1, 1, Today)).Given(Reach(MilestoneKind.Energised, Today)).Given(Reach(MilestoneKind.ReadyForService, Today)).Site!;
        Assert.Null(ready.NextDayOfReadiness());
    }

    [Fact]
    public void A_wrong_report_is_corrected_and_stays_to_be_seen()
    {
        var story = WithPhases().Given(Reach(MilestoneKind.Energised, Today.PlusDays(-9))).Given(Reach(MilestoneKind.ReadyForService, Today.PlusDays(-5)));
        Refused(Correct(MilestoneKind.ReadyForService, Today.PlusDays(1)), SiteRefusal.DateInvalid, "actual");
        Refused(Correct(MilestoneKind.ReadyForService, Today.PlusDays(-10)), SiteRefusal.MilestoneOutOfOrder, "actual");
        Refused(Correct(MilestoneKind.Energised, Today.PlusDays(-4)), SiteRefusal.MilestoneOutOfOrder, "actual");
        Refused(Correct(MilestoneKind.Energised, null), SiteRefusal.MilestoneOutOfOrder, "actual");
        Refused(Correct(MilestoneKind.Permitted, Today), SiteRefusal.MilestoneNotReached, "milestone");
        Refused(Correct(MilestoneKind.ReadyForService, Today) with { Reason = " " }, SiteRefusal.DescriptionInvalid, "reason");
        Refused(Correct(MilestoneKind.ReadyForService, Today) with { Actor = Stranger }, SiteRefusal.NotFound, null);
        story.When((site, now) => Site.Decide(site, Correct(MilestoneKind.ReadyForService, Today.PlusDays(-5)), now)).IsNothing();

        story.Given((site, now) => Site.Decide(site, Correct(MilestoneKind.ReadyForService, Today.PlusDays(-2)), now));
        story.Given((site, now) => Site.Decide(site, Correct(MilestoneKind.ReadyForService, null), now));
        story.When((site, now) => Site.Decide(site, Correct(MilestoneKind.ReadyForService, null), now)).IsNothing();
        var phase = story.Site!.Phase(Phase1)!;
        Assert.Null(phase.ActualRfs);
        Assert.Equal(3, phase.Revision);
        Assert.Equal(Start(Promised), story.Site.ReadyFrom(phase));
        Assert.Equal(
            [(Today.PlusDays(-5), Today.PlusDays(-2)), (Today.PlusDays(-2), (LocalDate?)null)],
            phase.Of(MilestoneKind.ReadyForService)!.Corrections.Select(correction => (correction.From, correction.To)));

        story.Given(Reach(MilestoneKind.ReadyForService, Today));
        Assert.Equal(Today, story.Site!.Phase(Phase1)!.ActualRfs);

        void Refused(CorrectMilestone command, SiteRefusal refusal, string? field) => story.When((site, now) => Site.Decide(site, command, now)).IsRefused(refusal, field);
    }

    /// <summary>What falls back on a day that has passed counts from the assumed one in the same commit, so that no pool sells it until a visit.</summary>
    [Fact]
    public void A_report_taken_back_after_its_forecast_day_leaves_the_phase_overdue_at_once()
    {
        var story = WithPhases().Given(Reach(MilestoneKind.Energised, Today)).Given(Reach(MilestoneKind.ReadyForService, Today));
        var later = Start(Promised.PlusDays(10));

        var decision = Site.Decide(story.Site, Correct(MilestoneKind.ReadyForService, null), later);

        Assert.Equal([typeof(MilestoneCorrected), typeof(PhaseFellOverdue)], decision.Facts.Select(fact => fact.GetType()));
        Assert.Equal(Promised.PlusDays(20), Assert.IsType<PhaseFellOverdue>(decision.Facts[1]).Assumed);
    }

    [Fact]
    public void A_phase_planned_for_a_day_that_has_passed_is_overdue_at_once()
    {
        var story = Listed().Given(Plan(Phase1, 40, Promised)).Given(Plan(PhaseId.From("phase_past"), 1, Today.PlusDays(-30)));

        var phase = story.Site!.Phase(PhaseId.From("phase_past"))!;
        Assert.Equal((Today.PlusDays(30), Start(Today.PlusDays(30))), (phase.AssumedRfs, story.Site.ReadyFrom(phase)));
        Assert.All(story.Site.Phases.Where(each => each.Id != phase.Id), each => Assert.Null(each.AssumedRfs));
    }

    /// <summary>Whatever an operator says and however long it is silent, no phase that it has not reported counts as there on a day that has passed.</summary>
    [Fact]
    public void Silence_never_makes_supply() => Gen.Select(Gen.Int[0, 3], Gen.Int[1, 400], Gen.Int[0, 90]).Array[1, 20].Sample(steps =>
    {
        var site = WithPhases().Site!;
        var day = Promised.PlusDays(-30);
        foreach (var (act, days, ahead) in steps)
        {
            day = day.PlusDays(days);
            for (var visits = 0; site.NextDayOfReadiness() is { } next && next <= Start(day); visits++)
            {
                Assert.True(visits < 40, "A year of silence takes a handful of visits.");
                site = Passed(site, next);
            }

            Assert.All(site.Phases.Where(phase => phase.ActualRfs is null), phase => Assert.True(site.ReadyFrom(phase) >= Start(day)));
            if (act == 1 && site.Phase(Phase1)!.ActualRfs is null)
            {
                site = Then(site, Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, day.PlusDays(ahead), null), Start(day)));
            }
            else if (act == 2)
            {
                var energised = Site.Decide(site, Reach(MilestoneKind.Energised, day), Start(day));
                site = energised.Refusal is null ? Then(site, energised) : site;
            }
            else if (act == 3 && Site.Decide(site, Reach(MilestoneKind.ReadyForService, day), Start(day)) is { Refusal: null } ready)
            {
                site = Then(site, ready);
            }
        }
    });

    private static Instant Start(LocalDate day) => Zone.AtStartOfDay(day).ToInstant();

    private static Decision<SiteFact> Passing(Site site, Instant now) => Site.Decide(site, new PassDays(), now);

    private static Site Passed(Site site, Instant now) => Then(site, Passing(site, now));

    private static Site Then(Site site, Decision<SiteFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(site, Site.Evolve);
    }

    private static ReachMilestone Reach(MilestoneKind kind, LocalDate actual) => new(Operator, Phase1, kind, actual, [], "mbr_ann");

    private static CorrectMilestone Correct(MilestoneKind kind, LocalDate? actual) => new(Operator, Phase1, kind, actual, "Wrong line of the protocol.", "mbr_ann");
}
