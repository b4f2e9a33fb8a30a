using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Marketplace.Portal.Language;

/// <summary>
/// The words of the pages. English stands in the pages themselves and is the key; the other language is a table of those
/// sentences. A test holds that every sentence is in it.
/// </summary>
/// <param name="language"><c>en</c> or <c>de</c>.</param>
/// <param name="zone">IANA zone of the viewer; null for UTC.</param>
public sealed class Texts(string language, string? zone = null)
{
    /// <summary>Names that are written otherwise than their words.</summary>
    private static readonly FrozenDictionary<string, string> Units = new Dictionary<string, string>
    {
        ["GpuHour"] = "GPU-hour",
        ["NodeMonth"] = "node-month",
        ["KilowattMonth"] = "kW-month",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What several of a unit are called.</summary>
    private static readonly FrozenDictionary<string, string> Several = new Dictionary<string, string>
    {
        ["GpuHour"] = "GPU-hours",
        ["NodeMonth"] = "node-months",
        ["KilowattMonth"] = "kW-months",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> German = Read("german.json");

    /// <summary><c>en</c> or <c>de</c>.</summary>
    public string Language { get; } = language;

    /// <summary>Numbers and time in that language.</summary>
    public Formats Formats { get; } = new(language, zone);

    /// <summary>A sentence in the viewer's language.</summary>
    /// <param name="english">The sentence in English.</param>
    public string this[string english] => Language == "de" ? German.GetValueOrDefault(english, english) : english;

    /// <summary>A sentence with values, which are formatted already, in place of <c>{0}</c> and so on.</summary>
    /// <param name="english">The sentence in English.</param>
    /// <param name="values">The values.</param>
    public string this[string english, params object?[] values] => string.Format(System.Globalization.CultureInfo.InvariantCulture, this[english], values);

    /// <summary>What the API said, in the viewer's language and with its figures as the viewer writes them.</summary>
    /// <param name="english">The API's sentence; null or empty for nothing.</param>
    /// <param name="code">The code it came with; null where it came with none.</param>
    public string Said(string? english, string? code = null) => string.IsNullOrEmpty(english) ? "" : Told.Say(english, this, code);

    /// <summary>One sentence for one thing, another for several.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The sentence for one, with <c>{0}</c> for the number.</param>
    /// <param name="many">The sentence otherwise.</param>
    public string Count(int count, string one, string many) => this[count == 1 ? one : many, Formats.Number(count)];

    /// <summary>A value of a closed list as words: <c>AwaitingDeposit</c> becomes "Awaiting deposit".</summary>
    /// <param name="value">The value.</param>
    public string Of(Enum value) => this[Words(value.ToString())];

    /// <summary>A unit as what is counted in it: "92,160 GPU-hours", "1 GPU-hour".</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="quantity">How many; null for none said.</param>
    public string UnitOf(Enum unit, decimal? quantity) =>
        quantity is not null and not 1 && Several.TryGetValue(unit.ToString(), out var several) ? this[several] : Of(unit);

    /// <summary>The same for a value that is not there.</summary>
    /// <param name="value">The value; null for a dash.</param>
    public string OfOptional(Enum? value) => value is null ? "–" : Of(value);

    /// <summary>Every sentence the table has.</summary>
    internal static IReadOnlyCollection<string> Known => German.Keys;

    /// <summary>Words of a name in the API: capitals begin a word.</summary>
    internal static string Words(string name)
    {
        if (Units.TryGetValue(name, out var unit))
        {
            return unit;
        }

        var words = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var begins = i > 0 && char.IsUpper(name[i]);
            var isLevel = begins && i + 1 < name.Length && char.IsDigit(name[i + 1]);
            words.Append(begins ? " " : "").Append(begins && !isLevel ? char.ToLowerInvariant(name[i]) : name[i]);
        }

        return words.ToString();
    }

    private static FrozenDictionary<string, string> Read(string resource)
    {
        using var stream = typeof(Texts).Assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
