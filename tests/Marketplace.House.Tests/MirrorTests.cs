using System.Text.RegularExpressions;

namespace Marketplace.House.Tests;

/// <summary>Tests stand where one would look for them: in the mirrored folder, under the name of what they test.</summary>
public sealed partial class MirrorTests
{
    [Fact]
    public void ATestStandsInTheFolderOfWhatItTests() => House.Holds(
        "tests/Marketplace.X.Tests/Room/NameTests.cs tests src/Marketplace.X/Room.",
        from file in TestFiles()
        let parts = file.Split('/')
        where parts.Length > 3 && !Directory.Exists(Path.Combine(House.Root, "src", ProjectOf(file), string.Join('/', parts[2..^1])))
        select file);

    [Fact]
    public void ATestOfARoomIsNamedAfterASourceOfIt() => House.Holds(
        "CapacityCalendar.cs is tested by CapacityCalendarTests.cs, CapacityCalendarLawTests.cs, …; a test of a whole project stands at its root. Grains and Storage also have tests named after what goes wrong.",
        from file in TestFiles()
        where ProjectOf(file) is "Marketplace.Domain" or "Marketplace.Api" or "Marketplace.Host"
        let parts = file.Split('/')
        where parts.Length > 3
        let folder = Path.Combine(House.Root, "src", ProjectOf(file), string.Join('/', parts[2..^1]))
        where Directory.Exists(folder) && !NamesIn(folder).Any(name => parts[^1].StartsWith(name, StringComparison.Ordinal)) && !parts[^1].StartsWith(parts[^2], StringComparison.Ordinal)
        select file);

    [Fact]
    public void EveryDecisionIsTested() => House.Holds(
        "Noun.cs that decides has NounTests.cs.",
        from file in House.Files("src/Marketplace.Domain", "*.cs")
        where House.Text(file).Contains(" Decide(", StringComparison.Ordinal)
        let room = file.Split('/')[2]
        let noun = Path.GetFileNameWithoutExtension(file).Split('.')[0].Replace("Decisions", "", StringComparison.Ordinal)
        where !TestFiles().Any(test => test.StartsWith($"tests/Marketplace.Domain.Tests/{room}/{noun}", StringComparison.Ordinal))
        select file);

    /// <summary>The files of a folder and the types declared in them.</summary>
    private static IEnumerable<string> NamesIn(string folder) => Directory.EnumerateFiles(folder, "*.cs")
        .SelectMany(source => TypeName().Matches(File.ReadAllText(source)).Select(match => match.Groups[1].Value).Append(Path.GetFileNameWithoutExtension(source)));

    private static IEnumerable<string> TestFiles() => House.Files("tests", "*Tests.cs")
        .Where(file => Directory.Exists(Path.Combine(House.Root, "src", ProjectOf(file))));

    private static string ProjectOf(string file) => file.Split('/')[1].Replace(".Tests", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:class|record|struct|enum|interface) (\w+)")]
    private static partial Regex TypeName();
}
