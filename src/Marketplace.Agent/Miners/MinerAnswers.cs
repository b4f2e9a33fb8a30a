using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Marketplace.Agent.Miners;

/// <summary>Reads the answers of miners. Firmwares differ in units (MHS, GHS, THS) and in where they put things.</summary>
internal static partial class MinerAnswers
{
    private const int MostDepth = 16;

    /// <summary>A reading, or why there is none.</summary>
    public static MinerReading Read(MinerAddress address, string version, string summary, string stats)
    {
        try
        {
            var kind = Section(version, "VERSION");
            var sums = Section(summary, "SUMMARY");
            if (sums is not [var sum, ..])
            {
                return new MinerReading { Address = address.ToString(), Fault = "The answer to summary has no SUMMARY." };
            }

            // Some have no stats; a miner that refuses them still has a hashrate.
            var details = Section(stats, "STATS");
            return new MinerReading
            {
                Address = address.ToString(),
                Model = First(kind, "Type", "Model") ?? First(details, "Type", "Model"),
                Firmware = kind is [var first, ..] ? string.Join(' ', Software().Matches(first.GetRawText()).Take(1).Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value}")) is { Length: > 0 } text ? text : null : null,
                TerahashesPerSecond = Rate(sum, "5s") ?? Rate(sum, "5S"),
                AverageTerahashesPerSecond = Rate(sum, "av"),
                PowerWatts = Number(sum, "Power") ?? details.Select(detail => Number(detail, "Power")).FirstOrDefault(watts => watts > 0),
                TemperatureCelsius = Number(sum, "Temperature") ?? Hottest(details),
                HardwareErrors = (long?)Number(sum, "Hardware Errors"),
                UptimeSeconds = (long?)Number(sum, "Elapsed"),
                AcceptedShares = (long?)Number(sum, "Accepted"),
                RejectedShares = (long?)Number(sum, "Rejected"),
            };
        }
        catch (JsonException)
        {
            return new MinerReading { Address = address.ToString(), Fault = "It answers what is no JSON." };
        }
    }

    /// <summary>The objects of one section. Bitmain's firmware forgets the comma between those of its stats.</summary>
    private static List<JsonElement> Section(string answer, string name)
    {
        using var document = JsonDocument.Parse(Joined().Replace(answer, "},{"), new JsonDocumentOptions { MaxDepth = MostDepth, AllowTrailingCommas = true });
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var section) && section.ValueKind == JsonValueKind.Array
            ? [.. section.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Select(item => item.Clone())]
            : [];
    }

    private static string? First(List<JsonElement> sections, params string[] names) => sections
        .SelectMany(section => names.Select(name => section.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null))
        .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text));

    private static decimal? Rate(JsonElement sum, string window) =>
        Number(sum, "THS " + window) ?? Number(sum, "GHS " + window) / 1_000 ?? Number(sum, "MHS " + window) / 1_000_000;

    private static decimal? Number(JsonElement of, string name) => !of.TryGetProperty(name, out var value) ? null : Number(value);

    // Numbers come as numbers and as texts.
    private static decimal? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDecimal(out var number) && number >= 0 && number < long.MaxValue ? number : null,
        JsonValueKind.String => decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue ? number : null,
        _ => null,
    };

    private static decimal? Hottest(List<JsonElement> details)
    {
        var known = details.SelectMany(detail => detail.EnumerateObject()).Where(member => Temperature().IsMatch(member.Name)).Select(member => Number(member.Value)).OfType<decimal>().Where(degrees => degrees > 0).ToList();
        return known.Count == 0 ? null : known.Max();
    }

    [GeneratedRegex(@"\}\s*\{")]
    private static partial Regex Joined();

    [GeneratedRegex("\"(CGMiner|BMMiner|BTMiner|SGMiner|BOSer|BOSminer\\+?|BOSminer|LUXminer)\"\\s*:\\s*\"([^\"]{1,60})\"", RegexOptions.IgnoreCase)]
    private static partial Regex Software();

    [GeneratedRegex("^temp[0-9_]{1,8}$")]
    private static partial Regex Temperature();
}
