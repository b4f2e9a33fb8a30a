using Marketplace.Api.Billing.Sandbox;
using Marketplace.Api.Billing.Stripe;
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
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SandboxGateway>();
        services.AddSingleton<IPaymentGateway>(provider => provider.GetRequiredService<SandboxGateway>());
        services.AddOptions<PaymentOptions>().BindConfiguration(PaymentOptions.Section);
        services.AddSingleton<SandboxNotifier>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<SandboxNotifier>());
        services.AddSingleton(provider => new SandboxPayments(
            provider.GetRequiredService<SandboxGateway>(),
            provider.GetRequiredService<SandboxNotifier>(),
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Adds Stripe as the payment gateway of silo and API. Keys and secrets come from the configuration (<see cref="PaymentOptions"/>).</summary>
    public static IServiceCollection AddStripePayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration(PaymentOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton<IPaymentGateway, StripeGateway>();
    }

    /// <summary>Says that no payment gateway is configured: payments wait, and say why.</summary>
    public static IServiceCollection AddAbsentPayments(this IServiceCollection services)
    {
        services.AddOptions<PaymentOptions>().BindConfiguration(PaymentOptions.Section);
        return services.AddSingleton<IPaymentGateway, AbsentGateway>();
    }
}
