using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Terms;
using Marketplace.Domain.Tests.Leases;

namespace Marketplace.Domain.Tests.Terms;

public sealed class IndexLinkTests
{
    private static readonly IndexLink Link = new("us-cpi-u", 2, Percentage.From(4), Percentage.Zero);
    private static readonly UnitPrice Two = UnitPrice.Of(Currency.Usd, 2);

    [Fact]
    public void The_reference_month_lies_before_the_contract_year() =>
        Assert.Equal(LeaseScript.Day("2028-01-01"), Link.ReferenceMonth(LeaseScript.Day("2027-03-15"), 1));

    [Fact]
    public void The_price_of_the_first_year_is_the_one_signed()
    {
        var price = Indexation.PriceIn(Link, Two, LeaseScript.Day("2027-03-15"), 0, []);

        Assert.Equal((Two, false), (price.Price, price.IsProvisional));
    }

    [Fact]
    public void Factors_compound_unrounded()
    {
        ImmutableArray<IndexValue> values = [Value("2027-01-01", 300), Value("2028-01-01", 309), Value("2029-01-01", 318.27m)];

        Assert.Equal(2.1218m, Indexation.PriceIn(Link, Two, LeaseScript.Day("2027-03-15"), 2, values).Price.Amount);
    }

    [Fact]
    public void A_missing_value_is_stood_in_for_by_the_newest_known_and_the_price_says_so()
    {
        ImmutableArray<IndexValue> values = [Value("2027-01-01", 300), Value("2027-11-01", 306)];

        var price = Indexation.PriceIn(Link, Two, LeaseScript.Day("2027-03-15"), 1, values);

        Assert.Equal((2.04m, LeaseScript.Day("2028-01-01")), (price.Price.Amount, price.Awaits));
        Assert.True(Assert.Single(price.Steps).Provisional);
        Assert.False(Indexation.PriceIn(Link, Two, LeaseScript.Day("2027-03-15"), 1, values.Add(Value("2028-01-01", 309))).IsProvisional);
    }

    [Fact]
    public void Without_any_value_the_price_stays_and_is_provisional()
    {
        var price = Indexation.PriceIn(Link, Two, LeaseScript.Day("2027-03-15"), 1, []);

        Assert.Equal((Two, LeaseScript.Day("2027-01-01")), (price.Price, price.Awaits));
    }

    private static IndexValue Value(string month, decimal value) => new(LeaseScript.Day(month), value);
}
