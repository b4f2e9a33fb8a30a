using System.Reflection;

[assembly: AssemblyFixture(typeof(Marketplace.Storage.Tests.Azure.AzuriteProcess))]
[assembly: AssemblyFixture(typeof(Marketplace.Storage.Tests.Azure.AzuriteContainer))]

namespace Marketplace.Storage.Tests.Azure;

/// <summary>
/// An Azurite, started by the first test that asks for it and shared by all. What cannot start is skipped with its reason,
/// unless the environment's MARKETPLACE_REQUIRE_AZURITE names it.
/// </summary>
public abstract class Azurite : IAsyncLifetime
{
    private readonly Lazy<Task<string>> _connection;

    protected Azurite() => _connection = new Lazy<Task<string>>(StartAsync);

    /// <summary>The folder of package.json.</summary>
    protected static string Folder { get; } = Path.GetFullPath(Path.Combine(
        typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "RepositoryRoot").Value!,
        "tests/azurite"));

    /// <summary>Arguments of every way to start it: nothing on disk, nothing told to anybody, API versions newer than it knows taken as they are.</summary>
    protected static IReadOnlyList<string> Arguments { get; } = ["--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent"];

    /// <summary>What MARKETPLACE_REQUIRE_AZURITE calls it.</summary>
    protected abstract string Name { get; }

    public async Task<string> ConnectionAsync()
    {
        if (await WhyNotAsync() is not { } reason)
        {
            return await _connection.Value;
        }

        var required = Environment.GetEnvironmentVariable("MARKETPLACE_REQUIRE_AZURITE") ?? "";
        Assert.SkipUnless(required.Split(',').Contains(Name), $"No Azurite as a {Name}: {reason}");
        throw new InvalidOperationException($"Azurite as a {Name} is required here: {reason}");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            await StopAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The connection string of the account that every Azurite has, on other ports.</summary>
    protected static string Connection(string host, int blobs, int tables) =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"BlobEndpoint=http://{host}:{blobs}/devstoreaccount1;TableEndpoint=http://{host}:{tables}/devstoreaccount1;";

    /// <summary>Why it cannot start here, or null.</summary>
    protected abstract Task<string?> WhyNotAsync();

    protected abstract Task<string> StartAsync();

    protected abstract Task StopAsync();
}
