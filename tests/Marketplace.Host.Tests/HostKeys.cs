namespace Marketplace.Host.Tests;

/// <summary>The keys a host left beside its data.</summary>
internal static class HostKeys
{
    public static Dictionary<string, string> Read(string dataFolder) => File.ReadAllLines(Path.Combine(dataFolder, "keys.env"))
        .Select(line => line["export ".Length..].Split(' ')[0].Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
