using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Marketplace.Domain.Verification.Work;

/// <summary>
/// Memory that a node has to hold now. It is filled block by block from a nonce the node did not know before; a word of a block
/// can only be had by keeping it or by making most of its block again. Once the node says that all is filled, a chain of reads
/// is asked for by a seed drawn then, each of which names the place of the next, and the marketplace times it: reads of kept
/// words take a microsecond each, words made again hundreds. The node commits to the words it read, and some of them, drawn
/// after that, are made again by the marketplace.
/// </summary>
/// <remarks>
/// It shows that most of this memory was held at that moment, by whatever held it. It does not show which device that was,
/// nor its bandwidth. A node that keeps all but a share is slower by that share only, so the limit tells a share, not a byte.
/// </remarks>
/// <param name="Nonce">32 bytes, hexadecimal.</param>
/// <param name="Blocks">Blocks, 1 to 2^26.</param>
/// <param name="BlockWords">Words of 8 bytes of each block: a power of two from 256 to 65,536. Making one again grows with it.</param>
/// <param name="Reads">Reads of the chain, 1 to 2^16.</param>
public sealed record MemoryChallenge(string Nonce, int Blocks, int BlockWords, int Reads)
{
    private const int MostBlocks = 1 << 26;
    private const int LeastBlockWords = 256;
    private const int MostBlockWords = 1 << 16;
    private const int MostReads = 1 << 16;

    /// <summary>Words of all blocks.</summary>
    public long Words => (long)Blocks * BlockWords;

    /// <summary>Bytes to be held.</summary>
    public long Bytes => Words * sizeof(ulong);

    /// <summary>Whether the bounds above hold.</summary>
    public bool IsSound => Blocks is >= 1 and <= MostBlocks && BlockWords is >= LeastBlockWords and <= MostBlockWords && BitOperations.IsPow2(BlockWords)
        && Reads is >= 1 and <= MostReads && Hexadecimal.Is32Bytes(Nonce);

    /// <summary>Key of the fill.</summary>
    public ulong Key => WorkChallenge.KeyOf(Nonce, "memory");

    /// <summary>Fills one block: once with a chain, then once more, each word with one of the block that the word before it names.</summary>
    /// <param name="key"><see cref="Key"/>.</param>
    /// <param name="block">0 to blocks - 1.</param>
    /// <param name="into">The words of the block.</param>
    public static void Fill(ulong key, int block, Span<ulong> into)
    {
        var word = WorkChallenge.Word(key, (ulong)block);
        for (var at = 0; at < into.Length; at++)
        {
            into[at] = word = WorkChallenge.Word(word, (ulong)at);
        }

        var mask = (ulong)into.Length - 1;
        for (var at = 0; at < into.Length; at++)
        {
            into[at] = word = WorkChallenge.Word(word, into[(int)(word & mask)]);
        }
    }

    /// <summary>Place of a read of the chain: word place % words of a block, of block place / words of a block.</summary>
    /// <param name="start"><see cref="MemoryQuestion.Start"/>.</param>
    /// <param name="read">0 to reads - 1.</param>
    /// <param name="before">The word that was read before; 0 at the first.</param>
    /// <param name="words"><see cref="Words"/>.</param>
    public static long Place(ulong start, int read, ulong before, long words) => (long)(WorkChallenge.Word(start ^ before, (ulong)read) % (ulong)words);
}

/// <summary>What the marketplace asks once the node says that its memory is filled.</summary>
/// <param name="Seed">32 bytes, hexadecimal, drawn after the fill was reported.</param>
public sealed record MemoryQuestion(string Seed)
{
    /// <summary>Where the chain begins.</summary>
    public ulong Start => WorkChallenge.KeyOf(Seed, "reads");
}

/// <summary>Why read words do not show that memory was held.</summary>
public enum MemoryFault
{
    /// <summary>Other than one word of 8 bytes for each read.</summary>
    WrongLength,

    /// <summary>A word is not what stands at its place.</summary>
    WrongWord,
}

/// <summary>Checks the words of a chain of reads: the chain by itself is cheap to follow, some of its words are made again.</summary>
public static class MemoryCheck
{
    /// <summary>Words made again: who made up 3 % of the words is caught with 95 % confidence.</summary>
    public static readonly int Checked = WorkChallenge.RowsFor(0.03, 0.95);

    /// <summary>The words as they travel: 64-bit little-endian, in the order they were read.</summary>
    public static byte[] Write(ReadOnlySpan<ulong> words) => [.. MemoryMarshal.AsBytes(words)];

    /// <summary>Checks them; null when they hold.</summary>
    /// <param name="challenge">A sound challenge.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="seed">32 bytes, hexadecimal, drawn after the node had committed to the words: which of them are made again.</param>
    /// <param name="bytes">The words.</param>
    public static MemoryFault? Verify(MemoryChallenge challenge, MemoryQuestion question, string seed, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        ArgumentNullException.ThrowIfNull(question);
        if (bytes.Length != challenge.Reads * sizeof(ulong))
        {
            return MemoryFault.WrongLength;
        }

        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var (key, start) = (challenge.Key, question.Start);
        var block = new ulong[challenge.BlockWords];
        foreach (var read in Drawn(seed, challenge.Reads))
        {
            var (number, at) = Math.DivRem(MemoryChallenge.Place(start, read, read == 0 ? 0 : words[read - 1], challenge.Words), challenge.BlockWords);
            MemoryChallenge.Fill(key, (int)number, block);
            if (block[at] != words[read])
            {
                return MemoryFault.WrongWord;
            }
        }

        return null;
    }

    /// <summary>Reads whose words are made again, each once.</summary>
    private static ImmutableArray<int> Drawn(string seed, int reads)
    {
        var drawn = new SortedSet<int>();
        for (var turn = 0; drawn.Count < Math.Min(Checked, reads); turn++)
        {
            drawn.Add((int)(WorkChallenge.KeyOf(seed, "check" + turn.ToString(CultureInfo.InvariantCulture)) % (ulong)reads));
        }

        return [.. drawn];
    }
}
