using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Marketplace.Testing.Azurite;

/// <summary>Azurite as a child process, on loopback and on ports that the system chooses.</summary>
public sealed partial class AzuriteProcess : AzuriteServer
{
    private static readonly string Script = Path.Combine(Folder, "node_modules/azurite/dist/src/azurite.js");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string[] _more = [];
    private Process? _process;

    /// <summary>Starts nothing yet.</summary>
    public AzuriteProcess()
    {
    }

    private AzuriteProcess(params string[] more) => _more = more;

    /// <inheritdoc/>
    protected override string Name => "process";

    /// <inheritdoc/>
    protected override string? Lack => File.Exists(Script) ? null : "it is not installed; 'bash tests/azurite/setup' installs it with npm.";

    /// <summary>One that speaks TLS with this certificate, as it must to take the tokens of identities.</summary>
    /// <param name="certificate">File of the certificate, in PEM.</param>
    /// <param name="key">File of its key, in PEM.</param>
    public static AzuriteProcess ForIdentities(string certificate, string key) => new("--oauth", "basic", "--cert", certificate, "--key", key);

    /// <inheritdoc/>
    protected override async Task<string> StartAsync()
    {
        string[] arguments = [Script, .. Arguments, .. _more, "--blobPort", "0", "--queuePort", "0", "--tablePort", "0"];
        _process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        using var patience = new CancellationTokenSource(Patience);
        int? blobs = null, tables = null;
        while (blobs is null || tables is null)
        {
            var line = await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("Azurite ended while it started.");
            if (Listening().Match(line) is { Success: true } said)
            {
                var port = int.Parse(said.Groups[2].Value);
                (blobs, tables) = said.Groups[1].Value switch
                {
                    "Blob" => (port, tables),
                    "Table" => (blobs, port),
                    _ => (blobs, tables),
                };
            }
        }

        // Its output must be read on, or it stops when the pipe is full.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return Connection(blobs.Value, tables.Value, _more.Length == 0 ? "http" : "https");
    }

    /// <inheritdoc/>
    protected override async Task StopAsync()
    {
        Kill();
        await (_process?.WaitForExitAsync() ?? Task.CompletedTask);
    }

    private void Kill()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill();
        }
    }

    [GeneratedRegex(@"Azurite (\w+) service is successfully listening at https?://[^:]+:(\d+)")]
    private static partial Regex Listening();
}
