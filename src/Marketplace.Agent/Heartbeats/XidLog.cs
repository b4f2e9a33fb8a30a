using Marketplace.Domain.Verification;
using Marketplace.Domain.Verification.Tools;

namespace Marketplace.Agent.Heartbeats;

/// <summary>
/// Which Xid lines of the kernel's log were told already, over restarts of the agent too. The log is a ring: lines are known by
/// their text, which begins with the time since the start of the machine, and not by their number, so that one that falls out
/// hides none that comes in. A line is told before its beat is kept: a crash in between loses it, and none is told twice.
/// </summary>
/// <param name="folder">Where that is kept.</param>
internal sealed class XidLog(AgentFolder folder)
{
    /// <summary>Most errors of one beat, as many as count; more of them are told by the next ones.</summary>
    public const int MostAtOnce = HealthBook.MostXids;

    private const string FileName = "xids.json";
    private const string Mark = "NVRM: Xid";

    private Told? _told;

    /// <summary>The errors that came since the last look. The first one ever tells none, as they are of before; after a start of the machine all are new.</summary>
    /// <param name="bootId">Boot id of the machine.</param>
    /// <param name="log">The kernel's log, as far as it reaches back.</param>
    /// <returns>Null where a line cannot be read.</returns>
    public IReadOnlyList<XidError>? Take(string bootId, string log)
    {
        var before = _told ?? folder.Read<Told>(FileName);
        string[] lines = [.. log.Split('\n').Where(line => line.Contains(Mark, StringComparison.Ordinal))];
        if (before is null)
        {
            Keep(new Told(bootId, lines), before);
            return [];
        }

        var known = (before.BootId == bootId ? before.Lines : []).GroupBy(line => line, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var (told, fresh) = (new List<string>(), new List<string>());
        foreach (var line in lines)
        {
            if (known.TryGetValue(line, out var count) && count > 0)
            {
                known[line] = count - 1;
                told.Add(line);
            }
            else if (fresh.Count < MostAtOnce)
            {
                fresh.Add(line);
            }
        }

        Keep(new Told(bootId, [.. told, .. fresh]), before);
        return ToolOutput.Read(Tool.KernelLog, string.Join('\n', fresh)).Reading?.Xids;
    }

    private void Keep(Told told, Told? before)
    {
        _told = told;
        if (told.BootId != before?.BootId || !told.Lines.SequenceEqual(before.Lines, StringComparer.Ordinal))
        {
            folder.Write(told, FileName);
        }
    }

    /// <summary>What was told.</summary>
    /// <param name="BootId">Of which run of the machine.</param>
    /// <param name="Lines">Lines that are still in the log.</param>
    private sealed record Told(string BootId, IReadOnlyList<string> Lines);
}
