using System.Text;
using System.Text.Json;
using Marketplace.Domain.Verification;

namespace Marketplace.Agent.Heartbeats;

/// <summary>
/// Beats that the marketplace has not acknowledged, one in a line of a file. A beat is on disk before it is sent, and leaves
/// only when an answer covers its number. What a crash cut off in the middle of a line was never sent, and is dropped.
/// </summary>
internal sealed class HeartbeatBuffer
{
    /// <summary>Beats kept when the marketplace is not reached: two weeks of one a minute. The oldest go first.</summary>
    public const int Most = 14 * 24 * 60;

    private const string FileName = "heartbeats.jsonl";
    private const string CountFile = "heartbeats.last";
    private const int Slack = 1_000;

    private readonly AgentFolder _folder;
    private readonly List<Heartbeat> _waiting;
    private int _lines;

    /// <summary>Opens what is left from before.</summary>
    public HeartbeatBuffer(AgentFolder folder)
    {
        _folder = folder;
        var text = folder.ReadText(FileName) ?? "";
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        _waiting = [.. whole.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<Heartbeat>().OrderBy(beat => beat.Sequence)];
        _lines = _waiting.Count;
        var counted = long.TryParse(folder.ReadText(CountFile), out var count) ? count : 0;
        Last = _waiting.Count > 0 ? Math.Max(counted, _waiting[^1].Sequence) : counted;
        if (whole.Length != text.Length)
        {
            Rewrite();
        }
    }

    /// <summary>Number of the newest beat ever kept here.</summary>
    public long Last { get; private set; }

    /// <summary>Beats that wait, oldest first.</summary>
    public IReadOnlyList<Heartbeat> Waiting => _waiting;

    /// <summary>Numbers a beat and keeps it; when this returns, it is on disk.</summary>
    public Heartbeat Add(Func<long, Heartbeat> beat)
    {
        var numbered = beat(Last + 1);
        using (var stream = new FileStream(_folder.FileOf(FileName), new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(numbered, AgentJson.Line) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        _waiting.Add(numbered);
        _lines++;
        Last = numbered.Sequence;
        if (_waiting.Count > Most)
        {
            _waiting.RemoveRange(0, _waiting.Count - Most);
            Compact();
        }

        return numbered;
    }

    /// <summary>Lets go of every beat up to a number that the marketplace says is durable.</summary>
    public void Acknowledge(long sequence)
    {
        if (_waiting.RemoveAll(beat => beat.Sequence <= sequence) > 0)
        {
            Compact();
        }
    }

    /// <summary>Goes on counting behind a number that the marketplace has seen, where this folder was set back.</summary>
    public void SkipTo(long sequence)
    {
        if (sequence <= Last)
        {
            return;
        }

        _waiting.RemoveAll(beat => beat.Sequence <= sequence);
        Last = sequence;
        Rewrite();
    }

    private static Heartbeat? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Heartbeat>(line, AgentJson.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Lines of beats let go of stay a while: sending one twice does no harm, writing the file a thousand times a day wears the disk.
    private void Compact()
    {
        if (_waiting.Count == 0 || _lines > _waiting.Count + Slack)
        {
            Rewrite();
        }
    }

    private void Rewrite()
    {
        _folder.WriteText(Last.ToString(System.Globalization.CultureInfo.InvariantCulture), CountFile);
        _folder.WriteText(string.Concat(_waiting.Select(beat => JsonSerializer.Serialize(beat, AgentJson.Line) + "\n")), FileName);
        _lines = _waiting.Count;
    }
}
