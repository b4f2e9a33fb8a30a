using System.Reflection;

namespace Marketplace.Portal.Tests;

/// <summary>Where things lie.</summary>
internal static class PortalFiles
{
    public static string Root { get; } = Path.GetFullPath(Of("RepositoryRoot"));

    /// <summary>The host, as it was built with these tests.</summary>
    public static string Host { get; } = Path.Combine(Root, "src", "Marketplace.Host", "bin", Of("Configuration"), "net10.0", "Marketplace.Host.dll");

    /// <summary>Where pictures of the pages are left for people to look at.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "screenshots")).FullName;

    /// <summary>The page of events, generated from the code.</summary>
    public static string EventsPage { get; } = Path.Combine(Root, "docs", "events.md");

    /// <summary>The pages' sources.</summary>
    public static IEnumerable<string> Sources => Directory.EnumerateFiles(Path.Combine(Root, "src", "Marketplace.Portal"), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".razor" or ".cs" && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Of(string key) => typeof(PortalFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == key).Value!;
}
