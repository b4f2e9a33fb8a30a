using Marketplace.Domain.Capacity;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Quotes;

/// <summary>One pool's offer and the quotes made from it, for tests of quotes and reservations.</summary>
internal static class SampleOffer
{
    public static readonly Instant Now = Instant.FromUtc(2027, 1, 4, 9, 0);
    public static readonly OrganizationId Tenant = OrganizationId.From("org_tenant");
    public static readonly OrganizationId Operator = OrganizationId.From("org_operator");
    public static readonly PoolId Pool = PoolId.From("pool_a");
    public static readonly Term March = new(Instant.FromUtc(2027, 3, 1, 0, 0), Instant.FromUtc(2027, 4, 1, 0, 0));
    public static readonly SignatureTerms NoPaper = new(false, false, false, false);

    public static Clauses Clauses => new()
    {
        Timing = BillingTiming.InArrears,
        TakeOrPay = Percentage.From(100),
        Deposit = new DepositTerms(DepositRule.MonthsOfRent, 1, PaymentMethod.Card),
        Escalator = new Escalator(Percentage.From(3)),
        EarlyTermination = new EarlyTermination(Percentage.From(40), 90),
        Renewal = new Renewal(2, 12, 180),
        Acceptance = new Acceptance(7),
        PaymentDays = 30,
        LeaseZone = "UTC",
        PlatformFee = Percentage.From(7.5m),
        Signatures = NoPaper,
    };

    public static PriceBook Prices => new()
    {
        Unit = PricingUnit.GpuHour,
        BasePrice = UnitPrice.Of(Currency.Usd, 2.50m),
        TermTiers = [new TermTier(12, Percentage.From(10)), new TermTier(24, Percentage.From(20))],
        VolumeTiers = [new VolumeTier(64, Percentage.From(5))],
        PreBuildDiscount = Percentage.From(8),
        MaximumMonths = 60,
    };

    public static PoolOffer Offer => new(Prices, Clauses, new HoldTerms(CardMinutes: 30, TransferBankingDays: 5, PaperDays: 10));

    public static QuotedPool InPool(PoolOffer? offer = null, bool preBuild = false, int gpusPerUnit = 8) => new(
        Pool, SiteId.From("site_a"), Operator, gpusPerUnit == 0 ? null : SkuId.From("nvidia-h100-sxm5-80gb"), gpusPerUnit, gpusPerUnit == 0 ? 1m : 10.2m, offer ?? Offer, preBuild, Greatest);

    /// <summary>The pool supplies 4,096 units from February on.</summary>
    public static SupplyStep Greatest => new(Instant.FromUtc(2027, 2, 1, 0, 0), 4096);

    public static Term Years(int years) => new(March.Start, Instant.FromUtc(2027 + years, 3, 1, 0, 0));

    public static MakeQuote Ask(int gpus = 64, Term? term = null, QuotedPool? pool = null, string id = "qt_1") => new(
        QuoteId.From(id), Tenant, term ?? March, [new QuantityStep((term ?? March).Start, gpus)], pool ?? InPool());

    public static Quote Make(MakeQuote command)
    {
        var decision = Quote.Decide(null, command, Now);
        Assert.Null(decision.Refusal);
        return Quote.Evolve(null, Assert.Single(decision.Facts));
    }

    public static Quote Make(PoolOffer? offer = null, int gpus = 64, string id = "qt_1") => Make(Ask(gpus, pool: InPool(offer), id: id));

    public static PoolOffer With(Func<Clauses, Clauses> change) => Offer with { Clauses = change(Clauses) };
}
