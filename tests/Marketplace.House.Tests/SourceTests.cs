using System.Text.RegularExpressions;

namespace Marketplace.House.Tests;

/// <summary>Rules that sources must keep and the compiler does not check.</summary>
public sealed class SourceTests
{
    private const int LongestFile = 400;

    /// <summary>Files that may name what the rules forbid: this one, because it lists it.</summary>
    private static readonly string[] Lists = ["tests/Marketplace.House.Tests/SourceTests.cs"];

    private static readonly string[] TextFiles = [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".yaml", ".yml", ".sh", ".txt", ".sln", ".bicep", ".razor", ".css", ".js", ""];

    [Fact]
    public void AFileIsOneClearRoom() => House.Holds(
        $"A source file has at most {LongestFile} lines; split it by what it is about.",
        from file in House.Files("src", "*.cs")
        let lines = House.Text(file).Count(c => c == '\n')
        where lines > LongestFile
        select $"{file}: {lines} lines");

    [Theory]
    [InlineData(@"\b(TODO|FIXME|HACK)\b", "Finish it, or open an issue.")]
    [InlineData(@"NotImplementedException|NotSupportedException\(\)", "Code that is not written is not there.")]
    [InlineData(@"#pragma warning disable \w+\s*$|SuppressMessage", "Say behind the number why, or set the rule for everyone in .editorconfig.")]
    [InlineData(@"Thread\.Sleep", "Nobody blocks a thread to wait.")]
    public void NoSourceHolds(string pattern, string instead) => House.Holds(
        instead,
        from file in House.Files("", "*.cs")
        where !Lists.Contains(file)
        from fault in Matches(file, pattern)
        select fault);

    [Theory]
    [InlineData(@"\bSkip\s*=", "A test that cannot run says so at run time with Assert.Skip and its reason.")]
    [InlineData(@"Task\.Delay\(\s*(TimeSpan\.From|\d)", "A test waits on a condition, never for a time.")]
    public void NoTestHolds(string pattern, string instead) => House.Holds(
        instead,
        from file in House.Files("tests", "*.cs")
        where !Lists.Contains(file) && !file.StartsWith("tests/Marketplace.Benchmarks/", StringComparison.Ordinal)
        from fault in Matches(file, pattern)
        select fault);

    /// <summary>
    /// A repository that names one machine's folders or package servers works on that machine only. In a container the home of the
    /// user app is the same everywhere.
    /// </summary>
    [Theory]
    [InlineData(@"(?<![\w./])/(home(?!/app\b)|root|work|Users|mnt)/\w", "a folder of one machine")]
    [InlineData(@"[A-Z]:\\\\?Users\\", "a folder of one machine")]
    [InlineData(@"https?://[\w.-]*(registry|nuget|pypi|artifactory|npmjs)[\w.-]*[:/]", "a package server")]
    [InlineData(@"""resolved""\s*:\s*""https?://", "a package server")]
    public void NoFileNames(string pattern, string what) => House.Holds(
        $"No file names {what}.",
        from file in House.Files()
        where TextFiles.Contains(Path.GetExtension(file)) && !Lists.Contains(file)
        from fault in Matches(file, pattern)
        select fault);

    [Fact]
    public void TextFilesEndTheirLinesAlike() => House.Holds(
        "LF line ends, and one at the end of the file.",
        from file in House.Files("", "*.cs").Concat(House.Files("", "*.md")).Concat(House.Files("", "*.yaml"))
        let text = House.Text(file)
        where text.Contains('\r', StringComparison.Ordinal) || !text.EndsWith('\n')
        select file);

    private static IEnumerable<string> Matches(string file, string pattern) =>
        from line in House.Text(file).Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        let match = Regex.Match(line.Text, pattern)
        where match.Success
        select $"{file}:{line.Number}: {match.Value}";
}
