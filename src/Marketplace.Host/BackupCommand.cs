using System.Globalization;
using Marketplace.Api;
using Marketplace.Api.Billing;
using Marketplace.Grains;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using Marketplace.Grains.Scheduling;
using Marketplace.Host.Cluster;
using Marketplace.Storage;
using Marketplace.Storage.Backup;
using Marketplace.Storage.Embedded;

namespace Marketplace.Host;

/// <summary>
/// <c>backup --to folder</c> and <c>restore --from folder</c>, in place of serving: the whole market from the store that the settings name
/// into a folder, and from a folder into an empty one. From one kind of store into the other it moves a market.
/// </summary>
internal static class BackupCommand
{
    private const string Save = "backup";
    private const string Load = "restore";
    private const string Folder = "folder";
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(1);

    /// <summary>A silo that has given no sign of life for so long holds nothing any more.</summary>
    private static readonly TimeSpan Alive = TimeSpan.FromMinutes(1);

    /// <summary>Whether the command line asks for one of them.</summary>
    public static bool IsAsked(string[] arguments) => arguments is [Save or Load, ..];

    /// <exception cref="SettingsException">The folder is missing, or a setting is wrong.</exception>
    /// <exception cref="StoreException">It cannot be done; nothing was written, or the message says what.</exception>
    public static async Task RunAsync(string[] arguments)
    {
        var saves = arguments[0] == Save;
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Configuration.AddSwitches(arguments[1..], "to", "from");
        builder.Configuration.AddCommandLine(arguments[1..], new Dictionary<string, string> { [saves ? "--to" : "--from"] = Folder });
        var options = Settings.Read(builder.Configuration);
        if (builder.Configuration[Folder] is not { Length: > 0 } folder)
        {
            throw new SettingsException(saves ? "say where to: backup --to <folder>" : "say where from: restore --from <folder>");
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            await (saves ? SaveAsync(options, folder, stop.Token) : LoadAsync(options, folder, stop.Token));
        }
        catch (OperationCanceledException)
        {
            throw new StoreException(saves ? $"stopped; {folder} is not complete." : "stopped; run it again to go on.");
        }
    }

    private static async Task SaveAsync(HostOptions options, string folder, CancellationToken stop)
    {
        var still = options;
        try
        {
            if (options.Store == StoreKind.Embedded)
            {
                // A copy of one moment, which a host that goes on working does not touch.
                still = new HostOptions { DataFolder = Path.Combine(options.DataFolder, "backup-" + Path.GetRandomFileName()), Cluster = options.Cluster };
                Directory.CreateDirectory(still.DataFolder);
                await EmbeddedStore.CopyAsync(options.DatabaseFile, still.DatabaseFile, stop);
            }

            await using var store = Open(still);
            await StoreDoor.OpenAsync(store);
            await RefuseLivingAsync(store, options);
            var manifest = await new StoreBackup(store).SaveAsync(folder, TimeProvider.System.GetUtcNow(), Progress(), stop);
            await SayAsync($"{folder} holds {manifest.Records:N0} records and {manifest.Rows:N0} rows as of {manifest.TakenAt:u}, in {manifest.Parts.Length:N0} files.");
        }
        finally
        {
            if (still != options && Directory.Exists(still.DataFolder))
            {
                Directory.Delete(still.DataFolder, recursive: true);
            }
        }
    }

    private static async Task LoadAsync(HostOptions options, string folder, CancellationToken stop)
    {
        IReadOnlyList<string> journaled;
        await using (var store = Open(options))
        {
            await StoreDoor.OpenAsync(store, mayBeUnfinished: true);
            await RefuseLivingAsync(store, options);
            journaled = await new StoreBackup(store).LoadAsync(folder, Progress(), stop);
        }

        // The rows that follow from records and journals are written by the grains themselves.
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.AddStoreAndCluster(options);
            silo.AddMarketplaceGrains(clock => clock.Sandbox = options.Sandbox, atRest: true);
        });
        builder.Services.AddAbsentPayments();
        builder.Services.AddAbsentPost();
        using var market = builder.Build();
        await market.StartAsync(stop);
        var progress = Progress();
        var rebuilt = await market.Services.GetRequiredService<Rebuild>().RunAsync(journaled, done => progress(new BackupProgress("rebuilding the lists of", done, 0)), stop);
        await market.Services.GetRequiredService<MarketTime>().WhenQuietAsync();
        await CheckAsync(market.Services, stop);
        await new StoreBackup(market.Services).FinishAsync();
        await market.StopAsync(stop);
        await SayAsync($"Restored {rebuilt:N0} aggregates with their lists and the due index. The host can be started.");
    }

    private static async Task CheckAsync(IServiceProvider market, CancellationToken stop)
    {
        foreach (var invariant in market.GetServices<IInvariant>())
        {
            foreach (var violation in await invariant.ViolationsAsync(stop))
            {
                await Console.Error.WriteLineAsync($"The restored market breaks its law {invariant.Name}: {violation}");
            }
        }
    }

    /// <summary>The store alone, with payloads as they are stored.</summary>
    private static ServiceProvider Open(HostOptions options)
    {
        var silo = new BareSilo();
        StoreBackup.AddTo(silo.Services);
        silo.AddStoreAndCluster(options);
        silo.Services.AddSingleton(options);
        return silo.Services.BuildServiceProvider();
    }

    /// <summary>What grains change while an account is read would fall between the pages.</summary>
    private static async Task RefuseLivingAsync(ServiceProvider store, HostOptions options)
    {
        if (options.Store == StoreKind.Embedded)
        {
            return;
        }

        var membership = store.GetRequiredService<IMembershipTable>();
        await membership.InitializeMembershipTableAsync(tryInitTableVersion: true);
        var since = TimeProvider.System.GetUtcNow().UtcDateTime - Alive;
        if ((await membership.ReadAllAsync()).Members.Any(silo => silo.Item1.Status is not (SiloStatus.Dead or SiloStatus.None) && silo.Item1.IAmAliveTime > since))
        {
            throw new StoreException("hosts are working on this store. Stop all of them first; one that was killed counts for another minute.");
        }
    }

    private static Action<BackupProgress> Progress()
    {
        var told = TimeProvider.System.GetTimestamp();
        return progress =>
        {
            if (TimeProvider.System.GetElapsedTime(told) >= ProgressPeriod)
            {
                told = TimeProvider.System.GetTimestamp();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {progress.Doing}: {progress.Records:N0} records{(progress.Rows > 0 ? $", {progress.Rows:N0} rows" : "")}"));
            }
        };
    }

    private static Task SayAsync(FormattableString line) => Console.Out.WriteLineAsync(line.ToString(CultureInfo.InvariantCulture));

    private sealed class BareSilo : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
