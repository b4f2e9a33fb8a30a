using System.Net;
using System.Net.Sockets;
using Marketplace.Api;
using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Operations;
using Marketplace.Grains;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Host.Demo;
using Marketplace.Storage.Embedded;
using NodaTime;

namespace Marketplace.Host;

/// <summary>Puts the parts together: one process with the silo, the embedded store and the API, listening on loopback unless told otherwise.</summary>
internal static class MarketplaceHost
{
    public const string DefaultAddress = "http://localhost:5080";

    public static WebApplicationBuilder AddMarketplace(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(HostOptions.Section).Get<HostOptions>() ?? new HostOptions();
        builder.Services.AddSingleton(options);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));
        if (!IsAddressGiven(builder.Configuration))
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        builder.Logging.AddFilter("Orleans", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // Program says why a start failed.
        builder.Logging.AddFilter("Polly", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
        });

        builder.UseOrleans(silo => ConfigureSilo(silo, options));
        builder.Services.AddMarketplaceApi();
        if (options.Sandbox)
        {
            builder.Services.AddSandboxPayments();
        }
        else
        {
            builder.Services.AddAbsentPayments();
        }

        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<Readiness>());
        builder.Services.AddSingleton(services => new DemoMarket(
            services.GetRequiredService<IGrainFactory>(),
            services.GetRequiredService<MarketTime>(),
            services.GetRequiredService<IRowStore>(),
            payment => services.GetRequiredService<SandboxPayments>().PayAsync(payment)));
        builder.Services.AddHostedService<Opening>();
        return builder;
    }

    public static WebApplication UseMarketplace(this WebApplication app)
    {
        // Opened here rather than by the first grain, so that a store in use is said before anything else starts.
        app.Services.GetRequiredService<EmbeddedStore>();
        app.UseMarketplaceApi();
        app.MapMarketplaceApi();
        app.MapGet("/", () => Results.Redirect("/swagger")).ExcludeFromDescription();
        return app;
    }

    private static void ConfigureSilo(ISiloBuilder silo, HostOptions options)
    {
        // One process is the whole cluster: it has no gateway, and other processes cannot reach its silo port.
        silo.UseLocalhostClustering(siloPort: FreeLoopbackPort(), gatewayPort: 0, serviceId: "marketplace", clusterId: "marketplace");
        silo.AddEmbeddedStore(store => store.Path = options.DatabaseFile);
        silo.AddMarketplaceGrains(clock =>
        {
            clock.Sandbox = options.Sandbox;
            clock.BeginAt = options is { Sandbox: true, Demo: true } ? DemoMarket.BeginAt(SystemClock.Instance.GetCurrentInstant()) : null;
        });
    }

    private static int FreeLoopbackPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static bool IsAddressGiven(ConfigurationManager configuration) =>
        configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 }
        || configuration["http_ports"] is { Length: > 0 }
        || configuration["https_ports"] is { Length: > 0 }
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}
