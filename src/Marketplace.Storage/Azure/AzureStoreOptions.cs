using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Marketplace.Storage.Azure;

/// <summary>
/// Which storage account holds the market, and how patiently it is called. Either <see cref="ConnectionString"/>, or both
/// endpoints and an identity that may read and write tables and blobs.
/// </summary>
public sealed class AzureStoreOptions
{
    /// <summary>Connection string of the account. Leave it empty in production: it holds the account's key.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Address of the account's tables, such as <c>https://account.table.core.windows.net</c>.</summary>
    public Uri? TableEndpoint { get; set; }

    /// <summary>Address of the account's blobs, such as <c>https://account.blob.core.windows.net</c>.</summary>
    public Uri? BlobEndpoint { get; set; }

    /// <summary>Identity used with the endpoints; null for <see cref="DefaultAzureCredential"/>, which finds a managed identity.</summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>Table of grain records, 3 to 63 letters and digits.</summary>
    public string RecordTable { get; set; } = "OrleansGrainState";

    /// <summary>Table of rows, 3 to 63 letters and digits.</summary>
    public string RowTable { get; set; } = "MarketplaceRows";

    /// <summary>Container of the states in blobs, and of records that outgrow an entity. Names of the former hold no service id: two markets in one account need two containers.</summary>
    public string BlobContainer { get; set; } = "grainstate";

    /// <summary>Names of the states that are kept in blobs from the start: those that are always large. Of the others a record that outgrows an entity moves to a blob by itself.</summary>
    public ISet<string> StatesInBlobs { get; } = new HashSet<string>(StringComparer.Ordinal) { "snapshot" };

    /// <summary>Most bytes in one grain record; a larger one is refused before anything is written.</summary>
    public int LargestRecord { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Most bytes of a record that is kept in a table. An entity holds 1 MiB; in a request its bytes travel as base64, and
    /// Azurite counts them so.
    /// </summary>
    internal int LargestInTable { get; set; } = 720 * 1024;

    /// <summary>Retries after the first attempt at what may pass by itself: 408, 429, 500, 502, 503, 504 and a broken or silent connection.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Pause before the first retry. Each further one doubles, up to <see cref="LongestPause"/>; a longer one is kept where the service asks for it.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between two attempts. A service that asks for a longer one is not called again: the call fails at once.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one attempt at a table may be silent. With the defaults a call fails for good after at most half a minute.</summary>
    public TimeSpan TableTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one attempt at a blob may be silent.</summary>
    public TimeSpan BlobTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>What carries requests in place of the network; for tests of lost answers.</summary>
    internal HttpPipelineTransport? Transport { get; set; }

    /// <summary>A client for the account's tables, for this store and for cluster membership.</summary>
    public TableServiceClient CreateTableServiceClient()
    {
        Validate();
        var options = Patient(new TableClientOptions(), TableTimeout);
        options.AddPolicy(RetryTrace.Policy, HttpPipelinePosition.PerRetry);
        return ConnectionString is { Length: > 0 } connection
            ? new TableServiceClient(connection, options)
            : new TableServiceClient(TableEndpoint, Credential ?? new DefaultAzureCredential(), options);
    }

    /// <summary>A client for the account's blobs.</summary>
    public BlobServiceClient CreateBlobServiceClient()
    {
        Validate();
        var options = Patient(new BlobClientOptions(), BlobTimeout);
        return ConnectionString is { Length: > 0 } connection
            ? new BlobServiceClient(connection, options)
            : new BlobServiceClient(BlobEndpoint, Credential ?? new DefaultAzureCredential(), options);
    }

    internal void Validate()
    {
        var byString = ConnectionString is { Length: > 0 };
        var byEndpoint = TableEndpoint is not null && BlobEndpoint is not null;
        if (byString == byEndpoint)
        {
            throw new OrleansConfigurationException($"The Azure store needs either {nameof(ConnectionString)} or both {nameof(TableEndpoint)} and {nameof(BlobEndpoint)}.");
        }
    }

    private TOptions Patient<TOptions>(TOptions options, TimeSpan timeout)
        where TOptions : ClientOptions
    {
        options.RetryPolicy = new BoundedRetry(MaxRetries, FirstPause, LongestPause);
        options.Retry.NetworkTimeout = timeout;
        options.Transport = Transport ?? options.Transport;
        return options;
    }
}
