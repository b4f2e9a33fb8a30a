using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Marketplace.Domain.Primitives;

/// <summary>An amount of money: 64-bit minor units of one currency. Currencies never mix silently.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Minor">Minor units (cents for USD); negative for credits.</param>
public readonly record struct Money(Currency Currency, long Minor) : IComparable<Money>
{
    /// <summary>Whether the amount is zero.</summary>
    [JsonIgnore]
    public bool IsZero => Minor == 0;

    /// <summary>The amount in major units, exactly.</summary>
    [JsonIgnore]
    public decimal Major => Minor / (decimal)Currency.MinorPerMajor;

    /// <summary>Nothing, in this currency.</summary>
    public static Money Zero(Currency currency) => new(currency, 0);

    /// <summary>Rounds an exact amount in major units to minor units, half away from zero (cases/billing: one rounding per invoice line).</summary>
    /// <exception cref="OverflowException">The amount does not fit 64-bit minor units.</exception>
    public static Money Round(Currency currency, decimal major) =>
        new(currency, decimal.ToInt64(decimal.Round(major * currency.MinorPerMajor, 0, MidpointRounding.AwayFromZero)));

    /// <summary>The sum of <paramref name="amounts"/>, all in <paramref name="currency"/>.</summary>
    public static Money Sum(Currency currency, IEnumerable<Money> amounts)
    {
        var sum = Zero(currency);
        foreach (var amount in amounts)
        {
            sum += amount;
        }

        return sum;
    }

    /// <summary>The sum.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) => new(Same(left, right), checked(left.Minor + right.Minor));

    /// <summary>The difference.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static Money operator -(Money left, Money right) => new(Same(left, right), checked(left.Minor - right.Minor));

    /// <summary>The same amount with the other sign.</summary>
    public static Money operator -(Money amount) => new(amount.Currency, checked(-amount.Minor));

    /// <summary>Whether left is less.</summary>
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    /// <summary>Whether left is more.</summary>
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    /// <summary>Whether left is at most right.</summary>
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    /// <summary>Whether left is at least right.</summary>
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    /// <summary>Orders by amount.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public int CompareTo(Money other)
    {
        Same(this, other);
        return Minor.CompareTo(other.Minor);
    }

    /// <summary>A share of this amount, rounded once, half away from zero.</summary>
    public Money Share(Percentage percentage) => Round(Currency, Major * percentage.Fraction);

    /// <summary>
    /// Splits into parts in proportion to <paramref name="weights"/> by largest remainder, ties to the earlier part, so that
    /// the parts add up exactly.
    /// </summary>
    /// <exception cref="ArgumentException">No weight is positive, or one is negative.</exception>
    public ImmutableArray<Money> Split(params ReadOnlySpan<decimal> weights)
    {
        decimal total = 0;
        foreach (var weight in weights)
        {
            total += weight >= 0 ? weight : throw new ArgumentException("Weights must not be negative.", nameof(weights));
        }

        if (total <= 0)
        {
            throw new ArgumentException("At least one weight must be positive.", nameof(weights));
        }

        var sign = Minor < 0 ? -1 : 1;
        var magnitude = Math.Abs((decimal)Minor);
        var parts = new long[weights.Length];
        var remainders = new (decimal Fraction, int Index)[weights.Length];
        long given = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var exact = magnitude * weights[i] / total;
            parts[i] = (long)decimal.Floor(exact);
            remainders[i] = (exact - parts[i], i);
            given += parts[i];
        }

        Array.Sort(remainders, (a, b) => a.Fraction != b.Fraction ? b.Fraction.CompareTo(a.Fraction) : a.Index.CompareTo(b.Index));
        var left = (long)magnitude - given;
        for (var i = 0; left > 0; i++, left--)
        {
            parts[remainders[i].Index]++;
        }

        var currency = Currency;
        return [.. parts.Select(part => new Money(currency, sign * part))];
    }

    /// <summary>For people and logs: <c>USD 1,234.50</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Currency} {Major.ToString("N" + Currency.Digits, CultureInfo.InvariantCulture)}");

    private static Currency Same(Money left, Money right) => left.Currency == right.Currency
        ? left.Currency
        : throw new InvalidOperationException($"{left.Currency} and {right.Currency} do not mix.");
}

/// <summary>A price per unit: an exact decimal with at most 8 places, before any rounding to money.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Amount">Major units per unit priced.</param>
public readonly record struct UnitPrice(Currency Currency, decimal Amount)
{
    /// <summary>Places a price keeps.</summary>
    public const int Places = 8;

    /// <summary>The price rounded to its 8 places, half away from zero.</summary>
    public static UnitPrice Of(Currency currency, decimal amount) =>
        new(currency, decimal.Round(amount, Places, MidpointRounding.AwayFromZero));

    /// <summary>The money for this many units, rounded once.</summary>
    public Money For(decimal units) => Money.Round(Currency, Amount * units);

    /// <summary>For people and logs: <c>USD 2.49</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Currency} {Amount:0.00######}");
}
