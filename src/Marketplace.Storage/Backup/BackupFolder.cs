using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Marketplace.Storage.Backup;

/// <summary>Writes the files of a copy into an empty folder, and its manifest last.</summary>
internal sealed class BackupFolderWriter : IAsyncDisposable
{
    /// <summary>Bytes of JSON after which a file ends.</summary>
    private const long LargestPart = 64 * 1024 * 1024;

    private readonly string folder;
    private readonly ImmutableArray<BackupPart>.Builder parts = ImmutableArray.CreateBuilder<BackupPart>();
    private string kind = "";
    private Stream? part;
    private long lines;
    private long bytes;

    private BackupFolderWriter(string folder) => this.folder = folder;

    /// <exception cref="StoreException">The folder holds something.</exception>
    public static BackupFolderWriter Open(string folder)
    {
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new StoreException($"{folder} is not empty; a copy goes into a new or an empty folder.");
        }

        Directory.CreateDirectory(folder);
        return new BackupFolderWriter(folder);
    }

    /// <summary>Adds a line to the files of a kind; the kinds come one after the other.</summary>
    public async Task AddAsync<T>(string kind, T line, CancellationToken cancellation)
    {
        if (part is null || bytes >= LargestPart || kind != this.kind)
        {
            await EndPartAsync();
            this.kind = kind;
            part = new GZipStream(File.Create(Path.Combine(folder, Name)), CompressionLevel.Fastest);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(line, BackupLine.Json);
        await part.WriteAsync(json, cancellation);
        await part.WriteAsync("\n"u8.ToArray(), cancellation);
        lines++;
        bytes += json.Length + 1;
    }

    /// <summary>Ends the copy: from here on the folder is complete.</summary>
    public async Task<BackupManifest> CompleteAsync(DateTimeOffset takenAt, string release, long records, long rows)
    {
        await EndPartAsync();
        var manifest = new BackupManifest(BackupManifest.CurrentFormat, takenAt, release, records, rows, parts.ToImmutable());
        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, BackupLine.ManifestJson);
        await File.WriteAllTextAsync(Path.Combine(folder, BackupManifest.DigestName), $"{Convert.ToHexStringLower(SHA256.HashData(json))}  {BackupManifest.FileName}\n");
        var written = Path.Combine(folder, BackupManifest.FileName);
        await using (var file = File.Create(written + ".new"))
        {
            await file.WriteAsync(json);
            file.Flush(flushToDisk: true);
        }

        File.Move(written + ".new", written);
        return manifest;
    }

    public async ValueTask DisposeAsync()
    {
        if (part is not null)
        {
            await part.DisposeAsync();
        }
    }

    private string Name => $"{kind}-{parts.Count + 1:D5}.jsonl.gz";

    private async Task EndPartAsync()
    {
        if (part is null)
        {
            return;
        }

        await part.DisposeAsync();
        part = null;
        var path = Path.Combine(folder, Name);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Flush(flushToDisk: true);
            parts.Add(new BackupPart(Name, file.Length, lines, Convert.ToHexStringLower(await SHA256.HashDataAsync(file))));
        }

        (lines, bytes) = (0, 0);
    }
}

/// <summary>Reads a copy, after every byte of it has been checked.</summary>
internal sealed class BackupFolderReader
{
    private readonly string folder;

    private BackupFolderReader(string folder, BackupManifest manifest, string digest) => (this.folder, Manifest, Digest) = (folder, manifest, digest);

    public BackupManifest Manifest { get; }

    /// <summary>The manifest's digest, which names this copy and no other.</summary>
    public string Digest { get; }

    /// <exception cref="StoreException">The folder holds no copy, or one that is incomplete, damaged or of another format.</exception>
    public static async Task<BackupFolderReader> OpenAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, BackupManifest.FileName);
        var digestPath = Path.Combine(folder, BackupManifest.DigestName);
        if (!File.Exists(path) || !File.Exists(digestPath))
        {
            throw new StoreException($"{folder} holds no complete copy: {BackupManifest.FileName} or its digest is missing.");
        }

        var json = await File.ReadAllBytesAsync(path, cancellation);
        var digest = Convert.ToHexStringLower(SHA256.HashData(json));
        if ((await File.ReadAllTextAsync(digestPath, Encoding.ASCII, cancellation)).Split(' ')[0] != digest)
        {
            throw new StoreException($"{path} is damaged: it does not have the digest in {BackupManifest.DigestName}.");
        }

        var manifest = JsonSerializer.Deserialize<BackupManifest>(json, BackupLine.ManifestJson)!;
        if (manifest.Format != BackupManifest.CurrentFormat)
        {
            throw new StoreException($"{folder} has format {manifest.Format}, made by release {manifest.Release}; this release reads format {BackupManifest.CurrentFormat}.");
        }

        var reader = new BackupFolderReader(folder, manifest, digest);
        foreach (var part in manifest.Parts)
        {
            await reader.CheckAsync(part, cancellation);
        }

        return reader;
    }

    /// <summary>The lines of all files of a kind, in order.</summary>
    public async IAsyncEnumerable<T> LinesAsync<T>(string kind)
    {
        foreach (var part in Manifest.Parts.Where(part => part.Name.StartsWith(kind + "-", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, part.Name)), CompressionMode.Decompress), Encoding.UTF8);
            while (await reader.ReadLineAsync() is { } line)
            {
                yield return JsonSerializer.Deserialize<T>(line, BackupLine.Json)!;
            }
        }
    }

    private async Task CheckAsync(BackupPart part, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, part.Name);
        if (!File.Exists(path))
        {
            throw new StoreException($"{folder} is not complete: {part.Name} is missing.");
        }

        await using var file = File.OpenRead(path);
        if (file.Length != part.Bytes || Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation)) != part.Sha256)
        {
            throw new StoreException($"{path} is damaged: it is not what {BackupManifest.FileName} says.");
        }
    }
}
