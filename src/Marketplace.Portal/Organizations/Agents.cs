using Marketplace.Portal.Language;

namespace Marketplace.Portal.Organizations;

/// <summary>Browsers in words, from what they call themselves.</summary>
internal static class Agents
{
    // The order matters: every one of them also calls itself by names further down.
    private static readonly (string Mark, string Name)[] Browsers = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <summary>Browser and system, such as "Firefox, Linux".</summary>
    public static string Name(string? agent, Texts t)
    {
        var parts = new[] { Of(agent, Browsers), Of(agent, Systems) }.OfType<string>().ToList();
        return parts.Count == 0 ? t["unknown"] : string.Join(", ", parts);
    }

    private static string? Of(string? agent, (string Mark, string Name)[] known) =>
        agent is null ? null : Array.Find(known, it => agent.Contains(it.Mark, StringComparison.Ordinal)).Name;
}
