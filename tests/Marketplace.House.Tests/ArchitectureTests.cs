using System.Text.RegularExpressions;

namespace Marketplace.House.Tests;

/// <summary>The page that shows the way shows what is there.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Page = House.Text("docs/ARCHITECTURE.md");

    [Fact]
    public void TheTableOfGrainsIsTheCodes()
    {
        var inCode = House.Grains.AllTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.Argument("GrainTypeAttribute") is not null)
            .Select(type => $"{type.Argument("GrainTypeAttribute")} {type.Interfaces.Select(implementation => implementation.InterfaceType.Name).First(name => name.EndsWith("Grain", StringComparison.Ordinal))} {KindOf(type)}")
            .Order(StringComparer.Ordinal);
        var onPage = GrainRow().Matches(Page)
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(inCode, onPage);

        static string KindOf(Mono.Cecil.TypeDefinition type) => type.Lineage().Select(ancestor => ancestor.Name.Split('`')[0]).FirstOrDefault(name => name is "RecordGrain" or "JournaledGrain") switch
        {
            "RecordGrain" => "record",
            "JournaledGrain" => "journaled",
            _ => "none",
        };
    }

    [Fact]
    public void TheOrderOfRoomsIsTheRule() =>
        Assert.Contains(string.Join(", ", RoomOrderTests.Rooms), Page.Replace("\n> ", " ", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void TheMapNamesEveryProject() => House.Holds(
        "Every project of src is on the map.",
        House.Files("src", "*.csproj").Select(file => Path.GetFileNameWithoutExtension(file)!).Where(project => !Page.Contains($"  {project} ", StringComparison.Ordinal)));

    [Fact]
    public void EveryDecisionIsNumberedOnce() => House.Holds(
        "docs/decisions/0001-what-was-decided.md",
        from file in House.Files("docs/decisions")
        group file by Path.GetFileName(file).Split('-')[0] into same
        where same.Count() > 1 || !Regex.IsMatch(same.Key, "^[0-9]{4}$")
        from file in same
        select file);

    [GeneratedRegex(@"^\| `([a-z-]+)` \| `(I\w+Grain)` \| [^|]+ \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex GrainRow();
}
