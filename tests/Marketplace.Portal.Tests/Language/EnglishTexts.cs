using System.Text.RegularExpressions;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Tests.Language;

/// <summary>Knows English texts of the pages by the table of their German ones.</summary>
internal static class EnglishTexts
{
    /// <summary>A text with values is told by its words: fewer letters than this could be anything.</summary>
    private const int FewLetters = 10;

    private static readonly Texts German = new("de");
    private static readonly HashSet<string> Whole = [.. Texts.Known.Where(english => German[english] != english).Except(Texts.Known.Select(english => German[english]))];

    private static readonly Regex[] Filled =
    [
        .. Whole.Concat(Told.Sentences.Where(sentence => sentence.German != sentence.English).Select(sentence => sentence.English))
            .Where(english => english.Contains("{0}", StringComparison.Ordinal) && english.Count(char.IsLetter) >= FewLetters)
            .Select(english => new Regex("^" + Regex.Replace(Regex.Escape(english), @"\\\{\d\}", ".+") + "$", RegexOptions.None, TimeSpan.FromSeconds(1))),
    ];

    /// <summary>Whether a text is English where there is a German one.</summary>
    public static bool IsEnglish(string text) => Whole.Contains(text) || Array.Exists(Filled, known => known.IsMatch(text));
}
