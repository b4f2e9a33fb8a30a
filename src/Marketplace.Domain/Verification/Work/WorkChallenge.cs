using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;

namespace Marketplace.Domain.Verification.Work;

/// <summary>
/// A product of two matrices of 8-bit numbers that a node has to compute now, because both follow from a nonce it did not know
/// before. It commits to the rows of the product first; only then it learns which rows it has to open.
/// </summary>
/// <param name="Nonce">32 bytes, hexadecimal.</param>
/// <param name="Size">Rows and columns n: a power of two from 256 to 32,768. Work grows with n³, checking with n².</param>
/// <param name="OpenedRows">Rows to open, 1 to n.</param>
public sealed record WorkChallenge(string Nonce, int Size, int OpenedRows)
{
    /// <summary>Least rows and columns.</summary>
    public const int LeastSize = 256;

    /// <summary>Most rows and columns: sums of products still fit 32 bits.</summary>
    public const int MostSize = 32_768;

    /// <summary>Whether the bounds above hold.</summary>
    public bool IsSound => Size is >= LeastSize and <= MostSize && BitOperations.IsPow2(Size) && OpenedRows >= 1 && OpenedRows <= Size
        && Hexadecimal.Is32Bytes(Nonce);

    /// <summary>
    /// How many rows to open so that a node which left out this share of the rows is caught with this confidence:
    /// 299 for 1 % and 95 %.
    /// </summary>
    /// <param name="missingShare">0 to 1, exclusive.</param>
    /// <param name="confidence">0 to 1, exclusive.</param>
    public static int RowsFor(double missingShare, double confidence) => (int)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - missingShare));

    /// <summary>A row of the left factor.</summary>
    /// <param name="row">0 to n - 1.</param>
    /// <param name="into">n numbers.</param>
    public void LeftRow(int row, Span<sbyte> into) => Fill(Key("left"), row, into);

    /// <summary>A row of the right factor.</summary>
    /// <param name="row">0 to n - 1.</param>
    /// <param name="into">n numbers.</param>
    public void RightRow(int row, Span<sbyte> into) => Fill(Key("right"), row, into);

    /// <summary>Key of a factor for <see cref="Word"/>.</summary>
    /// <param name="factor"><c>left</c> or <c>right</c>.</param>
    public ulong Key(string factor) => KeyOf(Nonce, factor);

    /// <summary>Eight numbers of a factor at once, the first in the lowest byte: SplitMix64 of key and place, cheap on every kind of processor.</summary>
    /// <param name="key">Key of the factor.</param>
    /// <param name="place">(row × n + column) / 8.</param>
    public static ulong Word(ulong key, ulong place)
    {
        unchecked
        {
            var mixed = key + (place + 1) * 0x9E3779B97F4A7C15;
            mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
            return mixed ^ mixed >> 31;
        }
    }

    /// <summary>A key that follows from a nonce and from what it is for.</summary>
    internal static ulong KeyOf(string nonce, string purpose) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData([.. Convert.FromHexString(nonce), .. System.Text.Encoding.ASCII.GetBytes(purpose)]));

    private void Fill(ulong key, int row, Span<sbyte> into)
    {
        var first = (ulong)row * (ulong)Size / sizeof(ulong);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<sbyte, ulong>(into[..Size]);
        for (var at = 0; at < words.Length; at++)
        {
            words[at] = BitConverter.IsLittleEndian ? Word(key, first + (ulong)at) : BinaryPrimitives.ReverseEndianness(Word(key, first + (ulong)at));
        }
    }
}

/// <summary>What the marketplace asks once it holds the commitment.</summary>
/// <param name="Seed">32 bytes, hexadecimal, drawn after the commitment came.</param>
public sealed record WorkQuestion(string Seed)
{
    /// <summary>Indices of the rows to open, in ascending order, each once.</summary>
    public ImmutableArray<int> Rows(WorkChallenge challenge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        var rows = new SortedSet<int>();
        for (ulong turn = 0; rows.Count < challenge.OpenedRows; turn++)
        {
            // The size is a power of two, so the low bits are even.
            rows.Add((int)(Draw("rows", turn) % (ulong)challenge.Size));
        }

        return [.. rows];
    }

    /// <summary>The check vector: n numbers of 32 bits. A wrong row passes it by a chance of one in 2^32.</summary>
    internal uint[] Vector(int size) => [.. Enumerable.Range(0, size).Select(at => (uint)Draw("vector", (ulong)at))];

    private ulong Draw(string purpose, ulong turn)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, turn);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData([.. Convert.FromHexString(Seed), .. System.Text.Encoding.ASCII.GetBytes(purpose), .. number]));
    }
}

/// <summary>Bytes as hexadecimal digits.</summary>
internal static class Hexadecimal
{
    public static bool Is32Bytes(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);
}
