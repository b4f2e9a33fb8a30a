using Marketplace.Host;
using Marketplace.Storage;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddMarketplace();
    await using var app = builder.Build();
    app.UseMarketplace();
    await app.RunAsync();
    return 0;
}
catch (Exception error) when (error is StoreException or IOException)
{
    // What an operator can mend without reading a stack trace: data in use by another process, an address in use.
    await Console.Error.WriteLineAsync($"Marketplace cannot start: {error.Message}");
    return 1;
}
