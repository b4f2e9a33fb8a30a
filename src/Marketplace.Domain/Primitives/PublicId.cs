using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Marketplace.Domain.Primitives;

/// <summary>
/// A public identifier: a noun's prefix, an underscore and lower-case letters or digits, such as <c>rsv_4k2m…</c>.
/// It is also the key of the grain that owns the noun, so it never holds <c>/ \ # ?</c> and is never a bare number.
/// </summary>
/// <typeparam name="TSelf">The id type itself.</typeparam>
public interface IPublicId<TSelf> : IScalar<TSelf, string>
    where TSelf : struct, IPublicId<TSelf>
{
    /// <summary>The noun's prefix without the underscore, such as <c>rsv</c>.</summary>
    static abstract string Prefix { get; }
}

/// <summary>Checks, parses and derives public ids.</summary>
public static class PublicId
{
    /// <summary>Longest suffix accepted after the prefix, in characters.</summary>
    public const int LongestSuffix = 40;

    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Parses <paramref name="text"/>, or answers false if it is not an id of this noun.</summary>
    public static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, IPublicId<TId>
    {
        if (IsWellFormed(TId.Prefix, text))
        {
            id = TId.From(text);
            return true;
        }

        id = default;
        return false;
    }

    /// <summary>
    /// Derives an id from what makes the noun unique, so that a repeated request names the same noun:
    /// the prefix plus base32 of the first 128 bits of SHA-256 over the parts, each preceded by its length.
    /// </summary>
    public static TId Derive<TId>(params ReadOnlySpan<string> parts)
        where TId : struct, IPublicId<TId> => TId.From(TId.Prefix + "_" + Digest(parts));

    /// <summary>The 26 base32 characters that <see cref="Derive{TId}"/> puts behind the prefix.</summary>
    public static string Digest(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part.Length).Append(':').Append(part);
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        return Encode(hash[..16]);
    }

    /// <summary>Lower-case base32 without padding (RFC 4648 alphabet).</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 / 5) + 1);
        int buffer = 0, bits = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Base32[(buffer >> bits) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        if (bits > 0)
        {
            text.Append(Base32[(buffer << (5 - bits)) & 31]);
        }

        return text.ToString();
    }

    internal static string Check(string prefix, string value) => IsWellFormed(prefix, value)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected '{prefix}_' followed by 1 to {LongestSuffix} lower-case letters or digits.");

    private static bool IsWellFormed(string prefix, [NotNullWhen(true)] string? text)
    {
        if (text is null || text.Length <= prefix.Length + 1 || text.Length > prefix.Length + 1 + LongestSuffix ||
            !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '_')
        {
            return false;
        }

        foreach (var c in text.AsSpan(prefix.Length + 1))
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return true;
    }
}
