using System.Xml.Linq;

namespace Marketplace.House.Tests;

/// <summary>Which project may know which, and what Domain may know of the world.</summary>
public sealed class ImportDirectionTests
{
    /// <summary>Everything a project may refer to, directly or through another.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Marketplace.Domain"] = [],
        ["Marketplace.Grains"] = ["Marketplace.Domain"],
        ["Marketplace.Storage"] = ["Marketplace.Domain", "Marketplace.Grains"],
        ["Marketplace.Api"] = ["Marketplace.Domain", "Marketplace.Grains"],
        ["Marketplace.Client"] = [],
        ["Marketplace.Portal"] = ["Marketplace.Client"],
        ["Marketplace.Agent"] = ["Marketplace.Domain", "Marketplace.Client"],
        ["Marketplace.Host"] = ["Marketplace.Domain", "Marketplace.Grains", "Marketplace.Storage", "Marketplace.Api", "Marketplace.Portal", "Marketplace.Client"],
    };

    private static readonly string[] ClocksAndDice =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow", "NodaTime.SystemClock::get_Instance",
        "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Random::get_Shared", "System.Random::.ctor",
        "System.Environment::get_TickCount", "System.Environment::get_TickCount64", "System.Diagnostics.Stopwatch::GetTimestamp",
        "System.Diagnostics.Stopwatch::StartNew",
    ];

    [Fact]
    public void CompiledAssembliesReferOneWay() => House.Holds(
        "Domain <- Grains <- Api <- Host, Grains <- Storage <- Host, Client <- Portal, Domain and Client <- Agent.",
        from module in House.Modules
        from reference in module.AssemblyReferences
        where reference.Name.StartsWith("Marketplace.", StringComparison.Ordinal) && !Allowed[module.Assembly.Name.Name].Contains(reference.Name)
        select $"{module.Assembly.Name.Name} refers to {reference.Name}");

    [Fact]
    public void ProjectFilesReferOneWay() => House.Holds(
        "Domain <- Grains <- Api <- Host, Grains <- Storage <- Host, Client <- Portal, Domain and Client <- Agent; every project of src is in the list of this test.",
        from file in House.Files("src", "*.csproj")
        let project = Path.GetFileNameWithoutExtension(file)
        let known = Allowed.GetValueOrDefault(project)
        from reference in XDocument.Parse(House.Text(file)).Descendants("ProjectReference")
        let other = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
        where known is null || !known.Contains(other)
        select $"{project} refers to {other}");

    [Fact]
    public void TheListItselfHasNoCycle() => House.Holds(
        "A project stands below all it refers to.",
        from pair in Allowed
        from other in pair.Value
        where Allowed[other].Contains(pair.Key) || other == pair.Key || Allowed[other].Any(third => !pair.Value.Contains(third))
        select $"{pair.Key} and {other}");

    [Fact]
    public void DomainKnowsTheFrameworkAndNodaTimeOnly() => House.Holds(
        "NodaTime is Domain's only package.",
        from reference in House.Domain.AssemblyReferences
        where reference.Name != "NodaTime" && !reference.Name.StartsWith("System", StringComparison.Ordinal) && reference.Name != "netstandard"
        select reference.Name);

    [Fact]
    public void DomainDoesNothingItOnlyDecides() => House.Holds(
        "No Task, thread, file, network or service container in Domain.",
        from type in House.Domain.AllTypes()
        from used in Uses.TypesOf(type)
        let space = Uses.NamespaceOf(used)
        where space is "System.Threading" or "System.Threading.Tasks" or "System.IO" || space.StartsWith("System.Net", StringComparison.Ordinal)
            || space.StartsWith("Microsoft.", StringComparison.Ordinal) && space is not "Microsoft.CodeAnalysis"
        where used.Name is not "EmbeddedAttribute"
        select $"{type.FullName} uses {used.FullName}");

    [Fact]
    public void DomainAndGrainsNeitherReadClocksNorThrowDice() => House.Holds(
        "Time comes in as an argument, from IMarketClock or from TimeProvider; ids are derived from the caller's key.",
        from module in new[] { House.Domain, House.Grains }
        from type in module.AllTypes()
        where type.Namespace.StartsWith("Marketplace.", StringComparison.Ordinal) || type.IsNested
        from call in Uses.CallsOf(type)
        where ClocksAndDice.Contains(call)
        select $"{type.FullName} calls {call}");

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        var solution = House.Text("Marketplace.sln").Replace('\\', '/');
        House.Holds(
            "dotnet sln add …",
            House.Files("src", "*.csproj").Concat(House.Files("tests", "*.csproj")).Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)));
    }
}
