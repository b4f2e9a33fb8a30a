using Marketplace.Grains;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Storage.Embedded;
using Marketplace.Testing.Faults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using Orleans.Providers;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Marketplace.Testing;

/// <summary>
/// One silo with the marketplace's grains over an embedded store in a folder of its own, or see <see cref="Over"/>. Market time
/// stands still until the test advances it. A restart keeps the store, the clock and the fault plan.
/// </summary>
public sealed class TestMarket : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private static readonly AsyncLocal<(Func<Task<Action<ISiloBuilder>>> Open, int Silos)?> Elsewhere = new();

    private readonly int _silos;
    private readonly Action<ISiloBuilder> _store;
    private readonly Action<ISiloBuilder>? _configure;
    private InProcessTestCluster? _cluster;

    private TestMarket(StillClock clock, Action<ISiloBuilder>? store, int silos, Action<ISiloBuilder>? configure)
    {
        Clock = clock;
        _silos = silos;
        _store = store ?? (silo => silo.AddEmbeddedStore(options => options.Path = StorePath));
        _configure = configure;
    }

    /// <summary>When a market begins unless the test says otherwise: Monday 5 January 2026, 09:00 UTC.</summary>
    public static Instant Begin { get; } = Instant.FromUtc(2026, 1, 5, 9, 0);

    /// <summary>Market time.</summary>
    public StillClock Clock { get; }

    /// <summary>Faults of the store, and a record of its writes.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>The payment gateway: the test plays the payer.</summary>
    public TestGateway Gateway { get; } = new();

    /// <summary>The receivers of webhooks.</summary>
    public TestWebhooks Webhooks { get; } = new();

    /// <summary>The mail server.</summary>
    public TestMail Mail { get; } = new();

    /// <summary>The database file.</summary>
    public string StorePath => _folder.File("marketplace.db");

    /// <summary>The services of the first silo.</summary>
    public IServiceProvider Services => _cluster!.Silos[0].ServiceProvider;

    /// <summary>The services of every silo, the one that has been there longest first.</summary>
    public IEnumerable<IServiceProvider> Silos => _cluster!.Silos.Select(silo => silo.ServiceProvider);

    /// <summary>Calls grains as the API in the same process does.</summary>
    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    /// <summary>The row store, faults included.</summary>
    public IRowStore Rows => Services.GetRequiredService<IRowStore>();

    /// <summary>Advances market time and waits for quiet.</summary>
    public MarketTime Time => Services.GetRequiredService<MarketTime>();

    /// <summary>
    /// From here on, as far as the caller's calls reach and until the result is disposed, markets start over a store of
    /// another kind: <paramref name="open"/> is asked once a market for what adds an empty one to each of its <paramref name="silos"/>.
    /// </summary>
    public static IDisposable Over(Func<Task<Action<ISiloBuilder>>> open, int silos = 1)
    {
        Elsewhere.Value = (open, silos);
        return new Embedded();
    }

    /// <summary>Starts a market.</summary>
    /// <param name="configure">Adds or replaces services; called last, at every start.</param>
    /// <param name="now">Market time at the first start; null for <see cref="Begin"/>.</param>
    public static async Task<TestMarket> StartAsync(Action<ISiloBuilder>? configure = null, Instant? now = null)
    {
        var store = Elsewhere.Value is { } elsewhere ? await elsewhere.Open() : null;
        var market = new TestMarket(new StillClock(now ?? Begin), store, Elsewhere.Value?.Silos ?? 1, configure);
        await market.DeployAsync();
        return market;
    }

    /// <summary>
    /// Starts another silo over the same store and clock which knows nothing of this one, as after a cluster fell apart: every
    /// grain can be active in both. Dispose it before this one.
    /// </summary>
    /// <param name="configure">Adds or replaces services of that one; called last.</param>
    public async Task<TestMarket> StartSecondAsync(Action<ISiloBuilder>? configure = null)
    {
        var records = Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME);
        var rows = Rows;
        var scan = Services.GetRequiredService<IRecordScan>();
        var second = new TestMarket(Clock, _store, 1, silo =>
        {
            _configure?.Invoke(silo);
            silo.Services.AddKeyedSingleton(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, records);
            silo.Services.AddSingleton(rows);
            silo.Services.AddSingleton(scan);
            configure?.Invoke(silo);
        });
        await second.DeployAsync();
        return second;
    }

    /// <summary>Stops the silo in good order and starts another one over the same folder.</summary>
    public async Task RestartAsync()
    {
        await _cluster!.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await DeployAsync();
    }

    /// <summary>Ends the silo without deactivating its grains, as far as one process can, and starts another one over the same folder.</summary>
    public async Task CrashAsync()
    {
        await _cluster!.KillSiloAsync(_cluster.Silos[0]);
        await _cluster.DisposeAsync();
        await DeployAsync();
    }

    /// <summary>
    /// Stops the silo that has been there longest in good order and starts another one in its stead, as a rolling upgrade does:
    /// the others go on meanwhile and take over what it had.
    /// </summary>
    public async Task ReplaceOldestAsync()
    {
        await _cluster!.StopSiloAsync(_cluster.Silos[0]);
        await _cluster.StartAdditionalSiloAsync();
    }

    /// <summary>Drops the activation of a grain, so that its next call loads it again.</summary>
    public async Task ReloadAsync(IAddressable grain) => await _cluster!.DeactivateAsync(grain);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Faults.Reset();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task DeployAsync()
    {
        var gauge = _silos > 1 ? new OutboxGauge(TimeProvider.System) : null;
        var builder = new InProcessTestClusterBuilder((short)_silos);
        builder.Options.ConfigureFileLogging = false;

        // Part of a record's key in Azure Storage, so a restart must keep it.
        builder.Options.ServiceId = "marketplace";
        builder.Options.InitializeClientOnDeploy = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
            silo.Services.AddSingleton<IMarketClock>(Clock);
            silo.Services.AddSingleton<IPaymentGateway>(Gateway);
            silo.Services.AddSingleton<IWebhookSender>(Webhooks);
            silo.Services.AddSingleton<ILetterSender>(Mail);
            silo.Services.AddSingleton<INoticeWriter>(Mail);
            _store(silo);
            silo.AddFaults(Faults);
            if (gauge is not null)
            {
                // Quiet is when all of them are; and no grain is kept where it was first asked for.
                silo.Services.AddSingleton(gauge);
                silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
            }

            silo.AddMarketplaceGrains();
            _configure?.Invoke(silo);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private sealed class Embedded : IDisposable
    {
        public void Dispose() => Elsewhere.Value = null;
    }
}
