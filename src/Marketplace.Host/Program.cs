using Marketplace.Host;
using Marketplace.Storage;

try
{
    if (HealthCommand.IsAsked(args))
    {
        return await HealthCommand.RunAsync(args);
    }

    if (HelpCommand.IsAsked(args))
    {
        await HelpCommand.RunAsync();
        return 0;
    }

    if (BackupCommand.IsAsked(args))
    {
        await BackupCommand.RunAsync(args);
        return 0;
    }

    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Configuration.AddSwitches(args);
    builder.AddMarketplace();
    await using var app = builder.Build();
    app.UseMarketplace();
    if (app.Services.GetRequiredService<Marketplace.Host.HostOptions>().Role.HasApi)
    {
        await StoreDoor.OpenAsync(app.Services);
    }

    await app.RunAsync();
    await Console.Out.WriteLineAsync("Stopped.");
    return 0;
}
catch (Exception error) when (error is SettingsException or StoreException or IOException)
{
    // What an operator can mend without reading a stack trace: settings, a store out of reach, data or an address in use.
    await Console.Error.WriteLineAsync($"Marketplace cannot {(BackupCommand.IsAsked(args) ? args[0] : "start")}: {error.Message}");
    return 1;
}
