using Azure;
using Azure.Core;
using Azure.Data.Tables;

namespace Marketplace.Storage.Azure;

/// <summary>
/// How a provider reaches Azure Tables. The public option types under <c>Orleans.*</c> derive from it, because Microsoft's
/// packages declare the same class once per assembly and namespace.
/// </summary>
public abstract class TableConnectionOptions
{
    private Func<TableServiceClient>? create;
    private Func<Task<TableServiceClient>>? createLater;

    /// <summary>Name of the table, 3 to 63 letters and digits.</summary>
    public virtual string TableName { get; set; } = "";

    /// <summary>Options of a client that this project makes; null for ones made of the policy.</summary>
    public TableClientOptions? ClientOptions { get; set; }

    /// <summary>The client; its own retry policy counts.</summary>
    public TableServiceClient? TableServiceClient { get; set; }

    /// <summary>Reaches the account by connection string.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        create = () => new TableServiceClient(connectionString, OptionsOfClient());
    }

    /// <summary>Reaches the account by an address that carries its own permission.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(Uri serviceUri)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        create = () => new TableServiceClient(serviceUri, OptionsOfClient());
    }

    /// <summary>Reaches the account with an identity.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(Uri serviceUri, TokenCredential tokenCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(tokenCredential);
        create = () => new TableServiceClient(serviceUri, tokenCredential, OptionsOfClient());
    }

    /// <summary>Reaches the account with a shared access signature.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(Uri serviceUri, AzureSasCredential azureSasCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(azureSasCredential);
        create = () => new TableServiceClient(serviceUri, azureSasCredential, OptionsOfClient());
    }

    /// <summary>Reaches the account with its key.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(Uri serviceUri, TableSharedKeyCredential sharedKeyCredential)
    {
        ArgumentNullException.ThrowIfNull(serviceUri);
        ArgumentNullException.ThrowIfNull(sharedKeyCredential);
        create = () => new TableServiceClient(serviceUri, sharedKeyCredential, OptionsOfClient());
    }

    /// <summary>Reaches the account with the client that the callback makes.</summary>
    [Obsolete("Set TableServiceClient.")]
    public void ConfigureTableServiceClient(Func<Task<TableServiceClient>> createClientCallback)
    {
        ArgumentNullException.ThrowIfNull(createClientCallback);
        createLater = createClientCallback;
    }

    /// <summary>How often and how long a client that this project makes tries again.</summary>
    internal abstract TablePolicyOptions Policy { get; }

    /// <summary>The table, made when absent on first use.</summary>
    internal LazyTable Table() => new(
        async () => TableServiceClient ?? create?.Invoke() ?? (createLater is null ? null : await createLater()) ?? throw Incomplete(),
        TableName);

    /// <summary>Refuses options that cannot work, before the silo starts.</summary>
    internal void Validate(string? name)
    {
        if (TableServiceClient is null && create is null && createLater is null)
        {
            throw Incomplete();
        }

        if (TableName is not { Length: >= 3 and <= 63 } || !char.IsAsciiLetter(TableName[0]) || !TableName.All(char.IsAsciiLetterOrDigit))
        {
            throw new OrleansConfigurationException($"{GetType().Name} '{name}': '{TableName}' is not the name of a table: 3 to 63 letters and digits, a letter first.");
        }
    }

    private OrleansConfigurationException Incomplete() => new($"{GetType().Name}: {nameof(TableServiceClient)} is not set.");

    private TableClientOptions OptionsOfClient() => ClientOptions ?? new TableClientOptions
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            MaxRetries = Policy.MaxOperationRetries,
            Delay = Policy.PauseBetweenOperationRetries,
            NetworkTimeout = Policy.OperationTimeout,
        },
    };
}

/// <summary>How a client that this project makes tries again; names and defaults are those of Microsoft's packages.</summary>
public abstract class TablePolicyOptions
{
    private TimeSpan? creation;
    private TimeSpan? operation;

    /// <summary>Most rows in one transaction, 1 to 100.</summary>
    public int MaxBulkUpdateRows { get; set; } = 100;

    /// <summary>Retries of making a table after the first attempt.</summary>
    public int MaxCreationRetries { get; set; } = 60;

    /// <summary>Retries of an operation after its first attempt.</summary>
    public int MaxOperationRetries { get; set; } = 5;

    /// <summary>Pause between attempts to make a table.</summary>
    public TimeSpan PauseBetweenCreationRetries { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>First pause between attempts; later ones grow exponentially.</summary>
    public TimeSpan PauseBetweenOperationRetries { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>How long making a table may take; unless set, three times its retries and pauses.</summary>
    public TimeSpan CreationTimeout
    {
        get => creation ?? PauseBetweenCreationRetries * MaxCreationRetries * 3;
        set => creation = Positive(value);
    }

    /// <summary>How long one attempt may be silent; unless set, six times its retries and pauses.</summary>
    public TimeSpan OperationTimeout
    {
        get => operation ?? PauseBetweenOperationRetries * MaxOperationRetries * 6;
        set => operation = Positive(value);
    }

    private static TimeSpan Positive(TimeSpan value) =>
        value > TimeSpan.Zero || value == Timeout.InfiniteTimeSpan ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A timeout is positive, or infinite.");
}
