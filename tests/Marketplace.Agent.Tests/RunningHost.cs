using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Marketplace.Testing;

namespace Marketplace.Agent.Tests;

/// <summary>The real host as a process of its own on a free loopback port, with an empty store, and calls to its API.</summary>
public partial class RunningHost : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly StringBuilder _output = new();
    private TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process _process;
    private int _calls;

    /// <summary>Starts it.</summary>
    public RunningHost() => _process = Start("http://127.0.0.1:0");

    /// <summary>MiB of memory that a challenge asks each device for; stubs of GPUs hold none.</summary>
    protected virtual int MemoryMebibytes => 0;

    /// <summary>Waits until it says that it is ready.</summary>
    public async ValueTask InitializeAsync() => _http.BaseAddress = await _ready.Task.WaitAsync(Patience);

    /// <summary>Ends it as a power cut does, without a word.</summary>
    public async Task KillAsync()
    {
        using (var process = _process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Starts it again on the same data and address.</summary>
    public async Task StartAgainAsync()
    {
        _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Start(Address.ToString());
        Assert.Equal(Address, await _ready.Task.WaitAsync(Patience));
    }

    /// <summary>Root of its API.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>The administrator's key, which the host left beside its data.</summary>
    public string AdministratorKey => File.ReadAllLines(_folder.File("data/keys.env")).Select(line => AdministratorLine().Match(line)).First(match => match.Success).Groups[1].Value;

    /// <summary>One call that succeeds.</summary>
    public async Task<JsonElement> CallAsync(string key, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri("v1/" + path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Idempotency-Key", $"agent-test-{Interlocked.Increment(ref _calls)}");
        request.Content = body is null ? null : new StringContent(body as string ?? JsonSerializer.Serialize(body, AgentJson.Line), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private Process Start(string address)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Marketplace.Host.dll"), "--urls", address, "--Marketplace:DataFolder", _folder.File("data"), "--Marketplace:Demo", "false",
            "--Verification:WorkSize", "256", "--Verification:MemoryMebibytes", MemoryMebibytes.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("ASPNETCORE_URLS");
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The host ended:\n{_output}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (AddressLine().Match(line) is { Success: true } match)
        {
            _ready.TrySetResult(new Uri(match.Groups[1].Value + "/"));
        }
    }

    [GeneratedRegex(@"API in the browser\s+(http://\S+)/swagger")]
    private static partial Regex AddressLine();

    [GeneratedRegex(@"ADMIN_KEY=(\S+)")]
    private static partial Regex AdministratorLine();
}

/// <summary>The same, with challenges that ask for a little memory.</summary>
public sealed class RunningHostWithMemory : RunningHost
{
    /// <inheritdoc/>
    protected override int MemoryMebibytes => 2;
}
