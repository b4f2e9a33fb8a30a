using System.Reflection;

namespace Marketplace.Agent;

/// <summary>Which agent this is.</summary>
internal static class AgentVersion
{
    /// <summary>Such as <c>marketplace-agent 0.1.0</c>.</summary>
    public static string Text { get; } =
        "marketplace-agent " + typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
