namespace Marketplace.Host;

/// <summary>
/// <c>health</c>, in place of serving: asks the host that runs with the same settings on this machine whether it takes work. For
/// whoever watches a container, which holds no other program that could ask.
/// </summary>
internal static class HealthCommand
{
    private const string Name = "health";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether the command line asks for it.</summary>
    public static bool IsAsked(string[] arguments) => arguments is [Name, ..];

    /// <returns>0 when it does, 1 when it does not or does not answer.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments[1..]);
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(AddressOf(builder.Configuration), "/health/ready"));
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"No answer: {error.Message}");
            return 1;
        }
    }

    /// <summary>The first address that settings let a host listen at, as this machine reaches it.</summary>
    internal static Uri AddressOf(IConfiguration configuration)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } given ? given
            : configuration["http_ports"] is { Length: > 0 } ports ? "http://*:" + ports
            : MarketplaceHost.DefaultAddress;
        var address = BindingAddress.Parse(urls.Split(';')[0]);
        return new UriBuilder(address.Scheme, address.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : address.Host, address.Port).Uri;
    }
}
