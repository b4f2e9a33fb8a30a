using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Marketplace.Grains.Ports;

namespace Marketplace.Grains.Verification;

/// <summary>Bytes by their SHA-256: raw outputs and signed reports. What stands under a digest never changes.</summary>
public static class EvidenceStore
{
    /// <summary>The table: partition by digest, a row a piece.</summary>
    public const string Table = "evidence";

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps bytes. Repeating it changes nothing.</summary>
    /// <param name="rows">The store.</param>
    /// <param name="bytes">At least one.</param>
    /// <returns>Their digest.</returns>
    public static async Task<string> PutAsync(IRowStore rows, ReadOnlyMemory<byte> bytes)
    {
        var digest = DigestOf(bytes.Span);
        for (var (at, piece) = (0, 0); at < bytes.Length; at += RowLimits.LargestData, piece++)
        {
            var part = bytes[at..Math.Min(bytes.Length, at + RowLimits.LargestData)];
            await rows.TryInsertAsync(Table, digest, [new Row(Key(piece), 1, part)]);
        }

        return digest;
    }

    /// <summary>The bytes under a digest, or null when they are not there in full.</summary>
    public static async Task<ImmutableArray<byte>?> FindAsync(IRowStore rows, string digest)
    {
        using var bytes = new MemoryStream();
        string? from = null;
        do
        {
            var page = await rows.ScanAsync(Table, digest, from, null, RowLimits.MostRowsInPage);
            foreach (var row in page.Rows)
            {
                bytes.Write(row.Data.Span);
            }

            from = page.NextFrom;
        }
        while (from is not null);
        var whole = bytes.ToArray();
        return whole.Length > 0 && DigestOf(whole) == digest ? [.. whole] : null;
    }

    private static string Key(int piece) => piece.ToString("D4", CultureInfo.InvariantCulture);
}
