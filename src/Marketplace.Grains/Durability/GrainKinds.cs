using System.Collections.Immutable;
using System.Reflection;

namespace Marketplace.Grains.Durability;

/// <summary>The nouns whose grains keep something, read from the code: what a copy of a store must hold.</summary>
public static class GrainKinds
{
    /// <summary>Name under which journaled grains keep their snapshots. Record grains keep their record under their noun.</summary>
    public const string SnapshotState = "snapshot";

    /// <summary>Nouns of record grains, in ordinal order.</summary>
    public static ImmutableArray<string> Records { get; } = NounsOf(typeof(RecordGrain<,>));

    /// <summary>Nouns of journaled grains, in ordinal order.</summary>
    public static ImmutableArray<string> Journaled { get; } = NounsOf(typeof(JournaledGrain<,,>));

    /// <summary>Every state there may be: its name and the noun that has it.</summary>
    public static IEnumerable<(string State, string Noun)> States =>
        Records.Select(noun => (noun, noun)).Concat(Journaled.Select(noun => (SnapshotState, noun)));

    private static ImmutableArray<string> NounsOf(Type kind) =>
    [
        .. from type in typeof(GrainKinds).Assembly.GetTypes()
           where !type.IsAbstract && BasesOf(type).Any(ancestor => ancestor.IsGenericType && ancestor.GetGenericTypeDefinition() == kind)
           let noun = type.GetCustomAttribute<GrainTypeAttribute>()!.GetGrainType(null!, type).ToString()!
           orderby noun
           select noun,
    ];

    private static IEnumerable<Type> BasesOf(Type type)
    {
        for (var ancestor = type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            yield return ancestor;
        }
    }
}
