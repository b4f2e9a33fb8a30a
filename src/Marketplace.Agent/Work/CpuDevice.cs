using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>All cores of the CPU.</summary>
/// <param name="id">How reports call it; the index of a GPU where it stands in for one.</param>
internal sealed class CpuDevice(string id = CpuDevice.Cpu) : IWorkDevice
{
    private const string Cpu = "cpu";
    private const int RowsAtOnce = 4;

    /// <inheritdoc/>
    public string Id => id;

    /// <inheritdoc/>
    public string Name => id == Cpu ? $"CPU, {Environment.ProcessorCount} threads" : $"CPU in the place of GPU {id}, which CUDA does not reach";

    /// <inheritdoc/>
    public bool HoldsMemory => id == Cpu;

    /// <inheritdoc/>
    public IWorkProduct Multiply(WorkChallenge challenge, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var n = challenge.Size;
        var parallel = new ParallelOptions { CancellationToken = cancellation };
        var columns = Columns(challenge, parallel);
        var product = new int[n][];
        var done = 0;
        Parallel.For(0, n / RowsAtOnce, parallel, band =>
        {
            var left = new sbyte[RowsAtOnce * n];
            for (var row = 0; row < RowsAtOnce; row++)
            {
                challenge.LeftRow(RowsAtOnce * band + row, left.AsSpan(row * n, n));
                product[RowsAtOnce * band + row] = new int[n];
            }

            for (var column = 0; column < n; column++)
            {
                for (var row = 0; row < RowsAtOnce; row++)
                {
                    product[RowsAtOnce * band + row][column] = Dot(left.AsSpan(row * n, n), columns[column]);
                }
            }

            progress?.Report((double)Interlocked.Increment(ref done) / (n / RowsAtOnce));
        });
        return new Product(product);
    }

    /// <inheritdoc/>
    public IFilledMemory Fill(MemoryChallenge challenge, CancellationToken cancellation = default)
    {
        // Asked for before the first byte is written: a node is not to be ended by its kernel in the middle.
        var free = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        if (challenge.Bytes > free)
        {
            throw new InsufficientMemoryException($"{challenge.Bytes >> 20} MiB are asked for; this machine has {Math.Max(0, free) >> 20} MiB.");
        }

        var key = challenge.Key;
        var blocks = new ulong[challenge.Blocks][];
        Parallel.For(0, challenge.Blocks, new ParallelOptions { CancellationToken = cancellation }, block =>
            MemoryChallenge.Fill(key, block, blocks[block] = GC.AllocateUninitializedArray<ulong>(challenge.BlockWords)));
        return new Memory(challenge, blocks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // Columns in a row each, so that a number of the product is a product of two rows.
    private static sbyte[][] Columns(WorkChallenge challenge, ParallelOptions parallel)
    {
        var n = challenge.Size;
        var columns = new sbyte[n][];
        for (var column = 0; column < n; column++)
        {
            columns[column] = new sbyte[n];
        }

        Parallel.For(0, n, parallel, () => new sbyte[n], (row, _, numbers) =>
        {
            challenge.RightRow(row, numbers);
            for (var column = 0; column < n; column++)
            {
                columns[column][row] = numbers[column];
            }

            return numbers;
        }, _ => { });
        return columns;
    }

    /// <summary>Sizes are powers of two from 256, so vectors of 32 fit.</summary>
    private static int Dot(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        if (!Avx2.IsSupported)
        {
            var total = 0;
            for (var at = 0; at < left.Length; at++)
            {
                total += left[at] * right[at];
            }

            return total;
        }

        var sum = Vector256<int>.Zero;
        var lefts = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(left);
        var rights = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(right);
        for (var at = 0; at < lefts.Length; at++)
        {
            sum += Avx2.MultiplyAddAdjacent(Vector256.WidenLower(lefts[at]), Vector256.WidenLower(rights[at]))
                + Avx2.MultiplyAddAdjacent(Vector256.WidenUpper(lefts[at]), Vector256.WidenUpper(rights[at]));
        }

        return Vector256.Sum(sum);
    }

    private sealed class Product(int[][] rows) : IWorkProduct
    {
        public void CopyRows(int first, Span<int> into)
        {
            var n = rows.Length;
            for (var row = 0; row * n < into.Length; row++)
            {
                rows[first + row].CopyTo(into[(row * n)..]);
            }
        }

        public void Dispose()
        {
        }
    }

    private sealed class Memory(MemoryChallenge challenge, ulong[][] blocks) : IFilledMemory
    {
        public ulong[] Read(MemoryQuestion question)
        {
            var start = question.Start;
            var words = new ulong[challenge.Reads];
            for (var read = 0; read < words.Length; read++)
            {
                var place = MemoryChallenge.Place(start, read, read == 0 ? 0 : words[read - 1], challenge.Words);
                words[read] = blocks[place / challenge.BlockWords][place % challenge.BlockWords];
            }

            return words;
        }

        public void Dispose()
        {
        }
    }
}
