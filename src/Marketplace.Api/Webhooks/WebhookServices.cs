using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Webhooks;

/// <summary>Adds webhooks out.</summary>
public static class WebhookServices
{
    /// <summary>Adds what registers endpoints and what sends to them. The store's rows must be there; a silo in a container of its own needs it too.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section);
        services.AddDataProtection().SetApplicationName("Marketplace");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlRepository = new ProtectionKeys(provider.GetRequiredService<IRowStore>(), provider.GetRequiredService<TimeProvider>())));
        services.TryAddSingleton<WebhookSecrets>();
        services.TryAddSingleton<AddressGuard>();
        services.TryAddSingleton<IWebhookSender, WebhookSender>();
        return services;
    }
}
