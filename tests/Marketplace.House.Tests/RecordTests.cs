using Mono.Cecil;

namespace Marketplace.House.Tests;

/// <summary>What is written for ever says in which layout, so that later code can still read it.</summary>
public sealed class RecordTests
{
    [Fact]
    public void EveryPersistedRecordHasASchemaNumber()
    {
        var records = Persisted().ToList();

        Assert.NotEmpty(records);
        House.Holds(
            "An int Schema that the writer sets from StoredLayouts.",
            records.Where(record => record.Properties.All(property => property.Name != "Schema" || property.PropertyType.FullName != "System.Int32")).Select(record => record.FullName));
    }

    [Fact]
    public void OnlyStoredLayoutsNameTheLayout() => House.Holds(
        "Schema comes from StoredLayouts, which knows what this release writes and reads; a number beside it would not follow an upgrade.",
        from type in House.Grains.AllTypes()
        from field in type.Fields
        where field is { Name: "CurrentSchema", HasConstant: true } && type.Name != "StoredLayouts"
        select type.FullName);

    /// <summary>States, facts and commands are written and sent as JSON, which knows no names for a tuple's parts and leaves them out.</summary>
    [Fact]
    public void NothingThatIsWrittenOrSentHoldsATuple() => House.Holds(
        "A small record instead of a tuple.",
        from type in House.Domain.AllTypes().Concat(House.Grains.AllTypes())
        where type.IsPublic && !type.IsGenerated()
        from property in type.Properties
        where property.GetMethod is { IsStatic: false, IsPublic: true } && HoldsTuple(property.PropertyType)
        select $"{type.FullName}.{property.Name}");

    private static bool HoldsTuple(TypeReference type) => type switch
    {
        ArrayType array => HoldsTuple(array.ElementType),
        GenericInstanceType generic => generic.ElementType.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) || generic.GenericArguments.Any(HoldsTuple),
        _ => false,
    };

    /// <summary>What grains keep as their state, and the entries of their journals. States of Domain lie inside these.</summary>
    private static IEnumerable<TypeDefinition> Persisted() =>
        (from type in House.Grains.AllTypes()
         from reference in type.Fields.Select(field => field.FieldType).Concat(type.Methods.SelectMany(method => method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : []))
         from persisted in PersistedIn(reference)
         select persisted)
        .Concat(House.Grains.Types.Where(type => type.Name.Split('`')[0] == "JournalEntry"))
        .Where(type => !type.IsNested) // A nested one is a reader's partial view of another's record.
        .DistinctBy(type => type.FullName);

    private static IEnumerable<TypeDefinition> PersistedIn(TypeReference reference) =>
        reference is GenericInstanceType { GenericArguments.Count: 1 } generic && generic.ElementType.Name is "GrainState`1" or "IPersistentState`1"
            ? House.TryResolve(generic.GenericArguments[0].GetElementType()) is { } type ? [type] : []
            : [];
}
