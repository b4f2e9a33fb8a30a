using System.Diagnostics;
using System.Globalization;
using Marketplace.Api.Organizations;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Marketplace.Host.Demo;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using NodaTime;

namespace Marketplace.Host;

/// <summary>What happens once the host listens: the first administrator key, the demo market, and the lines that say where to go on.</summary>
internal sealed partial class Opening(
    IServer server,
    IGrainFactory grains,
    DemoMarket demo,
    KeysFile file,
    HostOptions options,
    Readiness readiness,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Opening> log) : BackgroundService
{
    private const int MostAttempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!await IsStartedAsync(stoppingToken))
        {
            return;
        }

        try
        {
            var hasDemo = options.MakesDemo;
            if (hasDemo && await InsistAsync(() => grains.GetGrain<IOrganizationGrain>(Organization.Platform.Value).GetAsync()) is null)
            {
                // Noted first, so that a kill at any moment from here on leaves a store that is seeded by the next start.
                await demo.BeginAsync(Instant.FromDateTimeOffset(time.GetUtcNow()));
            }

            var keys = new List<DemoKey>();
            if (await InsistAsync(FirstAdministratorAsync) is { } administrator)
            {
                keys.Add(administrator);
            }

            if (hasDemo && await demo.IsUnfinishedAsync())
            {
                readiness.Report("seeding the demo market");
                await Console.Out.WriteLineAsync("Seeding the demo market: two years of history, made by the engine itself.");
                if (keys.Count == 0 && await file.FindAsync(Administrator("").Variable) is { } issued)
                {
                    keys.Add(Administrator(issued)); // By a first start that was interrupted.
                }

                keys.AddRange(await demo.SeedAsync(time, Progress(), file.KeepAsync, stoppingToken));
            }

            readiness.Report(null);
            await Console.Out.WriteLineAsync(Welcome(keys));
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(log, error);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
        catch (OperationCanceledException)
        {
            // Stopped while seeding: the next start goes on with it.
        }
    }

    /// <summary>Waits until the host listens; false when it stops before it does.</summary>
    private async Task<bool> IsStartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource<bool>();
        await using var whenStarted = lifetime.ApplicationStarted.Register(() => started.TrySetResult(true));
        await using var whenStopped = stoppingToken.Register(() => started.TrySetResult(false));
        return await started.Task;
    }

    private static Action<double> Progress()
    {
        var told = 0;
        return done =>
        {
            var tenths = (int)(done * 10);
            if (tenths > told)
            {
                told = tenths;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {tenths * 10} %"));
            }
        };
    }

    private static DemoKey Administrator(string key) => new("ADMIN_KEY", "the marketplace itself", key);

    /// <summary>Repeats what may fail while silos that start together find each other.</summary>
    private async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception error) when (attempt < MostAttempts && error is (OrleansException or UnknownOutcomeException or TimeoutException))
            {
                await Task.Delay(BetweenAttempts, time);
            }
        }
    }

    /// <summary>
    /// The first administrator's key, if none was ever issued. Several hosts may open the same market at once: one key is
    /// issued, and a host whose candidate was not taken forgets it.
    /// </summary>
    private async Task<DemoKey?> FirstAdministratorAsync()
    {
        var isCandidateKept = false;
        var key = await PlatformBootstrap.EnsureAsync(grains, candidate =>
        {
            isCandidateKept = true;
            return file.KeepFirstAsync(Administrator(candidate));
        });
        if (key is null && isCandidateKept)
        {
            await file.ForgetAsync(Administrator("").Variable);
        }

        return key is null ? null : Administrator(key);
    }

    private string Where => options.Store == StoreKind.Embedded ? $"{Path.GetFullPath(options.DataFolder)} (delete it to start anew)"
        : options.Azure.TablesEndpoint is { } tables ? $"{tables} and {options.Azure.BlobsEndpoint}"
        : "the storage account of Marketplace:Azure:ConnectionString";

    private string Welcome(List<DemoKey> keys)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? MarketplaceHost.DefaultAddress;
        using var process = Process.GetCurrentProcess();
        var seconds = (time.GetUtcNow() - process.StartTime).TotalSeconds;
        var signIn = keys.Count == 0 ? $"    the keys and passwords made at the first start; they are in {options.KeysFile}"
            : options.Sandbox ? string.Join(Environment.NewLine, People(keys).Concat(keys.Where(key => !IsPersons(key)).Select(key => $"    {key.Variable}, {key.Holder}: {key.Key}")))
            : $"    the administrator's key is in {options.KeysFile}; what is printed here may be kept for long elsewhere";
        return string.Create(CultureInfo.InvariantCulture, $"""

            Marketplace is ready after {seconds:0.0} s.

            {(options.Role.HasPortal ? $"  Pages for people     {address}{Environment.NewLine}" : "")}  API in the browser   {address}/swagger
              Data                 {Where}
              Keys for a shell     source {options.KeysFile}

              Sign in as a person with e-mail and password, or with a key; for the API: press Authorize there and paste a key.
            {signIn}

            Ctrl+C stops it; nothing acknowledged is lost.
            """);
    }

    private static bool IsPersons(DemoKey key) => key.Variable.EndsWith(DemoKeys.Email, StringComparison.Ordinal) || key.Variable.EndsWith(DemoKeys.Password, StringComparison.Ordinal);

    /// <summary>Who can sign in: address and password of one person stand behind each other.</summary>
    private static IEnumerable<string> People(IReadOnlyList<DemoKey> keys) => keys.Where(IsPersons).Chunk(2).Select(it => $"    {it[0].Key}  password {it[1].Key}  ({it[0].Holder})");

    [LoggerMessage(Level = LogLevel.Critical, Message = "The first start failed. Start again to go on with it; an embedded store can be begun anew by deleting the data folder.")]
    private static partial void LogFailed(ILogger log, Exception error);
}
