using Marketplace.Grains.Billing;
using Marketplace.Grains.Capacity;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Reservations;
using Marketplace.Grains.Scheduling;
using Marketplace.Grains.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Storage;

namespace Marketplace.Grains;

/// <summary>Adds the marketplace's grains to a silo. A store must add <see cref="IGrainStorage"/> as default, <see cref="IRowStore"/> and <see cref="IRecordScan"/>.</summary>
public static class MarketplaceGrains
{
    /// <summary>Adds grains, serialization, market clock and keeper.</summary>
    public static ISiloBuilder AddMarketplaceGrains(this ISiloBuilder silo, Action<MarketClockOptions>? clock = null)
    {
        silo.Services.AddMarketSerialization();
        silo.Services.AddOptions<MarketClockOptions>().Configure(options => clock?.Invoke(options));
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton<MarketClock>();
        silo.Services.TryAddSingleton<IMarketClock>(services => services.GetRequiredService<MarketClock>());
        silo.Services.TryAddSingleton<OutboxGauge>();
        silo.Services.TryAddSingleton<GrainServices>();
        silo.Services.TryAddSingleton(services => new MarketTime(
            services.GetRequiredService<IGrainFactory>(),
            services.GetRequiredService<IMarketClock>(),
            services.GetRequiredService<OutboxGauge>()));
        silo.Services.AddSingleton<IInvariant, DueRowInvariant>();
        silo.Services.AddSingleton<IInvariant, PoolSupplyInvariant>();
        silo.Services.AddSingleton<IInvariant, SitePowerInvariant>();
        silo.Services.AddSingleton<IInvariant, ReservationHoldInvariant>();
        silo.Services.TryAddSingleton<BillingAccounts>();
        silo.Services.AddSingleton<IInvariant, LedgersBalance>();
        silo.Services.AddSingleton<IInvariant, HeldMoneyIsThere>();
        silo.Services.AddSingleton<IInvariant, ClearingNetsToZero>();
        silo.Services.AddHostedService<Keeper>();
        silo.AddStartupTask<MarketClock>();
        return silo;
    }
}
