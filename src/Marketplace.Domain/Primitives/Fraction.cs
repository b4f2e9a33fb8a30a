using System.Globalization;
using System.Numerics;

namespace Marketplace.Domain.Primitives;

/// <summary>
/// An exact rational number in lowest terms, for quantities that a decimal would cut off, such as a third of an hour or
/// 20/31 of a month. It is rounded once, where it becomes money or is shown to people.
/// </summary>
public readonly struct Fraction : IEquatable<Fraction>, IComparable<Fraction>
{
    private readonly BigInteger denominator;

    /// <summary>The quotient of two whole numbers, reduced.</summary>
    /// <exception cref="DivideByZeroException">The denominator is zero.</exception>
    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
        {
            throw new DivideByZeroException();
        }

        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        this.denominator = denominator / divisor;
    }

    /// <summary>Nothing.</summary>
    public static Fraction Zero => default;

    /// <summary>One whole.</summary>
    public static Fraction One => new(1, 1);

    /// <summary>Above the line; carries the sign.</summary>
    public BigInteger Numerator { get; }

    /// <summary>Below the line, at least 1.</summary>
    public BigInteger Denominator => denominator.IsZero ? BigInteger.One : denominator;

    /// <summary>Whether it is zero.</summary>
    public bool IsZero => Numerator.IsZero;

    /// <summary>A decimal, exactly.</summary>
    public static Fraction From(decimal value)
    {
        var scale = BigInteger.Pow(10, value.Scale);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        return new Fraction(value < 0 ? -magnitude : magnitude, scale);
    }

    /// <summary>A whole number.</summary>
    public static implicit operator Fraction(long value) => new(value, 1);

    /// <summary>The sum.</summary>
    public static Fraction operator +(Fraction left, Fraction right) =>
        new((left.Numerator * right.Denominator) + (right.Numerator * left.Denominator), left.Denominator * right.Denominator);

    /// <summary>The difference.</summary>
    public static Fraction operator -(Fraction left, Fraction right) => left + -right;

    /// <summary>The same with the other sign.</summary>
    public static Fraction operator -(Fraction value) => new(-value.Numerator, value.Denominator);

    /// <summary>The product.</summary>
    public static Fraction operator *(Fraction left, Fraction right) =>
        new(left.Numerator * right.Numerator, left.Denominator * right.Denominator);

    /// <summary>The quotient.</summary>
    /// <exception cref="DivideByZeroException">The divisor is zero.</exception>
    public static Fraction operator /(Fraction left, Fraction right) =>
        new(left.Numerator * right.Denominator, left.Denominator * right.Numerator);

    /// <summary>Whether left is less.</summary>
    public static bool operator <(Fraction left, Fraction right) => left.CompareTo(right) < 0;

    /// <summary>Whether left is more.</summary>
    public static bool operator >(Fraction left, Fraction right) => left.CompareTo(right) > 0;

    /// <summary>Whether left is at most right.</summary>
    public static bool operator <=(Fraction left, Fraction right) => left.CompareTo(right) <= 0;

    /// <summary>Whether left is at least right.</summary>
    public static bool operator >=(Fraction left, Fraction right) => left.CompareTo(right) >= 0;

    /// <summary>Whether they are the same number.</summary>
    public static bool operator ==(Fraction left, Fraction right) => left.Equals(right);

    /// <summary>Whether they are different numbers.</summary>
    public static bool operator !=(Fraction left, Fraction right) => !left.Equals(right);

    /// <summary>The lesser of two.</summary>
    public static Fraction Min(Fraction left, Fraction right) => left < right ? left : right;

    /// <summary>The greater of two.</summary>
    public static Fraction Max(Fraction left, Fraction right) => left > right ? left : right;

    /// <summary>Multiplied by itself <paramref name="exponent"/> times, 0 or more.</summary>
    public Fraction Power(int exponent) => new(BigInteger.Pow(Numerator, exponent), BigInteger.Pow(Denominator, exponent));

    /// <summary>Rounded to <paramref name="places"/> decimals (0 to 12), half away from zero.</summary>
    /// <exception cref="OverflowException">The result does not fit a decimal.</exception>
    public decimal Round(int places)
    {
        var scaled = BigInteger.Abs(Numerator) * BigInteger.Pow(10, places);
        var rounded = ((2 * scaled) + Denominator) / (2 * Denominator);
        var value = (decimal)rounded / (decimal)BigInteger.Pow(10, places);
        return Numerator.Sign < 0 ? -value : value;
    }

    /// <summary>This amount in major units as money, rounded once, half away from zero.</summary>
    /// <exception cref="OverflowException">The amount does not fit 64-bit minor units.</exception>
    public Money ToMoney(Currency currency) => new(currency, checked((long)(this * currency.MinorPerMajor).Round(0)));

    /// <inheritdoc/>
    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <inheritdoc/>
    public bool Equals(Fraction other) => Numerator == other.Numerator && Denominator == other.Denominator;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fraction other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary>For people and logs: <c>20/31</c>, or the number alone when it is whole.</summary>
    public override string ToString() => Denominator.IsOne
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
