using Marketplace.Api;
using Marketplace.Api.Billing;
using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Api.Operations;
using Marketplace.Grains;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Telemetry;
using Marketplace.Host.Cluster;
using Marketplace.Host.Demo;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodaTime;

namespace Marketplace.Host;

/// <summary>Puts the parts of a role together: silo, store and API, listening on loopback unless told otherwise.</summary>
internal static class MarketplaceHost
{
    public const string DefaultAddress = "http://localhost:5080";

    /// <summary>Longest stop after the drain period: requests in flight, outboxes, and the hand-over of grains.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(25);

    public static WebApplicationBuilder AddMarketplace(this WebApplicationBuilder builder)
    {
        var options = Settings.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = options.Drain + LongestStop);
        if (!IsAddressGiven(builder.Configuration))
        {
            builder.WebHost.UseUrls(DefaultAddress);
        }

        // Whoever looks for a weakness of this server need not be told which one it is.
        builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
        builder.AddTelemetry(options.Telemetry);
        builder.Services.AddDiscreetLogs();
        builder.Services.AddSingleton(services => new Readiness(services.GetService<FreezeWatch>()));
        if (options.Role.HasPortal)
        {
            builder.AddPortal(options.Role.HasApi);
        }

        if (!options.Role.HasApi)
        {
            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.Services.AddHostedService<Drain>();
            return builder;
        }

        if (options.Role.HasSilo)
        {
            builder.UseOrleans(silo => ConfigureSilo(silo, options));
        }
        else
        {
            builder.UseOrleansClient(client => ConfigureClient(client, options));
        }

        builder.Services.AddMarketplaceApi();
        builder.Services.Configure<MailOptions>(mail => mail.Console |= options.Sandbox);
        if (options.Payments.ApiKey is { Length: > 0 })
        {
            builder.Services.AddStripePayments();
        }
        else if (options.Sandbox)
        {
            builder.Services.AddSandboxPayments();
        }
        else
        {
            builder.Services.AddAbsentPayments();
        }

        builder.Services.AddSingleton<KeysFile>();
        if (options is { Role.HasSilo: true, Store: StoreKind.Azure })
        {
            builder.Services.AddSingleton<FreezeWatch>();
            builder.Services.AddHostedService(services => services.GetRequiredService<FreezeWatch>());
        }

        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<Readiness>());
        builder.Services.AddSingleton(services => new DemoMarket(
            services.GetRequiredService<IGrainFactory>(),
            services.GetRequiredService<MarketTime>(),
            services.GetRequiredService<IRowStore>(),
            payment => services.GetRequiredService<SandboxPayments>().PayAsync(payment),
            (organization, email, name) => PersonBootstrap.EnsureAsync(services, organization, email, name)));
        builder.Services.AddHostedService<Drain>();
        builder.Services.AddHostedService<Opening>();
        return builder;
    }

    public static WebApplication UseMarketplace(this WebApplication app)
    {
        var role = app.Services.GetRequiredService<HostOptions>().Role;
        app.UseSecurityHeaders();
        app.Use(LeaveWhenStoppingAsync);
        if (role.HasApi)
        {
            app.UseMarketplaceApi();
            app.MapMarketplaceApi();
            app.MapClusterDashboard();
        }

        if (role.HasPortal)
        {
            app.UsePortal();
        }
        else
        {
            app.MapGet("/", () => Results.Redirect("/swagger")).ExcludeFromDescription();
        }

        return app;
    }

    /// <summary>Sends callers elsewhere for their next request, so that none arrives on a connection that is about to close.</summary>
    private static Task LeaveWhenStoppingAsync(HttpContext http, RequestDelegate next)
    {
        if (http.RequestServices.GetRequiredService<Readiness>().IsStopping && HttpProtocol.IsHttp11(http.Request.Protocol))
        {
            http.Response.Headers.Connection = "close";
        }

        return next(http);
    }

    private static void ConfigureSilo(ISiloBuilder silo, HostOptions options)
    {
        silo.AddStoreAndCluster(options);
        if (options.Dashboard)
        {
            silo.AddClusterDashboard();
        }

        if (silo.Configuration.HasTelemetry())
        {
            silo.AddActivityPropagation();
        }

        silo.Services.Configure<InvariantWatchOptions>(watch => watch.Every = options.InvariantsEvery);
        if (options.MakesDemo)
        {
            silo.Services.PostConfigure<BankAccountOptions>(bank => (bank.Holder, bank.Bank, bank.Account) =
                bank.Account is { Length: > 0 } own ? (bank.Holder, bank.Bank, own) : ("Marketplace demo", "No bank: play money", DemoFinance.Account));
        }

        silo.AddMarketplaceGrains(clock =>
        {
            clock.Sandbox = options.Sandbox;
            clock.BeginAt = options.MakesDemo ? DemoMarket.BeginAt(SystemClock.Instance.GetCurrentInstant()) : null;
        });
    }

    private static void ConfigureClient(IClientBuilder client, HostOptions options)
    {
        client.AddStoreAndCluster(options);
        if (options.Dashboard)
        {
            client.AddClusterDashboard();
        }

        if (client.Configuration.HasTelemetry())
        {
            client.AddActivityPropagation();
        }

        client.AddMarketplaceGrains(clock => clock.Sandbox = options.Sandbox);

        // Silos may start after it, or be away for a while.
        client.UseConnectionRetryFilter(async (_, cancellation) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            return true;
        });
    }

    private static bool IsAddressGiven(ConfigurationManager configuration) =>
        configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 }
        || configuration["http_ports"] is { Length: > 0 }
        || configuration["https_ports"] is { Length: > 0 }
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}
