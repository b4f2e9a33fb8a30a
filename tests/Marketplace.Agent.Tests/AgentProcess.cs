using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Marketplace.Agent.Tests;

/// <summary>The agent as it is shipped, as a process of its own, with a node's stubs before everything else on its path.</summary>
internal sealed class AgentProcess : IDisposable
{
    private static readonly string Program = Path.GetFullPath(typeof(AgentProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "AgentPath").Value!);

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private AgentProcess(FakeNode node, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{node.Tools}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment[AgentFolder.Variable] = node.AgentFolder.Path;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>What it said on standard error so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts it and leaves it running.</summary>
    public static AgentProcess Start(FakeNode node, params string[] arguments) => new(node, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Text)> RunAsync(FakeNode node, params string[] arguments)
    {
        using var agent = new AgentProcess(node, arguments);
        var output = await agent._process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var code = await agent.EndAsync();
        return (code, output, output + agent.Said);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Tells it to stop, as systemd does.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        return await EndAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
