namespace Marketplace.Domain.Sites;

/// <summary>Checks of free text that people enter.</summary>
internal static class Text
{
    /// <summary>Whether the text has 1 to <paramref name="most"/> characters, not only blanks, and no control characters but line breaks and tabs.</summary>
    internal static bool Fits(string? text, int most) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));
}
