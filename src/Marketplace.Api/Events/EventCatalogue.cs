using System.Collections.Frozen;
using System.Collections.Immutable;
using Marketplace.Grains.Transparency;

namespace Marketplace.Api.Events;

/// <summary>Every type of event that a feed can hold and a webhook can carry, with the schema of its data.</summary>
internal static class EventCatalogue
{
    private static readonly FrozenDictionary<string, EventType> ByName = EventType.All.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>All types, by name.</summary>
    public static ImmutableArray<EventType> All => EventType.All;

    /// <summary>The type of this name, or null.</summary>
    public static EventType? Find(string name) => ByName.GetValueOrDefault(name);
}
