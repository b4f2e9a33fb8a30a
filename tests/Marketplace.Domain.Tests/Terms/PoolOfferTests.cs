using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Quotes;

namespace Marketplace.Domain.Tests.Terms;

public sealed class PoolOfferTests
{
    public static TheoryData<string, PoolOffer> Faulty => new()
    {
        { "prices.basePrice", WithPrices(SampleOffer.Prices with { BasePrice = UnitPrice.Of(Currency.Usd, 0) }) },
        { "prices.basePrice", WithPrices(SampleOffer.Prices with { BasePrice = new UnitPrice(Currency.Usd, 1.123456789m) }) },
        { "prices.termTiers", WithPrices(SampleOffer.Prices with { TermTiers = [new TermTier(12, Percentage.From(1)), new TermTier(12, Percentage.From(2))] }) },
        { "prices.volumeTiers", WithPrices(SampleOffer.Prices with { VolumeTiers = [new VolumeTier(1, Percentage.From(100))] }) },
        { "prices.preBuildDiscount", WithPrices(SampleOffer.Prices with { PreBuildDiscount = Percentage.From(-1) }) },
        { "prices.minimumMonths", WithPrices(SampleOffer.Prices with { MinimumMonths = 61 }) },
        { "clauses.takeOrPay", SampleOffer.With(clauses => clauses with { TakeOrPay = Percentage.From(101) }) },
        { "clauses.deposit", SampleOffer.With(clauses => clauses with { Deposit = new DepositTerms(DepositRule.None, 1, PaymentMethod.Card) }) },
        { "clauses.escalator", SampleOffer.With(clauses => clauses with { Escalator = new Escalator(Percentage.From(26)) }) },
        { "clauses.earlyTermination", SampleOffer.With(clauses => clauses with { EarlyTermination = new EarlyTermination(Percentage.From(40), 731) }) },
        { "clauses.renewal", SampleOffer.With(clauses => clauses with { Renewal = new Renewal(1, 0, 30) }) },
        { "clauses.acceptance", SampleOffer.With(clauses => clauses with { Acceptance = new Acceptance(0) }) },
        { "clauses.paymentDays", SampleOffer.With(clauses => clauses with { PaymentDays = -1 }) },
        { "clauses.leaseZone", SampleOffer.With(clauses => clauses with { LeaseZone = "Mars/Olympus" }) },
        { "clauses.platformFee", SampleOffer.With(clauses => clauses with { PlatformFee = Percentage.From(51) }) },
        { "holds", SampleOffer.Offer with { Holds = new HoldTerms(4, 5, 10) } },
    };

    [Fact]
    public void A_sound_offer_has_no_fault() => Assert.Empty(SampleOffer.Offer.Faults());

    [Theory, MemberData(nameof(Faulty))]
    public void Each_fault_names_its_field(string field, PoolOffer offer) =>
        Assert.Equal(field, Assert.Single(offer.Faults()).Field);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var offer = new PoolOffer(
            SampleOffer.Prices with { PreBuildDiscount = Percentage.From(100) },
            SampleOffer.Clauses with { PaymentDays = 200, LeaseZone = "nowhere" },
            new HoldTerms(0, 0, 0));

        Assert.Equal(["prices.preBuildDiscount", "clauses.paymentDays", "clauses.leaseZone", "holds"], offer.Faults().Select(fault => fault.Field));
    }

    private static PoolOffer WithPrices(PriceBook prices) => SampleOffer.Offer with { Prices = prices };
}
