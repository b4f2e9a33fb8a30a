using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>Reads what operators' own tools print. Any text is taken; the answer is a whole reading or the first fault.</summary>
public static class ToolOutput
{
    /// <summary>Longest output that is read, in characters.</summary>
    public const int Longest = 8 << 20;

    /// <summary>Deepest nesting that any tool prints is a third of this.</summary>
    internal const int MostDepth = 32;

    /// <summary>GPUs, errors and figures of one output: a multiple of what any tool prints.</summary>
    private const int MostGpus = 1_024;
    private const int MostXids = 10_000;
    private const int MostMeasures = 20_000;

    /// <summary>Understands one output. Whatever it is, this ends soon and throws nothing.</summary>
    public static ToolResult Read(Tool tool, string output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Length > Longest)
        {
            return new ToolFault(null, $"The output has {output.Length} characters; at most {Longest} are read.");
        }

        try
        {
            return Sound(tool switch
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
                _ => throw new ToolFormatException(null, $"{tool} is not a known tool."),
            });
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
        catch (Exception wrong) when (wrong is ArithmeticException or InvalidOperationException or IndexOutOfRangeException or ArgumentException or FormatException)
        {
            // Half a surrogate pair in JSON, words that are missing, figures whose quotient is beyond all numbers.
            return new ToolFault(null, "It holds something that no tool prints: a text that is none, a line without its end, or a figure beyond measure.");
        }
    }

    /// <summary>Figures that everything after this can reckon with.</summary>
    private static ToolReading Sound(ToolReading reading) =>
        reading.Gpus.Length > MostGpus || reading.Xids.Length > MostXids || reading.Measures.Length > MostMeasures
            ? throw new ToolFormatException(null, $"It names {reading.Gpus.Length} GPUs, {reading.Xids.Length} errors and {reading.Measures.Length} figures; no tool prints so many.")
        : reading.Measures.FirstOrDefault(measure => measure.Value is < 0 or > Figures.Largest) is { } wrong
            ? throw new ToolFormatException(null, $"{Figures.Shown(wrong.Name)} is {wrong.Value.ToString(CultureInfo.InvariantCulture)}, which nothing measures.")
        : reading;

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
    /// <summary>Longest line, in characters: what looks at lines need not look at more.</summary>
    private const int Longest = 16_384;

    private readonly string[] _lines;

    public Lines(string text)
    {
        _lines = text.ReplaceLineEndings("\n").Split('\n');
        var longest = Array.FindIndex(_lines, line => line.Length > Longest);
        if (longest >= 0)
        {
            throw Wrong(longest, $"The line has {_lines[longest].Length} characters; no tool prints one of more than {Longest}.");
        }
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
    /// <summary>Largest figure that counts: a thousand times what any machine reaches, and small enough to be added and multiplied.</summary>
    public const decimal Largest = 1e15m;

    private const int MostShown = 40;

    /// <summary>A finite number of sensible size, or null.</summary>
    public static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= Largest ? number : null;

    public static string Shown(string text) => Cut(text, MostShown);

    /// <summary>The beginning of a text that may be of any length; no character is cut in two.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";

    /// <summary>What says that a tool does not know, or will not tell.</summary>
    public static bool IsUnknown(string? text) =>
        string.IsNullOrWhiteSpace(text)
        || text is "N/A" or "[N/A]" or "None" or "REDACTED" or "Unknown" or "<<<NOT_SUPPORTED>>>" or "Not Supported" or "[Not Supported]" or "ERR!" or "Unknown Error"
        || text.StartsWith("Requested functionality", StringComparison.Ordinal);

    /// <summary>A serial number; one of zeros only is none.</summary>
    public static string? Serial(string? text) => IsUnknown(text) || text!.All(digit => digit == '0') ? null : text;
}
