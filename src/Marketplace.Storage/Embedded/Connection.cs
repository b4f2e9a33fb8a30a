using SQLitePCL;

namespace Marketplace.Storage.Embedded;

/// <summary>One SQLite connection with its prepared statements, used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly sqlite3 _db;

    // Statement texts are constants, and constants are interned: comparing references is enough.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    static Connection() => Batteries_V2.Init();

    private Connection(sqlite3 db) => _db = db;

    /// <summary>Rows the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_db);

    /// <summary>Opens the file, which is made when absent and the connection may write.</summary>
    public static Connection Open(string path, bool readOnly)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var rc = raw.sqlite3_open_v2(path, out var db, flags, null);
        if (rc != raw.SQLITE_OK)
        {
            var why = raw.sqlite3_errstr(rc).utf8_to_string();
            db?.Dispose();
            throw new StoreException($"{path} cannot be opened: {why} ({rc}).");
        }

        // Extended codes tell a full disk from a failed sync.
        _ = raw.sqlite3_extended_result_codes(db, 1);

        // Only a checkpoint's last step can make a connection of this process wait for another.
        _ = raw.sqlite3_busy_timeout(db, 10_000);
        return new Connection(db);
    }

    /// <summary>The prepared statement for a constant text, reset and without values.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle), sql);
            _statements.Add(sql, statement = new Statement(this, handle, sql));
        }

        return statement;
    }

    /// <summary>Runs a text of one or more statements without values.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql), sql);

    /// <summary>The integer that a pragma or a query of one cell answers.</summary>
    public long Scalar(string sql)
    {
        var statement = Prepare(string.Intern(sql));
        try
        {
            return statement.Step() ? statement.Int64(0) : 0;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Leaves any open transaction; harmless when there is none.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_db) == 0)
        {
            Execute("ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
        _db.Dispose();
    }

    internal void Check(int rc, string sql)
    {
        if (rc is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw new StoreException($"SQLite: {raw.sqlite3_errmsg(_db).utf8_to_string()} ({rc}) in: {sql}");
        }
    }
}

/// <summary>A prepared statement. Parameters count from 1, columns from 0.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle, string sql) : IDisposable
{
    public Statement Bind(int index, string value)
    {
        connection.Check(raw.sqlite3_bind_text(handle, index, value), sql);
        return this;
    }

    public Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value), sql);
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which SQLite would take for NULL.
        connection.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value), sql);
        return this;
    }

    public Statement BindNull(int index)
    {
        connection.Check(raw.sqlite3_bind_null(handle, index), sql);
        return this;
    }

    /// <summary>Goes to the next row. After an error, or when it answers false, nothing more comes.</summary>
    public bool Step()
    {
        var rc = raw.sqlite3_step(handle);
        connection.Check(rc, sql);
        return rc == raw.SQLITE_ROW;
    }

    /// <summary>Runs a statement that answers no rows, and makes it ready for the next run.</summary>
    /// <returns>Rows changed.</returns>
    public int Run()
    {
        try
        {
            return Step() ? 0 : connection.Changes;
        }
        finally
        {
            Reset();
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(handle, column).ToArray();

    /// <summary>Ends the run, which also ends a read's snapshot, and forgets the values.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(handle);
        _ = raw.sqlite3_clear_bindings(handle);
    }

    public void Dispose() => handle.Dispose();
}
