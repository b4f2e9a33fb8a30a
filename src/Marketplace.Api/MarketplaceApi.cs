using Marketplace.Api.Billing;
using Marketplace.Api.Capacity;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.Identity;
using Marketplace.Api.Leases;
using Marketplace.Api.Market;
using Marketplace.Api.OpenApi;
using Marketplace.Api.Operations;
using Marketplace.Api.Organizations;
using Marketplace.Api.Quotes;
using Marketplace.Api.Reservations;
using Marketplace.Api.Sites;
using Marketplace.Api.Verification;
using Marketplace.Api.Webhooks;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Marketplace.Api;

/// <summary>Adds the public REST API to a host.</summary>
public static class MarketplaceApi
{
    /// <summary>Registers what the API needs beside grains and stores.</summary>
    public static IServiceCollection AddMarketplaceApi(this IServiceCollection services)
    {
        services.AddRouting();
        services.AddOptions<ApiOptions>().BindConfiguration("Api");
        services.AddOptions<VerificationOptions>().BindConfiguration("Verification");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RateLimits>();
        services.TryAddSingleton<RefusedAccess>();
        services.TryAddSingleton<KeyUses>();
        services.TryAddSingleton<ICallers, OrganizationCallers>();
        services.TryAddSingleton<GatewayInbox>();
        services.AddHostedService<RequestKeyKeeper>();
        return services.AddWebhooks().AddIdentity().AddApiDocument();
    }

    /// <summary>Registers what grains that mail and call ask for, where nothing may leave: while a store is restored.</summary>
    public static IServiceCollection AddAbsentPost(this IServiceCollection services)
    {
        var post = new AbsentPost();
        return services.AddSingleton<ILetterSender>(post).AddSingleton<INoticeWriter>(post).AddSingleton<IWebhookSender>(post);
    }

    /// <summary>Adds problem details, security headers and the API's own page at <c>/swagger</c>; first in the pipeline.</summary>
    public static IApplicationBuilder UseMarketplaceApi(this IApplicationBuilder app) => app.UseMiddleware<HeadMiddleware>().UseMiddleware<ProblemMiddleware>().UseApiDocument().UseAuthentication();

    /// <summary>Maps every operation. One line per room.</summary>
    public static IEndpointRouteBuilder MapMarketplaceApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        routes.MapClock();
        routes.MapInvariants();
        routes.MapExport();
        routes.MapEvents();
        routes.MapNotices();
        routes.MapWebhooks();
        routes.MapIdentity();
        routes.MapOrganizations();
        routes.MapQuotes();
        routes.MapReservations();
        routes.MapConversations();
        routes.MapCapacity();
        routes.MapMarket();
        routes.MapLeases();
        routes.MapContractCalendar();
        routes.MapLeaseHealth();
        routes.MapPayments();
        routes.MapPaymentMethods();
        routes.MapPayouts();
        routes.MapInvoices();
        routes.MapCreditNotes();
        routes.MapRefunds();
        routes.MapBillingProfile();
        routes.MapBillingReports();
        routes.MapPrepayments();
        routes.MapCustody();
        routes.MapRateBook();
        routes.MapBank();
        routes.MapMeterReadings();
        routes.MapLedger();
        routes.MapReconciliation();
        routes.MapSites();
        routes.MapHardware();
        routes.MapNodes();
        routes.MapNodeMessages();
        routes.MapBenchmarkRuns();
        return routes;
    }
}
