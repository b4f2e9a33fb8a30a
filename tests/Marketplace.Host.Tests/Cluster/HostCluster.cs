using System.Net;
using System.Net.Sockets;
using Marketplace.Domain.Primitives;
using Marketplace.Grains;
using Marketplace.Grains.Capacity;
using Marketplace.Host.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Host.Tests.Cluster;

/// <summary>One member of a <see cref="HostCluster"/>: a process that comes and goes at the same address.</summary>
internal sealed class HostNode(string dataFolder, Uri address, int siloPort, string[] arguments)
{
    private HostProcess? process;
    private string past = "";

    /// <summary>Where it answers the API.</summary>
    public Uri Address { get; } = address;

    /// <summary>Where other silos reach its own.</summary>
    public int SiloPort { get; } = siloPort;

    /// <summary>Where its data and keys are.</summary>
    public string DataFolder { get; } = dataFolder;

    /// <summary>The process as it runs now, or ran last.</summary>
    public HostProcess Process => process ?? throw new InvalidOperationException("It was never started.");

    public async Task StartAsync()
    {
        await DisposeAsync();
        process = await HostProcess.StartReadyAsync(DataFolder, ["--urls", Address.GetLeftPart(UriPartial.Authority), .. arguments]);
    }

    /// <summary>What its processes logged as errors, oldest first.</summary>
    public IEnumerable<string> Errors => $"{past}\n{process?.Output}".Split('\n').Where(line => line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal));

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
            past += process.Output;
            process = null;
        }
    }
}

/// <summary>Several hosts on loopback, which know nothing of each other but one storage account.</summary>
internal sealed class HostCluster : IAsyncDisposable
{
    private readonly string connection;
    private IHost? observer;

    private HostCluster(string connection, IReadOnlyList<HostNode> nodes)
    {
        this.connection = connection;
        Nodes = nodes;
    }

    public IReadOnlyList<HostNode> Nodes { get; }

    /// <summary>Starts hosts over an empty account: one first, which opens the market, then the rest together.</summary>
    /// <param name="folder">Where each has a folder of its own.</param>
    /// <param name="connection">The account.</param>
    /// <param name="count">How many.</param>
    /// <param name="more">Settings of all of them.</param>
    public static async Task<HostCluster> StartAsync(string folder, string connection, int count, params string[] more)
    {
        var cluster = Of(i => Path.Combine(folder, $"node-{i}"), connection, count, more);
        await cluster.StartAsync([cluster.Nodes[0]], cluster.Nodes.Skip(1));
        return cluster;
    }

    /// <summary>Starts hosts over an empty account all at once, with one folder for all of them.</summary>
    public static async Task<HostCluster> StartTogetherAsync(string folder, string connection, int count)
    {
        var cluster = Of(_ => folder, connection, count, []);
        await cluster.StartAsync(cluster.Nodes);
        return cluster;
    }

    /// <summary>What all of them logged as errors.</summary>
    public string Errors => string.Join('\n', Nodes.SelectMany(node => node.Errors.Select(line => $"{node.Address.Port}: {line}")));

    /// <summary>The node whose silo holds each pool at this moment; only pools that are active are named.</summary>
    public async Task<IReadOnlyDictionary<PoolId, HostNode>> OwnersAsync(IEnumerable<PoolId> pools)
    {
        var grains = (await ObserverAsync()).Services.GetRequiredService<IGrainFactory>();
        var management = grains.GetGrain<IManagementGrain>(0);
        var owners = new Dictionary<PoolId, HostNode>();
        foreach (var pool in pools)
        {
            if (await management.GetActivationAddress(grains.GetGrain<IGpuPoolGrain>(pool.Value)) is { } silo)
            {
                owners.Add(pool, Nodes.Single(node => node.SiloPort == silo.Endpoint.Port));
            }
        }

        return owners;
    }

    public async ValueTask DisposeAsync()
    {
        if (observer is not null)
        {
            await observer.StopAsync();
            observer.Dispose();
        }

        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync()));
    }

    private static HostCluster Of(Func<int, string> folder, string connection, int count, string[] more)
    {
        var ports = FreePorts(count * 3);
        return new HostCluster(connection, [.. Enumerable.Range(0, count).Select(i => new HostNode(
            folder(i),
            new Uri($"http://127.0.0.1:{ports[3 * i]}"),
            ports[(3 * i) + 1],
            [
                "--Marketplace:Store", "azure",
                "--Marketplace:Azure:ConnectionString", connection,
                "--Marketplace:Cluster:SiloPort", $"{ports[(3 * i) + 1]}",
                "--Marketplace:Cluster:GatewayPort", $"{ports[(3 * i) + 2]}",
                "--Api:RequestsPerMinutePerKey", "1000000",
                "--Api:RequestsPerMinutePerAddress", "1000000",
                .. more,
            ]))]);
    }

    private async Task StartAsync(params IEnumerable<HostNode>[] waves)
    {
        try
        {
            foreach (var wave in waves)
            {
                await Task.WhenAll(wave.Select(node => node.StartAsync()));
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private async Task<IHost> ObserverAsync()
    {
        if (observer is not null)
        {
            return observer;
        }

        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.AddStoreAndCluster(new HostOptions { Role = HostRole.Api, Store = StoreKind.Azure, Azure = { ConnectionString = connection } });
            client.AddMarketplaceGrains();
        });
        observer = builder.Build();
        await observer.StartAsync();
        return observer;
    }
}
