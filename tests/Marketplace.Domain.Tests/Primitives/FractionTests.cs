using CsCheck;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Tests.Primitives;

public class FractionTests
{
    [Fact]
    public void Decimals_convert_exactly_in_both_directions() =>
        Gen.Decimal[-1_000_000_000m, 1_000_000_000m].Sample(value =>
        {
            var rounded = decimal.Round(value, 8, MidpointRounding.AwayFromZero);
            Assert.Equal(rounded, Fraction.From(value).Round(8));
        });

    [Fact]
    public void Thirds_keep_their_value()
    {
        var third = new Fraction(-2, -6);

        Assert.Equal(Fraction.One, third + third + third);
        Assert.Equal("1/3", third.ToString());
        Assert.Equal(0.33333333m, third.Round(8));
        Assert.Equal(default, third - new Fraction(1, 3));
        Assert.Equal("0", default(Fraction).ToString());
    }

    [Fact]
    public void Zero_cannot_stand_below_the_line() => Assert.Throws<DivideByZeroException>(() => new Fraction(1, 0));
}
