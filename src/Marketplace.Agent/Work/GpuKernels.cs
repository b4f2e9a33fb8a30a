using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Marketplace.Domain.Verification.Work;

namespace Marketplace.Agent.Work;

/// <summary>
/// What runs on a GPU. Four numbers of 8 bits stand in one word; a product is computed in tiles of 64 × 64, each by 256 threads
/// that hold 4 × 4 sums. On CUDA four products are added in one instruction, elsewhere one by one.
/// </summary>
internal static class GpuKernels
{
    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = 64;

    /// <summary>Threads along each side of a tile.</summary>
    public const int Side = 16;

    private const int Depth = 16;
    private const int Padded = Depth + 1;

    /// <summary>Numbers of the left factor, four of a row in each word.</summary>
    public static void FillLeft(Index1D index, ArrayView1D<int, Stride1D.Dense> left, ulong key)
    {
        int place = index;
        var word = WorkChallenge.Word(key, (ulong)(long)place);
        left[2L * place] = (int)(uint)word;
        left[2L * place + 1] = (int)(uint)(word >> 32);
    }

    /// <summary>Numbers of the right factor, four of a column in each word: a thread turns four rows of eight columns.</summary>
    public static void FillRight(Index2D at, ArrayView1D<int, Stride1D.Dense> right, ulong key, int size)
    {
        var (group, quad) = (at.X, at.Y);
        var eighth = (long)size / 8;
        var first = WorkChallenge.Word(key, (ulong)(4L * quad * eighth + group));
        var second = WorkChallenge.Word(key, (ulong)((4L * quad + 1) * eighth + group));
        var third = WorkChallenge.Word(key, (ulong)((4L * quad + 2) * eighth + group));
        var fourth = WorkChallenge.Word(key, (ulong)((4L * quad + 3) * eighth + group));
        for (var column = 0; column < 8; column++)
        {
            var shift = 8 * column;
            var word = (first >> shift & 0xFF) | (second >> shift & 0xFF) << 8 | (third >> shift & 0xFF) << 16 | (fourth >> shift & 0xFF) << 24;
            right[(8L * group + column) * (size / 4) + quad] = (int)(uint)word;
        }
    }

    /// <summary>A band of rows of the product.</summary>
    public static void Multiply(ArrayView1D<int, Stride1D.Dense> left, ArrayView1D<int, Stride1D.Dense> right, ArrayView1D<int, Stride1D.Dense> product, int size, int firstRow)
    {
        var lefts = SharedMemory.Allocate<int>(Tile * Padded);
        var rights = SharedMemory.Allocate<int>(Tile * Padded);
        var words = size / 4;
        var (x, y) = (Group.IdxX, Group.IdxY);
        var thread = y * Side + x;
        var row = firstRow + Grid.IdxY * Tile;
        var column = Grid.IdxX * Tile;
        int c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        int c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        for (var from = 0; from < words; from += Depth)
        {
            for (var load = thread; load < Tile * Depth; load += Side * Side)
            {
                var (line, word) = (load / Depth, load % Depth);
                lefts[line * Padded + word] = left[(long)(row + line) * words + from + word];
                rights[line * Padded + word] = right[(long)(column + line) * words + from + word];
            }

            Group.Barrier();
            for (var word = 0; word < Depth; word++)
            {
                var a0 = lefts[y * Padded + word];
                var a1 = lefts[(y + Side) * Padded + word];
                var a2 = lefts[(y + 2 * Side) * Padded + word];
                var a3 = lefts[(y + 3 * Side) * Padded + word];
                var b0 = rights[x * Padded + word];
                var b1 = rights[(x + Side) * Padded + word];
                var b2 = rights[(x + 2 * Side) * Padded + word];
                var b3 = rights[(x + 3 * Side) * Padded + word];
                c00 = Dot(a0, b0, c00);
                c01 = Dot(a0, b1, c01);
                c02 = Dot(a0, b2, c02);
                c03 = Dot(a0, b3, c03);
                c10 = Dot(a1, b0, c10);
                c11 = Dot(a1, b1, c11);
                c12 = Dot(a1, b2, c12);
                c13 = Dot(a1, b3, c13);
                c20 = Dot(a2, b0, c20);
                c21 = Dot(a2, b1, c21);
                c22 = Dot(a2, b2, c22);
                c23 = Dot(a2, b3, c23);
                c30 = Dot(a3, b0, c30);
                c31 = Dot(a3, b1, c31);
                c32 = Dot(a3, b2, c32);
                c33 = Dot(a3, b3, c33);
            }

            Group.Barrier();
        }

        var to = (long)(row + y) * size + column + x;
        Store(product, to, c00, c01, c02, c03);
        Store(product, to + (long)Side * size, c10, c11, c12, c13);
        Store(product, to + 2L * Side * size, c20, c21, c22, c23);
        Store(product, to + 3L * Side * size, c30, c31, c32, c33);
    }

    /// <summary>
    /// Fills blocks of memory, one a thread. Words of the same place stand side by side over all blocks, so that threads beside
    /// each other write beside each other. The steps are those of <see cref="MemoryChallenge.Fill"/>.
    /// </summary>
    public static void FillMemory(Index1D index, ArrayView1D<ulong, Stride1D.Dense> memory, ulong key, int blocks, int blockWords)
    {
        int block = index;
        var word = WorkChallenge.Word(key, (ulong)(long)block);
        for (var at = 0; at < blockWords; at++)
        {
            word = WorkChallenge.Word(word, (ulong)(long)at);
            memory[(long)at * blocks + block] = word;
        }

        var mask = (ulong)(long)(blockWords - 1);
        for (var at = 0; at < blockWords; at++)
        {
            word = WorkChallenge.Word(word, memory[(long)(word & mask) * blocks + block]);
            memory[(long)at * blocks + block] = word;
        }
    }

    /// <summary>Follows the chain of reads; one thread, as every place depends on the word before.</summary>
    public static void ReadMemory(Index1D _, ArrayView1D<ulong, Stride1D.Dense> memory, ArrayView1D<ulong, Stride1D.Dense> answers, ulong start, int reads, int blocks, int blockWords)
    {
        ulong word = 0;
        for (var read = 0; read < reads; read++)
        {
            var place = (long)(WorkChallenge.Word(start ^ word, (ulong)(long)read) % (ulong)((long)blocks * blockWords));
            word = memory[place % blockWords * blocks + place / blockWords];
            answers[read] = word;
        }
    }

    private static void Store(ArrayView1D<int, Stride1D.Dense> product, long at, int first, int second, int third, int fourth)
    {
        product[at] = first;
        product[at + Side] = second;
        product[at + 2 * Side] = third;
        product[at + 3 * Side] = fourth;
    }

    private static int Dot(int left, int right, int sum)
    {
        if (CudaAsm.IsSupported)
        {
            CudaAsm.Emit("dp4a.s32.s32 %0, %1, %2, %3;", out int result, left, right, sum);
            return result;
        }

        return sum + (left << 24 >> 24) * (right << 24 >> 24) + (left << 16 >> 24) * (right << 16 >> 24) + (left << 8 >> 24) * (right << 8 >> 24) + (left >> 24) * (right >> 24);
    }
}
