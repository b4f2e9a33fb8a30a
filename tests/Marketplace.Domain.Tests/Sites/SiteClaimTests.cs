using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using static Marketplace.Domain.Tests.Sites.SiteStory;

namespace Marketplace.Domain.Tests.Sites;

public sealed class SiteClaimTests
{
    [Fact]
    public void An_imported_site_has_no_operator_no_zone_and_megawatts_of_unstated_kind()
    {
        var site = Unclaimed().Site!;
        Assert.False(site.IsClaimed);
        Assert.Null(site.Description.Zone);
        Assert.Null(site.Description.Gross);
        Assert.Null(site.Description.CriticalIt);
        Assert.Equal(90, site.Origin!.Operational!.Value.Value);
    }

    [Fact]
    public void Importing_the_same_record_again_changes_nothing() =>
        Unclaimed().When((site, now) => Site.Decide(site, Import("one"), now)).IsNothing();

    [Fact]
    public void A_changed_record_updates_an_unclaimed_site_and_keeps_its_claim()
    {
        var story = Unclaimed().Given(Claim(Operator)).Given(Import("two", SiteStatus.Retired));
        Assert.Equal(SiteStatus.Retired, story.Site!.Status);
        Assert.Equal("two", story.Site.Origin!.Digest);
        Assert.NotNull(story.Site.Claim);
    }

    [Fact]
    public void A_changed_record_passes_over_a_claimed_site() => Unclaimed().Given(Claim(Operator)).Given(new DecideClaim(true, null))
        .When((site, now) => Site.Decide(site, Import("two"), now)).IsNothing();

    [Fact]
    public void A_confirmed_claim_makes_the_site_the_claimants()
    {
        var story = Unclaimed().Given(Claim(Operator));
        Assert.False(story.Site!.IsClaimed);
        story.Given(new DecideClaim(true, null));
        var site = story.Site!;
        Assert.Equal(Operator, site.Operator);
        Assert.Equal("Northwind Mining", site.OperatorName);
        Assert.Equal("America/Chicago", site.Description.Zone);
        Assert.Equal(75, site.Description.CriticalIt!.Value.Value);
        Assert.Equal("fargo-north-nd", site.Origin!.RecordId);
        story.When((state, now) => Site.Decide(state, Claim(Stranger), now)).IsRefused(SiteRefusal.AlreadyClaimed);
    }

    [Fact]
    public void A_rejected_claim_leaves_the_site_open_to_others()
    {
        var story = Unclaimed().Given(Claim(Stranger));
        story.When((site, now) => Site.Decide(site, Claim(Operator), now)).IsRefused(SiteRefusal.ClaimPending);
        story.When((site, now) => Site.Decide(site, new DecideClaim(false, null), now)).IsRefused(SiteRefusal.DescriptionInvalid, "reason");
        story.Given(new DecideClaim(false, "The deed names another company."));
        Assert.False(story.Site!.IsClaimed);
        story.When((site, now) => Site.Decide(site, new DecideClaim(true, null), now)).IsRefused(SiteRefusal.NoClaimPending);
        story.Given(Claim(Operator)).Given(new DecideClaim(true, null));
        Assert.Equal(Operator, story.Site!.Operator);
    }

    [Fact]
    public void A_retired_site_cannot_be_claimed() =>
        Unclaimed(SiteStatus.Retired).When((site, now) => Site.Decide(site, Claim(Operator), now)).IsRefused(SiteRefusal.Retired);

    [Fact]
    public void A_claim_states_zone_and_sound_evidence()
    {
        var story = Unclaimed();
        story.When((site, now) => Site.Decide(site, Claim(Operator) with { Zone = "Mars/Olympus" }, now)).IsRefused(SiteRefusal.ZoneUnknown, "zone");
        story.When((site, now) => Site.Decide(site, Claim(Operator) with { Statement = "" }, now)).IsRefused(SiteRefusal.DescriptionInvalid, "statement");
        story.When((site, now) => Site.Decide(site, Claim(Operator) with { CriticalIt = CriticalItMegawatts.From(91) }, now)).IsRefused(SiteRefusal.MegawattsInconsistent);
        story.When((site, now) => Site.Decide(site, Claim(Operator) with { Evidence = [new EvidenceLink("ftp://example.org", "Deed", null)] }, now)).IsRefused(SiteRefusal.EvidenceInvalid);
        story.When((site, now) => Site.Decide(site, Claim(Operator) with { Evidence = [new EvidenceLink("https://example.org", "Deed", "ABC")] }, now)).IsRefused(SiteRefusal.EvidenceInvalid);
    }

    [Fact]
    public void Nobody_acts_for_an_unclaimed_site()
    {
        var story = Unclaimed();
        story.When((site, now) => Site.Decide(site, Plan(Phase1, 1, Today), now)).IsRefused(SiteRefusal.NotFound);
        story.When((site, now) => Site.Decide(site, new AllocatePower(Operator, PoolA, Phase1, 1), now)).IsRefused(SiteRefusal.NotFound);
    }

    [Fact]
    public void An_own_site_is_confirmed_as_it_is_listed_and_only_for_as_long()
    {
        var story = WithPhases();
        story.When((site, now) => Site.Decide(site, Claim(Stranger), now)).IsRefused(SiteRefusal.AlreadyClaimed);
        story.When((site, now) => Site.Decide(site, Claim(Operator), now)).IsRefused(SiteRefusal.DescriptionInvalid, "grossMw");
        story.When((site, now) => Site.Decide(site, AsListed with { Zone = "Europe/Oslo" }, now)).IsRefused(SiteRefusal.DescriptionInvalid, "zone");
        story.Given(AsListed);
        Assert.False(story.Site!.IsConfirmed);
        story.When((site, now) => Site.Decide(site, AsListed, now)).IsRefused(SiteRefusal.ClaimPending);
        story.Given(new DecideClaim(true, null));
        Assert.True(story.Site!.IsConfirmed);
        Assert.Equal(2, story.Site.Phases.Length);
        story.When((site, now) => Site.Decide(site, AsListed, now)).IsRefused(SiteRefusal.AlreadyConfirmed);

        Restate(story, Description with { Pue = Pue.From(1.3m) });
        Assert.True(story.Site!.IsConfirmed);
        Restate(story, Description with { Gross = GrossMegawatts.From(200), CriticalIt = CriticalItMegawatts.From(160) });
        Assert.False(story.Site!.IsConfirmed);
        Restate(story, Description with { Location = Description.Location with { Locality = "Minot" } });
        Assert.False(story.Site!.IsConfirmed);
        story.Given(AsListed).Given(new DecideClaim(true, null));
        Assert.True(story.Site!.IsConfirmed);
    }

    [Fact]
    public void What_is_restated_while_a_claim_waits_is_not_confirmed_with_it_nor_undone()
    {
        var story = WithPhases().Given(AsListed);
        Restate(story, Description with { Gross = GrossMegawatts.From(200), CriticalIt = CriticalItMegawatts.From(160) });
        story.Given(new DecideClaim(true, null));
        Assert.False(story.Site!.IsConfirmed);
        Assert.Equal(160, story.Site.Description.CriticalIt!.Value.Value);
    }

    [Fact]
    public void A_rejection_leaves_an_own_site_with_its_operator()
    {
        var story = Listed().Given(AsListed).Given(new DecideClaim(false, "The deed names another company."));
        Assert.Equal(Operator, story.Site!.Operator);
        Assert.False(story.Site.IsConfirmed);
        story.Given(AsListed);
    }

    private static RequestClaim AsListed => Claim(Operator) with { Zone = Description.Zone!, Gross = Description.Gross, CriticalIt = Description.CriticalIt };

    private static void Restate(SiteStory story, SiteDescription description) =>
        story.Given((site, now) => Site.Decide(site, new DescribeSite(Operator, description), now));
}
