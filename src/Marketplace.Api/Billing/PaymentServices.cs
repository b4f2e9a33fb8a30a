using Marketplace.Api.Billing.Sandbox;
using Marketplace.Grains.Ports;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Marketplace.Api.Billing;

/// <summary>Adds payments: the gateway that the silo's payments use, and what the API needs of it.</summary>
public static class PaymentServices
{
    /// <summary>Adds the sandbox as the payment gateway of silo and API, with its notifier. No real money moves.</summary>
    public static IServiceCollection AddSandboxPayments(this IServiceCollection services)
    {
        services.AddSandboxGateway();
        services.AddOptions<PaymentOptions>().BindConfiguration("Payments");
        services.AddSingleton<SandboxNotifier>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SandboxNotifier>());
        services.AddSingleton(provider => new SandboxPayments(
            provider.GetRequiredService<SandboxGateway>(),
            provider.GetRequiredService<SandboxNotifier>(),
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Says that no payment gateway is configured: payments wait, and say why.</summary>
    public static IServiceCollection AddAbsentPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration("Payments");
        return services.AddSingleton<IPaymentGateway, AbsentGateway>();
    }

    /// <summary>Adds the sandbox's books alone, for a silo in another container than the API.</summary>
    internal static IServiceCollection AddSandboxGateway(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SandboxGateway>();
        return services.AddSingleton<IPaymentGateway>(provider => provider.GetRequiredService<SandboxGateway>());
    }
}
