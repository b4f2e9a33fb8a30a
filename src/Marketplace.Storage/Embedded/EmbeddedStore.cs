using System.Collections.Concurrent;

namespace Marketplace.Storage.Embedded;

/// <summary>
/// One SQLite file behind both storage seams. One thread writes: it takes what is queued, from any number of grains, into
/// one transaction, and answers after the commit is on disk. Reads run on connections of their own on the caller's thread
/// and see every acknowledged write. The transaction is a gain of batching, never a promise of atomicity across grains.
/// </summary>
public sealed class EmbeddedStore : IAsyncDisposable, IDisposable
{
    private readonly EmbeddedStoreOptions _options;
    private readonly StoreLock _lock;
    private readonly ConcurrentBag<Connection> _readers = [];

    // Held shared by every read, and alone while the file is closed and opened again.
    private readonly ReaderWriterLockSlim _open = new();
    private readonly WriteQueue _queue;
    private int _disposed;

    /// <summary>Opens the store, making its file when absent.</summary>
    /// <exception cref="StoreException">Another process has it, or the file is none of this release's.</exception>
    public EmbeddedStore(EmbeddedStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        OwnFiles.MakeFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(options.Path))!);
        _lock = StoreLock.Take(options.Path);
        try
        {
            OwnFiles.Open(options.Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose(); // SQLite gives its other files the mode of this one.
            _queue = new WriteQueue(options, Schema.OpenWriter(options), Reopen);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The database file.</summary>
    public string Path => _options.Path;

    internal EmbeddedStoreOptions Options => _options;

    /// <summary>Writes a copy of a whole store, as of now, to a new file, while a process goes on with it: this one or another.</summary>
    /// <exception cref="StoreException">There is no such store, or the target exists or cannot be written.</exception>
    public static Task CopyAsync(string path, string copy, CancellationToken cancellation = default)
    {
        if (File.Exists(copy))
        {
            throw new StoreException($"{copy} exists; a copy never replaces a file.");
        }

        return Task.Run(
            () =>
            {
                // The name appears only when the copy is whole and on disk.
                var partial = copy + ".partial";
                File.Delete(partial);
                OwnFiles.Open(partial, FileMode.CreateNew, FileAccess.Write).Dispose(); // SQLite fills an empty file.
                using (var source = Schema.OpenReader(new EmbeddedStoreOptions { Path = path }))
                {
                    source.Prepare("VACUUM INTO ?").Bind(1, partial).Run();
                }

                using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
                {
                    file.Flush(flushToDisk: true);
                }

                File.Move(partial, copy);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Finishes the queued writes and closes the file.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _queue.Dispose();
            _open.EnterWriteLock();
            try
            {
                CloseReaders();
            }
            finally
            {
                _open.ExitWriteLock();
            }

            _lock.Dispose();
        }
    }

    /// <summary>Runs a write in the next transaction.</summary>
    /// <param name="bytes">Its payload, for bounding the transaction.</param>
    /// <param name="apply">
    /// Checks, then writes; its answer is given after the commit. It must not throw for what a caller can cause: any
    /// exception fails every write of the transaction.
    /// </param>
    internal ValueTask<T> WriteAsync<T>(int bytes, Func<Connection, T> apply) => _queue.WriteAsync(bytes, apply);

    /// <summary>Runs a read on a connection of its own.</summary>
    internal T Read<TArgument, T>(TArgument argument, Func<Connection, TArgument, T> read)
    {
        _open.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (!_readers.TryTake(out var reader))
            {
                reader = Schema.OpenReader(_options);
            }

            try
            {
                var answer = read(reader, argument);
                _readers.Add(reader);
                return answer;
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        }
        finally
        {
            _open.ExitReadLock();
        }
    }

    /// <summary>
    /// Closes every connection and opens the writer again. A commit that failed half way can leave a whole transaction in
    /// the log which only recovery would see: after this, what a read sees is what a restart would see.
    /// </summary>
    private Connection Reopen(Connection? writer)
    {
        _open.EnterWriteLock();
        try
        {
            CloseReaders();
            writer?.Dispose();
            return Schema.OpenWriter(_options);
        }
        finally
        {
            _open.ExitWriteLock();
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }
}
