using System.Reflection;

namespace Marketplace.Portal.Tests;

/// <summary>Where things lie.</summary>
internal static class PortalFiles
{
    public static string Root { get; } = Path.GetFullPath(Of("RepositoryRoot"));

    /// <summary>The host, as it was built with these tests.</summary>
    public static string Host { get; } = Built("Marketplace.Host");

    /// <summary>The node agent, as it was built with these tests.</summary>
    public static string Agent { get; } = Built("Marketplace.Agent");

    /// <summary>Where pictures of the pages are left for people to look at.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "screenshots")).FullName;

    /// <summary>The page of events, generated from the code.</summary>
    public static string EventsPage { get; } = Path.Combine(Root, "docs", "events.md");

    /// <summary>The pages' sources.</summary>
    public static IEnumerable<string> Sources => Directory.EnumerateFiles(Path.Combine(Root, "src", "Marketplace.Portal"), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".razor" or ".cs" && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Built(string project) => Path.Combine(Root, "src", project, "bin", Of("Configuration"), "net10.0", project + ".dll");

    private static string Of(string key) => typeof(PortalFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
