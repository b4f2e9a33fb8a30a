using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>Reads what operators' own tools print. Any text is taken; the answer is a whole reading or the first fault.</summary>
public static class ToolOutput
{
    /// <summary>Longest output that is read, in characters.</summary>
    public const int Longest = 8 << 20;

    private const int MostDepth = 32;

    /// <summary>Understands one output.</summary>
    public static ToolResult Read(Tool tool, string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Length > Longest)
        {
            return new ToolFault(null, $"The output has {output.Length} characters; at most {Longest} are read.");
        }

        try
        {
            return tool switch
            {
                Tool.NvidiaSmi => NvidiaSmi.Read(output),
                Tool.RocmSmi => RocmSmi.Read(Json(output)),
                Tool.DcgmDiag => DcgmDiag.Read(Json(output)),
                Tool.NcclTests => NcclTests.Read(new Lines(output)),
                Tool.Nvbandwidth => output.AsSpan().TrimStart().StartsWith("{") ? Nvbandwidth.Read(Json(output)) : Nvbandwidth.Read(new Lines(output)),
                Tool.GpuBurn => GpuBurn.Read(new Lines(output)),
                Tool.Hpl => Hpl.Read(new Lines(output)),
                Tool.Stream => MemoryStream.ReadCpu(new Lines(output)),
                Tool.GpuStream => MemoryStream.ReadGpu(new Lines(output)),
                Tool.CudaBandwidth => CudaBandwidth.Read(new Lines(output)),
                Tool.GemmSweep => GemmSweep.Read(new Lines(output)),
                Tool.RdmaBandwidth => RdmaBandwidth.Read(new Lines(output)),
                Tool.MlperfSummary => Mlperf.ReadSummary(new Lines(output)),
                Tool.MlperfSystem => Mlperf.ReadSystem(Json(output)),
                Tool.Fio => Fio.Read(Json(output)),
                Tool.Iperf3 => Iperf3.Read(Json(output)),
                Tool.KernelLog => KernelLog.Read(new Lines(output)),
                _ => new ToolFault(null, $"{tool} is not a known tool."),
            };
        }
        catch (ToolFormatException wrong)
        {
            return new ToolFault(wrong.Line, wrong.Message);
        }
        catch (JsonException wrong)
        {
            return new ToolFault((int?)wrong.LineNumber + 1, "This is no JSON, or it is cut off.");
        }
        catch (XmlException wrong)
        {
            return new ToolFault(wrong.LineNumber, "This is no XML, or it is cut off.");
        }
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
        return document.RootElement.Clone();
    }
}

/// <summary>The output is not what the tool prints.</summary>
internal sealed class ToolFormatException(int? line, string message) : Exception(message)
{
    public int? Line { get; } = line;
}

/// <summary>An output by lines, with its numbers read strictly.</summary>
internal sealed class Lines
{
    private readonly string[] _lines;

    public Lines(string text)
    {
        _lines = text.ReplaceLineEndings("\n").Split('\n');
    }

    public int Count => _lines.Length;

    public string this[int index] => _lines[index];

    /// <summary>Index of the first line at or after one that holds, or -1.</summary>
    public int Find(Func<string, bool> holds, int from = 0) => Array.FindIndex(_lines, Math.Min(from, _lines.Length), line => holds(line));

    /// <summary>Index of the first line that begins so.</summary>
    public int Require(string beginning, string meaning, int from = 0) => Find(line => line.AsSpan().TrimStart().StartsWith(beginning, StringComparison.Ordinal), from) is var at and >= 0
        ? at
        : throw new ToolFormatException(null, $"There is no line that begins with '{beginning}': {meaning}");

    public static ToolFormatException Wrong(int index, string what) => new(index + 1, what);

    public string[] Words(int index) => _lines[index].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    public static decimal Number(int index, string text) => Figures.Number(text) ?? throw Wrong(index, $"'{Figures.Shown(text)}' is no number.");

    public static long Whole(int index, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : throw Wrong(index, $"'{Figures.Shown(text)}' is no whole number.");
}

/// <summary>Figures as tools print them.</summary>
internal static class Figures
{
    private const int MostShown = 40;

    /// <summary>A finite number of sensible size, or null.</summary>
    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static string Shown(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";

    /// <summary>What says that a tool does not know, or will not tell.</summary>
    public static bool IsUnknown(string? text) =>
        string.IsNullOrWhiteSpace(text)
        || text is "N/A" or "[N/A]" or "None" or "REDACTED" or "Unknown" or "<<<NOT_SUPPORTED>>>" or "Not Supported" or "[Not Supported]" or "ERR!" or "Unknown Error"
        || text.StartsWith("Requested functionality", StringComparison.Ordinal);

    /// <summary>A serial number; one of zeros only is none.</summary>
    public static string? Serial(string? text) => IsUnknown(text) || text!.All(digit => digit == '0') ? null : text;
}
