namespace Marketplace.Agent.Benchmarks;

/// <summary>
/// A challenge that is being answered, on disk from its first message to its last upload: what an agent finds there when it
/// begins was cut short.
/// </summary>
/// <param name="Run">The challenge.</param>
/// <param name="BegunAt">When, by the node's clock.</param>
/// <param name="IsReported">Whether its report is signed: the very same is sent again then, and never another.</param>
internal sealed record OpenAnswer(string Run, DateTimeOffset BegunAt, bool IsReported)
{
    private const string FileName = "challenge.json";

    /// <summary>What was cut short; null when nothing was.</summary>
    public static OpenAnswer? Of(AgentFolder folder) => folder.Read<OpenAnswer>(FileName);

    /// <summary>Keeps it.</summary>
    public void Save(AgentFolder folder) => folder.Write(this, FileName);

    /// <summary>It is answered, or never will be.</summary>
    public static void Close(AgentFolder folder) => File.Delete(folder.FileOf(FileName));
}
