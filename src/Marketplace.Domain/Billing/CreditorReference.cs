using System.Text;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Billing;

/// <summary>
/// A structured creditor reference (ISO 11649) by which a bank transfer names what it pays: <c>RF</c>, two check digits, and 1
/// to 21 letters or digits. The check digits are those of ISO 7064 MOD 97-10, so that a mistyped reference matches nothing.
/// </summary>
public static class CreditorReference
{
    private const int Body = 16;
    private const int Length = Body + 4;

    /// <summary>The reference of an invoice, the same whenever it is asked for.</summary>
    public static string Of(InvoiceId invoice) => WithCheckDigits(PublicId.Digest("creditor reference", invoice.Value)[..Body].ToUpperInvariant());

    /// <summary>The reference with this body.</summary>
    /// <param name="body">1 to 21 upper-case letters or digits.</param>
    public static string WithCheckDigits(string body) =>
        IsBody(body) ? $"RF{98 - Remainder(body + "RF00"):D2}{body}" : throw new ArgumentException("Expected 1 to 21 upper-case letters or digits.", nameof(body));

    /// <summary>Whether a text is a reference in its electronic form with right check digits.</summary>
    public static bool IsValid(string text) => text.Length is >= 5 and <= 25
        && text.StartsWith("RF", StringComparison.Ordinal) && char.IsAsciiDigit(text[2]) && char.IsAsciiDigit(text[3])
        && IsBody(text[4..]) && Remainder(text[4..] + text[..4]) == 1;

    /// <summary>The first valid reference of the length of ours in free text, spaces and case aside; null when there is none.</summary>
    public static string? FindIn(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Where(char.IsAsciiLetterOrDigit))
        {
            plain.Append(char.ToUpperInvariant(c));
        }

        var packed = plain.ToString();
        for (var at = packed.IndexOf("RF", StringComparison.Ordinal); at >= 0; at = packed.IndexOf("RF", at + 1, StringComparison.Ordinal))
        {
            if (at + Length <= packed.Length && IsValid(packed.Substring(at, Length)))
            {
                return packed.Substring(at, Length);
            }
        }

        return null;
    }

    /// <summary>As people read it: in groups of four.</summary>
    public static string ForPeople(string reference) => string.Join(' ', reference.Chunk(4).Select(group => new string(group)));

    private static bool IsBody(string body) => body.Length is >= 1 and <= 21 && body.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    private static int Remainder(string text)
    {
        var remainder = 0;
        foreach (var c in text)
        {
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        }

        return remainder;
    }
}
