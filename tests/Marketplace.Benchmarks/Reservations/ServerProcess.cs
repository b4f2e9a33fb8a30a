using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Marketplace.Benchmarks.Reservations;

/// <summary>A server in a process of its own on a free loopback port.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, TimeSpan startTime)
    {
        _process = process;
        Address = address;
        StartTime = startTime;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process until its health answered.</summary>
    public TimeSpan StartTime { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts a program of this output folder.</summary>
    /// <param name="assembly">Its assembly file.</param>
    /// <param name="health">Path that answers 200 when it is ready.</param>
    /// <param name="log">File for what it prints.</param>
    /// <param name="arguments">Makes the arguments from the address.</param>
    public static async Task<ServerProcess> StartAsync(string assembly, string health, string log, Func<string, string[]> arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();

        var watch = Stopwatch.StartNew();
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, "dotnet", Path.Combine(AppContext.BaseDirectory, assembly), .. arguments(address)]);
        var process = Process.Start(start)!;
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"{assembly} ended with {process.ExitCode}: {await File.ReadAllTextAsync(log)}");
            }

            try
            {
                using var answer = await client.GetAsync(new Uri(health, UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                {
                    return new ServerProcess(process, new Uri(address), watch.Elapsed);
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ends it as a power switch would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
