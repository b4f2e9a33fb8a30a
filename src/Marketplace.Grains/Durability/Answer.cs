using System.Diagnostics.CodeAnalysis;
using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Durability;

/// <summary>What a grain says to a command: a value, or a refusal. It is given only after the change it speaks of is durable.</summary>
/// <typeparam name="T">The value's type.</typeparam>
[GenerateSerializer, Immutable, Alias("Marketplace.Answer`1")]
public sealed record Answer<T>
{
    /// <summary>The value, when <see cref="Refusal"/> is null.</summary>
    [Id(0)]
    public T? Value { get; init; }

    /// <summary>Why not; null when it was granted.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>Whether this is the stored answer of an earlier call with the same operation id.</summary>
    [Id(2)]
    public bool Replayed { get; init; }

    /// <summary>Whether it was granted.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsGranted => Refusal is null;

    /// <summary>A refusal is an answer.</summary>
    public static implicit operator Answer<T>(Refusal refusal) => new() { Refusal = refusal };

    /// <summary>A value is an answer.</summary>
    public static implicit operator Answer<T>(T value) => new() { Value = value };
}

/// <summary>Makes a command repeatable: the same id and input gets the stored answer, the same id with other input is refused.</summary>
/// <param name="Id">Derived from organization, route and idempotency key; or from the sender and sequence of a notice.</param>
/// <param name="InputHash">Hash of the parsed command.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.Operation")]
public readonly record struct Operation([property: Id(0)] string Id, [property: Id(1)] string InputHash);
