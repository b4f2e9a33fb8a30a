namespace Marketplace.Grains.Durability;

/// <summary>An aggregate's state as last made durable.</summary>
/// <typeparam name="TState">The Domain's state type.</typeparam>
/// <param name="State">The state.</param>
/// <param name="Version">Grows with every commit; the API's ETag.</param>
[GenerateSerializer, Immutable, Alias("Marketplace.Snapshot`1")]
public sealed record Snapshot<TState>([property: Id(0)] TState State, [property: Id(1)] long Version);
