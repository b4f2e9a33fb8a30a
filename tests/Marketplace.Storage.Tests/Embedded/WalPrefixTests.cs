using System.Buffers.Binary;
using Marketplace.Grains.Ports;
using Marketplace.Storage.Tests.Contract;
using Marketplace.Testing;

namespace Marketplace.Storage.Tests.Embedded;

/// <summary>
/// What a loss of power can leave of the write-ahead log is a part of it from the front, or that with rubbish behind it.
/// Whatever is left, what opens must be a prefix of the commits, each of them whole.
/// </summary>
public sealed class WalPrefixTests : IDisposable
{
    private const int Commits = 12;
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private readonly TemporaryFolder _folder = new();

    public enum Tail
    {
        Missing,
        Zeroes,
        Rubbish,
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Tail.Missing)]
    [InlineData(Tail.Zeroes)]
    [InlineData(Tail.Rubbish)]
    public async Task Whatever_is_left_of_the_log_opens_as_a_prefix_of_the_commits(Tail tail)
    {
        var (database, log) = await WriteAndCopyAsync();
        var pageBytes = BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));
        var frameBytes = FrameHeaderBytes + pageBytes;
        var frames = (log.Length - HeaderBytes) / frameBytes;
        var found = new List<int>();
        for (var frame = 0; frame <= frames; frame++)
        {
            // At the frame's edge, and in the middle of the next frame.
            foreach (var cut in (int[])[HeaderBytes + (frame * frameBytes), HeaderBytes + (frame * frameBytes) + (frameBytes / 2)])
            {
                if (cut <= log.Length)
                {
                    found.Add(await CommitsFoundAsync(database, Cut(log, cut, tail), $"cut-{cut}"));
                }
            }
        }

        Assert.Equal(found.Order(), found);
        Assert.Equal(Commits, found[^1]);
        Assert.Equal(Commits + 1, found.Distinct().Count());
    }

    private static byte[] Cut(byte[] log, int cut, Tail tail)
    {
        if (tail == Tail.Missing)
        {
            return log[..cut];
        }

        var left = (byte[])log.Clone();
        for (var i = cut; i < left.Length; i++)
        {
            left[i] = tail == Tail.Zeroes ? (byte)0 : (byte)(left[i] ^ 0x5A);
        }

        return left;
    }

    private async Task<(byte[] Database, byte[] Log)> WriteAndCopyAsync()
    {
        var path = _folder.File("store.db");

        // A first opening makes the file, so that the log holds the commits and nothing else.
        await using (EmbeddedTestStore.Open(path))
        {
        }

        await using var store = EmbeddedTestStore.Open(path, configure: options => options.CheckpointPages = 1_000_000);
        var record = new GrainState<Note>(new Note());
        for (var i = 0; i < Commits; i++)
        {
            // Writes one after the other are commits of their own; three rows tell a torn commit from a whole one. Every
            // second one is a record instead, large enough for several pages.
            if (i % 2 == 0)
            {
                Assert.True(await store.Rows.TryInsertAsync("t", "p", [.. Enumerable.Range(0, 3).Select(part => new Row($"{i:D2}-{part}", 1, new byte[1500]))]));
            }
            else
            {
                record.State = new Note { Number = i, Text = new string((char)('a' + i), 6000) };
                await store.Records.WriteStateAsync("s", GrainId.Create("note", "note_1"), record);
            }
        }

        return (await CopyAsync(path), await CopyAsync(path + "-wal"));
    }

    private static async Task<byte[]> CopyAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy);
        return copy.ToArray();
    }

    /// <summary>Opens what is left, checks that it is a prefix of whole commits, and says how many.</summary>
    private async Task<int> CommitsFoundAsync(byte[] database, byte[] log, string name)
    {
        var path = _folder.File(name + ".db");
        await File.WriteAllBytesAsync(path, database);
        await File.WriteAllBytesAsync(path + "-wal", log);
        int commits;
        await using (var store = EmbeddedTestStore.Open(path))
        {
            var rows = (await store.Rows.ScanAsync("t", "p", null, null, 1000)).Rows;
            var record = new GrainState<Note>();
            await store.Records.ReadStateAsync("s", GrainId.Create("note", "note_1"), record);

            commits = (rows.Count / 3) + ((record.State!.Number + 1) / 2);
            var even = (commits + 1) / 2;
            Assert.Equal(Enumerable.Range(0, even).SelectMany(i => Enumerable.Range(0, 3).Select(part => $"{i * 2:D2}-{part}")), rows.Select(row => row.Key));
            var last = commits / 2 * 2 - 1;
            Assert.Equal(last < 0 ? new Note() : new Note { Number = last, Text = new string((char)('a' + last), 6000) }, record.State);

            // And it works on.
            Assert.True(await store.Rows.TryInsertAsync("t", "p", [new Row("zz", 1, default)]));
        }

        File.Delete(path);
        return commits;
    }
}
