namespace Marketplace.Host.Tests;

/// <summary>
/// A host that is killed at random moments of its work, and started again over the same data: after some number of requests,
/// and now and then while it is still starting.
/// </summary>
internal sealed class MortalHost : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly string dataFolder;
    private readonly Random random;
    private readonly int mostKills;
    private readonly string[] settings;
    private Task<HostProcess> living;
    private int sent;
    private int nextKill;

    /// <param name="dataFolder">The data that outlives it.</param>
    /// <param name="seed">Makes the moments repeatable, as far as processes are.</param>
    /// <param name="mostKills">Kills after which it lives on.</param>
    /// <param name="settings">Further settings, as on the command line.</param>
    public MortalHost(string dataFolder, int seed, int mostKills, params string[] settings)
    {
        this.settings = ["--Marketplace:Demo", "false", "--Api:RequestsPerMinutePerKey", "1000000", .. settings];
        this.dataFolder = dataFolder;
        this.mostKills = mostKills;
        random = new Random(seed);
        living = StartAsync();
        nextKill = NextKill();
    }

    /// <summary>How often it was killed.</summary>
    public int Kills { get; private set; }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        Task<HostProcess> host;
        lock (gate)
        {
            host = living;
        }

        return await (await host).ReadyAsync();
    }

    /// <summary>A client sends a request: the host may die of it.</summary>
    public void Sent()
    {
        lock (gate)
        {
            if (++sent >= nextKill && Kills < mostKills && living.IsCompletedSuccessfully)
            {
                living = DieAndStartAsync(living.Result);
            }
        }
    }

    /// <summary>Kills it now, if it lives, and starts it again.</summary>
    public async Task KillAsync()
    {
        var host = await Current();
        lock (gate)
        {
            living = DieAndStartAsync(host);
        }

        await Current();
    }

    public async ValueTask DisposeAsync() => await (await Current()).DisposeAsync();

    private Task<HostProcess> Current()
    {
        lock (gate)
        {
            return living;
        }
    }

    private async Task<HostProcess> DieAndStartAsync(HostProcess host)
    {
        Kills++;

        // The delay is not waited for anything: it is what makes the moment random, within the request or just after it.
        await Task.Delay(random.Next(30));
        await host.KillAsync();
        await host.DisposeAsync();
        return await StartAsync();
    }

    private async Task<HostProcess> StartAsync()
    {
        while (true)
        {
            var host = HostProcess.Start(dataFolder, settings);
            if (Kills < mostKills && random.Next(3) == 0)
            {
                // Dies again while it starts, or just after.
                Kills++;
                await Task.WhenAny(host.ReadyAsync(), Task.Delay(random.Next(2500)));
                await host.KillAsync();
                await host.DisposeAsync();
                continue;
            }

            await host.ReadyAsync();
            lock (gate)
            {
                nextKill = NextKill();
            }

            return host;
        }
    }

    private int NextKill() => sent + random.Next(2, 16);
}
