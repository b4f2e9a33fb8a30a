using System.Reflection;

namespace Marketplace.Testing;

/// <summary>Where the repository lies from which the tests were built.</summary>
public static class Repository
{
    /// <summary>The folder of Marketplace.sln.</summary>
    public static string Root { get; } = Path.GetFullPath(typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!);
}
