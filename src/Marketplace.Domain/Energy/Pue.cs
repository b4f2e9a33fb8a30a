using System.Globalization;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Energy;

/// <summary>Power usage effectiveness: facility energy divided by IT energy (ISO/IEC 30134-2). 1 to 5; lower is better.</summary>
public readonly record struct Pue : IScalar<Pue, decimal>
{
    private Pue(decimal value) => Value = value;

    /// <summary>The ratio.</summary>
    public decimal Value { get; }

    /// <inheritdoc/>
    public static Pue From(decimal value) => value is >= 1 and <= 5
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a PUE of 1 to 5.");

    /// <summary>The number alone.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
