using System.Reflection;
using Mono.Cecil;
using ICustomAttributeProvider = Mono.Cecil.ICustomAttributeProvider;

namespace Marketplace.House.Tests;

/// <summary>What the rules look at: the compiled assemblies of src, their documentation files, and the files of the repository.</summary>
internal static class House
{
    private static readonly string[] NotOurs = [".git", "bin", "obj", "node_modules", "data", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", ".vs", ".idea"];

    /// <summary>The folder of Marketplace.sln.</summary>
    public static string Root { get; } = Path.GetFullPath(typeof(House).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!);

    public static ModuleDefinition Domain { get; } = Read("Marketplace.Domain");

    public static ModuleDefinition Grains { get; } = Read("Marketplace.Grains");

    /// <summary>Every assembly of ours that the host needs, the host included.</summary>
    public static IReadOnlyList<ModuleDefinition> Modules { get; } =
        [Domain, Grains, Read("Marketplace.Storage"), Read("Marketplace.Api"), Read("Marketplace.Client"), Read("Marketplace.Portal"), Read("Marketplace.Host")];

    /// <summary>Every text file of the repository, relative to its root with forward slashes.</summary>
    public static IEnumerable<string> Files(string under = "", string pattern = "*") =>
        Walk(Path.Combine(Root, under), pattern).Select(Relative).Order(StringComparer.Ordinal);

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static IEnumerable<TypeDefinition> AllTypes(this ModuleDefinition module) => module.Types.SelectMany(WithNested);

    public static bool IsGenerated(this ICustomAttributeProvider member) => member.HasCustomAttributes && member.CustomAttributes.Any(attribute =>
        attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    public static CustomAttribute? Attribute(this ICustomAttributeProvider member, string name) =>
        member.CustomAttributes.FirstOrDefault(attribute => attribute.AttributeType.Name == name);

    /// <summary>The attribute's first argument, or null where the attribute is absent.</summary>
    public static object? Argument(this ICustomAttributeProvider member, string attribute) =>
        member.Attribute(attribute)?.ConstructorArguments.Select(argument => argument.Value).FirstOrDefault();

    /// <summary>The type and what it derives from, as far as it is ours or Orleans'.</summary>
    public static IEnumerable<TypeDefinition> Lineage(this TypeDefinition type)
    {
        for (var current = type; current is not null; current = current.BaseType is null ? null : TryResolve(current.BaseType))
        {
            yield return current;
        }
    }

    public static TypeDefinition? TryResolve(TypeReference type)
    {
        try
        {
            return type.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }
    }

    /// <summary>Fails with the whole list of offenders, so that one run shows all there is to mend.</summary>
    public static void Holds(string rule, IEnumerable<string> offenders)
    {
        var list = offenders.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(list.Count == 0, $"{rule}{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", list)}");
    }

    private static ModuleDefinition Read(string assembly)
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location));
        return ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), new ReaderParameters { AssemblyResolver = resolver });
    }

    private static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    private static IEnumerable<string> Walk(string folder, string pattern) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, pattern).Concat(Directory.EnumerateDirectories(folder)
            .Where(inner => !NotOurs.Contains(Path.GetFileName(inner)))
            .SelectMany(inner => Walk(inner, pattern)))
        : [];

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}
