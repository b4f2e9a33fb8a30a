using CsCheck;
using Marketplace.Domain.Pricing;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Quotes;

public sealed class QuoteTests
{
    private static readonly string[] Zones = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];
    private static readonly ReservationId First = ReservationId.From("rsv_1");
    private static readonly ReservationId Second = ReservationId.From("rsv_2");

    [Fact]
    public void A_month_of_64_GPUs_costs_hours_times_price()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask());

        Assert.Equal(new Money(Currency.Usd, 64 * 744 * 250), quote.Total);
        Assert.Equal(64 * 744m, quote.CommittedGpuHours?.Value);
        Assert.Equal(2.50m, quote.PerGpuHour?.Amount);
        Assert.Equal(new Money(Currency.Usd, 64 * 730 * 250), quote.Deposit);
        Assert.Equal([QuoteLineKind.BaseRent], quote.Lines.Select(line => line.Kind));
        Assert.Equal(SampleOffer.Now + Duration.FromHours(48), quote.ExpiresAt);
    }

    [Fact]
    public void Discounts_multiply_in_the_documented_order_and_each_is_a_line()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask(gpus: 512, SampleOffer.Years(2), SampleOffer.InPool(preBuild: true)));

        Assert.Equal(
            [QuoteLineKind.BaseRent, QuoteLineKind.TermDiscount, QuoteLineKind.VolumeDiscount, QuoteLineKind.PreBuildDiscount, QuoteLineKind.Escalation],
            quote.Lines.Select(line => line.Kind));
        Assert.Equal([2.50m, 2.00m, 1.90m, 1.748m, 1.748m], quote.Lines.Select(line => line.UnitPrice.Amount));
        Assert.Equal(quote.Total, Money.Sum(Currency.Usd, quote.Lines.Select(line => line.Amount)));
        Assert.True(quote.Lines[1].Amount.Minor < 0 && quote.Lines[4].Amount.Minor > 0);
    }

    [Theory]
    [InlineData(4096 * 8, null)]
    [InlineData(4097 * 8, "quantity_above_supply")]
    public void Nothing_is_quoted_that_the_pool_will_never_supply(int gpus, string? refusal)
    {
        var decision = Quote.Decide(null, SampleOffer.Ask(gpus), SampleOffer.Now);

        Assert.Equal(refusal, decision.Refusal?.Code);
        if (refusal is not null)
        {
            Assert.EndsWith("supplies at most 32768 GPUs from 2027-02-01T00:00:00Z.", decision.Refusal!.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_pool_without_supply_quotes_nothing() => Assert.Equal(
        "quantity_above_supply", Quote.Decide(null, SampleOffer.Ask(8, pool: SampleOffer.InPool() with { Greatest = null }), SampleOffer.Now).Refusal?.Code);

    [Fact]
    public void A_quote_is_firm_until_its_term_starts_at_the_latest()
    {
        var soon = new Term(Instant.FromUtc(2027, 1, 5, 9, 0), SampleOffer.March.End);

        Assert.Equal(soon.Start, SampleOffer.Make(SampleOffer.Ask(term: soon)).ExpiresAt);
        Assert.Equal("term_in_past", Quote.Decide(null, SampleOffer.Ask(term: new Term(SampleOffer.Now, SampleOffer.March.End)), SampleOffer.Now).Refusal?.Code);
    }

    [Fact]
    public void Three_months_over_the_end_of_summer_time_are_three_months()
    {
        var prices = SampleOffer.Prices with { MinimumMonths = 3 };
        var zone = DateTimeZoneProviders.Tzdb["America/Chicago"];
        var (start, end) = (Instant.FromUtc(2027, 9, 1, 0, 0), Instant.FromUtc(2027, 12, 1, 0, 0));

        Assert.Null(prices.RefuseTerm(new Term(start, end), zone));
        Assert.Null(prices.RefuseTerm(new Term(start + Duration.FromHours(5), end + Duration.FromHours(6)), zone));
        var refusal = prices.RefuseTerm(new Term(start, end - Duration.FromHours(1)), zone);
        Assert.Equal("This pool is let for at least 3 months in America/Chicago, from 2027-09-01T00:00:00Z until 2027-12-01T00:00:00Z or later.", refusal?.Detail);
        Assert.Null((prices with { MaximumMonths = 3 }).RefuseTerm(new Term(start, end + Duration.FromHours(1)), zone));
        Assert.Equal("term_too_long", (prices with { MaximumMonths = 3 }).RefuseTerm(new Term(start, end + Duration.FromHours(2)), zone)?.Code);
    }

    [Fact]
    public void The_second_year_is_priced_with_the_escalator()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask(gpus: 8, SampleOffer.Years(2)));
        var prices = RentSchedule.For(quote.Terms).Select(charge => charge.Price.Amount).Distinct();

        Assert.Equal([2.00m, 2.06m], prices);
    }

    // Every price, unit, zone and start: nothing is hidden between the lines, the total and what is invoiced.
    [Fact]
    public void Lines_total_and_invoices_always_agree() => Gen.Select(
            Gen.Int[1, 400_000_000].Select(price => price / 1_000_000m),
            Gen.Int[1, 40],
            Gen.Int[0, 24 * 400],
            Gen.Int[1, 24 * 1100],
            Gen.Bool.Select(hourly => hourly ? PricingUnit.GpuHour : PricingUnit.NodeMonth),
            Gen.Int[0, 3].Select(i => Zones[i]),
            Gen.Bool.Select(advance => advance ? BillingTiming.InAdvance : BillingTiming.InArrears))
        .Sample(
            (price, nodes, startHour, hours, unit, zone, timing) =>
            {
                var start = SampleOffer.March.Start + Duration.FromHours(startHour);
                var term = new Term(start, start + Duration.FromHours(hours));
                var offer = new PoolOffer(
                    SampleOffer.Prices with { Unit = unit, BasePrice = UnitPrice.Of(Currency.Usd, price) },
                    SampleOffer.Clauses with { LeaseZone = zone, Timing = timing },
                    SampleOffer.Offer.Holds);
                var quote = SampleOffer.Make(SampleOffer.Ask(nodes * 8, term, SampleOffer.InPool(offer, preBuild: true)));
                var invoiced = Money.Sum(Currency.Usd, RentSchedule.For(quote.Terms).Select(charge => charge.Amount));

                Assert.Equal(quote.Total, invoiced);
                Assert.Equal(quote.Total, Money.Sum(Currency.Usd, quote.Lines.Select(line => line.Amount)));
            },
            iter: 300);

    [Fact]
    public void A_ramp_in_advance_adds_a_line_from_the_step_on()
    {
        var offer = new PoolOffer(
            SampleOffer.Prices with { Unit = PricingUnit.NodeMonth, BasePrice = UnitPrice.Of(Currency.Usd, 9000m), VolumeTiers = [] },
            SampleOffer.Clauses with { Timing = BillingTiming.InAdvance },
            SampleOffer.Offer.Holds);
        var command = SampleOffer.Ask(pool: SampleOffer.InPool(offer)) with
        {
            Quantities = [new QuantityStep(SampleOffer.March.Start, 16), new QuantityStep(Instant.FromUtc(2027, 3, 11, 0, 0), 80)],
        };

        var charges = RentSchedule.For(SampleOffer.Make(command).Terms);

        // 8 nodes more from 11 March: 8 x 9,000 x 21/31 = 48,774.19 (case BC-13).
        Assert.Equal([1_800_000L, 4_877_419L], charges.Select(charge => charge.Amount.Minor));
    }

    [Fact]
    public void A_pool_of_power_is_priced_per_kW_month()
    {
        var offer = new PoolOffer(
            SampleOffer.Prices with { Unit = PricingUnit.KilowattMonth, BasePrice = UnitPrice.Of(Currency.Usd, 125m), VolumeTiers = [] },
            SampleOffer.Clauses,
            SampleOffer.Offer.Holds);
        var quote = SampleOffer.Make(SampleOffer.Ask(gpus: 500, pool: SampleOffer.InPool(offer, gpusPerUnit: 0)));

        Assert.Equal(new Money(Currency.Usd, 500 * 12_500), quote.Total);
        Assert.Null(quote.PerGpuHour);
        Assert.Null(quote.CommittedGpuHours);
    }

    [Theory]
    [InlineData(65, "quantity_does_not_fit_node")]
    [InlineData(0, "ramp_invalid")]
    [InlineData(-8, "ramp_invalid")]
    public void Quantities_fit_the_node(int gpus, string code) =>
        Assert.Equal(code, Quote.Decide(null, SampleOffer.Ask(gpus), SampleOffer.Now).Refusal?.Code);

    [Fact]
    public void Refuses_what_is_not_sold()
    {
        var past = new Term(Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2028, 1, 1, 0, 0));
        var far = new Term(Instant.FromUtc(2099, 1, 1, 0, 0), Instant.FromUtc(2100, 1, 1, 0, 0));
        var own = SampleOffer.Ask() with { TenantId = SampleOffer.Operator };
        var longOnly = SampleOffer.Offer with { Prices = SampleOffer.Prices with { MinimumMonths = 12 } };
        var steep = SampleOffer.Offer with { Prices = SampleOffer.Prices with { BasePrice = UnitPrice.Of(Currency.Usd, PriceBook.HighestBasePrice) } };

        Assert.Equal("term_in_past", Code(SampleOffer.Ask(term: past)));
        Assert.Equal("term_too_far_ahead", Code(SampleOffer.Ask(term: far)));
        Assert.Equal("own_capacity", Code(own));
        Assert.Equal("term_too_short", Code(SampleOffer.Ask(pool: SampleOffer.InPool(longOnly))));
        Assert.Equal("term_too_long", Code(SampleOffer.Ask(term: SampleOffer.Years(6))));
        Assert.Equal("amount_too_large", Code(SampleOffer.Ask(gpus: 80_000_000, SampleOffer.Years(5), SampleOffer.InPool(steep) with { Greatest = SampleOffer.Greatest with { Units = 10_000_000 } })));
    }

    [Fact]
    public void A_term_that_reaches_its_tier_at_a_local_midnight_earns_it()
    {
        var term = new Term(Instant.FromUtc(2027, 3, 1, 5, 0), Instant.FromUtc(2028, 3, 1, 5, 0));
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];

        Assert.Equal(2.25m, SampleOffer.Prices.PriceFor(term, 1, zone, preBuild: false).Price.Amount);
        Assert.Equal(2.50m, SampleOffer.Prices.PriceFor(new Term(term.Start, term.End - Duration.FromHours(1)), 1, zone, preBuild: false).Price.Amount);
    }

    [Fact]
    public void Is_used_by_one_reservation_only()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask());
        var used = Quote.Evolve(quote, Assert.Single(Quote.Decide(quote, new UseQuote(SampleOffer.Tenant, First), SampleOffer.Now).Facts));

        Assert.Equal(QuoteStatus.Used, used.Status);
        Assert.Empty(Quote.Decide(used, new UseQuote(SampleOffer.Tenant, First), SampleOffer.Now).Facts);
        Assert.Equal("quote_used", Quote.Decide(used, new UseQuote(SampleOffer.Tenant, Second), SampleOffer.Now).Refusal?.Code);
        Assert.Null(used.DueAt());
    }

    [Fact]
    public void A_used_quote_is_still_used_after_its_time()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask());
        var used = Quote.Evolve(quote, new QuoteUsed(SampleOffer.Now, First));

        var decision = Quote.Decide(used, new UseQuote(SampleOffer.Tenant, First), quote.ExpiresAt + Duration.FromDays(9));

        Assert.Null(decision.Refusal);
        Assert.Empty(decision.Facts);
    }

    [Fact]
    public void Does_not_exist_for_strangers_and_ends_with_its_time()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask());
        var late = quote.ExpiresAt;

        Assert.Equal("quote_not_found", Quote.Decide(quote, new UseQuote(SampleOffer.Operator, First), SampleOffer.Now).Refusal?.Code);
        Assert.Equal("quote_not_found", Quote.Decide(null, new UseQuote(SampleOffer.Tenant, First), SampleOffer.Now).Refusal?.Code);
        Assert.Equal("quote_expired", Quote.Decide(quote, new UseQuote(SampleOffer.Tenant, First), late).Refusal?.Code);
        Assert.Empty(Quote.Decide(quote, new ExpireQuote(), late - Duration.Epsilon).Facts);
        Assert.Equal(new QuoteExpired(late), Assert.Single(Quote.Decide(quote, new ExpireQuote(), late).Facts));
    }

    [Fact]
    public void Repeats_itself_but_is_not_made_twice()
    {
        var quote = SampleOffer.Make(SampleOffer.Ask());

        Assert.Empty(Quote.Decide(quote, SampleOffer.Ask(), SampleOffer.Now).Facts);
        Assert.Equal("quote_exists", Quote.Decide(quote, SampleOffer.Ask(term: SampleOffer.Years(1)), SampleOffer.Now).Refusal?.Code);
        Assert.Throws<InvalidOperationException>(() => Quote.Evolve(quote, new QuoteMade(SampleOffer.Now, quote)));
    }

    private static string? Code(MakeQuote command) => Quote.Decide(null, command, SampleOffer.Now).Refusal?.Code;
}
