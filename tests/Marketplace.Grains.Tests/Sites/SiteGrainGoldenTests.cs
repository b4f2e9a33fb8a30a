using Marketplace.Domain.Energy;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Durability;
using Marketplace.Testing;
using NodaTime;

namespace Marketplace.Grains.Tests.Sites;

/// <summary>A site's record as it lies in stores.</summary>
public sealed class SiteGrainGoldenTests
{
    private static readonly Instant Begin = Instant.FromUtc(2026, 1, 5, 9, 0);
    private static readonly OrganizationId Operator = OrganizationId.From("org_northwind");
    private static readonly PhaseId Hall = PhaseId.From("phase_hall");
    private static readonly EvidenceLink Deed = new("https://example.org/deed.pdf", "Deed", new string('a', 64));

    [Fact]
    public void A_sites_record_is_written_as_ever_and_still_loads() => Assert.Null(Golden.Fault("site.v3.json", new AggregateRecord<Site>
    {
        Schema = 1,
        State = Claimed(),
        Version = 8,
        LastAt = Begin,
        Due = new DueRow(DueIndex.Never, 1),
    }));

    [Fact]
    public void Records_from_before_corrections_overdue_phases_and_places_in_claims_load_as_the_same_site() =>
        Assert.Null(Golden.Fault("site.v2.json", Golden.Loads<AggregateRecord<Site>>("site.v1.json")));

    private static Site Claimed()
    {
        var record = new FacilityRecord
        {
            Id = "fargo-north-nd",
            Name = "Fargo North",
            Operator = "Great Plains Hash, Inc.",
            FacilityType = FacilityImport.MiningType,
            Status = "permitted",
            Confidence = "confirmed",
            Location = new FacilityLocation(46.88m, -96.79m, "Fargo", "Cass", "ND", "exact"),
            CapacityMw = new FacilityMegawatts(null, 60),
            AnnouncedDate = "2021",
            LastUpdated = "2026-01-04",
            StatusHistory = [new FacilityStep("proposed", "2021-05", "Announced", 0)],
            Sources = [new FacilitySourceLink("https://example.org/fargo", "Fargo North", "Example Press", "2026-01-02")],
        };
        var import = FacilityImport.Read(new FacilityCollection("Atlas", "CC BY 4.0", "Atlas (CC BY 4.0)", "US"), record).Command!;
        var site = After(null, Site.Decide(null, import, Begin));
        site = After(site, Site.Decide(site, new RequestClaim(Operator, "Northwind Mining", "It is ours.", [Deed], "America/Chicago", GrossMegawatts.From(60), CriticalItMegawatts.From(48), "key_a"), Begin));
        site = After(site, Site.Decide(site, new DecideClaim(true, "Deed checked"), Begin));
        site = After(site, Site.Decide(site, new DescribeSite(Operator, site.Description with
        {
            Cooling = CoolingKind.DirectLiquid,
            Network = new SiteNetwork(800, 3, "Two fibre entries"),
            Pue = Pue.From(1.2m),
            Energy = new EnergyMix
            {
                Shares = [new EnergyShare(EnergySource.Wind, Percentage.From(70)), new EnergyShare(EnergySource.Grid, Percentage.From(30))],
                RenewableLocationBased = Percentage.From(74.5m),
            },
        }), Begin));
        site = After(site, Site.Decide(site, new PlanPhase(Operator, Hall, "Hall A", CriticalItMegawatts.From(24), [new PlannedMilestone(MilestoneKind.ReadyForService, new LocalDate(2026, 9, 1))]), Begin));
        site = After(site, Site.Decide(site, new AllocatePower(Operator, PoolId.From("pool_a"), Hall, 10_400.5m), Begin));
        site = After(site, Site.Decide(site, new ReviseForecast(Operator, Hall, MilestoneKind.ReadyForService, new LocalDate(2026, 10, 15), "Switchgear late"), Begin));
        return After(site, Site.Decide(site, new ReachMilestone(Operator, Hall, MilestoneKind.Permitted, new LocalDate(2026, 1, 2), [Deed], "key_a"), Begin));
    }

    private static Site After(Site? site, Decision<SiteFact> decision)
    {
        Assert.Null(decision.Refusal);
        return decision.Facts.Aggregate(site, Site.Evolve)!;
    }
}
