using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Tests.Terms;

public class EscalationTests
{
    private static readonly LocalDate Commencement = new(2028, 2, 29);

    [Theory]
    [InlineData(0, 2028, 2, 29, "2")]
    [InlineData(1, 2029, 2, 28, "2.06")]
    [InlineData(2, 2030, 2, 28, "2.1218")]
    [InlineData(3, 2031, 2, 28, "2.185454")]
    [InlineData(4, 2032, 2, 29, "2.25101762")]
    public void BC39_three_percent_a_year_from_29_February(int year, int startYear, int startMonth, int startDay, string price)
    {
        Assert.Equal(new LocalDate(startYear, startMonth, startDay), Escalation.YearStart(Commencement, year));
        Assert.Equal(year, Escalation.YearOf(Commencement, Escalation.YearStart(Commencement, year)));
        Assert.Equal(decimal.Parse(price), Escalation.PriceIn(new UnitPrice(Currency.Usd, 2.00m), Percentage.From(3), year).Amount);
    }

    [Fact]
    public void Prices_compound_on_the_unrounded_price_over_many_years()
    {
        // 0.00000001 x 1.5^k, by hand: 1.5, 2.25, 3.375 hundred-millionths. Rounding every year would give 2, 3, 5.
        var price = new UnitPrice(Currency.Usd, 0.00000001m);
        Assert.Equal([0.00000001m, 0.00000002m, 0.00000002m, 0.00000003m],
            Enumerable.Range(0, 4).Select(year => Escalation.PriceIn(price, Percentage.From(50), year).Amount));
        Assert.Equal(2.42726247m, Escalation.PriceIn(new UnitPrice(Currency.Usd, 1m), Percentage.From(3), 30).Amount);
    }

    [Fact]
    public void A_period_with_two_prices_has_two_parts()
    {
        var parts = Escalation.Split(Commencement, new BillingPeriod(new(2029, 2, 1), new(2029, 3, 1)));

        Assert.Equal(
            [(new BillingPeriod(new(2029, 2, 1), new(2029, 2, 28)), 0), (new BillingPeriod(new(2029, 2, 28), new(2029, 3, 1)), 1)],
            parts);
    }
}
