using Marketplace.Domain.Capacity;
using Marketplace.Domain.Market;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Sites;
using Marketplace.Domain.Terms;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Sites;
using NodaTime;

namespace Marketplace.Testing;

/// <summary>A site in Texas with one build phase, and a pool of H100 nodes on it: what most tests need to begin with.</summary>
/// <param name="Name">Ids are derived from it, so that examples of other names stand beside this one.</param>
public sealed record ExamplePool(string Name)
{
    /// <summary>kW of critical IT load one node draws.</summary>
    public const decimal KilowattsPerNode = 10.2m;

    /// <summary>The operator.</summary>
    public OrganizationId Operator => OrganizationId.From("org_operator");

    /// <summary>A tenant.</summary>
    public OrganizationId Tenant => OrganizationId.From("org_tenant");

    /// <summary>The site.</summary>
    public SiteId Site => PublicId.Derive<SiteId>(Name);

    /// <summary>Its phase.</summary>
    public PhaseId Phase => PublicId.Derive<PhaseId>(Name);

    /// <summary>The pool.</summary>
    public PoolId Pool => PublicId.Derive<PoolId>(Name);

    /// <summary>Prices, clauses and hold times with a card deposit of one month and no signatures.</summary>
    public static PoolOffer Offer => new(
        new PriceBook
        {
            Unit = PricingUnit.GpuHour,
            BasePrice = new UnitPrice(Currency.Usd, 2.40m),
            TermTiers = [new TermTier(12, Percentage.From(5)), new TermTier(24, Percentage.From(10))],
            VolumeTiers = [new VolumeTier(16, Percentage.From(3))],
            PreBuildDiscount = Percentage.From(4),
            MinimumMonths = 0,
            MaximumMonths = 60,
        },
        new Clauses
        {
            Timing = BillingTiming.InAdvance,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.MonthsOfRent, 1, PaymentMethod.Card),
            Escalator = new Escalator(Percentage.From(3)),
            EarlyTermination = new EarlyTermination(Percentage.From(50), 90),
            Renewal = new Renewal(1, 12, 180),
            Acceptance = new Acceptance(5),
            PaymentDays = 30,
            LeaseZone = "America/Chicago",
            PlatformFee = Percentage.From(3),
            Signatures = new SignatureTerms(false, false, false, false),
        },
        new HoldTerms(30, 5, 14));

    /// <summary>Lists the site with its phase.</summary>
    /// <param name="market">The market.</param>
    /// <param name="megawatts">The phase's critical IT MW.</param>
    /// <param name="ready">The phase's day of readiness.</param>
    public async Task ListSiteAsync(TestMarket market, decimal megawatts, LocalDate ready)
    {
        var site = market.Grains.GetGrain<ISiteGrain>(Site.Value);
        Granted(await site.ListAsync(Once("site"), new ListSite(Site, Operator, "Example Power", new SiteDescription
        {
            Name = Name,
            Location = new SiteLocation("US", "TX", "Abilene", null),
            Zone = "America/Chicago",
            Gross = GrossMegawatts.From(megawatts * 2),
            CriticalIt = CriticalItMegawatts.From(megawatts),
        })));
        Granted(await site.PlanPhaseAsync(Once("phase"), new PlanPhase(
            Operator, Phase, "Phase 1", CriticalItMegawatts.From(megawatts), [new PlannedMilestone(MilestoneKind.ReadyForService, ready)])));
    }

    /// <summary>The command that lists the pool.</summary>
    public ListPool Listing(int nodes) => new()
    {
        Id = Pool,
        OperatorId = Operator,
        SiteId = Site,
        Kind = PoolKind.Gpu,
        Name = Name + " H100",
        Hardware = new NodeHardware(SkuId.From("nvidia-h100-sxm5-80gb"), 8, "NVLink 4", "InfiniBand NDR 400"),
        KilowattsPerUnit = KilowattsPerNode,
        Allocations = [new PhaseAllocation(Phase, nodes, null, false, 0)],
    };

    /// <summary>Lists site and pool, and publishes the pool with <paramref name="offer"/> or <see cref="Offer"/>.</summary>
    public async Task<IGpuPoolGrain> PublishAsync(TestMarket market, int nodes, LocalDate ready, PoolOffer? offer = null)
    {
        await ListSiteAsync(market, Math.Ceiling(nodes * KilowattsPerNode / 1000), ready);
        var pool = market.Grains.GetGrain<IGpuPoolGrain>(Pool.Value);
        Granted(await pool.CreateAsync(Once("pool"), Listing(nodes)));
        Granted(await pool.SetOfferAsync(new SetOffer(Operator, offer ?? Offer)));
        Granted(await pool.ChangeListingAsync(new ChangeListing(Operator, ListingStatus.Published)));
        return pool;
    }

    /// <summary>A hold of so many nodes over a term.</summary>
    public PlaceHold Hold(ReservationId id, Term term, int nodes) => new(id, Tenant, [new HoldSegment(term, nodes)]);

    /// <summary>Forecasts another day of readiness.</summary>
    public async Task SlipAsync(TestMarket market, LocalDate ready) => Granted(
        await market.Grains.GetGrain<ISiteGrain>(Site.Value).ReviseForecastAsync(
            Once("slip " + ready), new ReviseForecast(Operator, Phase, MilestoneKind.ReadyForService, ready, "Late transformers.")));

    /// <summary>Reports today that the phase is energised and ready for service, if that was not reported before.</summary>
    public async Task ReadyAsync(TestMarket market)
    {
        var site = market.Grains.GetGrain<ISiteGrain>(Site.Value);
        if ((await site.GetAsync())!.State.Phase(Phase)!.ActualRfs is null)
        {
            var today = market.Clock.Now.InZone(DateTimeZoneProviders.Tzdb["America/Chicago"]).Date;
            foreach (var kind in new[] { MilestoneKind.Energised, MilestoneKind.ReadyForService })
            {
                Granted(await site.ReachMilestoneAsync(Once($"{kind} {today}"), new ReachMilestone(Operator, Phase, kind, today, [], "key_operator")));
            }

            await market.Time.SettleAsync();
        }
    }

    private Operation Once(string what) => new($"{Name} {what}", what);

    private static void Granted<T>(Answer<T> answer)
    {
        if (!answer.IsGranted)
        {
            throw new InvalidOperationException($"Refused: {answer.Refusal.Code}, {answer.Refusal.Detail}");
        }
    }
}
