using System.Threading.Channels;

namespace Marketplace.Storage.Embedded;

/// <summary>The one thread that writes, and the bounded queue before it.</summary>
internal sealed class WriteQueue : IDisposable
{
    private readonly EmbeddedStoreOptions _options;
    private readonly Func<Connection?, Connection> _reopen;
    private readonly Channel<Write> _queue;
    private readonly Thread _thread;
    private readonly List<Write> _batch = [];
    private Connection? _writer;

    public WriteQueue(EmbeddedStoreOptions options, Connection writer, Func<Connection?, Connection> reopen)
    {
        _options = options;
        _writer = writer;
        _reopen = reopen;
        _queue = Channel.CreateBounded<Write>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _thread = new Thread(Work) { Name = "Embedded store writer", IsBackground = true };
        _thread.Start();
    }

    public async ValueTask<T> WriteAsync<T>(int bytes, Func<Connection, T> apply)
    {
        var write = new Write<T>(bytes, apply);
        try
        {
            await _queue.Writer.WriteAsync(write);
        }
        catch (ChannelClosedException e)
        {
            throw new StoreException("The store is closed.", e);
        }

        return await write.Task;
    }

    public void Dispose()
    {
        if (_queue.Writer.TryComplete())
        {
            _thread.Join();
        }
    }

    private void Work()
    {
        while (WaitForWork())
        {
            var bytes = 0L;
            while (_batch.Count < _options.LargestBatch && bytes < _options.LargestBatchBytes && _queue.Reader.TryRead(out var write))
            {
                _batch.Add(write);
                bytes += write.Bytes;
            }

            Commit();
            _batch.Clear();
        }

        _writer?.Dispose();
    }

    private bool WaitForWork()
    {
        var ready = _queue.Reader.WaitToReadAsync();
        return ready.IsCompletedSuccessfully ? ready.Result : ready.AsTask().GetAwaiter().GetResult();
    }

    private void Commit()
    {
        try
        {
            _writer ??= _reopen(null);
            _writer.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var write in _batch)
            {
                write.Apply(_writer);
            }

            _writer.Prepare("COMMIT").Run();
        }
#pragma warning disable CA1031 // Whatever went wrong, no covered caller may be told that its write is durable.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Recover(e);
            return;
        }

        foreach (var write in _batch)
        {
            write.Complete();
        }
    }

    private void Recover(Exception cause)
    {
        var failure = new StoreException($"The transaction failed and its {_batch.Count} writes have an unknown outcome: {cause.Message}", cause);
        try
        {
            // Closing rolls back what is open.
            var broken = _writer;
            _writer = null;
            _writer = _reopen(broken);
        }
#pragma warning disable CA1031 // The next write tries to open the file again.
        catch (Exception)
#pragma warning restore CA1031
        {
            _writer = null;
        }

        // Callers read again when they hear of it, so they hear of it last.
        foreach (var write in _batch)
        {
            write.Fail(failure);
        }
    }

    private abstract class Write(int bytes)
    {
        public int Bytes { get; } = bytes;

        public abstract void Apply(Connection connection);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Write<T>(int bytes, Func<Connection, T> apply) : Write(bytes)
    {
        // The writer's thread must not run what its callers do next.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _answer;

        public Task<T> Task => _done.Task;

        public override void Apply(Connection connection) => _answer = apply(connection);

        public override void Complete() => _done.SetResult(_answer!);

        public override void Fail(Exception failure) => _done.SetException(failure);
    }
}
