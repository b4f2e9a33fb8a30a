namespace Marketplace.Storage.Embedded;

/// <summary>
/// Keeps a second process, or a second store of this one, off the file. The operating system holds the lock, so it goes
/// with the process however that ends.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of a database file.</summary>
    /// <exception cref="StoreException">Somebody has it.</exception>
    public static StoreLock Take(string databasePath)
    {
        try
        {
            return new StoreLock(OwnFiles.Open(databasePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite));
        }
        catch (IOException e)
        {
            throw new StoreException($"{databasePath} is in use by another process. A store belongs to one process: stop the other one, or give this one a data folder of its own.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
