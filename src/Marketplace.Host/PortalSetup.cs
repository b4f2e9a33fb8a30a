using Marketplace.Api.Identity;
using Marketplace.Portal;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Marketplace.Host;

/// <summary>
/// The pages for people. A browser sees one origin: where the API is another process, its addresses are forwarded there, so that
/// cookies and passkeys belong to the address in the browser.
/// </summary>
internal static class PortalSetup
{
    private static readonly string[] Forwarded = ["/v1/{**rest}", "/identity/{**rest}", "/swagger/{**rest}"];

    public static void AddPortal(this WebApplicationBuilder builder, bool hasApi)
    {
        // Outside of a published folder the pages' files lie where they were built, in any environment.
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);

        // There the framework also looks on the disk for files that were added since, under every address: one of the API's that takes
        // no GET would seem not to exist, and one that does not exist would seem to take GET alone.
        builder.Configuration["DisableStaticAssetNotFoundRuntimeFallback"] = "true";
        builder.Services.AddMarketplacePortal();
        if (hasApi)
        {
            builder.Services.AddOptions<PortalOptions>().PostConfigure<PortalCredential>((portal, own) => portal.Credential ??= own.Value);
        }

        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);
        builder.Services.AddHttpForwarder();
        if (!hasApi)
        {
            builder.Services.AddHostedService<PortalOpening>();
        }
    }

    public static void UsePortal(this WebApplication app)
    {
        app.UseMarketplacePortal();
        app.MapMarketplacePortal();
        var address = app.Services.GetRequiredService<ApiAddress>();
        if (!address.IsElsewhere)
        {
            return;
        }

        if (!app.Services.GetRequiredService<HostOptions>().Role.HasApi)
        {
            var visitors = new VisitorTransformer(app.Services.GetRequiredService<IOptions<PortalOptions>>());
            foreach (var pattern in Forwarded)
            {
                app.MapForwarder(pattern, address.Root.GetLeftPart(UriPartial.Authority), new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromMinutes(10) }, visitors);
            }

            app.MapGet("/health/live", () => new { status = "live" });
            app.MapGet("/health/ready", Ready);
        }
    }

    private static IResult Ready(HttpContext http, Readiness readiness)
    {
        if (readiness.Pending is not { } pending)
        {
            return Results.Ok(new { status = "ready" });
        }

        http.Response.Headers.RetryAfter = "1";
        return Results.Problem(statusCode: StatusCodes.Status503ServiceUnavailable, detail: $"Not ready: {pending}.");
    }

    /// <summary>
    /// Tells the API for whom it is asked. A browser that sends such headers itself has no say: they never pass.
    /// </summary>
    private sealed class VisitorTransformer(IOptions<PortalOptions> options) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Remove(PortalOptions.CredentialHeader);
            proxyRequest.Headers.Remove(PortalOptions.VisitorHeader);
            if (options.Value.Credential is { Length: > 0 } credential && httpContext.Connection.RemoteIpAddress is { } visitor)
            {
                proxyRequest.Headers.Add(PortalOptions.CredentialHeader, credential);
                proxyRequest.Headers.Add(PortalOptions.VisitorHeader, visitor.ToString());
            }
        }

        /// <summary>What the API says of its own answer counts, and is said once: a header that is there twice may be taken for none.</summary>
        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            foreach (var (name, _) in proxyResponse?.Headers.NonValidated ?? default)
            {
                httpContext.Response.Headers.Remove(name);
            }

            return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }

    /// <summary>
    /// Says where to click, where no API does, and takes work once the API has answered for the first time. Later its pages say
    /// themselves when they cannot reach it, which tells a person more than a balancer does.
    /// </summary>
    private sealed class PortalOpening(IServer server, ApiAddress api, Readiness readiness, IHostApplicationLifetime lifetime) : BackgroundService
    {
        private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

        public override Task StartAsync(CancellationToken cancellationToken)
        {
            lifetime.ApplicationStarted.Register(() => Console.WriteLine(
                $"""

                Marketplace's pages are ready.

                  Pages for people     {server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()}
                  API they call        {api.Root}

                Ctrl+C stops it.
                """));
            return base.StartAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            readiness.Report($"waiting for the API at {api.Root}");
            using var client = new HttpClient { Timeout = Patience };
            using var looks = new PeriodicTimer(BetweenLooks);
            try
            {
                while (!await AnswersAsync(client, stoppingToken))
                {
                    await looks.WaitForNextTickAsync(stoppingToken);
                }

                readiness.Report(null);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopped before the API was there.
            }
        }

        private async Task<bool> AnswersAsync(HttpClient client, CancellationToken stop)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(api.Root, "/health/live"), stop);
                return answer.IsSuccessStatusCode;
            }
            catch (Exception error) when (error is HttpRequestException || (error is TaskCanceledException && !stop.IsCancellationRequested))
            {
                return false;
            }
        }
    }
}
