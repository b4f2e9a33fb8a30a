using System.Text;
using Marketplace.Grains.Durability;
using Mono.Cecil;

namespace Marketplace.House.Tests;

/// <summary>Grains show contracts and messages only, under names that outlive a rename in code.</summary>
public sealed class GrainTests
{
    private static IEnumerable<TypeDefinition> Own => House.Grains.AllTypes()
        .Where(type => Uses.NamespaceOf(type).StartsWith("Marketplace.", StringComparison.Ordinal) && !type.IsGenerated());

    private static IEnumerable<TypeDefinition> Contracts => Own.Where(type => type.IsInterface && IsGrainInterface(type));

    private static IEnumerable<TypeDefinition> Implementations => Own
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.Lineage().Any(ancestor => ancestor.FullName == "Orleans.Grain"));

    private static IEnumerable<TypeDefinition> Messages => Own.Where(type => type.Attribute("GenerateSerializerAttribute") is not null);

    [Fact]
    public void ImplementationsAreInternalAndSealed() => House.Holds(
        "internal sealed class NounGrain",
        Implementations.Where(grain => !grain.IsNotPublic || !grain.IsSealed).Select(grain => grain.FullName));

    [Fact]
    public void EveryImplementationHasAGrainTypeOfItsOwn() => House.Holds(
        "[GrainType(\"noun\")], once.",
        from grain in Implementations
        group grain by grain.Argument("GrainTypeAttribute") as string into same
        where same.Key is null || same.Count() > 1
        from grain in same
        select $"{grain.FullName}: {same.Key}");

    [Fact]
    public void EveryContractIsPublicAndAliased() => House.Holds(
        "[Alias(\"Marketplace.INounGrain\"), GrainInterfaceType(\"Marketplace.INounGrain\")] public interface INounGrain, and [Alias] on each method, unique within it.",
        from contract in Contracts
        from fault in FaultsOf(contract)
        select $"{contract.FullName}: {fault}");

    [Fact]
    public void EveryMessageIsAliased() => House.Holds(
        "[GenerateSerializer, Alias(\"Marketplace.Name\")] on a message.",
        Messages.Where(message => message.Argument("AliasAttribute") is not string alias || !alias.StartsWith("Marketplace.", StringComparison.Ordinal)).Select(message => message.FullName));

    [Fact]
    public void AliasesAreUnique() => House.Holds(
        "An alias names one type.",
        from type in Contracts.Concat(Messages)
        group type.FullName by type.Argument("AliasAttribute") as string into same
        where same.Count() > 1
        select $"{same.Key}: {string.Join(", ", same)}");

    [Fact]
    public void EveryAggregateHasItsNoun()
    {
        var nouns = typeof(GrainKeys).GetMethods().Where(method => method.ReturnType == typeof(AggregateAddress))
            .Select(method => ((AggregateAddress)method.Invoke(null, [SampleId(method.GetParameters()[0].ParameterType)])!).Noun)
            .ToHashSet(StringComparer.Ordinal);
        House.Holds(
            "GrainKeys has a method that makes each aggregate's address, with the noun that is its grain type.",
            from grain in Implementations
            let isAggregate = grain.Lineage().SelectMany(type => type.Interfaces).Any(implementation =>
                House.TryResolve(implementation.InterfaceType) is { } type && (type.Name == nameof(IAggregateGrain) || type.Interfaces.Any(inner => inner.InterfaceType.Name == nameof(IAggregateGrain))))
            where isAggregate && !nouns.Contains(grain.Argument("GrainTypeAttribute") as string ?? "")
            select grain.FullName);

        static object SampleId(Type id) => id.GetMethod("From")!.Invoke(null, [id.GetProperty("Prefix")!.GetValue(null) + "_a"])!;
    }

    [Fact]
    public void EveryContractIsInTheManifest()
    {
        var manifest = House.Text("src/Marketplace.Grains/OrleansContracts.txt");
        House.Holds(
            "The build's contract analyzer writes the manifest: dotnet format analyzers src/Marketplace.Grains --diagnostics ORLEANS0016 ORLEANS0022.",
            from contract in Contracts
            where !manifest.Contains(contract.Name, StringComparison.Ordinal)
            select contract.FullName);
    }

    [Fact]
    public void TheWireShapeIsTheCheckedInOne()
    {
        var page = new StringBuilder("""
            # Aliases and member ids of everything that crosses between grains. A removed or renumbered line breaks a rolling
            # upgrade; a new line is safe. Written by MARKETPLACE_ACCEPT=1 bash tests/run.

            """);
        foreach (var type in Contracts.Concat(Messages).OrderBy(type => type.Argument("AliasAttribute") as string, StringComparer.Ordinal))
        {
            page.Append($"{type.Argument("AliasAttribute")}\n");
            foreach (var line in (type.IsInterface ? type.Methods.Select(Method) : MembersOf(type)).Order(StringComparer.Ordinal))
            {
                page.Append($"  {line}\n");
            }
        }

        Snapshot.Matches("src/Marketplace.Grains/OrleansMembers.txt", page.ToString());

        static string Method(MethodDefinition method) =>
            $"{method.Argument("AliasAttribute")}({string.Join(", ", method.Parameters.Select(parameter => Short(parameter.ParameterType)))}) : {Short(method.ReturnType)}";
    }

    [Fact]
    public void EveryMemberOfAMessageHasItsId() => House.Holds(
        "[Id(n)], unique within the type, on every stored member of a message.",
        from message in Messages
        where !message.IsEnum
        let backing = message.Fields.Where(field => !field.IsStatic && field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal))
        from property in message.Properties.Where(property => backing.Any(field => field.Name == $"<{property.Name}>k__BackingField"))
        where property.Attribute("IdAttribute") is null && backing.Single(field => field.Name == $"<{property.Name}>k__BackingField").Attribute("IdAttribute") is null
        select $"{message.FullName}.{property.Name}");

    private static IEnumerable<string> FaultsOf(TypeDefinition contract)
    {
        if (!contract.IsPublic)
        {
            yield return "not public";
        }

        if (contract.Argument("AliasAttribute") is not string alias || alias != $"Marketplace.{contract.Name}")
        {
            yield return $"alias is not Marketplace.{contract.Name}";
        }

        // Orleans takes a contract's identity on the wire from its CLR name, unless it is told: a renamed namespace would then break a rolling upgrade.
        if (contract.Argument("GrainInterfaceTypeAttribute") as string != $"Marketplace.{contract.Name}")
        {
            yield return $"[GrainInterfaceType] is not Marketplace.{contract.Name}";
        }

        foreach (var method in contract.Methods.Where(method => method.Argument("AliasAttribute") is not string))
        {
            yield return $"{method.Name} has no alias";
        }

        foreach (var same in contract.Methods.GroupBy(method => method.Argument("AliasAttribute") as string).Where(same => same.Count() > 1))
        {
            yield return $"alias {same.Key} twice";
        }
    }

    private static IEnumerable<string> MembersOf(TypeDefinition type) =>
        from member in type.Properties.Cast<IMemberDefinition>().Concat(type.Fields)
        let id = (member as ICustomAttributeProvider)?.Argument("IdAttribute")
        where id is not null
        let memberType = member is PropertyDefinition property ? property.PropertyType : ((FieldDefinition)member).FieldType
        select $"{id} {member.Name.Replace("<", "", StringComparison.Ordinal).Replace(">k__BackingField", "", StringComparison.Ordinal)} : {Short(memberType)}";

    private static bool IsGrainInterface(TypeDefinition type) =>
        type.Interfaces.Any(implementation => implementation.InterfaceType.Name is "IGrain" or "IAddressable" or "IGrainWithStringKey" or "IGrainWithIntegerKey" or "IGrainWithGuidKey"
            || House.TryResolve(implementation.InterfaceType) is { } parent && IsGrainInterface(parent));

    private static string Short(TypeReference type) => type switch
    {
        GenericInstanceType generic => $"{generic.ElementType.Name.Split('`')[0]}<{string.Join(", ", generic.GenericArguments.Select(Short))}>",
        ArrayType array => Short(array.ElementType) + "[]",
        _ => type.DeclaringType is { } outer ? $"{Short(outer)}.{type.Name}" : type.Name,
    };
}
