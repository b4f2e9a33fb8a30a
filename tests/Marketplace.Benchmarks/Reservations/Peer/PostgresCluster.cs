using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Marketplace.Benchmarks.Reservations.Peer;

/// <summary>A PostgreSQL 15 of its own on loopback, in a temporary folder, with every setting that bears on durability left as it comes.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private readonly string _folder;
    private readonly int _port;

    private PostgresCluster(string folder, int port)
    {
        _folder = folder;
        _port = port;
    }

    /// <summary>Why there is no PostgreSQL here, or null.</summary>
    public static string? Missing => File.Exists(Programs + "/initdb") ? null : $"no PostgreSQL 15 in {Programs} (Debian: apt-get install postgresql-15)";

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=market;Database=postgres;Maximum Pool Size=80;Minimum Pool Size=64;Max Auto Prepare=50;Auto Prepare Min Usages=2";

    /// <summary>Process id of the postmaster.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    public static async Task<PostgresCluster> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-peer-").FullName;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        // PostgreSQL refuses to run as root.
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", folder);
        }

        var cluster = new PostgresCluster(folder, port);
        await cluster.AsOrdinaryUserAsync("initdb", "--pgdata", folder + "/data", "--username", "market", "--auth", "trust", "--encoding", "UTF8", "--locale", "C");
        await cluster.AsOrdinaryUserAsync("pg_ctl", "--pgdata", folder + "/data", "--log", folder + "/log", "--wait", "-o", $"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}", "start");
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await AsOrdinaryUserAsync("pg_ctl", "--pgdata", _folder + "/data", "--wait", "--mode", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private Task AsOrdinaryUserAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", "postgres", "--", $"{Programs}/{program}", .. arguments], _folder)
        : RunAsync($"{Programs}/{program}", arguments, _folder);

    private static Task RunAsync(string program, params string[] arguments) => RunAsync(program, arguments, "/");

    private static async Task RunAsync(string program, string[] arguments, string folder)
    {
        // Its output is not piped: the server that pg_ctl leaves behind would hold the pipe open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = folder })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}; see {folder}/log.");
        }
    }
}
