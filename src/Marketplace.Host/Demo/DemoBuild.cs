using Marketplace.Domain.Capacity;
using Marketplace.Domain.Energy;
using Marketplace.Domain.Market;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;
using NodaTime;

namespace Marketplace.Host.Demo;

/// <summary>The operators' side of the demo: sites are listed, built, delayed and delivered; pools go on the market.</summary>
internal sealed class DemoBuild(IGrainFactory grains, DemoTimeline timeline)
{
    // Months before readiness in which a phase usually reaches its other milestones.
    private static readonly (MilestoneKind Kind, double Before)[] Course =
    [
        (MilestoneKind.Permitted, 15), (MilestoneKind.Interconnection, 11), (MilestoneKind.Energised, 4), (MilestoneKind.CommissionedL1, 3.5),
        (MilestoneKind.CommissionedL2, 2.5), (MilestoneKind.CommissionedL3, 1.6), (MilestoneKind.CommissionedL4, 1), (MilestoneKind.CommissionedL5, 0.4),
        (MilestoneKind.ReadyForService, 0),
    ];

    // Sites whose papers the marketplace has looked at, and the one whose papers wait.
    private static readonly string[] Confirmed = ["sundsvall", "rjukan", "massena", "becancour", "reykjanes", "mesa"];
    private const string Asking = "itaipu";

    public static OrganizationId OperatorOf(DemoSite site) => OrganizationId.From("org_" + site.Key);

    public static SiteId IdOf(DemoSite site) => SiteId.From("site_" + site.Key);

    public static PoolId IdOf(DemoSite site, DemoPool pool) => PoolId.From($"pool_{site.Key}{pool.Key}");

    private static PhaseId IdOf(DemoSite site, DemoPhase phase) => PhaseId.From($"phase_{site.Key}{Array.IndexOf(site.Phases, phase) + 1}");

    public void Plan()
    {
        foreach (var (index, site) in DemoSites.All.Index())
        {
            var listed = 0.1 * index;
            timeline.Add(listed, site.Key, () => ListAsync(site));
            if (Confirmed.Contains(site.Key))
            {
                timeline.Add(listed + 0.5, $"{site.Key} asks for its confirmation", () => AskAsync(site));
                timeline.Add(listed + 0.8, $"{site.Key} is confirmed", () => ConfirmAsync(site));
            }

            if (site.Key == Asking)
            {
                timeline.Add(DemoBookings.Today - 0.2, $"{site.Key} asks for its confirmation", () => AskAsync(site));
            }

            foreach (var phase in site.Phases)
            {
                foreach (var (kind, before) in Course)
                {
                    timeline.Add(Math.Max(listed + 0.1, phase.ReachedMonth - before), $"{site.Key} {phase.Name} {kind}", () => ReachAsync(site, phase, kind, phase.ReachedMonth - before));
                }

                if (phase.SlipMonth is { } slip)
                {
                    timeline.Add(slip + 0.5, $"{site.Key} {phase.Name} slips", () => SlipAsync(site, phase));
                }
            }

            foreach (var pool in site.Pools)
            {
                timeline.Add(Math.Max(listed + 0.1, FirstMonth(site, pool) - 16), $"{site.Key}.{pool.Key}", () => OfferAsync(site, pool));
            }
        }
    }

    /// <summary>The month from which a pool has anything to supply.</summary>
    private static int FirstMonth(DemoSite site, DemoPool pool) => site.Phases[Array.FindIndex(pool.Units, units => units > 0)].ReadyMonth;

    private async Task ListAsync(DemoSite site)
    {
        var grain = grains.GetGrain<ISiteGrain>(IdOf(site).Value);
        DemoMarket.Granted(await grain.ListAsync(Operation(site, "list"), new ListSite(IdOf(site), OperatorOf(site), site.Operator, new SiteDescription
        {
            Name = site.Name,
            Location = site.Location,
            Zone = site.Zone,
            Gross = GrossMegawatts.From(site.GrossMegawatts),
            CriticalIt = CriticalItMegawatts.From(site.CriticalItMegawatts),
            Cooling = site.Cooling,
            Pue = Pue.From(site.Pue),
            Network = new SiteNetwork(800, 2, "Two diverse fibre routes to the nearest exchange."),
            Energy = new EnergyMix { Shares = [.. site.Energy], RenewableLocationBased = Percentage.From(site.RenewableShare) },
        })));
        foreach (var phase in site.Phases)
        {
            DemoMarket.Granted(await grain.PlanPhaseAsync(Operation(site, "plan", phase.Name), new PlanPhase(
                OperatorOf(site),
                IdOf(site, phase),
                phase.Name,
                CriticalItMegawatts.From(phase.Megawatts),
                [.. Course.Select(step => new PlannedMilestone(step.Kind, timeline.Day(phase.ReadyMonth - step.Before)))])));
        }

        DemoMarket.Granted(await grain.BeginConstructionAsync(Operation(site, "begin"), new BeginConstruction(OperatorOf(site))));
    }

    private async Task AskAsync(DemoSite site) =>
        DemoMarket.Granted(await grains.GetGrain<ISiteGrain>(IdOf(site).Value).RequestClaimAsync(Operation(site, "ask"), new RequestClaim(
            OperatorOf(site),
            site.Operator,
            "We lease the ground for thirty years, and the interconnection agreement names us.",
            [new EvidenceLink($"https://evidence.example/{site.Key}/interconnection-agreement.pdf", "Interconnection agreement, first page and signatures", null)],
            site.Zone,
            GrossMegawatts.From(site.GrossMegawatts),
            CriticalItMegawatts.From(site.CriticalItMegawatts),
            "demo")));

    private async Task ConfirmAsync(DemoSite site) => DemoMarket.Granted(
        await grains.GetGrain<ISiteGrain>(IdOf(site).Value).DecideClaimAsync(Operation(site, "confirm"), new DecideClaim(true, "Agreement and register agree with what is listed.")));

    /// <summary>A milestone as an operator would name the document about it.</summary>
    private static string Words(MilestoneKind kind) => kind == MilestoneKind.ReadyForService ? "Ready for service" : kind.ToString().Replace("CommissionedL", "Commissioned L", StringComparison.Ordinal);

    private async Task ReachAsync(DemoSite site, DemoPhase phase, MilestoneKind kind, double month) =>
        DemoMarket.Granted(await grains.GetGrain<ISiteGrain>(IdOf(site).Value).ReachMilestoneAsync(Operation(site, kind.ToString(), phase.Name), new ReachMilestone(
            OperatorOf(site),
            IdOf(site, phase),
            kind,
            LocalDate.Min(timeline.Day(month), timeline.Now.InZone(DateTimeZoneProviders.Tzdb[site.Zone]).Date),
            [new EvidenceLink($"https://evidence.example/{site.Key}/{IdOf(site, phase)}/{kind}.pdf", $"{phase.Name}: {Words(kind)}", null)],
            "demo")));

    private async Task SlipAsync(DemoSite site, DemoPhase phase) =>
        DemoMarket.Granted(await grains.GetGrain<ISiteGrain>(IdOf(site).Value).ReviseForecastAsync(Operation(site, "slip", phase.Name), new ReviseForecast(
            OperatorOf(site), IdOf(site, phase), MilestoneKind.ReadyForService, timeline.Day(phase.SlipsTo!.Value), "Switchgear is delivered later than promised.")));

    private async Task OfferAsync(DemoSite site, DemoPool pool)
    {
        var id = IdOf(site, pool);
        var grain = grains.GetGrain<IGpuPoolGrain>(id.Value);
        DemoMarket.Granted(await grain.CreateAsync(Operation(site, "pool", pool.Key), new ListPool
        {
            Id = id,
            OperatorId = OperatorOf(site),
            SiteId = IdOf(site),
            Kind = pool.Hardware is null ? PoolKind.Power : PoolKind.Gpu,
            Name = $"{site.Name} {pool.Hardware?.Name ?? "colocation"}",
            Description = pool.Hardware is { } sold
                ? $"{sold.Name}, {sold.GpusPerNode} GPUs per node, bare metal."
                : "Critical IT load for hardware that the tenant brings; energy is passed through at cost.",
            Hardware = pool.Hardware is { } hardware ? new NodeHardware(SkuId.From(hardware.Sku), hardware.GpusPerNode, hardware.Interconnect, hardware.Fabric) : null,
            KilowattsPerUnit = pool.Hardware?.KilowattsPerNode ?? 1,
            Allocations =
            [
                .. site.Phases.Zip(pool.Units).Where(pair => pair.Second > 0).Select(pair => new PhaseAllocation(IdOf(site, pair.First), pair.Second, null, false, 0)),
            ],
        }));
        DemoMarket.Granted(await grain.SetOfferAsync(new SetOffer(OperatorOf(site), DemoOffers.Of(pool, site.Zone, site.Location.Country))));
        DemoMarket.Granted(await grain.ChangeListingAsync(new ChangeListing(OperatorOf(site), ListingStatus.Published)));
    }

    private static Operation Operation(DemoSite site, params string[] parts) => DemoMarket.Operation([site.Key, .. parts]);
}
