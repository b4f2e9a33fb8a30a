using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Client;

namespace Marketplace.Portal.Language;

/// <summary>
/// What the API says, in the viewer's language. The API speaks English, with figures inside its sentences: a sentence is known by its words, and
/// its figures are put into the German one as the viewer writes them. What is not known is said by its code. Tests hold that every sentence and
/// every code of the API is in the tables.
/// </summary>
internal static partial class Told
{
    /// <summary>A sentence with fewer words than this is only known around values of one word each.</summary>
    private const int FewLetters = 12;

    private static readonly ImmutableArray<Sentence> All = [.. Read("sentences.german.json").Select(known => new Sentence(known.Key, known.Value)).OrderByDescending(sentence => sentence.Letters)];

    private static readonly FrozenDictionary<string, string> Codes = Read("refusals.german.json");

    /// <summary>Every sentence there is, in English.</summary>
    internal static IEnumerable<(string English, string German)> Sentences => All.Select(sentence => (sentence.English, sentence.German));

    /// <summary>Every code there is.</summary>
    internal static IReadOnlyCollection<string> KnownCodes => Codes.Keys;

    /// <summary>What a sentence of the API says.</summary>
    /// <param name="english">The sentence as it came.</param>
    /// <param name="texts">The viewer's words.</param>
    /// <param name="code">The code it came with; null where it came with none.</param>
    public static string Say(string english, Texts texts, string? code = null)
    {
        var isGerman = texts.Language == "de";
        foreach (var sentence in All)
        {
            if (sentence.ValuesIn(english) is { } values)
            {
                var said = values.Select(value => (object)Value(value, texts)).ToArray();
                return string.Format(CultureInfo.InvariantCulture, isGerman ? sentence.German : sentence.English, said);
            }
        }

        return !isGerman ? english
            : Codes.GetValueOrDefault(code ?? english) is not { } meaning ? english
            : english != code && english.Any(char.IsAsciiDigit) ? $"{meaning} ({english})"
            : meaning;
    }

    /// <summary>A value inside a sentence: money, numbers and time as the viewer writes them, words of the API in the viewer's language.</summary>
    private static string Value(string value, Texts texts)
    {
        var formats = texts.Formats;
        if (Instant().IsMatch(value) && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return formats.Time(at);
        }

        if (Date().IsMatch(value) && DateOnly.TryParse(value, CultureInfo.InvariantCulture, out var day))
        {
            return formats.Date(day);
        }

        if (Amount().Match(value) is { Success: true } money && decimal.TryParse(money.Groups[2].ValueSpan, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount))
        {
            return formats.Price(new UnitPrice { Currency = money.Groups[1].Value, Amount = amount });
        }

        if (Number().Match(value) is { Success: true } number && decimal.TryParse(number.Groups[1].ValueSpan, NumberStyles.Number, CultureInfo.InvariantCulture, out var plain))
        {
            return formats.Number(plain, 6) + number.Groups[2].Value;
        }

        return texts.Language == "de" && value.Length > 0 ? Word(value, texts) : value;
    }

    private static string Word(string value, Texts texts)
    {
        if (All.FirstOrDefault(sentence => sentence.English == value) is { } whole)
        {
            return whole.German;
        }

        // Statuses are spelled in small letters inside sentences.
        var capital = char.ToUpperInvariant(value[0]) + value[1..];
        return texts[capital] is var known && known != capital ? known : value;
    }

    private static FrozenDictionary<string, string> Read(string resource)
    {
        using var stream = typeof(Told).Assembly.GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+Z$")]
    private static partial Regex Instant();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$")]
    private static partial Regex Date();

    [GeneratedRegex(@"^([A-Z]{3}) (-?[\d,]+(?:\.\d+)?)$")]
    private static partial Regex Amount();

    [GeneratedRegex(@"^(-?\d{1,3}(?:,\d{3})*(?:\.\d+)?|-?\d+\.\d+)( ?%| [A-Za-z/]{1,5})?$")]
    private static partial Regex Number();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Hole();

    /// <summary>A sentence in both languages, with <c>{0}</c> and so on where values stand.</summary>
    private sealed class Sentence(string english, string german)
    {
        private readonly string[] parts = Hole().Split(english);

        public string English { get; } = english;

        public string German { get; } = german;

        public int Letters { get; } = Hole().Replace(english, "").Length;

        /// <summary>The values in a text that is this sentence; null where it is another.</summary>
        public string[]? ValuesIn(string text)
        {
            if (parts.Length == 1)
            {
                return text == parts[0] ? [] : null;
            }

            if (text.Length < Letters || !text.StartsWith(parts[0], StringComparison.Ordinal) || !text.EndsWith(parts[^1], StringComparison.Ordinal))
            {
                return null;
            }

            var (values, from) = (new string[parts.Length - 1], parts[0].Length);
            for (var i = 1; i < parts.Length; i++)
            {
                var next = i == parts.Length - 1 ? text.Length - parts[i].Length : parts[i].Length == 0 ? -1 : text.IndexOf(parts[i], from, StringComparison.Ordinal);
                if (next < from)
                {
                    return null;
                }

                values[i - 1] = text[from..next];
                from = next + parts[i].Length;
            }

            return Letters < FewLetters && values.Any(value => value.Contains(' ', StringComparison.Ordinal)) ? null : values;
        }
    }
}
