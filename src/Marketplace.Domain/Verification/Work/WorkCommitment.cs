using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Marketplace.Domain.Verification.Work;

/// <summary>A Merkle tree over the rows of a product, hashed as in RFC 6962: a leaf after a zero byte, a node after a one.</summary>
public sealed class WorkCommitment
{
    private readonly ImmutableArray<ImmutableArray<byte[]>> _levels;

    private WorkCommitment(ImmutableArray<ImmutableArray<byte[]>> levels)
    {
        _levels = levels;
    }

    /// <summary>What the node sends first, hexadecimal.</summary>
    public string Root => Convert.ToHexStringLower(_levels[^1][0]);

    /// <summary>Digest of one row, its numbers in little-endian order.</summary>
    public static byte[] Leaf(ReadOnlySpan<int> row) => SHA256.HashData([0, .. MemoryMarshal.AsBytes(row)]);

    /// <summary>Builds the tree.</summary>
    /// <param name="leaves">Digests of all rows, a power of two of them.</param>
    public static WorkCommitment Of(ImmutableArray<byte[]> leaves)
    {
        var levels = ImmutableArray.CreateBuilder<ImmutableArray<byte[]>>();
        levels.Add(leaves);
        while (levels[^1].Length > 1)
        {
            var below = levels[^1];
            levels.Add([.. Enumerable.Range(0, below.Length / 2).Select(at => Node(below[2 * at], below[2 * at + 1]))]);
        }

        return new WorkCommitment(levels.ToImmutable());
    }

    /// <summary>The digests beside the way from a row to the root, hexadecimal, lowest first.</summary>
    public ImmutableArray<string> Path(int row) => [.. _levels[..^1].Select((level, height) => Convert.ToHexStringLower(level[row >> height ^ 1]))];

    /// <summary>The root to which a row and its path lead; null when the path is no list of digests.</summary>
    internal static string? RootOf(int row, byte[] leaf, ImmutableArray<string> path)
    {
        var digest = leaf;
        for (var height = 0; height < path.Length; height++)
        {
            if (path[height] is not { Length: 2 * SHA256.HashSizeInBytes } beside || !beside.All(char.IsAsciiHexDigit))
            {
                return null;
            }

            var other = Convert.FromHexString(beside);
            digest = (row >> height & 1) == 0 ? Node(digest, other) : Node(other, digest);
        }

        return Convert.ToHexStringLower(digest);
    }

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);
}
