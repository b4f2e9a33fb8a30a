using Marketplace.Storage.Azure;

namespace Marketplace.Testing.Azurite;

/// <summary>An Azurite, started when the first test asks for it and shared by all that hold it.</summary>
public abstract class AzuriteServer : IAsyncDisposable
{
    private static int _stores;
    private readonly Lazy<Task<string>> _connection;

    /// <summary>Starts nothing yet.</summary>
    protected AzuriteServer() => _connection = new Lazy<Task<string>>(StartAsync);

    /// <summary>The folder of package.json and setup.</summary>
    protected static string Folder { get; } = Path.Combine(Repository.Root, "tests/azurite");

    /// <summary>Arguments of every way to start it: nothing on disk, nothing told to anybody, API versions newer than it knows taken as they are.</summary>
    protected static IReadOnlyList<string> Arguments { get; } = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"];

    /// <summary>What MARKETPLACE_REQUIRE_AZURITE calls it.</summary>
    protected abstract string Name { get; }

    /// <summary>What it lacks to start here, or null.</summary>
    protected abstract string? Lack { get; }

    /// <summary>Why a test that needs it is to be skipped, or null.</summary>
    /// <exception cref="InvalidOperationException">It cannot start, and the environment's MARKETPLACE_REQUIRE_AZURITE names it.</exception>
    public string? WhyNot()
    {
        var required = Environment.GetEnvironmentVariable("MARKETPLACE_REQUIRE_AZURITE") ?? "";
        return Lack is { } lack && required.Split(',').Contains(Name)
            ? throw new InvalidOperationException($"Azurite as a {Name} is required here: {lack}")
            : Lack is null ? null : $"No Azurite as a {Name}: {Lack}";
    }

    /// <summary>The connection string of its account.</summary>
    public Task<string> ConnectionAsync() => _connection.Value;

    /// <summary>Options of a store of its own, empty and apart from all others.</summary>
    public async Task<Action<AzureStoreOptions>> StoreAsync()
    {
        var connection = await ConnectionAsync();
        var number = Interlocked.Increment(ref _stores);
        return options =>
        {
            options.ConnectionString = connection;
            options.RecordTable = "Records" + number;
            options.RowTable = "Rows" + number;
            options.BlobContainer = "blobs" + number;
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            await StopAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The connection string of the account that every Azurite has, on given ports.</summary>
    protected static string Connection(int blobs, int tables, string protocol = "http") =>
        $"DefaultEndpointsProtocol={protocol};AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"BlobEndpoint={protocol}://127.0.0.1:{blobs}/devstoreaccount1;TableEndpoint={protocol}://127.0.0.1:{tables}/devstoreaccount1;";

    /// <summary>Starts it and answers the connection string.</summary>
    protected abstract Task<string> StartAsync();

    /// <summary>Stops it, however far its start came.</summary>
    protected abstract Task StopAsync();
}
