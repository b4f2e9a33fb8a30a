using System.Collections.Immutable;

namespace Marketplace.Domain.Primitives;

/// <summary>What a decision comes to: facts that happened (none if nothing had to change), or a refusal.</summary>
/// <typeparam name="TFact">The aggregate's facts.</typeparam>
public readonly struct Decision<TFact>
{
    private readonly ImmutableArray<TFact> facts;

    private Decision(ImmutableArray<TFact> facts, Refusal? refusal)
    {
        this.facts = facts;
        Refusal = refusal;
    }

    /// <summary>Nothing has to change: what was asked for already holds.</summary>
    public static Decision<TFact> Nothing => new([], null);

    /// <summary>The facts in order; empty for a refusal.</summary>
    public ImmutableArray<TFact> Facts => facts.IsDefault ? [] : facts;

    /// <summary>Why not, or null when it was granted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The decision that these facts happened.</summary>
    public static Decision<TFact> Of(params ImmutableArray<TFact> facts) => new(facts, null);

    /// <summary>A refusal is a decision.</summary>
    public static implicit operator Decision<TFact>(Refusal refusal) => new([], refusal);

    /// <summary>A single fact is a decision.</summary>
    public static implicit operator Decision<TFact>(TFact fact) => new([fact], null);
}
