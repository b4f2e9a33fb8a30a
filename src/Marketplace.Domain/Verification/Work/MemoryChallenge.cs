using System.Numerics;

namespace Marketplace.Domain.Verification.Work;

/// <summary>
/// Memory that a node has to hold now. It is filled block by block from a nonce the node did not know before; a word of a block
/// can only be had by keeping it or by making most of its block again. Afterwards a chain of reads, each of which names the place
/// of the next, is asked for by a seed drawn when the fill was reported, and the marketplace times it: reads of kept words take
/// a microsecond each, words made again hundreds.
/// </summary>
/// <remarks>
/// It shows that about this much memory was held at that moment, by whatever held it. It does not show which device that was,
/// nor its bandwidth. A node that keeps all but a small share is slower by that share only, which a deadline cannot tell.
/// </remarks>
/// <param name="Nonce">32 bytes, hexadecimal.</param>
/// <param name="Blocks">Blocks, 1 to 2^26.</param>
/// <param name="BlockWords">Words of 8 bytes of each block: a power of two from 256 to 65,536. Making one again grows with it.</param>
/// <param name="Reads">Reads of the chain, 1 to 2^16. Checking costs the marketplace reads × words of a block × 2 steps, at most 2^30.</param>
public sealed record MemoryChallenge(string Nonce, int Blocks, int BlockWords, int Reads)
{
    private const int MostBlocks = 1 << 26;
    private const int LeastBlockWords = 256;
    private const int MostBlockWords = 1 << 16;
    private const int MostReads = 1 << 16;
    private const long MostChecking = 1L << 29;

    /// <summary>Words of all blocks.</summary>
    public long Words => (long)Blocks * BlockWords;

    /// <summary>Bytes to be held.</summary>
    public long Bytes => Words * sizeof(ulong);

    /// <summary>Whether the bounds above hold.</summary>
    public bool IsSound => Blocks is >= 1 and <= MostBlocks && BlockWords is >= LeastBlockWords and <= MostBlockWords && BitOperations.IsPow2(BlockWords)
        && Reads is >= 1 and <= MostReads && (long)Reads * BlockWords <= MostChecking && Hexadecimal.Is32Bytes(Nonce);

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

    /// <summary>The last word of the chain, by making every block on its way again: what the node has to answer.</summary>
    /// <param name="challenge">A sound challenge.</param>
    public ulong Answer(MemoryChallenge challenge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        var (key, start) = (challenge.Key, Start);
        var block = new ulong[challenge.BlockWords];
        ulong word = 0;
        for (var read = 0; read < challenge.Reads; read++)
        {
            var (number, at) = Math.DivRem(MemoryChallenge.Place(start, read, word, challenge.Words), challenge.BlockWords);
            MemoryChallenge.Fill(key, (int)number, block);
            word = block[at];
        }

        return word;
    }
}
