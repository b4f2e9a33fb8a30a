using System.Diagnostics.Metrics;
using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Market;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Serialization;
using Marketplace.Grains.Telemetry;
using Marketplace.Grains.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Storage;

namespace Marketplace.Grains;

/// <summary>Adds the marketplace's grains to a silo. A store must add <see cref="IGrainStorage"/> as default, <see cref="IRowStore"/> and <see cref="IRecordScan"/>.</summary>
public static class MarketplaceGrains
{
    /// <summary>Adds grains, serialization, market clock and keeper.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="clock">Settings of the market clock.</param>
    /// <param name="atRest">Whether the market does nothing by itself: nothing that falls due is visited, and no law is checked unasked.</param>
    public static ISiloBuilder AddMarketplaceGrains(this ISiloBuilder silo, Action<MarketClockOptions>? clock = null, bool atRest = false)
    {
        silo.Services.AddMarketplaceServices(clock);
        silo.Services.TryAddSingleton<Silos>();
        silo.Services.AddOptions<InvariantWatchOptions>();
        if (!atRest)
        {
            silo.Services.AddHostedService<Keeper>();
            silo.Services.AddHostedService<InvariantWatch>();
            silo.Services.AddHostedService<Reconciler>();
            silo.Services.AddHostedService<ServiceMarker>();
        }

        // Before other silos may call this one: a fact must not be dated by a clock that has not been set yet.
        silo.AddStartupTask<MarketClock>(ServiceLifecycleStage.ApplicationServices);
        return silo;
    }

    /// <summary>Adds what a process needs that only calls grains: serialization, market clock, invariants.</summary>
    public static IClientBuilder AddMarketplaceGrains(this IClientBuilder client, Action<MarketClockOptions>? clock = null)
    {
        client.Services.AddMarketplaceServices(clock);
        client.Services.AddHostedService<ClockFollower>();
        return client;
    }

    private static void AddMarketplaceServices(this IServiceCollection services, Action<MarketClockOptions>? clock)
    {
        services.AddMarketSerialization();
        services.AddOptions<MarketClockOptions>().Configure(options => clock?.Invoke(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MarketClock>();
        services.TryAddSingleton<IMarketClock>(provider => provider.GetRequiredService<MarketClock>());
        services.AddMetrics();
        services.TryAddSingleton<OutboxGauge>();
        services.TryAddSingleton(provider => new MarketMeters(provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<OutboxGauge>()));
        services.TryAddSingleton(StoredLayouts.Current);
        services.TryAddSingleton<GrainServices>();
        services.TryAddSingleton<Rebuild>();
        services.TryAddSingleton<SearchIndex>();
        services.TryAddSingleton(provider => new MarketTime(
            provider.GetRequiredService<IGrainFactory>(),
            provider.GetRequiredService<IMarketClock>(),
            provider.GetRequiredService<OutboxGauge>()));
        services.AddSingleton<IInvariant, DueRowInvariant>();
        services.AddSingleton<IInvariant, PoolSupplyInvariant>();
        services.AddSingleton<IInvariant, SitePowerInvariant>();
        services.AddSingleton<IInvariant, ReservationHoldInvariant>();
        services.TryAddSingleton<GatewayInbox>();
        services.TryAddSingleton<BillingAccounts>();
        services.AddSingleton<IInvariant, LedgersBalance>();
        services.AddSingleton<IInvariant, HeldMoneyIsThere>();
        services.AddSingleton<IInvariant, ClearingNetsToZero>();
        services.AddSingleton<IInvariant, DocumentsMatchBooks>();
        services.AddOptions<ReconciliationOptions>();
        services.AddOptions<BankAccountOptions>().BindConfiguration("Billing:BankAccount");
        services.AddOptions<CustodyOptions>().BindConfiguration("Billing:Custody");
    }
}
