using Marketplace.Client;
using Marketplace.Portal.Shell;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using MudBlazor.Services;

namespace Marketplace.Portal;

/// <summary>Adds the pages to a host.</summary>
public static class PortalServices
{
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Where a page's live connection begins.</summary>
    private static readonly PathString Connection = "/_blazor";

    private static readonly PathString[] OfTheApi = ["/v1", "/identity", "/health", "/swagger"];

    /// <summary>Registers what the pages need. They reach the API over HTTP only.</summary>
    public static IServiceCollection AddMarketplacePortal(this IServiceCollection services)
    {
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.Section);
        services.AddSingleton<ApiAddress>();

        // Handlers are shared by all connections: each signs its own requests, and none keeps a cookie for another.
        services.AddMarketplaceClient(_ => { }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseCookies = false });
        services.AddOptions<MarketplaceClientOptions>().Configure<ApiAddress>((options, address) => options.BaseAddress = address.Root);
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddSingleton<Market.Catalogue>();
        services.AddSingleton<Visitor>();
        return services.AddParts();
    }

    /// <summary>Registers what components ask for.</summary>
    internal static IServiceCollection AddParts(this IServiceCollection services)
    {
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PreventDuplicates = true;
            mud.SnackbarConfiguration.MaxDisplayedSnackbars = 3;
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.TopCenter;
            (mud.SnackbarConfiguration.ShowTransitionDuration, mud.SnackbarConfiguration.VisibleStateDuration, mud.SnackbarConfiguration.HideTransitionDuration) = (150, 4000, 300);
        });
        services.AddScoped<PortalSession>();
        services.AddScoped<Viewer>();
        services.AddScoped<MarketNow>();
        services.AddScoped<EventFollower>();
        services.AddScoped<NoticeCount>();
        services.AddScoped(provider => provider.GetRequiredService<Viewer>().Texts);
        services.AddScoped(provider => provider.GetRequiredService<Viewer>().Formats);
        return services;
    }

    /// <summary>Adds the pages' security headers, and a page for addresses that lead nowhere.</summary>
    public static IApplicationBuilder UseMarketplacePortal(this IApplicationBuilder app)
    {
        app.UseWhen(IsForPeople, pages =>
        {
            pages.Use((http, next) =>
            {
                http.Response.Headers.ContentSecurityPolicy = new StringValues(Policy);
                if (http.Request.Path.StartsWithSegments(Connection))
                {
                    if (!IsOurs(http.Request))
                    {
                        http.Response.StatusCode = StatusCodes.Status403Forbidden;
                        http.Response.ContentType = "text/plain";
                        return http.Response.WriteAsync("A live connection is begun by pages of this origin.");
                    }

                    http.User = http.RequestServices.GetRequiredService<Visitor>().Of(http);
                }

                return next(http);
            });

            // Where a page was asked for. What a script sends is answered with its own status: drawing a page for it would change that.
            pages.UseWhen(http => HttpMethods.IsGet(http.Request.Method), asked => asked.UseStatusCodePagesWithReExecute("/not-found"));
        });
        return app;
    }

    /// <summary>Maps the pages and their files.</summary>
    public static void MapMarketplacePortal(this WebApplication app)
    {
        // After the page for addresses that lead nowhere, so that its address is looked up as well.
        app.UseRouting();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapSession();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }

    /// <summary>
    /// Whether a live connection is begun by a page of this origin. One of another origin of the same site, such as another port of this
    /// machine, would have the visitor's cookies sent along and could then see and do whatever the visitor may.
    /// </summary>
    private static bool IsOurs(HttpRequest request) => request.Headers.Origin.ToString() is not { Length: > 0 } origin
        || (Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && (string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
                || string.Equals(from.Authority, request.Headers["X-Forwarded-Host"].ToString(), StringComparison.OrdinalIgnoreCase)));

    private static bool IsForPeople(HttpContext http) => !Array.Exists(OfTheApi, path => http.Request.Path.StartsWithSegments(path));
}
