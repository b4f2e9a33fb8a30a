using System.Reflection;

namespace Marketplace.Host.Tests;

/// <summary>Where the repository lies.</summary>
internal static class HostFiles
{
    public static string Root { get; } = Path.GetFullPath(typeof(HostFiles).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!);
}
