namespace Marketplace.Storage.Embedded;

/// <summary>The file's layout and its version.</summary>
internal static class Schema
{
    /// <summary>The layout this code writes, kept in the file's <c>user_version</c>.</summary>
    public const int Version = 1;

    /// <summary>"MKTP", kept in the file's <c>application_id</c>, so that no other program's database is taken for a store.</summary>
    public const int ApplicationId = 0x4D4B5450;

    // A cleared record and a deleted row keep their version and have no payload: versions never start again, so an old
    // ETag can never fit by chance. Both tables keep rowids: payloads are large, and new ones then fill pages in order.
    private const string Create = """
        CREATE TABLE record(
            grain_type TEXT NOT NULL,
            state_name TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            payload BLOB);
        CREATE UNIQUE INDEX record_key ON record(grain_type, state_name, key);
        CREATE TABLE row(
            tab TEXT NOT NULL,
            partition TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            data BLOB);
        CREATE UNIQUE INDEX row_key ON row(tab, partition, key);
        """;

    /// <summary>Opens the writing connection, making or checking the layout.</summary>
    public static Connection OpenWriter(EmbeddedStoreOptions options)
    {
        var writer = Connection.Open(options.Path, readOnly: false);
        try
        {
            // FULL syncs the log at every commit: what was acknowledged survives a loss of power. Every commit looks through the
            // whole cache, and what it does not hold is in the operating system's, so it is small.
            writer.Execute($"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = {options.CheckpointPages};
                PRAGMA journal_size_limit = {128 * 1024 * 1024};
                PRAGMA cache_size = -16384;
                PRAGMA temp_store = MEMORY;
                """);
            var application = writer.Scalar("PRAGMA application_id");
            var version = writer.Scalar("PRAGMA user_version");
            var tables = writer.Scalar("SELECT count(*) FROM sqlite_schema");
            if (tables == 0)
            {
                writer.Execute($"BEGIN IMMEDIATE; {Create} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}; COMMIT;");
            }
            else if (application != ApplicationId)
            {
                throw new StoreException($"{options.Path} is a database of another program, not a store.");
            }
            else if (version != Version)
            {
                throw new StoreException($"{options.Path} has layout {version}; this release reads and writes layout {Version}.");
            }

            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads.</summary>
    public static Connection OpenReader(EmbeddedStoreOptions options)
    {
        var reader = Connection.Open(options.Path, readOnly: true);

        // Every commit of the writer empties a reader's cache, so it serves one read.
        reader.Execute("PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY;");
        return reader;
    }
}
