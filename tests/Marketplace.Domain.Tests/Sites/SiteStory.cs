using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using NodaTime;

namespace Marketplace.Domain.Tests.Sites;

/// <summary>Given what happened, when a command comes, then these facts follow.</summary>
internal sealed class SiteStory
{
    public static readonly Instant Now = Instant.FromUtc(2026, 11, 2, 15, 30);
    public static readonly LocalDate Today = new(2026, 11, 2);
    public static readonly OrganizationId Operator = OrganizationId.From("org_northwind");
    public static readonly OrganizationId Stranger = OrganizationId.From("org_stranger");
    public static readonly SiteId Id = SiteId.From("site_one");
    public static readonly PhaseId Phase1 = PhaseId.From("phase_one");
    public static readonly PhaseId Phase2 = PhaseId.From("phase_two");
    public static readonly PoolId PoolA = PoolId.From("pool_a");
    public static readonly PoolId PoolB = PoolId.From("pool_b");

    public static SiteDescription Description { get; } = new()
    {
        Name = "Fargo North",
        Location = new SiteLocation("US", "ND", "Fargo", new SiteCoordinates(46.88m, -96.79m, false)),
        Zone = "America/Chicago",
        Gross = GrossMegawatts.From(125),
        CriticalIt = CriticalItMegawatts.From(100),
        Cooling = CoolingKind.DirectLiquid,
        Network = new SiteNetwork(800, 3, "Two diverse fibre entries"),
        Pue = Pue.From(1.18m),
        Energy = new EnergyMix { Shares = [new EnergyShare(EnergySource.Wind, Percentage.From(70)), new EnergyShare(EnergySource.Grid, Percentage.From(30))] },
    };

    public static ListSite Listing { get; } = new(Id, Operator, "Northwind Mining", Description);

    public Site? Site { get; private set; }

    public static SiteStory Unclaimed(SiteStatus status = SiteStatus.InService) => new SiteStory().Given(Import("one", status));

    public static SiteStory Listed() => new SiteStory().Given(Listing);

    public static SiteStory WithPhases() => Listed().Given(Plan(Phase1, 40, new LocalDate(2027, 3, 1))).Given(Plan(Phase2, 60, new LocalDate(2027, 9, 1)));

    public static ImportSite Import(string digest, SiteStatus status = SiteStatus.InService) => new(
        Id,
        "Great Plains Hash, Inc.",
        new SiteDescription { Name = "Fargo North", Location = Description.Location },
        status,
        new SiteOrigin
        {
            Source = "Atlas",
            RecordId = "fargo-north-nd",
            Licence = "CC BY 4.0",
            Attribution = "Atlas, CC BY 4.0",
            Confidence = "confirmed",
            RecordedStatus = "operational",
            Operational = UnstatedMegawatts.From(90),
            LastUpdated = PartialDate.From("2026-08-08"),
            Links = [new SourceLink("https://example.org/fargo", "Fargo", null, null)],
            Digest = digest,
        });

    public static PlanPhase Plan(PhaseId id, decimal megawatts, LocalDate rfs, string? name = null) => new(
        Operator,
        id,
        name ?? id.Value,
        CriticalItMegawatts.From(megawatts),
        [new PlannedMilestone(MilestoneKind.ReadyForService, rfs), new PlannedMilestone(MilestoneKind.Energised, rfs.PlusDays(-60))]);

    public static RequestClaim Claim(OrganizationId actor) => new(
        actor, "Northwind Mining", "We bought it in May; deed attached.", [new EvidenceLink("https://example.org/deed.pdf", "Deed", new string('a', 64))],
        "America/Chicago", GrossMegawatts.From(90), CriticalItMegawatts.From(75), "mbr_ann");

    public SiteStory Given(Func<Site?, Instant, Decision<SiteFact>> decide)
    {
        var decision = decide(Site, Now);
        Assert.Null(decision.Refusal);
        foreach (var fact in decision.Facts)
        {
            Site = Domain.Sites.Site.Evolve(Site, fact);
        }

        return this;
    }

    public SiteStory Given(ListSite command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(ImportSite command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(PlanPhase command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(AllocatePower command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(ReachMilestone command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(ReviseForecast command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(WithdrawSite command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(RequestClaim command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public SiteStory Given(DecideClaim command) => Given((site, now) => Domain.Sites.Site.Decide(site, command, now));

    public Decision<SiteFact> When(Func<Site?, Instant, Decision<SiteFact>> decide) => decide(Site, Now);
}

internal static class DecisionAssertions
{
    public static void IsRefused(this Decision<SiteFact> decision, SiteRefusal refusal, string? field = null)
    {
        Assert.Equal(Refusal.Of(refusal, "").Code, decision.Refusal?.Code);
        Assert.Empty(decision.Facts);
        if (field is not null)
        {
            Assert.Equal(field, decision.Refusal!.Field);
        }
    }

    public static void IsNothing(this Decision<SiteFact> decision)
    {
        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Facts);
    }
}
