namespace Marketplace.Domain.Primitives;

/// <summary>A unit type that wraps one value, and is written as that value alone (a JSON number or string).</summary>
/// <typeparam name="TSelf">The unit type itself.</typeparam>
/// <typeparam name="TValue">What it wraps.</typeparam>
public interface IScalar<TSelf, TValue>
    where TSelf : struct, IScalar<TSelf, TValue>
{
    /// <summary>The wrapped value, in the unit the type's name states.</summary>
    TValue Value { get; }

    /// <summary>Wraps <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the type's documented range.</exception>
    static abstract TSelf From(TValue value);
}
