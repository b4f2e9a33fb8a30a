using System.Collections.Immutable;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Marketplace.Domain.Verification.Tools;

/// <summary>
/// <c>nvidia-smi -q -x</c>. Names moved between the schemas: throttle reasons became event reasons in v12, power readings were
/// split by module, draws by average and instant in v13.
/// </summary>
internal static partial class NvidiaSmi
{
    private const string Active = "Active";

    public static ToolReading Read(string output)
    {
        var root = Parse(output).Root!;
        if (root.Name.LocalName != "nvidia_smi_log")
        {
            throw new ToolFormatException(1, $"The outermost element is {root.Name.LocalName}, not nvidia_smi_log.");
        }

        var gpus = root.Elements("gpu").Select(Gpu).ToImmutableArray();
        var attached = Whole(root, "attached_gpus") ?? throw new ToolFormatException(null, "attached_gpus is missing.");
        if (gpus.Length > attached || gpus.Length == 0)
        {
            throw new ToolFormatException(null, $"attached_gpus says {attached}, but {gpus.Length} are described.");
        }

        return new ToolReading(Tool.NvidiaSmi, ToolVerdict.None)
        {
            Version = Text(root, "driver_version"),
            Gpus = gpus,
            // With -i it describes a part.
            Remarks = gpus.Length == attached ? [] : [$"{attached} GPUs are attached, {gpus.Length} are described."],
        };
    }

    // The document type it names is never fetched nor read; entities of its own it does not have. A tree as deep as somebody
    // likes would end the process, so that depth is looked at before there is a tree.
    private static XDocument Parse(string output)
    {
        if (output.Contains("<!ENTITY", StringComparison.Ordinal))
        {
            throw new ToolFormatException(null, "nvidia-smi declares no entities.");
        }

        using (var depths = Reader(output))
        {
            while (depths.Read())
            {
                if (depths.Depth > ToolOutput.MostDepth)
                {
                    throw new ToolFormatException(depths.LineNumber, $"Elements lie more than {ToolOutput.MostDepth} deep in each other.");
                }
            }
        }

        using var reader = Reader(output);
        return XDocument.Load(reader);
    }

    private static XmlTextReader Reader(string output) => new(output, XmlNodeType.Document, null) { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };

    private static GpuReading Gpu(XElement gpu, int index)
    {
        var uuid = Text(gpu, "uuid");
        if (uuid is not null && !Uuid().IsMatch(uuid))
        {
            throw new ToolFormatException(null, $"GPU {index}: '{Figures.Shown(uuid)}' is no GPU UUID.");
        }

        var link = gpu.Element("pci")?.Element("pci_gpu_link_info");
        var power = gpu.Element("gpu_power_readings") ?? gpu.Element("power_readings");
        var reasons = gpu.Element("clocks_event_reasons") ?? gpu.Element("clocks_throttle_reasons");
        return new GpuReading
        {
            Index = index,
            Model = Text(gpu, "product_name") ?? throw new ToolFormatException(null, $"GPU {index}: product_name is missing."),
            Uuid = uuid,
            Serial = Figures.Serial(Text(gpu, "serial")),
            PciAddress = Text(gpu.Element("pci"), "pci_bus_id")?.ToLowerInvariant(),
            PciDeviceId = Text(gpu.Element("pci"), "pci_device_id") is { Length: 8 } device ? device[..4].ToLowerInvariant() : null,
            Vbios = Text(gpu, "vbios_version"),
            MemoryMebibytes = (long?)Quantity(gpu.Element("fb_memory_usage"), "total", "MiB"),
            PowerDrawWatts = Quantity(power, "power_draw", "W") ?? Quantity(power, "instant_power_draw", "W"),
            PowerLimitWatts = Quantity(power, "current_power_limit", "W") ?? Quantity(power, "enforced_power_limit", "W"),
            MostPowerWatts = Quantity(power, "max_power_limit", "W"),
            ClockMegahertz = (int?)Quantity(gpu.Element("clocks"), "sm_clock", "MHz"),
            MostClockMegahertz = (int?)Quantity(gpu.Element("max_clocks"), "sm_clock", "MHz"),
            TemperatureCelsius = Quantity(gpu.Element("temperature"), "gpu_temp", "C"),
            PcieGeneration = Whole(link?.Element("pcie_gen"), "current_link_gen"),
            MostPcieGeneration = Whole(link?.Element("pcie_gen"), "max_link_gen"),
            PcieWidth = Lanes(link?.Element("link_widths"), "current_link_width"),
            MostPcieWidth = Lanes(link?.Element("link_widths"), "max_link_width"),
            EccEnabled = Switch(gpu.Element("ecc_mode"), "current_ecc"),
            UncorrectableErrors = Uncorrectable(gpu.Element("ecc_errors")?.Element("volatile")),
            IsPartitioned = Switch(gpu.Element("mig_mode"), "current_mig"),
            ThrottleReasons = reasons is null ? [] : [.. reasons.Elements()
                .Where(reason => reason.Value.Trim() == Active && !reason.Name.LocalName.EndsWith("gpu_idle", StringComparison.Ordinal))
                .Select(reason => reason.Name.LocalName.Replace("clocks_event_reason_", "", StringComparison.Ordinal).Replace("clocks_throttle_reason_", "", StringComparison.Ordinal))],
        };
    }

    private static string? Text(XElement? parent, string name) => Text(parent?.Element(name));

    private static string? Text(XElement? element) => element?.Value.Trim() is { } text && !Figures.IsUnknown(text) ? text : null;

    private static int? Whole(XElement? parent, string name) => (int?)Quantity(parent, name, "");

    private static decimal? Quantity(XElement? parent, string name, string unit) => Quantity(parent?.Element(name), unit);

    private static decimal? Quantity(XElement? element, string unit)
    {
        if (Text(element) is not { } text)
        {
            return null;
        }

        var figure = unit.Length > 0 && text.EndsWith(" " + unit, StringComparison.Ordinal) ? text[..^(unit.Length + 1)] : text;
        return Figures.Number(figure) is { } number and >= 0 and <= int.MaxValue
            ? number
            : throw new ToolFormatException(null, $"{Figures.Shown(element!.Name.LocalName)} is '{Figures.Shown(text)}', not a number{(unit.Length > 0 ? " of " + unit : "")}.");
    }

    private static int? Lanes(XElement? parent, string name) => Text(parent, name) switch
    {
        null => null,
        var text when text.EndsWith('x') && Figures.Number(text[..^1]) is { } lanes and > 0 and <= 64 => (int)lanes,
        var text => throw new ToolFormatException(null, $"{name} is '{Figures.Shown(text)}', not lanes such as 16x."),
    };

    private static bool? Switch(XElement? parent, string name) => Text(parent, name) switch
    {
        "Enabled" => true,
        "Disabled" => false,
        _ => null,
    };

    private static long? Uncorrectable(XElement? counts)
    {
        var known = (counts?.Elements() ?? []).Where(count => count.Name.LocalName.Contains("uncorrectable", StringComparison.Ordinal))
            .Select(count => (int?)Quantity(count, "")).OfType<int>().ToList();
        return known.Count == 0 ? null : known.Sum(count => (long)count);
    }

    [GeneratedRegex("^GPU-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex Uuid();
}
