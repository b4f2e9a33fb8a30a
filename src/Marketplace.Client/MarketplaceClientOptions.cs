namespace Marketplace.Client;

/// <summary>Where the API is and who calls.</summary>
public sealed class MarketplaceClientOptions
{
    /// <summary>Root of the installation, such as <c>https://market.example/</c>.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>An API key; null to call what is open to everyone, or where a handler of the caller's own signs the requests.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Attempts after the first, for requests that cannot do anything twice.</summary>
    public int Retries { get; set; } = 4;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
