namespace Marketplace.Storage.Embedded;

/// <summary>Where the embedded store lives and how much it takes at once.</summary>
public sealed class EmbeddedStoreOptions
{
    /// <summary>
    /// The database file. Its folder is made when absent. Beside it lie the write-ahead log (<c>-wal</c>, <c>-shm</c>) and
    /// the lock file (<c>.lock</c>); all of them belong together. The folder must be on a local disk: network file systems
    /// do not keep locks and syncs honestly.
    /// </summary>
    public string Path { get; set; } = System.IO.Path.Combine("data", "marketplace.db");

    /// <summary>Writes that may wait for the writer; further callers wait for a place. At least 1.</summary>
    public int QueueLength { get; set; } = 4096;

    /// <summary>Most writes in one transaction. At least 1.</summary>
    public int LargestBatch { get; set; } = 1024;

    /// <summary>Payload bytes after which a transaction takes no further write. At least 1.</summary>
    public int LargestBatchBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Most bytes in one grain record; a larger one is refused before anything is written.</summary>
    public int LargestRecord { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Size of the write-ahead log, in pages of 4 KiB, after which the writer moves it into the database. The longer it is, the
    /// more often a page that is written again and again is moved only once, and the longer the first start after a kill reads.
    /// </summary>
    public int CheckpointPages { get; set; } = 16_384;
}
