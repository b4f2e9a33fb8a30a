using System.Collections.Immutable;
using System.Reflection;

namespace Marketplace.Grains.Transparency;

/// <summary>
/// One type of event: a public contract with everyone who reads a feed or is sent a webhook. A name never changes its meaning;
/// data gains members and loses none.
/// </summary>
/// <param name="Name">Noun and past participle, such as <c>reservation.confirmed</c>. The noun is what the data's <c>id</c> names.</param>
/// <param name="Meaning">What happened, as a sentence.</param>
/// <param name="Data">The record its data is.</param>
public abstract record EventType(string Name, string Meaning, Type Data)
{
    /// <summary>Every type there is, by name.</summary>
    public static ImmutableArray<EventType> All { get; } =
    [
        .. typeof(EventType).Assembly.GetTypes()
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType.IsSubclassOf(typeof(EventType)))
            .Select(field => (EventType)field.GetValue(null)!)
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];
}

/// <summary>A type of event with the record its data is. The record's first member is <c>Id</c>, the public id of what it happened to.</summary>
/// <param name="Name">Noun and past participle.</param>
/// <param name="Meaning">What happened, as a sentence.</param>
public sealed record EventType<TData>(string Name, string Meaning) : EventType(Name, Meaning, typeof(TData))
    where TData : class;
