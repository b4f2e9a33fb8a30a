using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class SitePhaseTests
{
    private static readonly EvidenceLink Letter = new("https://example.org/letter.pdf", "Utility letter", null);

    [Fact]
    public void A_planned_phase_promises_and_forecasts_the_same_day()
    {
        var phase = WithPhases().Site!.Phase(Phase1)!;
        Assert.Equal(new LocalDate(2027, 3, 1), phase.ContractRfs);
        Assert.Equal(phase.ContractRfs, phase.ForecastRfs);
        Assert.Null(phase.ActualRfs);
        Assert.Equal([MilestoneKind.Energised, MilestoneKind.ReadyForService], phase.Milestones.Select(milestone => milestone.Kind));
    }

    [Fact]
    public void Power_counts_from_the_sites_midnight_on_a_whole_utc_hour()
    {
        Assert.Equal(Instant.FromUtc(2027, 3, 1, 6, 0), WithPhases().Site!.Phase(Phase1)!.ReadyFrom("America/Chicago"));

        // Midnight at UTC+5:45 is 18:15 UTC.
        Assert.Equal(Instant.FromUtc(2027, 2, 28, 19, 0), WithPhases().Site!.Phase(Phase1)!.ReadyFrom("Asia/Kathmandu"));
    }

    [Fact]
    public void Phases_stay_within_the_sites_critical_it_megawatts()
    {
        var story = Listed().Given(Plan(Phase1, 60, Today));
        story.When((site, now) => Site.Decide(site, Plan(Phase2, 40.001m, Today), now)).IsRefused(SiteRefusal.PhasesExceedSite, "criticalItMw");
        story.Given(Plan(Phase2, 40, Today));
        story.When((site, now) => Site.Decide(site, new RevisePhase(Operator, Phase1, "First", CriticalItMegawatts.From(61)), now)).IsRefused(SiteRefusal.PhasesExceedSite);
    }

    [Fact]
    public void A_site_that_states_no_megawatts_plans_no_phase() => new SiteStory().Given(Listing with { Description = Description with { CriticalIt = null } })
        .When((site, now) => Site.Decide(site, Plan(Phase1, 1, Today), now)).IsRefused(SiteRefusal.Incomplete, "criticalItMw");

    [Fact]
    public void A_phase_needs_a_name_power_and_a_day_of_readiness()
    {
        var story = WithPhases();
        var third = PhaseId.From("phase_three");
        story.When((site, now) => Site.Decide(site, Plan(Phase1, 1, Today), now)).IsRefused(SiteRefusal.PhaseExists);
        story.When((site, now) => Site.Decide(site, Plan(third, 1, Today, Phase1.Value), now)).IsRefused(SiteRefusal.PhaseExists, "name");
        story.When((site, now) => Site.Decide(site, Plan(third, 1, Today, " "), now)).IsRefused(SiteRefusal.PhaseInvalid, "name");
        story.When((site, now) => Site.Decide(site, Plan(third, 0, Today), now)).IsRefused(SiteRefusal.PhaseInvalid, "criticalItMw");
        story.When((site, now) => Site.Decide(site, Plan(third, 1, Today) with { Milestones = [] }, now)).IsRefused(SiteRefusal.PhaseInvalid, "milestones");

        Listed().When((site, now) => Site.Decide(site, Plan(Phase1, 1, new LocalDate(2999, 1, 1)), now)).IsRefused(SiteRefusal.DateInvalid, "contractRfs");
    }

    [Fact]
    public void A_revised_forecast_keeps_the_promise_and_the_earlier_forecast()
    {
        var story = WithPhases().Given(new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, new LocalDate(2027, 4, 15), "Switchgear late"));
        var phase = story.Site!.Phase(Phase1)!;
        Assert.Equal(new LocalDate(2027, 3, 1), phase.ContractRfs);
        Assert.Equal(new LocalDate(2027, 4, 15), phase.ForecastRfs);
        Assert.Equal(1, phase.Revision);
        var revision = Assert.Single(phase.Of(MilestoneKind.ReadyForService)!.Revisions);
        Assert.Equal(new ForecastRevision(new LocalDate(2027, 3, 1), new LocalDate(2027, 4, 15), "Switchgear late", Now), revision);

        story.When((site, now) => Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, new LocalDate(2027, 4, 15), null), now)).IsNothing();
    }

    [Fact]
    public void A_forecast_is_not_in_the_past_and_an_actual_day_not_in_the_future()
    {
        var story = WithPhases();
        story.When((site, now) => Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.Energised, Today.PlusDays(-1), null), now)).IsRefused(SiteRefusal.DateInvalid, "forecast");
        story.When((site, now) => Site.Decide(site, Reach(MilestoneKind.Energised, Today.PlusDays(1)), now)).IsRefused(SiteRefusal.DateInvalid, "actual");
        Assert.Single(story.When((site, now) => Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.Energised, Today, null), now)).Facts);
    }

    [Fact]
    public void Ready_for_service_follows_energised()
    {
        var story = WithPhases();
        story.When((site, now) => Site.Decide(site, Reach(MilestoneKind.ReadyForService, Today), now)).IsRefused(SiteRefusal.MilestoneOutOfOrder);
        story.Given(Reach(MilestoneKind.Energised, Today.PlusDays(-3)));
        story.When((site, now) => Site.Decide(site, Reach(MilestoneKind.ReadyForService, Today.PlusDays(-4)), now)).IsRefused(SiteRefusal.MilestoneOutOfOrder);
        story.Given(Reach(MilestoneKind.ReadyForService, Today));
        Assert.Equal(Today, story.Site!.Phase(Phase1)!.ActualRfs);
    }

    [Fact]
    public void The_sites_status_follows_its_milestones()
    {
        var story = WithPhases().Given(Reach(MilestoneKind.Permitted, Today.PlusDays(-90)));
        Assert.Equal(SiteStatus.Planned, story.Site!.Status);
        story.Given(Reach(MilestoneKind.Energised, Today.PlusDays(-30)));
        Assert.Equal(SiteStatus.Commissioning, story.Site!.Status);
        story.Given(Reach(MilestoneKind.ReadyForService, Today));
        Assert.Equal(SiteStatus.InService, story.Site!.Status);
        story.Given(Reach(MilestoneKind.Energised, Today) with { Phase = Phase2 });
        Assert.Equal(SiteStatus.InService, story.Site!.Status);
    }

    [Fact]
    public void A_reached_milestone_takes_no_other_day_but_more_evidence()
    {
        var story = WithPhases().Given(Reach(MilestoneKind.Energised, Today) with { Evidence = [Letter] });
        story.When((site, now) => Site.Decide(site, Reach(MilestoneKind.Energised, Today.PlusDays(-1)), now)).IsRefused(SiteRefusal.MilestoneReached, "actual");
        story.When((site, now) => Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.Energised, Today.PlusDays(5), null), now)).IsRefused(SiteRefusal.MilestoneReached);
        story.When((site, now) => Site.Decide(site, Reach(MilestoneKind.Energised, Today) with { Evidence = [Letter] }, now)).IsNothing();

        var photo = new EvidenceLink("https://example.org/photo", "Photo of the transformer", null);
        story.Given((site, now) => Site.Decide(site, new AddEvidence(Operator, Phase1, MilestoneKind.Energised, [Letter, photo], "mbr_bob"), now));
        var evidence = story.Site!.Phase(Phase1)!.Of(MilestoneKind.Energised)!.Evidence;
        Assert.Equal([new Evidence(Letter, "mbr_ann", Now), new Evidence(photo, "mbr_bob", Now)], evidence);
    }

    [Fact]
    public void Evidence_has_a_limit()
    {
        EvidenceLink Page(int number) => new($"https://example.org/{number}", "Page", null);
        var story = WithPhases().Given(Reach(MilestoneKind.Permitted, Today) with { Evidence = [.. Enumerable.Range(0, Site.MostEvidence).Select(Page)] });
        story.When((site, now) => Site.Decide(site, new AddEvidence(Operator, Phase1, MilestoneKind.Permitted, [Page(50)], "mbr_bob"), now)).IsRefused(SiteRefusal.EvidenceInvalid, "evidence");

        var full = story.Site! with
        {
            Phases = [.. story.Site.Phases, .. Enumerable.Repeat(story.Site.Phase(Phase1)!, 19)],
        };
        Site.Decide(full, new AddEvidence(Operator, Phase2, MilestoneKind.Permitted, [Page(1)], "mbr_bob"), Now).IsRefused(SiteRefusal.EvidenceInvalid, "evidence");
    }

    [Fact]
    public void Lists_carry_no_evidence()
    {
        var site = WithPhases().Given(Reach(MilestoneKind.Permitted, Today) with { Evidence = [Letter] }).Site!;
        Assert.All(site.WithoutEvidence().Phases.SelectMany(phase => phase.Milestones), milestone => Assert.Empty(milestone.Evidence));
        Assert.Equal(site.Phases.Select(phase => phase.ForecastRfs), site.WithoutEvidence().Phases.Select(phase => phase.ForecastRfs));
    }

    private static ReachMilestone Reach(MilestoneKind kind, LocalDate actual) => new(Operator, Phase1, kind, actual, [], "mbr_ann");
}
