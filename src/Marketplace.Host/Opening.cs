using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Marketplace.Host;

/// <summary>What happens once the host listens: first start, seeding, the lines that say where to go on.</summary>
internal sealed class Opening(IServer server, HostOptions options, Readiness readiness, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var whenStarted = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        readiness.Report(null);
        Welcome();
    }

    private void Welcome()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? MarketplaceHost.DefaultAddress;
        Console.WriteLine($"""

            Marketplace is ready after {(DateTime.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalSeconds:0.0} s.

              API in the browser   {address}/swagger
              Data                 {Path.GetFullPath(options.DataFolder)}

            Ctrl+C stops it; nothing acknowledged is lost.

            """);
    }
}
