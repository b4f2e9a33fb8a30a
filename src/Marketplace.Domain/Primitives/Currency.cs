using System.Collections.Frozen;

namespace Marketplace.Domain.Primitives;

/// <summary>An ISO 4217 currency the marketplace trades in.</summary>
public readonly record struct Currency : IScalar<Currency, string>
{
    private static readonly FrozenDictionary<string, int> MinorDigits = new Dictionary<string, int>
    {
        ["AUD"] = 2,
        ["BRL"] = 2,
        ["CAD"] = 2,
        ["CHF"] = 2,
        ["DKK"] = 2,
        ["EUR"] = 2,
        ["GBP"] = 2,
        ["INR"] = 2,
        ["ISK"] = 0,
        ["JPY"] = 0,
        ["KRW"] = 0,
        ["KWD"] = 3,
        ["NOK"] = 2,
        ["SEK"] = 2,
        ["SGD"] = 2,
        ["USD"] = 2,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private Currency(string code) => Value = code;

    /// <summary>US dollar, in which the examples and the demo market trade.</summary>
    public static Currency Usd => new("USD");

    /// <summary>Every code accepted, in alphabetical order.</summary>
    public static IEnumerable<string> Codes => MinorDigits.Keys.Order(StringComparer.Ordinal);

    /// <summary>The ISO code in capitals.</summary>
    public string Value { get; }

    /// <summary>Digits behind the point: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217).</summary>
    public int Digits => MinorDigits[Value];

    /// <summary>Minor units in one major unit: 100 for USD.</summary>
    public long MinorPerMajor => Digits switch { 0 => 1, 2 => 100, _ => 1000 };

    /// <summary>The currency with this code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is not traded here.</exception>
    public static Currency From(string value) => IsKnown(value)
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a currency traded here.");

    /// <summary>Whether <see cref="From"/> accepts this code.</summary>
    public static bool IsKnown(string? code) => code is not null && MinorDigits.ContainsKey(code);

    /// <summary>The ISO code.</summary>
    public override string ToString() => Value;
}
