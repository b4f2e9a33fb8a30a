using System.Text;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Storage.Azure;
using Marketplace.Storage.Backup;
using Marketplace.Storage.Embedded;
using Marketplace.Storage.Tests.Azure;
using Marketplace.Testing;
using Marketplace.Testing.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace Marketplace.Storage.Tests.Backup;

/// <summary>A copy of a store is whole, byte for byte, or it is refused before anything is written.</summary>
public sealed class StoreBackupTests(AzuriteProcess azurite) : IDisposable
{
    private static readonly DateTimeOffset Now = new(2027, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] NoText = [0xff, 0x00, 0xfe, (byte)'"'];
    private readonly TemporaryFolder folder = new();

    private string Copy => folder.File("copy");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("embedded", "embedded")]
    [InlineData("embedded", "azure")]
    [InlineData("azure", "embedded")]
    public async Task WhatWasInOneStoreIsInTheOtherByteForByte(string from, string to)
    {
        await using var source = await OpenAsync(from);
        await FillAsync(source);

        var manifest = await new StoreBackup(source).SaveAsync(Copy, Now, _ => { });
        await using var target = await OpenAsync(to);
        var journaled = await new StoreBackup(target).LoadAsync(Copy, _ => { });
        await new StoreBackup(target).FinishAsync();

        Assert.Equal((3L, 253L), (manifest.Records, manifest.Rows));
        Assert.Equal(["gpu-pool:pool_a", "gpu-pool:pool_b"], journaled);
        Assert.Equal(await AllAsync(source, RowTables.Rebuilt), await AllAsync(target));
        Assert.Equal("{\"n\":1}", await RecordAsync(target, "organization", "organization", "org_a"));
        Assert.Equal(new string('x', 2_000_000), await RecordAsync(target, GrainKinds.SnapshotState, "gpu-pool", "pool_a"));
    }

    [Fact]
    public async Task RowsThatFollowFromOthersAreLeftOut()
    {
        await using var source = await OpenAsync("embedded");
        await FillAsync(source);

        await new StoreBackup(source).SaveAsync(Copy, Now, _ => { });
        await using var target = await OpenAsync("embedded");
        await new StoreBackup(target).LoadAsync(Copy, _ => { });

        Assert.DoesNotContain(await AllAsync(target), row => row.StartsWith("pools/", StringComparison.Ordinal) || row.StartsWith("due/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFolderThatHoldsSomethingIsNotWrittenInto()
    {
        Directory.CreateDirectory(Copy);
        await File.WriteAllTextAsync(Path.Combine(Copy, "mine.txt"), "mine");
        await using var source = await OpenAsync("embedded");

        var refused = await Assert.ThrowsAsync<StoreException>(() => new StoreBackup(source).SaveAsync(Copy, Now, _ => { }));

        Assert.Contains("is not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine.txt", Path.GetFileName(Assert.Single(Directory.GetFiles(Copy))));
    }

    [Theory]
    [InlineData("manifest.json", "missing", "no complete copy")]
    [InlineData("manifest.json", "changed", "is damaged")]
    [InlineData("manifest.json.sha256", "missing", "no complete copy")]
    [InlineData("records-00001.jsonl.gz", "missing", "is missing")]
    [InlineData("records-00001.jsonl.gz", "changed", "is damaged")]
    [InlineData("rows-00002.jsonl.gz", "shortened", "is damaged")]
    [InlineData("rows-00002.jsonl.gz", "changed", "is damaged")]
    public async Task ADamagedCopyIsRefusedBeforeAnythingIsWritten(string file, string harm, string expected)
    {
        await SaveAsync();
        var path = Path.Combine(Copy, file);
        switch (harm)
        {
            case "missing":
                File.Delete(path);
                break;
            case "shortened":
                await using (var cut = File.OpenWrite(path))
                {
                    cut.SetLength(cut.Length - 1);
                }

                break;
            default:
                var bytes = await File.ReadAllBytesAsync(path);
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(path, bytes);
                break;
        }

        await using var target = await OpenAsync("embedded");
        var refused = await Assert.ThrowsAsync<StoreException>(() => new StoreBackup(target).LoadAsync(Copy, _ => { }));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await AllAsync(target));
    }

    [Theory]
    [InlineData("embedded", true)]
    [InlineData("embedded", false)]
    [InlineData("azure", true)]
    [InlineData("azure", false)]
    public async Task AStoreThatHoldsSomethingIsRefused(string kind, bool record)
    {
        await SaveAsync();
        await using var target = await OpenAsync(kind);
        await (record
            ? Records(target).WriteStateAsync("lease", GrainId.Create("lease", "lease_a"), new GrainState<BinaryData>(new BinaryData("{}")))
            : target.GetRequiredService<IRowStore>().TryInsertAsync("cursors", "p", [new Row("k", 1, default)]).AsTask());
        var before = await AllAsync(target);

        var refused = await Assert.ThrowsAsync<StoreException>(() => new StoreBackup(target).LoadAsync(Copy, _ => { }));

        Assert.Contains("is not empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await AllAsync(target));
        Assert.False(await StoreBackup.IsUnfinishedAsync(target.GetRequiredService<IRowStore>()));
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("azure")]
    public async Task ARestoreThatWasInterruptedGoesOnAndNoHostMayStartBefore(string kind)
    {
        await SaveAsync();
        await using var target = await OpenAsync(kind);
        var rows = target.GetRequiredService<IRowStore>();
        await Assert.ThrowsAsync<TimeoutException>(() => new StoreBackup(target).LoadAsync(Copy, progress => Interrupt(progress.Rows > 100)));

        Assert.True(await StoreBackup.IsUnfinishedAsync(rows));
        await new StoreBackup(target).LoadAsync(Copy, _ => { });
        Assert.True(await StoreBackup.IsUnfinishedAsync(rows));
        await new StoreBackup(target).FinishAsync();

        Assert.False(await StoreBackup.IsUnfinishedAsync(rows));
        await using var source = await OpenAsync("embedded");
        await FillAsync(source);
        Assert.Equal(await AllAsync(source, RowTables.Rebuilt), await AllAsync(target));

        static void Interrupt(bool now)
        {
            if (now)
            {
                throw new TimeoutException("The store did not answer.");
            }
        }
    }

    [Fact]
    public async Task AnInterruptedRestoreOfAnotherCopyIsNotMixedWithThisOne()
    {
        await SaveAsync();
        await using var target = await OpenAsync("embedded");
        await new StoreBackup(target).LoadAsync(Copy, _ => { });
        await using var other = await OpenAsync("embedded");
        await new StoreBackup(other).SaveAsync(folder.File("other"), Now, _ => { });

        var refused = await Assert.ThrowsAsync<StoreException>(() => new StoreBackup(target).LoadAsync(folder.File("other"), _ => { }));

        Assert.Contains("another copy", refused.Message, StringComparison.Ordinal);
    }

    private async Task SaveAsync()
    {
        await using var source = await OpenAsync("embedded");
        await FillAsync(source);
        await new StoreBackup(source).SaveAsync(Copy, Now, _ => { });
    }

    private async Task<ServiceProvider> OpenAsync(string kind)
    {
        Action<AzureStoreOptions>? azure = kind == "azure" ? await AzureTestStore.OptionsAsync(azurite) : null;
        return AzureTestStore.Services(silo =>
        {
            StoreBackup.AddTo(silo.Services);
            _ = azure is null ? silo.AddEmbeddedStore(store => store.Path = folder.File(Path.GetRandomFileName() + ".db")) : silo.AddAzureStore(azure);
        });
    }

    /// <summary>Records small and large, journals of more entries than a batch holds, text and no text, and rows that need no copy.</summary>
    private static async Task FillAsync(ServiceProvider store)
    {
        await WriteAsync("organization", "organization", "org_a", "{\"n\":1}");
        await WriteAsync("quote", "quote", "qt_a", "{\"ø\":\"\\n\"}");
        await WriteAsync(GrainKinds.SnapshotState, "gpu-pool", "pool_a", new string('x', 2_000_000));
        var rows = store.GetRequiredService<IRowStore>();
        for (var entry = 1; entry <= 250; entry++)
        {
            await rows.TryInsertAsync(RowTables.Journal, "gpu-pool:pool_a", [new Row($"{entry:D19}-00", 0, Encoding.UTF8.GetBytes($"{{\"entry\":{entry}}}"))]);
        }

        await rows.TryInsertAsync(RowTables.Journal, "gpu-pool:pool_b", [new Row("0000000000000000001-00", 1, new byte[RowLimits.LargestData]), new Row("0000000000000000001-01", 0, NoText)]);
        await rows.UpsertIfNewerAsync("cursors", "gpu-pool:pool_a", new Row("outbox", 7, "7"u8.ToArray()));
        await rows.DeleteAsync("cursors", "gpu-pool:pool_c", "outbox", 1);
        await rows.UpsertIfNewerAsync("pools", "org_a", new Row("k", 1, "{}"u8.ToArray()));
        await rows.TryInsertAsync("due", "due-00", [new Row("k", 1, "{}"u8.ToArray())]);

        Task WriteAsync(string state, string type, string key, string payload) =>
            Records(store).WriteStateAsync(state, GrainId.Create(type, key), new GrainState<BinaryData>(new BinaryData(payload)));
    }

    private static IGrainStorage Records(ServiceProvider store) => store.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);

    private static async Task<string?> RecordAsync(ServiceProvider store, string state, string type, string key)
    {
        var found = new GrainState<BinaryData>();
        await Records(store).ReadStateAsync(state, GrainId.Create(type, key), found);
        return found.State?.ToString();
    }

    private static async Task<List<string>> AllAsync(ServiceProvider store, IReadOnlySet<string>? without = null)
    {
        var all = new List<string>();
        await foreach (var row in store.GetRequiredService<IRowScan>().AllAsync(without ?? new HashSet<string>(), CancellationToken.None))
        {
            all.Add($"{row.Table}/{row.Partition}/{row.Row.Key}/{row.Row.Version}/{Convert.ToHexString(row.Row.Data.Span)}");
        }

        return [.. all.Order(StringComparer.Ordinal)];
    }
}
