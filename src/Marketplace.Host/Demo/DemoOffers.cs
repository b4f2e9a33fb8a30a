using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;

namespace Marketplace.Host.Demo;

/// <summary>Standing terms in the range of public contracts: short GPU service by card, contracts of months to years, colocation for ten years.</summary>
internal static class DemoOffers
{
    private static readonly Percentage Fee = Percentage.From(2.5m);

    /// <summary>The offer of a pool; deposits are held by a custodian, which a standing instruction of the sandbox moves them to and from.</summary>
    public static PoolOffer Of(DemoPool pool, string zone, string country)
    {
        var offer = pool.Offer switch
        {
            DemoOffer.OnDemand => OnDemand(pool.Price, zone),
            DemoOffer.Contract => Contract(pool.Price, zone),
            _ => Colocation(pool.Price, zone),
        };
        var custody = new CustodyTerms(Custodian.ExternalCustodian, "Sandbox custodian (no real money)", HoldingLimits.DaysFor(country));
        return offer with { Clauses = offer.Clauses with { Deposit = offer.Clauses.Deposit with { Custody = custody } } };
    }

    private static PoolOffer OnDemand(decimal price, string zone) => new(
        new PriceBook
        {
            Unit = PricingUnit.GpuHour,
            BasePrice = UnitPrice.Of(Currency.Usd, price),
            TermTiers = [new(6, Percentage.From(8)), new(12, Percentage.From(15))],
            VolumeTiers = [new(32, Percentage.From(5))],
            PreBuildDiscount = Percentage.From(10),
            MinimumMonths = 0,
            MaximumMonths = 24,
        },
        new Clauses
        {
            Timing = BillingTiming.InAdvance,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.MonthsOfRent, 1, PaymentMethod.Card),
            EarlyTermination = new EarlyTermination(Percentage.From(25), 14),
            Renewal = new Renewal(2, 6, 30),
            Acceptance = new Acceptance(3),
            PaymentDays = 14,
            LeaseZone = zone,
            PlatformFee = Fee,
            Signatures = new SignatureTerms(false, false, false, false),
        },
        new HoldTerms(30, 5, 7));

    private static PoolOffer Contract(decimal price, string zone) => new(
        new PriceBook
        {
            Unit = PricingUnit.GpuHour,
            BasePrice = UnitPrice.Of(Currency.Usd, price),
            TermTiers = [new(12, Percentage.From(6)), new(24, Percentage.From(12)), new(36, Percentage.From(18))],
            VolumeTiers = [new(64, Percentage.From(3)), new(128, Percentage.From(6))],
            PreBuildDiscount = Percentage.From(8),
            MinimumMonths = 3,
            MaximumMonths = 60,
        },
        new Clauses
        {
            Timing = BillingTiming.InArrears,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.MonthsOfRent, 2, PaymentMethod.Transfer),
            Escalator = new Escalator(Percentage.From(3)),
            EarlyTermination = new EarlyTermination(Percentage.From(40), 60),
            Renewal = new Renewal(1, 12, 90),
            Acceptance = new Acceptance(7),
            PaymentDays = 30,
            LeaseZone = zone,
            PlatformFee = Fee,
            Signatures = new SignatureTerms(OperatorApproves: true, TenantApproves: false, OperatorSigns: true, TenantSigns: true),
        },
        new HoldTerms(30, 5, 30));

    private static PoolOffer Colocation(decimal price, string zone) => new(
        new PriceBook
        {
            Unit = PricingUnit.KilowattMonth,
            BasePrice = UnitPrice.Of(Currency.Usd, price),
            TermTiers = [new(120, Percentage.From(4)), new(180, Percentage.From(7))],
            VolumeTiers = [new(10_000, Percentage.From(2)), new(40_000, Percentage.From(4))],
            PreBuildDiscount = Percentage.From(3),
            MinimumMonths = 60,
            MaximumMonths = 240,
        },
        new Clauses
        {
            Timing = BillingTiming.InAdvance,
            TakeOrPay = Percentage.From(100),
            Deposit = new DepositTerms(DepositRule.MonthsOfRent, 3, PaymentMethod.Transfer),
            Escalator = new Escalator(Percentage.From(3)),
            EarlyTermination = new EarlyTermination(Percentage.From(50), 365),
            Renewal = new Renewal(2, 60, 365),
            Acceptance = new Acceptance(14),
            PaymentDays = 30,
            LeaseZone = zone,
            PowerPassThrough = new PowerPassThrough(null, Percentage.Zero),
            PlatformFee = Percentage.From(1),
            Signatures = new SignatureTerms(OperatorApproves: true, TenantApproves: true, OperatorSigns: true, TenantSigns: true),
        },
        new HoldTerms(30, 10, 45));
}
