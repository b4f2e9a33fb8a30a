namespace Marketplace.Testing.Faults;

/// <summary>What goes wrong with one write.</summary>
public enum FaultKind
{
    /// <summary>The write fails and did not happen.</summary>
    ErrorBeforeWrite,

    /// <summary>The write happened, and its caller sees a failure.</summary>
    ErrorAfterWrite,

    /// <summary>The write happens only when the test lets it.</summary>
    Delay,

    /// <summary>The write is refused because another activation has written: a record by its ETag, an insert by an existing row; a write by version is passed over as older.</summary>
    StaleETag,
}

/// <summary>One write that reached the store's doors.</summary>
/// <param name="Number">Counts from 1 since the plan was last reset.</param>
/// <param name="Operation">Name of the seam's method, such as <c>WriteState</c> or <c>TryInsert</c>.</param>
/// <param name="Table">State name of a record, table of a row.</param>
/// <param name="Key">Grain id of a record; partition and row key, with a slash between them, of a row.</param>
public sealed record StorageWrite(int Number, string Operation, string Table, string Key);

/// <summary>The error an injected fault causes.</summary>
public sealed class InjectedFaultException : Exception
{
    /// <summary>A fault without further detail.</summary>
    public InjectedFaultException()
    {
    }

    /// <summary>A fault at a write.</summary>
    public InjectedFaultException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with a cause.</summary>
    public InjectedFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>One fault, which strikes once.</summary>
public sealed class Fault
{
    private readonly TaskCompletionSource<StorageWrite> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Fault(FaultKind kind, Func<StorageWrite, bool> matches)
    {
        Kind = kind;
        Matches = matches;
    }

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>Completes with the write that was struck.</summary>
    public Task<StorageWrite> Reached => _reached.Task;

    internal Func<StorageWrite, bool> Matches { get; }

    internal Task Released => _released.Task;

    /// <summary>Lets a delayed write go on; harmless before it was reached, and for other faults.</summary>
    public void Release() => _released.TrySetResult();

    internal void Strike(StorageWrite write) => _reached.TrySetResult(write);
}

/// <summary>
/// Which writes go wrong, and a record of all writes, for both seams together. A plan without faults only records, which
/// tells how many writes a process makes and hence at how many places it can be struck.
/// </summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<StorageWrite> _writes = [];
    private readonly List<Fault> _waiting = [];

    /// <summary>Writes since the last reset, in the order they arrived, struck ones included.</summary>
    public IReadOnlyList<StorageWrite> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Strikes the next write that matches.</summary>
    public Fault At(FaultKind kind, Func<StorageWrite, bool> matches)
    {
        var fault = new Fault(kind, matches);
        lock (_gate)
        {
            _waiting.Add(fault);
        }

        return fault;
    }

    /// <summary>Strikes the write of a number, counted from 1 since the last reset.</summary>
    public Fault AtNumber(FaultKind kind, int number) => At(kind, write => write.Number == number);

    /// <summary>Forgets all writes and faults; delayed writes go on.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            foreach (var fault in _waiting)
            {
                fault.Release();
            }

            _waiting.Clear();
            _writes.Clear();
        }
    }

    internal async Task<T> RunAsync<T>(string operation, string table, string key, Func<Task<T>> write, Func<StorageWrite, T> stale)
    {
        StorageWrite made;
        Fault? fault;
        lock (_gate)
        {
            made = new StorageWrite(_writes.Count + 1, operation, table, key);
            _writes.Add(made);
            fault = _waiting.Find(waiting => waiting.Matches(made));
            _ = fault is not null && _waiting.Remove(fault);
        }

        switch (fault?.Kind)
        {
            case null:
                return await write();
            case FaultKind.ErrorBeforeWrite:
                fault.Strike(made);
                throw new InjectedFaultException($"{made}: failed before it was written.");
            case FaultKind.ErrorAfterWrite:
                await write();
                fault.Strike(made);
                throw new InjectedFaultException($"{made}: failed after it was written.");
            case FaultKind.Delay:
                fault.Strike(made);
                await fault.Released;
                return await write();
            default:
                fault.Strike(made);
                return stale(made);
        }
    }
}
