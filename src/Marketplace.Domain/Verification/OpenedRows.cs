using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Domain.Verification;

/// <summary>The bytes in which opened rows travel: row after row in the order asked for, its numbers as 32-bit little-endian integers, then the digests of its path.</summary>
public static class OpenedRows
{
    /// <summary>Bytes of an answer.</summary>
    public static long LengthOf(WorkChallenge challenge) => (long)challenge.OpenedRows * RowLength(challenge);

    /// <summary>Reads an answer; null when it has another length than it should.</summary>
    public static ImmutableArray<OpenedRow>? Read(WorkChallenge challenge, WorkQuestion question, ReadOnlySpan<byte> bytes)
    {
        var rows = question.Rows(challenge);
        var length = RowLength(challenge);
        if (bytes.Length != (long)rows.Length * length)
        {
            return null;
        }

        var opened = ImmutableArray.CreateBuilder<OpenedRow>(rows.Length);
        var values = challenge.Size * sizeof(int);
        foreach (var row in rows)
        {
            var path = ImmutableArray.CreateBuilder<string>();
            for (var at = values; at < length; at += SHA256.HashSizeInBytes)
            {
                path.Add(Convert.ToHexStringLower(bytes.Slice(at, SHA256.HashSizeInBytes)));
            }

            opened.Add(new OpenedRow(row, [.. MemoryMarshal.Cast<byte, int>(bytes[..values])], path.ToImmutable()));
            bytes = bytes[length..];
        }

        return opened.MoveToImmutable();
    }

    /// <summary>Writes an answer.</summary>
    public static byte[] Write(IEnumerable<OpenedRow> rows) =>
        [.. rows.SelectMany(row => (byte[])[.. MemoryMarshal.AsBytes(row.Values.AsSpan()), .. row.Path.SelectMany(Convert.FromHexString)])];

    private static int RowLength(WorkChallenge challenge) => (challenge.Size * sizeof(int)) + (BitOperations.Log2((uint)challenge.Size) * SHA256.HashSizeInBytes);
}
