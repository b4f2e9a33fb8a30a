using System.Text.RegularExpressions;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Tests.Language;

/// <summary>Knows English texts of the pages by the table of their German ones.</summary>
internal static partial class EnglishTexts
{
    /// <summary>A text with values is told by its words: fewer letters than this could be anything.</summary>
    private const int FewLetters = 10;

    /// <summary>Names and descriptions in the demo market.</summary>
    private static readonly HashSet<string> Written = ["Hall A", "Critical IT load for hardware that the tenant brings; energy is passed through at cost."];

    private static readonly Texts German = new("de");
    private static readonly HashSet<string> Whole = [.. Texts.Known.Where(english => German[english] != english).Except(Texts.Known.Select(english => German[english]))];

    private static readonly Regex[] Filled =
    [
        .. Whole.Concat(Told.Sentences.Where(sentence => sentence.German != sentence.English).Select(sentence => sentence.English))
            .Where(english => english.Contains("{0}", StringComparison.Ordinal) && english.Count(char.IsLetter) >= FewLetters)
            .Select(english => new Regex("^" + Regex.Replace(Regex.Escape(english), @"\\\{\d\}", ".+") + "$", RegexOptions.None, TimeSpan.FromSeconds(1))),
    ];

    /// <summary>Whether a text is English where there is a German one, or reads like English; what the demo market's people wrote themselves does not count.</summary>
    public static bool IsEnglish(string text) => !Written.Contains(text) && (Whole.Contains(text) || Array.Exists(Filled, known => known.IsMatch(text)) || Words().IsMatch(text));

    [GeneratedRegex(@"\b(the|and|with|your|from|until|has|have|are|been|not|this|that|which)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Words();
}
