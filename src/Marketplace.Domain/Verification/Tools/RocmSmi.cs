using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Marketplace.Domain.Verification.Tools;

/// <summary><c>rocm-smi -a --json</c>: one object per card, its members named in prose, every value a text.</summary>
internal static partial class RocmSmi
{
    private const decimal BytesPerMebibyte = 1 << 20;

    public static ToolReading Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw JsonOutput.Wrong("The output should be an object with a member per card.");
        }

        var cards = root.EnumerateObject().Where(member => Card().IsMatch(member.Name)).ToList();
        if (cards.Count == 0)
        {
            throw JsonOutput.Wrong("No card0, card1, … is described.");
        }

        return new ToolReading(Tool.RocmSmi, ToolVerdict.None)
        {
            Version = root.Find("system")?.OptionalText("Driver version"),
            Gpus = [.. cards.Select(card => Gpu(card.Name, card.Value)).OrderBy(gpu => gpu.Index)],
        };
    }

    private static GpuReading Gpu(string name, JsonElement card)
    {
        var index = int.Parse(name.AsSpan("card".Length), NumberStyles.None, CultureInfo.InvariantCulture);
        return new GpuReading
        {
            Index = index,
            // Newer versions put the series where older ones had a number.
            Model = Text(card, "Card series") ?? Text(card, "Card Series") ?? throw JsonOutput.Wrong($"{name}: 'Card series' is missing."),
            Uuid = Text(card, "Unique ID"),
            Serial = Figures.Serial(Text(card, "Serial Number")),
            PciAddress = Text(card, "PCI Bus")?.ToLowerInvariant(),
            PciDeviceId = (Text(card, "Device ID") ?? Text(card, "GPU ID")) is { } id && id.StartsWith("0x", StringComparison.Ordinal) ? id[2..].ToLowerInvariant() : null,
            Vbios = Text(card, "VBIOS version"),
            MemoryMebibytes = Number(card, "VRAM Total Memory (B)") is { } bytes ? (long)(bytes / BytesPerMebibyte) : null,
            PowerDrawWatts = Number(card, "Average Graphics Package Power (W)") ?? Number(card, "Current Socket Graphics Package Power (W)"),
            PowerLimitWatts = Number(card, "Max Graphics Package Power (W)"),
            MostPowerWatts = Number(card, "Max Graphics Package Power (W)"),
            ClockMegahertz = Text(card, "sclk clock speed:") is { } clock && Megahertz().Match(clock) is { Success: true } match
                ? int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
                : null,
            TemperatureCelsius = Number(card, "Temperature (Sensor junction) (C)"),
            PcieWidth = Text(card, "pcie clock level") is { } link && Lanes().Match(link) is { Success: true } lanes
                ? int.Parse(lanes.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
                : null,
        };
    }

    private static string? Text(JsonElement card, string name) => card.OptionalText(name) is { } text && !Figures.IsUnknown(text) ? text : null;

    private static decimal? Number(JsonElement card, string name) => Text(card, name) is not { } text
        ? null
        : Figures.Number(text) is { } number and >= 0 and <= 1e15m ? number : throw JsonOutput.Wrong($"'{name}' is '{Figures.Shown(text)}', not a number.");

    [GeneratedRegex("^card[0-9]{1,4}$")]
    private static partial Regex Card();

    [GeneratedRegex("([0-9]{1,6})Mhz", RegexOptions.IgnoreCase)]
    private static partial Regex Megahertz();

    [GeneratedRegex("x([0-9]{1,2})\\)")]
    private static partial Regex Lanes();
}
