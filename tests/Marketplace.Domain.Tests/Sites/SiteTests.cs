using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class SiteTests
{
    [Fact]
    public void A_listed_site_is_planned_and_its_operators()
    {
        var site = Listed().Site!;
        Assert.Equal(SiteStatus.Planned, site.Status);
        Assert.Equal(Operator, site.Operator);
        Assert.Equal(Now, site.CreatedAt);
        Assert.Null(site.Origin);
    }

    [Fact]
    public void An_id_is_listed_once() =>
        Listed().When((site, now) => Site.Decide(site, Listing, now)).IsRefused(SiteRefusal.Exists);

    [Fact]
    public void A_listing_states_its_zone() =>
        List(Description with { Zone = null }).IsRefused(SiteRefusal.Incomplete, "zone");

    [Theory]
    [InlineData("Fargo/North")]
    [InlineData("")]
    [InlineData("CST6CDT ")]
    public void A_zone_is_of_the_tz_database(string zone) => List(Description with { Zone = zone }).IsRefused(SiteRefusal.ZoneUnknown, "zone");

    [Fact]
    public void Critical_it_megawatts_are_part_of_gross_ones() =>
        List(Description with { CriticalIt = CriticalItMegawatts.From(126) }).IsRefused(SiteRefusal.MegawattsInconsistent, "criticalItMw");

    [Fact]
    public void An_energy_mix_adds_up() => List(Description with
    {
        Energy = new EnergyMix { Shares = [new EnergyShare(EnergySource.Hydro, Percentage.From(99))] },
    }).IsRefused(SiteRefusal.EnergyMixInvalid, "energyMix");

    [Theory]
    [InlineData("", "US", "ND", "name")]
    [InlineData("  ", "US", "ND", "name")]
    [InlineData("Fargo\u0000", "US", "ND", "name")]
    [InlineData("Fargo", "USA", "ND", "location.country")]
    [InlineData("Fargo", "us", "ND", "location.country")]
    [InlineData("Fargo", "US", "", "location")]
    public void Texts_are_there_and_in_range(string name, string country, string region, string field) => List(Description with
    {
        Name = name,
        Location = new SiteLocation(country, region, null, null),
    }).IsRefused(SiteRefusal.DescriptionInvalid, field);

    [Fact]
    public void Coordinates_lie_on_the_globe() => List(Description with
    {
        Location = Description.Location with { Coordinates = new SiteCoordinates(91, 0, false) },
    }).IsRefused(SiteRefusal.DescriptionInvalid, "location.coordinates");

    [Fact]
    public void For_strangers_a_site_does_not_exist()
    {
        var story = Listed();
        story.When((site, now) => Site.Decide(site, new DescribeSite(Stranger, Description), now)).IsRefused(SiteRefusal.NotFound);
        story.When((site, now) => Site.Decide(site, new WithdrawSite(Stranger, "mine now"), now)).IsRefused(SiteRefusal.NotFound);
        story.When((site, now) => Site.Decide(site, Plan(Phase1, 1, Today) with { Actor = Stranger }, now)).IsRefused(SiteRefusal.NotFound);
        new SiteStory().When((site, now) => Site.Decide(site, new DescribeSite(Operator, Description), now)).IsRefused(SiteRefusal.NotFound);
    }

    [Fact]
    public void The_zone_is_fixed_once_dates_are_meant_in_it()
    {
        var elsewhere = new DescribeSite(Operator, Description with { Zone = "America/Denver" });
        Assert.Single(Listed().When((site, now) => Site.Decide(site, elsewhere, now)).Facts);
        WithPhases().When((site, now) => Site.Decide(site, elsewhere, now)).IsRefused(SiteRefusal.ZoneFixed, "zone");
    }

    [Fact]
    public void Restated_megawatts_still_carry_the_phases() => WithPhases()
        .When((site, now) => Site.Decide(site, new DescribeSite(Operator, Description with { CriticalIt = CriticalItMegawatts.From(99) }), now))
        .IsRefused(SiteRefusal.PhasesExceedSite, "criticalItMw");

    [Fact]
    public void Building_begins_once_and_never_again_after_service()
    {
        var begin = new BeginConstruction(Operator);
        var building = Listed().Given((site, now) => Site.Decide(site, begin, now));
        Assert.Equal(SiteStatus.UnderConstruction, building.Site!.Status);
        building.When((site, now) => Site.Decide(site, begin, now)).IsNothing();

        var story = Unclaimed().Given(Claim(Operator)).Given(new DecideClaim(true, null));
        story.When((site, now) => Site.Decide(site, begin, now)).IsRefused(SiteRefusal.StatusStepIllegal);
    }

    [Fact]
    public void A_withdrawn_site_without_pools_is_retired_and_stays_so()
    {
        var story = Listed().Given(new WithdrawSite(Operator, "Sold"));
        Assert.Equal(SiteStatus.Retired, story.Site!.Status);
        story.When((site, now) => Site.Decide(site, new DescribeSite(Operator, Description), now)).IsRefused(SiteRefusal.Retired);
        story.When((site, now) => Site.Decide(site, Plan(Phase1, 1, Today), now)).IsRefused(SiteRefusal.Retired);
    }

    [Fact]
    public void A_withdrawn_site_with_pools_takes_no_new_business_until_they_have_gone()
    {
        var story = WithPhases()
            .Given(new AllocatePower(Operator, PoolA, Phase1, 1000))
            .Given(new AllocatePower(Operator, PoolB, Phase1, 500))
            .Given(new WithdrawSite(Operator, "The utility cut us off"));
        Assert.Equal(SiteStatus.Decommissioning, story.Site!.Status);

        story.When((site, now) => Site.Decide(site, new AllocatePower(Operator, PoolA, Phase1, 1001), now)).IsRefused(SiteRefusal.Withdrawn);
        story.When((site, now) => Site.Decide(site, Plan(PhaseId.From("phase_new"), 0.1m, Today), now)).IsRefused(SiteRefusal.Withdrawn);
        story.When((site, now) => Site.Decide(site, new WithdrawSite(Operator, "Again"), now)).IsNothing();
        Assert.NotEmpty(story.When((site, now) => Site.Decide(site, new ReviseForecast(Operator, Phase1, MilestoneKind.ReadyForService, Today.PlusDays(9), null), now)).Facts);

        story.Given(new AllocatePower(Operator, PoolA, Phase1, 0));
        Assert.Equal(SiteStatus.Decommissioning, story.Site!.Status);
        story.Given(new AllocatePower(Operator, PoolB, Phase1, 0));
        Assert.Equal(SiteStatus.Retired, story.Site!.Status);
        story.When((site, now) => Site.Decide(site, new AllocatePower(Operator, PoolB, Phase1, 0), now)).IsNothing();
    }

    [Fact]
    public void Every_status_is_in_the_table_and_none_returns_to_plan()
    {
        Assert.Equal(Enum.GetValues<SiteStatus>(), SiteStatuses.Next.Keys.Order());
        Assert.DoesNotContain(SiteStatus.Planned, SiteStatuses.Next.Values.SelectMany(next => next).Select(step => step.To));
        Assert.Empty(SiteStatuses.Next[SiteStatus.Retired]);
    }

    private static Decision<SiteFact> List(SiteDescription description) =>
        new SiteStory().When((site, now) => Site.Decide(site, Listing with { Description = description }, now));
}
