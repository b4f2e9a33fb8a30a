using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Marketplace.Host.Tests;

/// <summary>The real host as a process of its own on a free loopback port, so that it can be killed like one.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly TaskCompletionSource<Uri> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> awaited = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(string dataFolder, string[] arguments)
    {
        DataFolder = dataFolder;
        process = new Process { StartInfo = StartInfo(dataFolder, arguments), EnableRaisingEvents = true };
        process.OutputDataReceived += (_, data) => Take(data.Data);
        process.ErrorDataReceived += (_, data) => Take(data.Data);
        process.Exited += (_, _) => End();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program: where the tests of another project look for it, they say so.</summary>
    public static string Program { get; set; } = Path.Combine(AppContext.BaseDirectory, "Marketplace.Host.dll");

    public string DataFolder { get; }

    /// <summary>Everything it printed so far.</summary>
    public string Output => string.Join('\n', lines);

    public static HostProcess Start(string dataFolder, params string[] arguments) => new(dataFolder, arguments);

    /// <summary>Starts and waits until it says that it is ready.</summary>
    public static async Task<HostProcess> StartReadyAsync(string dataFolder, params string[] arguments)
    {
        var host = Start(dataFolder, arguments);
        try
        {
            await host.ReadyAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the line that says it is ready, and answers where it listens.</summary>
    public async Task<Uri> ReadyAsync()
    {
        try
        {
            return await ready.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The host did not become ready in {Patience}:\n{Output}");
        }
    }

    /// <summary>Waits until it has printed <paramref name="text"/>.</summary>
    public Task PrintedAsync(string text)
    {
        var source = awaited.GetOrAdd(text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (Output.Contains(text, StringComparison.Ordinal))
        {
            source.TrySetResult();
        }

        return source.Task.WaitAsync(Patience);
    }

    /// <summary>Waits for its end and answers the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await ended.Task.WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>Ends it as a power cut would, as far as a process can.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await ended.Task.WaitAsync(Patience);
    }

    /// <summary>Asks it to stop, as an operator does.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    /// <summary>Sends it a signal: <c>TERM</c> to ask it to stop, <c>STOP</c> to freeze it, <c>CONT</c> to let it go on.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string dataFolder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[Program, "--urls", "http://127.0.0.1:0", "--Marketplace:DataFolder", dataFolder, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("ASPNETCORE_URLS");
        return start;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        if (AddressLine().Match(line) is { Success: true } match)
        {
            ready.TrySetResult(new Uri(match.Groups[1].Value));
        }

        foreach (var (text, source) in awaited)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                source.TrySetResult();
            }
        }
    }

    private void End()
    {
        // The last lines may still be on their way.
        process.WaitForExit();
        ended.TrySetResult();
        var fault = new InvalidOperationException($"The host ended with {process.ExitCode}:\n{Output}");
        ready.TrySetException(fault);
        foreach (var source in awaited.Values)
        {
            source.TrySetException(fault);
        }
    }

    [GeneratedRegex(@"API in the browser\s+(http://\S+)/swagger")]
    private static partial Regex AddressLine();
}
