using System.Globalization;

namespace Marketplace.Domain.Primitives;

/// <summary>A percentage: 3 means 3 %. Any decimal; where a rule bounds it, the rule says so.</summary>
public readonly record struct Percentage : IScalar<Percentage, decimal>
{
    private Percentage(decimal value) => Value = value;

    /// <summary>Nothing.</summary>
    public static Percentage Zero => default;

    /// <summary>Percent: 3 for 3 %.</summary>
    public decimal Value { get; }

    /// <summary>The same as a fraction of one: 0.03 for 3 %.</summary>
    public decimal Fraction => Value / 100m;

    /// <inheritdoc/>
    public static Percentage From(decimal value) => new(value);

    /// <summary>For people: <c>3%</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:0.######}%");
}

/// <summary>A number of GPUs, 1 to 10,000,000.</summary>
public readonly record struct GpuQuantity : IScalar<GpuQuantity, int>
{
    /// <summary>Most GPUs one request may name.</summary>
    public const int Most = 10_000_000;

    private GpuQuantity(int value) => Value = value;

    /// <summary>GPUs.</summary>
    public int Value { get; }

    /// <inheritdoc/>
    public static GpuQuantity From(int value) => value is > 0 and <= Most
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected 1 to {Most} GPUs.");

    /// <summary>The number alone.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>GPU-hours, exact, never negative.</summary>
public readonly record struct GpuHours : IScalar<GpuHours, decimal>
{
    private GpuHours(decimal value) => Value = value;

    /// <summary>GPU-hours.</summary>
    public decimal Value { get; }

    /// <inheritdoc/>
    public static GpuHours From(decimal value) => value >= 0
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "GPU-hours are never negative.");
}

/// <summary>MW available to servers, storage and network only, excluding cooling and losses. Zero to 100,000.</summary>
public readonly record struct CriticalItMegawatts : IScalar<CriticalItMegawatts, decimal>
{
    private CriticalItMegawatts(decimal value) => Value = value;

    /// <summary>Critical IT MW.</summary>
    public decimal Value { get; }

    /// <summary>The same in kW of critical IT load.</summary>
    public decimal Kilowatts => Value * 1000m;

    /// <inheritdoc/>
    public static CriticalItMegawatts From(decimal value) => value is >= 0 and <= 100_000
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected 0 to 100,000 critical IT MW.");

    /// <summary>The sum.</summary>
    public static CriticalItMegawatts operator +(CriticalItMegawatts left, CriticalItMegawatts right) => From(left.Value + right.Value);
}

/// <summary>MW drawn at the meter, all loads included. Zero to 100,000.</summary>
public readonly record struct GrossMegawatts : IScalar<GrossMegawatts, decimal>
{
    private GrossMegawatts(decimal value) => Value = value;

    /// <summary>Gross MW.</summary>
    public decimal Value { get; }

    /// <inheritdoc/>
    public static GrossMegawatts From(decimal value) => value is >= 0 and <= 100_000
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected 0 to 100,000 gross MW.");
}

/// <summary>Energy in kWh, never negative.</summary>
public readonly record struct KilowattHours : IScalar<KilowattHours, decimal>
{
    private KilowattHours(decimal value) => Value = value;

    /// <summary>kWh.</summary>
    public decimal Value { get; }

    /// <inheritdoc/>
    public static KilowattHours From(decimal value) => value >= 0
        ? new(value)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Energy is never negative.");
}
